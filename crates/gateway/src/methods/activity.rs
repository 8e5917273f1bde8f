//! `activity`.

use api::{
    routers::activity::{ActivityRefusal, Get, List, Record, RecordActivityRefusal},
    types::{ActivityRow, Page, Timestamp},
};
use canonical::ActivityType;
use chrono::{TimeDelta, Utc};
use rpc::{Handle, Maybe, NoRefusal};
use serde_json::{Value, json};
use store::crm::{self, RecordActivityError};

use super::rows;
use crate::host::{Failure, Gateway, Scope};

/// How far the caller's clock, or the time zone it forgot, may be ahead of ours.
const AHEAD: TimeDelta = TimeDelta::days(1);

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<ActivityRow>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = crm::ActivityFilter {
            person: list.person_id.map(|it| it.0),
            account: list.account_id.map(|it| it.0),
            activity_type: list.activity_type.as_ref().map(|it| it.as_str().to_owned()),
            channel: rows::maybe_word(list.channel),
            from: list.from.map(|it| it.0),
            to: list.to.map(|it| it.0),
            include_retracted: list.include_retracted,
        };
        let rows = crm::list_activities(scope.tx(), &filter, &request).await?;
        Ok(self.page(scope, &list, rows, rows::activity_row))
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<ActivityRow, Failure<ActivityRefusal>> {
        let found = crm::get_activity(scope.tx(), get.activity_id.0).await;
        let found = found.map_err(|error| super::missing(error, ActivityRefusal::NoSuchActivity))?;
        Ok(rows::activity_row(found))
    }
}

impl Handle<Record> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        record: Record,
    ) -> Result<ActivityRow, Failure<RecordActivityRefusal>> {
        let new = new_activity(record).map_err(Failure::Refused)?;
        let activity = crm::record_activity(scope.tx(), &new).await.map_err(refused)?;
        Ok(recorded(scope, &new, activity))
    }

    const TOGETHER: bool = true;

    async fn handle_together(
        &self,
        lead: &mut Scope,
        scopes: &mut [Scope],
        calls: Vec<Record>,
    ) -> Result<Vec<Maybe<Record>>, Failure<RecordActivityRefusal>> {
        let new: Vec<Option<crm::NewActivity>> = calls.into_iter().map(|it| new_activity(it).ok()).collect();
        let possible: Vec<crm::NewActivity> = new.iter().flatten().cloned().collect();
        let mut activities = crm::record_activities(lead.tx(), &possible).await?.into_iter();
        let answers = scopes.iter_mut().zip(new).map(|(scope, new)| {
            let new = new?;
            Some(recorded(scope, &new, activities.next().flatten()?))
        });
        Ok(answers.collect())
    }
}

fn new_activity(record: Record) -> Result<crm::NewActivity, RecordActivityRefusal> {
    if record.occurred_at.0 > Utc::now() + AHEAD {
        return Err(RecordActivityRefusal::InTheFuture);
    }
    let kind = ActivityType::from(record.activity_type.as_str());
    Ok(crm::NewActivity {
        person: record.person_id.map(|it| it.0),
        account: record.account_id.map(|it| it.0),
        channel: kind.channel().as_str().to_owned(),
        activity_type: kind.as_str().to_owned(),
        occurred_at: record.occurred_at.0,
        subject: record.subject,
        properties: (!record.properties.is_empty()).then_some(Value::Object(record.properties)),
    })
}

fn recorded(scope: &mut Scope, new: &crm::NewActivity, activity: crm::Activity) -> ActivityRow {
    // Who and when, for the audit; what was said stays in the activity itself.
    let after = json!({ "type": new.activity_type, "personId": new.person, "accountId": new.account,
        "occurredAt": Timestamp(new.occurred_at) });
    scope.audit(activity.id, json!({ "after": after }));
    rows::activity_row(activity)
}

fn refused(error: RecordActivityError) -> Failure<RecordActivityRefusal> {
    match error {
        RecordActivityError::NoSuchPerson => Failure::Refused(RecordActivityRefusal::NoSuchPerson),
        RecordActivityError::NoSuchAccount => Failure::Refused(RecordActivityRefusal::NoSuchAccount),
        RecordActivityError::Store(error) => error.into(),
    }
}

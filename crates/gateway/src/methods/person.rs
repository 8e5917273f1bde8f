//! `person`.

use api::{
    routers::person::{Get, List, PersonDetail, PersonRefusal, PersonSort, Timeline},
    types::{Page, PersonRow, TimelineItem, Timestamp},
};
use rpc::{Handle, NoRefusal};
use store::crm;

use super::{convert, rows, timeline};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<PersonRow>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = crm::PersonFilter {
            search: list.search.clone(),
            email: list.email.clone(),
            account: list.account_id.map(|it| it.0),
            tier: rows::maybe_word(list.tier),
            seniority: rows::maybe_word(list.seniority),
            is_lead: list.is_lead,
        };
        let sort = match list.sort {
            PersonSort::Name => crm::PersonSort::Name,
            PersonSort::Combined => crm::PersonSort::Combined,
            PersonSort::Updated => crm::PersonSort::Updated,
        };
        let rows = crm::list_people(scope.tx(), &filter, sort, &request).await?;
        let mut page = self.page(scope, &list, rows, rows::person_row);
        if list.include_total {
            page.total = Some(convert::total(crm::count_people(scope.tx(), &filter).await?));
        }
        Ok(page)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<PersonDetail, Failure<PersonRefusal>> {
        let found = crm::get_person_detail(scope.tx(), get.person_id.0).await.map_err(no_such_person)?;
        Ok(PersonDetail {
            attributes: rows::attributes(found.attributes),
            created_at: Timestamp(found.created_at),
            person: rows::person_row(found.person),
            sources: found.sources.into_iter().map(rows::source_ref).collect(),
            opportunities: found.opportunities.into_iter().map(rows::opportunity_row).collect(),
            activity_count: convert::total(found.activity_count),
        })
    }
}

impl Handle<Timeline> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        timeline: Timeline,
    ) -> Result<Page<TimelineItem>, Failure<PersonRefusal>> {
        let request = self.page_request(scope, &timeline, timeline.page_size, timeline.cursor.as_ref())?;
        let range = timeline::range(&timeline.kinds, timeline.from, timeline.to);
        let person = timeline.person_id.0;
        let rows =
            crm::person_timeline(scope.tx(), person, &range, &request).await.map_err(no_such_person)?;
        Ok(self.page(scope, &timeline, rows, timeline::item))
    }
}

fn no_such_person(error: store::StoreError) -> Failure<PersonRefusal> {
    super::missing(error, PersonRefusal::NoSuchPerson)
}

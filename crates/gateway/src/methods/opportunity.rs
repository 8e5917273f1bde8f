//! `opportunity`.

use api::{
    routers::opportunity::{Get, List, OpportunityDetail, OpportunityRefusal, OpportunitySort, Timeline},
    types::{
        ContactRole, OpportunityRow, OpportunityStatus, Page, PersonId, PersonRef, StageEntry, TimelineItem,
        Timestamp,
    },
};
use rpc::{Handle, NoRefusal};
use store::crm;

use super::{convert, rows, timeline};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        list: List,
    ) -> Result<Page<OpportunityRow>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = crm::OpportunityFilter {
            search: list.search.clone(),
            account: list.account_id.map(|it| it.0),
            stage: list.stage.clone(),
            status: list.status.map(|status| match status {
                OpportunityStatus::Open => crm::OpportunityStatus::Open,
                OpportunityStatus::Won => crm::OpportunityStatus::Won,
                OpportunityStatus::Lost => crm::OpportunityStatus::Lost,
            }),
            tier: rows::maybe_word(list.tier),
        };
        let sort = match list.sort {
            OpportunitySort::Name => crm::OpportunitySort::Name,
            OpportunitySort::Combined => crm::OpportunitySort::Combined,
            OpportunitySort::CloseDate => crm::OpportunitySort::CloseDate,
            OpportunitySort::Updated => crm::OpportunitySort::Updated,
        };
        let rows = crm::list_opportunities(scope.tx(), &filter, sort, &request).await?;
        let mut page = self.page(scope, &list, rows, rows::opportunity_row);
        if list.include_total {
            page.total = Some(convert::total(crm::count_opportunities(scope.tx(), &filter).await?));
        }
        Ok(page)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: Get,
    ) -> Result<OpportunityDetail, Failure<OpportunityRefusal>> {
        let id = get.opportunity_id.0;
        let found = crm::get_opportunity_detail(scope.tx(), id).await.map_err(no_such_opportunity)?;
        let stage =
            |it: crm::StageEntry| StageEntry { stage: it.stage, entered_at: Timestamp(it.entered_at) };
        Ok(OpportunityDetail {
            attributes: rows::attributes(found.attributes),
            created_at: Timestamp(found.created_at),
            opportunity: rows::opportunity_row(found.opportunity),
            stages: found.stages.into_iter().map(stage).collect(),
            contacts: found.contacts.into_iter().map(contact).collect(),
            sources: found.sources.into_iter().map(rows::source_ref).collect(),
        })
    }
}

fn contact(row: crm::ContactRole) -> ContactRole {
    let name = rows::person_name(row.first_name.as_deref(), row.last_name.as_deref(), row.email.as_deref());
    ContactRole {
        person: PersonRef { id: PersonId(row.person), name, title: row.title },
        role: row.role,
        is_primary: row.is_primary,
        engagement: rows::points(row.engagement),
    }
}

impl Handle<Timeline> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        timeline: Timeline,
    ) -> Result<Page<TimelineItem>, Failure<OpportunityRefusal>> {
        let request = self.page_request(scope, &timeline, timeline.page_size, timeline.cursor.as_ref())?;
        let range = timeline::range(&timeline.kinds, timeline.from, timeline.to);
        let deal = timeline.opportunity_id.0;
        let rows = crm::opportunity_timeline(scope.tx(), deal, &range, &request)
            .await
            .map_err(no_such_opportunity)?;
        Ok(self.page(scope, &timeline, rows, timeline::item))
    }
}

fn no_such_opportunity(error: store::StoreError) -> Failure<OpportunityRefusal> {
    super::missing(error, OpportunityRefusal::NoSuchOpportunity)
}

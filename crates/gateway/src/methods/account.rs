//! `account`.

use api::{
    routers::account::{AccountDetail, AccountRefusal, AccountSort, Get, List, Timeline},
    types::{AccountRow, OpportunitySummary, Page, PeopleSummary, TierCount, TimelineItem, Timestamp},
};
use rpc::{Handle, NoRefusal};
use store::crm;

use super::{convert, rows, timeline};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<AccountRow>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = crm::AccountFilter {
            search: list.search.clone(),
            domain: list.domain.as_deref().map(str::to_lowercase),
            tier: rows::maybe_word(list.tier),
            industry: list.industry.clone(),
            group: None,
        };
        let sort = match list.sort {
            AccountSort::Name => crm::AccountSort::Name,
            AccountSort::Combined => crm::AccountSort::Combined,
            AccountSort::Updated => crm::AccountSort::Updated,
        };
        let rows = crm::list_accounts(scope.tx(), &filter, sort, &request).await?;
        let mut page = self.page(scope, &list, rows, rows::account_row);
        if list.include_total {
            page.total = Some(convert::total(crm::count_accounts(scope.tx(), &filter).await?));
        }
        Ok(page)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<AccountDetail, Failure<AccountRefusal>> {
        let found = crm::get_account_detail(scope.tx(), get.account_id.0).await.map_err(no_such_account)?;
        Ok(AccountDetail {
            attributes: rows::attributes(found.attributes),
            created_at: Timestamp(found.created_at),
            account: rows::account_row(found.account),
            sources: found.sources.into_iter().map(rows::source_ref).collect(),
            people: people_summary(found.people),
            opportunities: opportunity_summary(found.opportunities),
        })
    }
}

fn people_summary(people: crm::PeopleSummary) -> PeopleSummary {
    let tiers = people.tiers.into_iter().map(|(tier, count)| TierCount {
        tier: tier.as_deref().and_then(rows::from_word),
        count: convert::total(count),
    });
    let tiers: Vec<TierCount> = tiers.collect();
    PeopleSummary {
        total: tiers.iter().map(|it| it.count).sum(),
        tiers,
        top: people.top.into_iter().map(rows::person_row).collect(),
    }
}

fn opportunity_summary(deals: crm::OpportunitySummary) -> OpportunitySummary {
    let sums = deals.open_amounts.into_iter();
    OpportunitySummary {
        open: convert::total(deals.open),
        won: convert::total(deals.won),
        lost: convert::total(deals.lost),
        open_amounts: sums.filter_map(|(currency, sum)| rows::money(Some(sum), Some(&currency))).collect(),
        items: deals.items.into_iter().map(rows::opportunity_row).collect(),
    }
}

impl Handle<Timeline> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        timeline: Timeline,
    ) -> Result<Page<TimelineItem>, Failure<AccountRefusal>> {
        let request = self.page_request(scope, &timeline, timeline.page_size, timeline.cursor.as_ref())?;
        let range = timeline::range(&timeline.kinds, timeline.from, timeline.to);
        let account = timeline.account_id.0;
        let rows =
            crm::account_timeline(scope.tx(), account, &range, &request).await.map_err(no_such_account)?;
        Ok(self.page(scope, &timeline, rows, timeline::item))
    }
}

fn no_such_account(error: store::StoreError) -> Failure<AccountRefusal> {
    super::missing(error, AccountRefusal::NoSuchAccount)
}

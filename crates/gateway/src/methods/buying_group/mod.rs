//! `buyingGroup`.

mod calibration;
mod candidates;
mod convert;
mod members;
mod role_names;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use api::{
    routers::{
        account::AccountRefusal,
        buying_group::{
            AccountWithGroups, BuyingGroupDetail, Create, CreateGroupRefusal, GetDetail, GroupRefusal,
            GroupedAccountSort, ListAccountsWithGroups, ListByAccount,
        },
    },
    types::{BuyingGroup, Listing, Page, StartedJob},
};
use chrono::Utc;
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{
    buying_groups::{self as groups, CreateGroupError, Group},
    crm, jobs,
};
use uuid::Uuid;
use workflows::group::enqueue_grouping;

use super::{convert as shared, job, missing, rows};
use crate::host::{Failure, Gateway, Scope, store_error};

impl Handle<ListByAccount> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        list: ListByAccount,
    ) -> Result<Listing<BuyingGroup>, Failure<AccountRefusal>> {
        let found = groups::list_groups_of_account(scope.tx(), list.account_id.0).await;
        let found = found.map_err(|error| missing(error, AccountRefusal::NoSuchAccount))?;
        Ok(Listing { items: convert::groups(scope, found).await? })
    }
}

impl Handle<ListAccountsWithGroups> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        list: ListAccountsWithGroups,
    ) -> Result<Page<AccountWithGroups>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = filter(&list);
        let sort = match list.sort {
            GroupedAccountSort::Name => crm::AccountSort::Name,
            GroupedAccountSort::Combined => crm::AccountSort::Combined,
        };
        let found = crm::list_accounts(scope.tx(), &filter, sort, &request).await?;
        let accounts: Vec<Uuid> = found.items.iter().map(|it| it.fields.id).collect();
        let mut theirs = BTreeMap::new();
        for (account, groups) in groups::groups_of_accounts(scope.tx(), &accounts).await? {
            theirs.insert(account, convert::groups(scope, groups).await?);
        }
        let mut page = self.page(scope, &list, found, |it| with_groups(it, &theirs));
        if list.include_total {
            page.total = Some(shared::total(crm::count_accounts(scope.tx(), &filter).await?));
        }
        Ok(page)
    }
}

fn filter(list: &ListAccountsWithGroups) -> crm::AccountFilter {
    let group = crm::GroupFilter {
        status: rows::maybe_word(list.status),
        solution_tag: list.solution_tag.as_ref().map(|it| it.as_str().to_owned()),
        missing: rows::maybe_word(list.missing),
    };
    crm::AccountFilter { tier: rows::maybe_word(list.tier), group: Some(group), ..Default::default() }
}

fn with_groups(account: crm::Account, groups: &BTreeMap<Uuid, Vec<BuyingGroup>>) -> AccountWithGroups {
    let fields = account.fields;
    AccountWithGroups {
        groups: groups.get(&fields.id).cloned().unwrap_or_default(),
        account: rows::account_ref(crm::AccountRef {
            id: fields.id,
            name: fields.name,
            domain: fields.domain,
        }),
        scores: account.scores.map(rows::scores),
    }
}

impl Handle<GetDetail> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: GetDetail,
    ) -> Result<BuyingGroupDetail, Failure<GroupRefusal>> {
        let found = groups::get_group(scope.tx(), get.group_id.0).await.map_err(no_such_group)?;
        Ok(convert::detail(scope, found).await?)
    }
}

impl Handle<Create> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        create: Create,
    ) -> Result<BuyingGroupDetail, Failure<CreateGroupRefusal>> {
        let (by, tag) = (scope.principal().actor(), create.solution_tag.as_ref().map(|it| it.as_str()));
        let made = groups::create_group(scope.tx(), create.account_id.0, tag, by, Utc::now()).await;
        let made = made.map_err(|error| match error {
            CreateGroupError::NoSuchAccount => Failure::Refused(CreateGroupRefusal::NoSuchAccount),
            CreateGroupError::Exists => Failure::Refused(CreateGroupRefusal::GroupExists),
            CreateGroupError::Store(error) => error.into(),
        })?;
        scope.audit(made.group.id, json!({ "after": change(&made.group) }));
        Ok(convert::detail(scope, made).await?)
    }
}

fn change(group: &Group) -> serde_json::Value {
    json!({ "accountId": group.account.id, "solutionTag": group.solution_tag, "members": group.member_count })
}

fn no_such_group(error: store::StoreError) -> Failure<GroupRefusal> {
    missing(error, GroupRefusal::NoSuchGroup)
}

/// Starts a look at the groups of touched accounts when this call commits, or joins the one under way.
async fn start_grouping(scope: &mut Scope) -> Result<StartedJob, RpcError> {
    let actor = scope.principal().actor();
    let enqueued = enqueue_grouping(scope.tx(), actor, Utc::now()).await.map_err(store_error)?;
    scope.queued_work();
    let record = jobs::get_job(scope.tx(), enqueued.id).await.map_err(store_error)?;
    let job = job::job(scope.tx(), record).await.map_err(store_error)?;
    Ok(StartedJob { job, joined: enqueued.joined })
}

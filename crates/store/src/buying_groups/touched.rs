//! The accounts of which a fact has changed since their groups were looked at. The tables' own triggers write them down in
//! the transaction of the change, whoever makes it.

use diesel::QueryableByName;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::touched_accounts;
use crate::{StoreError, TenantTx};

/// Takes up to `limit` accounts off the list. A change that comes after puts its account on it again.
///
/// # Errors
/// When the database is away.
pub async fn take_touched(tx: &mut TenantTx, limit: i64) -> Result<Vec<Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = SqlUuid)]
        account_id: Uuid,
    }
    let taken: Vec<Taken> = diesel::sql_query(
        "DELETE FROM touched_accounts t USING ( \
           SELECT account_id FROM touched_accounts WHERE tenant_id = $1 ORDER BY account_id LIMIT $2 \
           FOR UPDATE SKIP LOCKED) due \
         WHERE t.tenant_id = $1 AND t.account_id = due.account_id RETURNING t.account_id",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<BigInt, _>(limit)
    .load(tx.conn())
    .await?;
    let mut accounts: Vec<Uuid> = taken.into_iter().map(|row| row.account_id).collect();
    accounts.sort_unstable();
    Ok(accounts)
}

/// # Errors
/// When the database is away.
pub async fn any_touched(tx: &mut TenantTx) -> Result<bool, StoreError> {
    let waiting = touched_accounts::table.filter(touched_accounts::tenant_id.eq(tx.tenant().0));
    Ok(diesel::select(exists(waiting)).get_result(tx.conn()).await?)
}

/// How many accounts wait.
///
/// # Errors
/// When the database is away.
pub async fn count_touched(tx: &mut TenantTx) -> Result<i64, StoreError> {
    let waiting = touched_accounts::table.filter(touched_accounts::tenant_id.eq(tx.tenant().0));
    Ok(waiting.count().get_result(tx.conn()).await?)
}

/// Puts accounts on the list, those that are still there.
///
/// # Errors
/// When the database is away.
pub async fn touch_accounts(tx: &mut TenantTx, accounts: &[Uuid]) -> Result<(), StoreError> {
    if accounts.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO touched_accounts (tenant_id, account_id) SELECT tenant_id, id FROM accounts \
         WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts the accounts of all groups on the list, or of those with a tag: for when a rule changed and no fact did.
///
/// # Errors
/// When the database is away.
pub async fn touch_groups(tx: &mut TenantTx, tag: Option<&str>) -> Result<(), StoreError> {
    diesel::sql_query(
        "INSERT INTO touched_accounts (tenant_id, account_id) \
         SELECT DISTINCT tenant_id, account_id FROM buying_groups WHERE tenant_id = $1 \
           AND ($2::text IS NULL OR solution_tag = $2) ORDER BY account_id ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Nullable<Text>, _>(tag)
    .execute(tx.conn())
    .await?;
    Ok(())
}

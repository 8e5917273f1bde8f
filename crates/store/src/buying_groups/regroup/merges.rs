//! What belonged to a merged account or person belongs to the survivor: groups, memberships, and what people decided.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::schema::{accounts, buying_groups as groups};
use crate::{StoreError, TenantTx};

/// Moves what the merged ones among these accounts and their people left behind. Answers with the accounts that are there,
/// survivors included, in order of ids.
pub(super) async fn follow(tx: &mut TenantTx, named: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let rows: Vec<(Uuid, Option<Uuid>)> = accounts::table
        .filter(accounts::tenant_id.eq(tx.tenant().0))
        .filter(accounts::id.eq_any(named))
        .filter(accounts::deleted_at.is_null().or(accounts::merged_into.is_not_null()))
        .select((accounts::id, accounts::merged_into))
        .load(tx.conn())
        .await?;
    for (loser, survivor) in &rows {
        if let Some(survivor) = survivor {
            move_groups(tx, *loser, *survivor).await?;
        }
    }
    let mut there: Vec<Uuid> = rows.into_iter().map(|(id, survivor)| survivor.unwrap_or(id)).collect();
    there.sort_unstable();
    there.dedup();
    move_people(tx, &there).await?;
    Ok(there)
}

#[derive(QueryableByName)]
struct Moving {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    /// The survivor's group of the same tag.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    into: Option<Uuid>,
}

async fn move_groups(tx: &mut TenantTx, loser: Uuid, survivor: Uuid) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let moving: Vec<Moving> = diesel::sql_query(
        "SELECT g.id, s.id AS into FROM buying_groups g LEFT JOIN buying_groups s \
           ON s.tenant_id = g.tenant_id AND s.account_id = $3 AND s.solution_tag = g.solution_tag \
         WHERE g.tenant_id = $1 AND g.account_id = $2 ORDER BY g.id",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(loser)
    .bind::<SqlUuid, _>(survivor)
    .load(tx.conn())
    .await?;
    for group in moving {
        let Some(into) = group.into else {
            let of_tenant = groups::table.filter(groups::tenant_id.eq(tenant));
            diesel::update(of_tenant.filter(groups::id.eq(group.id)))
                .set((groups::account_id.eq(survivor), groups::updated_at.eq(diesel::dsl::now)))
                .execute(tx.conn())
                .await?;
            continue;
        };
        // Whom a person confirmed comes before whom nobody did.
        for sql in [
            "DELETE FROM buying_group_members k USING buying_group_members m WHERE k.tenant_id = $1 AND k.group_id = $3 \
             AND m.tenant_id = $1 AND m.group_id = $2 AND m.person_id = k.person_id \
             AND m.confirmed_at IS NOT NULL AND k.confirmed_at IS NULL",
            "UPDATE buying_group_members m SET group_id = $3 WHERE m.tenant_id = $1 AND m.group_id = $2 AND NOT EXISTS ( \
             SELECT FROM buying_group_members k WHERE k.tenant_id = $1 AND k.group_id = $3 AND k.person_id = m.person_id)",
            "UPDATE dismissed_candidates d SET group_id = $3 WHERE d.tenant_id = $1 AND d.group_id = $2 AND NOT EXISTS ( \
             SELECT FROM dismissed_candidates k WHERE k.tenant_id = $1 AND k.group_id = $3 \
               AND (k.person_id = d.person_id OR k.email = d.email))",
            "DELETE FROM buying_groups g WHERE g.tenant_id = $1 AND g.id = $2 AND g.id <> $3",
        ] {
            diesel::sql_query(sql)
                .bind::<SqlUuid, _>(tenant)
                .bind::<SqlUuid, _>(group.id)
                .bind::<SqlUuid, _>(into)
                .execute(tx.conn())
                .await?;
        }
    }
    Ok(())
}

async fn move_people(tx: &mut TenantTx, accounts: &[Uuid]) -> Result<(), StoreError> {
    for sql in [
        // A survivor whom nobody confirmed makes room for a merged one whom somebody did.
        "DELETE FROM buying_group_members k USING buying_groups g, buying_group_members m, people p \
         WHERE g.tenant_id = $1 AND g.account_id = ANY ($2) AND k.tenant_id = $1 AND k.group_id = g.id \
           AND m.tenant_id = $1 AND m.group_id = g.id AND p.tenant_id = $1 AND p.id = m.person_id \
           AND p.merged_into = k.person_id AND m.confirmed_at IS NOT NULL AND k.confirmed_at IS NULL",
        // Of several merged ones the one confirmed last.
        "UPDATE buying_group_members m SET person_id = f.survivor FROM ( \
           SELECT DISTINCT ON (m.group_id, p.merged_into) m.group_id, m.person_id, p.merged_into AS survivor \
           FROM buying_groups g JOIN buying_group_members m ON m.tenant_id = g.tenant_id AND m.group_id = g.id \
             JOIN people p ON p.tenant_id = m.tenant_id AND p.id = m.person_id \
           WHERE g.tenant_id = $1 AND g.account_id = ANY ($2) AND p.merged_into IS NOT NULL AND NOT EXISTS ( \
             SELECT FROM buying_group_members k \
             WHERE k.tenant_id = $1 AND k.group_id = g.id AND k.person_id = p.merged_into) \
           ORDER BY m.group_id, p.merged_into, m.confirmed_at DESC NULLS LAST, m.person_id) f \
         WHERE m.tenant_id = $1 AND m.group_id = f.group_id AND m.person_id = f.person_id",
        "DELETE FROM buying_group_members m USING buying_groups g, people p \
         WHERE g.tenant_id = $1 AND g.account_id = ANY ($2) AND m.tenant_id = $1 AND m.group_id = g.id \
           AND p.tenant_id = $1 AND p.id = m.person_id AND p.merged_into IS NOT NULL",
        "UPDATE dismissed_candidates d SET person_id = f.survivor FROM ( \
           SELECT DISTINCT ON (d.group_id, p.merged_into) d.id, p.merged_into AS survivor \
           FROM buying_groups g JOIN dismissed_candidates d ON d.tenant_id = g.tenant_id AND d.group_id = g.id \
             JOIN people p ON p.tenant_id = d.tenant_id AND p.id = d.person_id \
           WHERE g.tenant_id = $1 AND g.account_id = ANY ($2) AND p.merged_into IS NOT NULL AND NOT EXISTS ( \
             SELECT FROM dismissed_candidates k \
             WHERE k.tenant_id = $1 AND k.group_id = g.id AND k.person_id = p.merged_into) \
           ORDER BY d.group_id, p.merged_into, d.dismissed_at, d.id) f \
         WHERE d.tenant_id = $1 AND d.id = f.id",
    ] {
        diesel::sql_query(sql)
            .bind::<SqlUuid, _>(tx.tenant().0)
            .bind::<Array<SqlUuid>, _>(accounts)
            .execute(tx.conn())
            .await?;
    }
    Ok(())
}

//! Which clients a caller may see and change: all of the organization's, or those that a limited member was granted.
//!
//! The limit comes from the grants, in the statement that reads the member's rights, and from nowhere else. That statement also
//! puts it into the transaction's settings, where row security finds it: a query that forgot its filter shows nothing more.

use std::sync::LazyLock;

use diesel::{
    expression::SqlLiteral,
    sql_types::{Nullable, Text},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// The clients a transaction is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClientScope {
    /// Every client of the organization.
    #[default]
    All,
    /// These only.
    Named {
        /// Whose figures may be seen.
        reads: Vec<Uuid>,
        /// Whose figures may be changed; some of `reads`.
        writes: Vec<Uuid>,
    },
}

impl ClientScope {
    /// The clients that may be seen; `None` for all.
    pub fn reads(&self) -> Option<&[Uuid]> {
        match self {
            ClientScope::All => None,
            ClientScope::Named { reads, .. } => Some(reads),
        }
    }

    pub fn may_read(&self, client: Uuid) -> bool {
        self.reads().is_none_or(|ids| ids.contains(&client))
    }

    pub fn may_write(&self, client: Uuid) -> bool {
        match self {
            ClientScope::All => true,
            ClientScope::Named { writes, .. } => writes.contains(&client),
        }
    }

    /// Stands for these clients: equal for equal ones, in any order. `None` for all.
    pub fn mark(&self) -> Option<u64> {
        let ClientScope::Named { reads, writes } = self else { return None };
        let mut ids: Vec<String> = reads.iter().map(|it| format!("r{it}")).collect();
        ids.extend(writes.iter().map(|it| format!("w{it}")));
        ids.sort();
        let hash = Sha256::digest(ids.concat());
        Some(hash.iter().take(8).fold(0_u64, |mark, byte| (mark << 8) | u64::from(*byte)))
    }

    /// Whether there are clients that the caller does not see.
    pub fn is_limited(&self) -> bool {
        *self != ClientScope::All
    }
}

/// The grants of the member in the row, as an array's text.
fn grants(more: &str) -> String {
    format!(
        "(SELECT coalesce(array_agg(g.client_id), '{{}}')::text FROM client_grants g \
         WHERE g.tenant_id = memberships.tenant_id AND g.user_id = memberships.user_id{more})"
    )
}

/// Both arrays of a limited member; null for any other. An admin never is limited.
fn of_a_limited_member(column: impl Fn(&str, String) -> String) -> String {
    let reads = column("app.client_scope", grants(""));
    let writes =
        column("app.client_writes", grants(" AND g.role = 'manager' AND memberships.role = 'manager'"));
    format!(
        "CASE WHEN memberships.client_limited AND memberships.role <> 'admin' THEN {reads} || ' ' || {writes} END"
    )
}

/// A column beside a membership's: reads the member's grants, narrows the transaction's settings to them, and answers with
/// them. Null for a member who is not limited.
pub(crate) fn narrowed() -> SqlLiteral<Nullable<Text>> {
    static COLUMN: LazyLock<String> = LazyLock::new(|| {
        of_a_limited_member(|setting, grants| format!("set_config('{setting}', {grants}, true)"))
    });
    diesel::dsl::sql(COLUMN.as_str())
}

/// A column beside a membership's: the member's grants, and nothing is narrowed.
pub(crate) fn granted() -> SqlLiteral<Nullable<Text>> {
    static COLUMN: LazyLock<String> = LazyLock::new(|| of_a_limited_member(|_, grants| grants));
    diesel::dsl::sql(COLUMN.as_str())
}

/// Takes what [`narrowed`] answered with into the transaction.
pub(crate) fn enter(tx: &mut TenantTx, narrowed: Option<&str>) -> Result<(), StoreError> {
    let scope = parse(narrowed)?;
    tx.set_clients(scope);
    Ok(())
}

/// What either column has said.
pub(crate) fn parse(column: Option<&str>) -> Result<ClientScope, StoreError> {
    let Some(text) = column else { return Ok(ClientScope::All) };
    let (reads, writes) = text.split_once(' ').ok_or(StoreError::Bug)?;
    Ok(ClientScope::Named { reads: ids(reads)?, writes: ids(writes)? })
}

/// `{a,b}` as PostgreSQL writes an array of UUIDs.
fn ids(array: &str) -> Result<Vec<Uuid>, StoreError> {
    let inside = array.strip_prefix('{').and_then(|it| it.strip_suffix('}')).ok_or(StoreError::Bug)?;
    let ids = inside.split(',').filter(|it| !it.is_empty());
    ids.map(|it| it.parse().map_err(|_| StoreError::Bug)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_ids_is_read_and_anything_else_is_a_bug() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(ids("{}"), Ok(vec![]));
        assert_eq!(ids(&format!("{{{a},{b}}}")), Ok(vec![a, b]));
        for wrong in ["", "{", "{x}", "a"] {
            assert_eq!(ids(wrong), Err(StoreError::Bug), "{wrong}");
        }
    }

    #[test]
    fn a_limited_member_without_a_grant_sees_nobody() {
        let nobody = ClientScope::Named { reads: vec![], writes: vec![] };
        assert!(nobody.is_limited() && !nobody.may_read(Uuid::nil()) && !nobody.may_write(Uuid::nil()));
        assert!(ClientScope::All.may_read(Uuid::nil()) && ClientScope::All.may_write(Uuid::nil()));
    }
}

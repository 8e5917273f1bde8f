//! Role templates: the default one, and one for each solution tag that wants its own.

use buying_groups::{RoleNeed, Template};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, to_value};
use tenancy::Actor;
use uuid::Uuid;

use super::tag;
use crate::jobs::{requester, requester_text};
use crate::schema::{role_templates as table, tenants};
use crate::{StoreError, TenantTx};

/// What a complete group of one kind looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleTemplate {
    pub id: Uuid,
    pub name: String,
    /// None for the default.
    pub solution_tag: Option<String>,
    pub template: Template,
    pub version: i32,
    pub updated_by: Option<Actor>,
    pub updated_at: DateTime<Utc>,
}

/// A template to be saved.
#[derive(Clone, Debug)]
pub struct NewTemplate {
    /// None for one that is new.
    pub id: Option<Uuid>,
    pub name: String,
    pub solution_tag: Option<String>,
    pub template: Template,
}

/// Why a template was not saved or removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("there is no such template")]
    NoSuchTemplate,
    /// Of no tag there is one already, too: the default.
    #[error("another template has this tag")]
    TagTaken,
    #[error("the default template cannot be given a tag or removed while there are others")]
    DefaultNeeded,
    #[error("the last template cannot be removed")]
    LastTemplate,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All templates of the tenant.
pub(super) struct Templates(Vec<RoleTemplate>);

impl Templates {
    /// The template of a tag, else the default.
    pub(super) fn of_tag(&self, tag: Option<&str>) -> &RoleTemplate {
        let own = self.0.iter().find(|it| it.solution_tag.as_deref() == tag);
        own.unwrap_or(&self.0[0])
    }
}

pub(super) async fn templates(tx: &mut TenantTx) -> Result<Templates, StoreError> {
    Ok(Templates(list_templates(tx).await?))
}

type Row = (Uuid, String, String, Value, i32, Option<String>, DateTime<Utc>);

/// The default first, then by tag. A tenant that never touched its default has the built-in one, under its own id.
///
/// # Errors
/// When the database is away.
pub async fn list_templates(tx: &mut TenantTx) -> Result<Vec<RoleTemplate>, StoreError> {
    let rows: Vec<Row> = table::table
        .filter(table::tenant_id.eq(tx.tenant().0))
        .order((table::solution_tag.asc(), table::id.asc()))
        .select((
            table::id,
            table::name,
            table::solution_tag,
            table::roles,
            table::version,
            table::updated_by,
            table::updated_at,
        ))
        .load(tx.conn())
        .await?;
    let mut found = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if found.iter().all(|it| it.solution_tag.is_some()) {
        found.insert(0, built_in(tx).await?);
    }
    Ok(found)
}

fn read((id, name, stored, roles, version, by, updated_at): Row) -> Result<RoleTemplate, StoreError> {
    let needs: Vec<RoleNeed> = serde_json::from_value(roles).map_err(|_| StoreError::Bug)?;
    Ok(RoleTemplate {
        id,
        name,
        solution_tag: tag(stored),
        template: Template::new(needs).map_err(|_| StoreError::Bug)?,
        version,
        updated_by: by.as_deref().and_then(requester),
        updated_at,
    })
}

/// What nobody has written down yet.
async fn built_in(tx: &mut TenantTx) -> Result<RoleTemplate, StoreError> {
    let tenant = tx.tenant().0;
    let since = tenants::table.find(tenant).select(tenants::created_at).first(tx.conn()).await?;
    Ok(RoleTemplate {
        id: tenant,
        name: "Default".to_owned(),
        solution_tag: None,
        template: Template::default(),
        version: 1,
        updated_by: None,
        updated_at: since,
    })
}

/// Saves a template, a new one or a new version; answers with what was before and what is now.
///
/// # Errors
/// [`TemplateError`]; then nothing has changed.
pub async fn save_template(
    tx: &mut TenantTx,
    new: &NewTemplate,
    by: Actor,
) -> Result<(Option<RoleTemplate>, RoleTemplate), TemplateError> {
    one_at_a_time(tx).await?;
    let all = list_templates(tx).await?;
    let before = match new.id {
        None => None,
        Some(id) => Some(all.iter().find(|it| it.id == id).ok_or(TemplateError::NoSuchTemplate)?),
    };
    if before.is_some_and(|it| it.solution_tag.is_none()) && new.solution_tag.is_some() {
        return Err(TemplateError::DefaultNeeded);
    }
    if all.iter().any(|it| it.solution_tag == new.solution_tag && Some(it.id) != new.id) {
        return Err(TemplateError::TagTaken);
    }
    let id = new.id.unwrap_or_else(Uuid::now_v7);
    let row = (
        table::name.eq(&new.name),
        table::solution_tag.eq(new.solution_tag.as_deref().unwrap_or_default()),
        table::roles.eq(to_value(&new.template).expect("needs are plain data, which always serializes")),
        table::version.eq(before.map_or(1, |it| it.version + 1)),
        table::updated_by.eq(requester_text(by)),
    );
    diesel::insert_into(table::table)
        .values((table::tenant_id.eq(tx.tenant().0), table::id.eq(id), row.clone()))
        .on_conflict((table::tenant_id, table::id))
        .do_update()
        .set((row, table::updated_at.eq(diesel::dsl::now)))
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let after = list_templates(tx).await?.into_iter().find(|it| it.id == id);
    Ok((before.cloned(), after.ok_or(StoreError::Bug)?))
}

/// Removes a template; the default is then its tag's.
///
/// # Errors
/// [`TemplateError`]; then nothing has changed.
pub async fn remove_template(tx: &mut TenantTx, id: Uuid) -> Result<RoleTemplate, TemplateError> {
    one_at_a_time(tx).await?;
    let all = list_templates(tx).await?;
    let found = all.iter().find(|it| it.id == id).ok_or(TemplateError::NoSuchTemplate)?;
    if found.solution_tag.is_none() {
        return Err(if all.len() == 1 { TemplateError::LastTemplate } else { TemplateError::DefaultNeeded });
    }
    diesel::delete(table::table.filter(table::tenant_id.eq(tx.tenant().0)).filter(table::id.eq(id)))
        .execute(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(found.clone())
}

/// Two admins who save at once must not both find that a tag is free. Locks the organization's row.
async fn one_at_a_time(tx: &mut TenantTx) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let row = tenants::table.find(tenant).select(tenants::tenant_id).for_no_key_update();
    row.first::<Uuid>(tx.conn()).await?;
    Ok(())
}

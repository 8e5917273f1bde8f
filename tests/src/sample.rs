//! The records that the examples speak of, under the ids that the examples name, so that every example works; and the same
//! records again for each further organization, under ids of its own.

use api::sample;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{Caller, Tenant, TestApp};

/// Only what an organization is: itself and its members.
pub(crate) const ORGANIZATION: &str = include_str!("organization.sql");
const RECORDS: &str = include_str!("records.sql");

/// Where an organization's number stands in its ids.
const NUMBER_AT: u32 = 48;

/// The id that ends in `last` among those of the organization with that number.
pub(crate) fn id_of(number: u8, last: u128) -> Uuid {
    let first = sample::TENANT_ID.0.as_u128() - 1;
    Uuid::from_u128(first + (u128::from(number) << NUMBER_AT) + last)
}

/// The id that an organization has in the place of that one of the examples.
pub fn own_id(number: u8, of_the_examples: Uuid) -> Uuid {
    id_of(number, of_the_examples.as_u128() - id_of(0, 0).as_u128())
}

/// The statements with this organization's ids (`$id(71)`) and canary (`$canary`).
pub(crate) fn statements(app: &TestApp, tenant: &Tenant, template: &str) -> String {
    let mut parts = template.split("$id(");
    let mut sql = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (last, rest) = part.split_once(')').unwrap();
        let last = u128::from_str_radix(last, 16).unwrap_or_else(|_| panic!("$id({last})"));
        sql.push_str(&format!("'{}'{rest}", id_of(tenant.number, last)));
    }
    sql.replace("$canary", &tenant.canary)
        .replace("$other_client", &tenant.other_client())
        .replace("$slug", &tenant.slug)
        .replace("$login_url", app.login_url())
}

/// Puts the records of the examples into the organization, and connects its connectors as an admin would.
pub async fn seed_sample(app: &TestApp, tenant: &Tenant) {
    app.rows().run(&statements(app, tenant, RECORDS)).await;
    for connector in [sample::CONNECTOR_ID, sample::LEAVING_CONNECTOR_ID] {
        let id = translate(tenant.number, &json!(connector.0));
        let returned = authorise(app, tenant.admin(), &id).await;
        tenant.admin().call_raw("connector.completeAuth", &returned).await.result();
    }
    // The examples' rules that are being worked on are the second version of the fit rules.
    let rules = tenant.admin().call_raw("scoringConfig.getAllConfigs", &json!({})).await;
    let fit = rules.result()["fit"]["active"]["config"].clone();
    let draft = json!({ "config": { "fit": fit }, "note": format!("draft {}", tenant.canary) });
    let saved = tenant.admin().call_raw("scoringConfig.saveDraft", &draft).await;
    assert!(!saved.is_refused(), "{} {}", saved.text, rules.text);
}

/// Takes an authorisation to the vendor and back: the params of `connector.completeAuth`.
pub async fn authorise(app: &TestApp, admin: &Caller, connector: &Value) -> Value {
    let params = json!({ "connectorId": connector, "redirectUri": sample::REDIRECT_URI });
    let begun = admin.call_raw("connector.getAuthUrl", &params).await;
    let returned = app.follow(begun.result()["url"].as_str().unwrap()).await;
    let returned = Url::parse(&returned).unwrap();
    let found =
        |name: &str| returned.query_pairs().find(|(it, _)| it == name).map(|(_, value)| value.into_owned());
    json!({ "code": found("code").unwrap(), "state": found("state").unwrap() })
}

/// The params of an example with this organization's ids in place of the examples'.
pub fn translate(number: u8, params: &Value) -> Value {
    match params {
        Value::String(text) => match text.parse::<Uuid>() {
            Ok(id) if id.as_u128() >> NUMBER_AT == sample::TENANT_ID.0.as_u128() >> NUMBER_AT => {
                let last = id.as_u128() - id_of(0, 0).as_u128();
                json!(id_of(number, last))
            }
            _ => params.clone(),
        },
        Value::Array(items) => items.iter().map(|it| translate(number, it)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, it)| (name.clone(), translate(number, it))).collect()
        }
        _ => params.clone(),
    }
}

/// Ids of that kind that the organization has, by the name of their type on the wire.
pub fn ids_of(number: u8, kind: &str) -> Vec<Uuid> {
    let ids: &[Uuid] = match kind {
        "TenantId" => &[sample::TENANT_ID.0],
        "UserId" => &[sample::ADMIN_ID.0, sample::MEMBER_ID.0, sample::LEAVING_MEMBER_ID.0],
        "SessionId" => &[sample::SESSION_ID.0],
        "ApiKeyId" => &[sample::API_KEY_ID.0, sample::RETIRING_API_KEY_ID.0],
        "AuditEntryId" => &[sample::AUDIT_ENTRY_ID.0],
        "ConnectorId" => {
            &[sample::CONNECTOR_ID.0, sample::PENDING_CONNECTOR_ID.0, sample::LEAVING_CONNECTOR_ID.0]
        }
        "SyncRunId" => &[sample::SYNC_RUN_ID.0],
        "JobId" => &[sample::JOB_ID.0, sample::QUEUED_JOB_ID.0],
        "AccountId" => &[sample::ACCOUNT_ID.0],
        "PersonId" => &[sample::PERSON_ID.0, sample::SECOND_PERSON_ID.0, sample::CANDIDATE_ID.0],
        "BuyingGroupId" => &[sample::BUYING_GROUP_ID.0],
        "RoleTemplateId" => &[sample::ROLE_TEMPLATE_ID.0],
        "OpportunityId" => &[sample::OPPORTUNITY_ID.0],
        "ActivityId" => &[sample::ACTIVITY_ID.0],
        "ScoringRunId" => &[sample::SCORING_RUN_ID.0],
        "EntityId" => &[sample::ACCOUNT_ID.0, sample::PERSON_ID.0, sample::OPPORTUNITY_ID.0],
        "ClientId" => &[sample::CLIENT_ID.0, sample::RETIRING_CLIENT_ID.0],
        "ClientChannelId" => &[sample::CLIENT_CHANNEL_ID.0, sample::RETIRING_CLIENT_CHANNEL_ID.0],
        "CampaignGroupId" => &[sample::CAMPAIGN_GROUP_ID.0, sample::RETIRING_CAMPAIGN_GROUP_ID.0],
        "CampaignId" => &[sample::CAMPAIGN_ID.0, sample::RETIRING_CAMPAIGN_ID.0],
        "MetricsImportId" => &[sample::PLANNED_IMPORT_ID.0, sample::APPLIED_IMPORT_ID.0],
        unknown => panic!(
            "which records have an id of the kind {unknown}? Name some here, and put them into records.sql"
        ),
    };
    ids.iter().map(|id| id_of(number, id.as_u128() - id_of(0, 0).as_u128())).collect()
}

//! The values that examples speak of. The ids are fixed: a test puts records under them into a database and sends
//! every example to a real server, so an example that does not work as printed is found.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    routers::scoring::{ConfigVersions, EntityRow, Explanation},
    types::*,
};

const fn id(last: u128) -> Uuid {
    Uuid::from_u128(0x0195_3c1e_4a00_7000_8000_0000_0000_0000 + last)
}

/// The organization every example belongs to.
pub const TENANT_ID: TenantId = TenantId(id(0x01));
/// An admin of it: the caller of the examples.
pub const ADMIN_ID: UserId = UserId(id(0x11));
/// A member with the role viewer, whose role `team.changeRole` changes.
pub const MEMBER_ID: UserId = UserId(id(0x12));
/// A member whom `team.remove` removes.
pub const LEAVING_MEMBER_ID: UserId = UserId(id(0x13));
/// The session the admin called in.
pub const SESSION_ID: SessionId = SessionId(id(0x14));
/// The API key that `apiKey.roll` rolls.
pub const API_KEY_ID: ApiKeyId = ApiKeyId(id(0x21));
/// The API key that `apiKey.revoke` revokes.
pub const RETIRING_API_KEY_ID: ApiKeyId = ApiKeyId(id(0x22));
/// A key that an example creates.
pub const NEW_API_KEY_ID: ApiKeyId = ApiKeyId(id(0x23));
/// A row of the audit log.
pub const AUDIT_ENTRY_ID: AuditEntryId = AuditEntryId(id(0x31));
/// A connected connector of type salesforce.
pub const CONNECTOR_ID: ConnectorId = ConnectorId(id(0x41));
/// A connector of type salesforce that waits for its authorisation: `connector.getAuthUrl` and `completeAuth`.
pub const PENDING_CONNECTOR_ID: ConnectorId = ConnectorId(id(0x42));
/// A connected connector that `connector.disconnect` disconnects.
pub const LEAVING_CONNECTOR_ID: ConnectorId = ConnectorId(id(0x43));
/// A connector that an example creates.
pub const NEW_CONNECTOR_ID: ConnectorId = ConnectorId(id(0x44));
/// A finished run of [`CONNECTOR_ID`].
pub const SYNC_RUN_ID: SyncRunId = SyncRunId(id(0x51));
/// A finished job: the one that carried [`SYNC_RUN_ID`].
pub const JOB_ID: JobId = JobId(id(0x61));
/// An unfinished job that `job.cancel` stops.
pub const QUEUED_JOB_ID: JobId = JobId(id(0x62));
/// An account with people, a deal and scores.
pub const ACCOUNT_ID: AccountId = AccountId(id(0x71));
/// A person at [`ACCOUNT_ID`] with activities and scores.
pub const PERSON_ID: PersonId = PersonId(id(0x81));
/// Another person at [`ACCOUNT_ID`].
pub const SECOND_PERSON_ID: PersonId = PersonId(id(0x82));
/// A deal of [`ACCOUNT_ID`], with [`PERSON_ID`] as its contact, and scores.
pub const OPPORTUNITY_ID: OpportunityId = OpportunityId(id(0x91));
/// An activity of [`PERSON_ID`].
pub const ACTIVITY_ID: ActivityId = ActivityId(id(0xa1));
/// A finished scoring run.
pub const SCORING_RUN_ID: ScoringRunId = ScoringRunId(id(0xb1));
/// A buying group of [`ACCOUNT_ID`], with [`PERSON_ID`] and [`SECOND_PERSON_ID`] as members. The tag of
/// [`ROLE_TEMPLATE_ID`] is not its own.
pub const BUYING_GROUP_ID: BuyingGroupId = BuyingGroupId(id(0x8c1));
/// A person at [`ACCOUNT_ID`] who is in no group: `buyingGroup.addMember` adds them.
pub const COLLEAGUE_ID: PersonId = PersonId(id(0x83));
/// A candidate for [`BUYING_GROUP_ID`] whom `buyingGroup.acceptCandidate` lets in.
pub const CANDIDATE_ID: PersonId = PersonId(id(0x84));
/// A candidate for [`BUYING_GROUP_ID`] whom `buyingGroup.dismissCandidate` keeps out.
pub const UNWANTED_CANDIDATE_ID: PersonId = PersonId(id(0x85));
/// A template for the groups of a tag, which `buyingGroup.removeTemplate` removes.
pub const ROLE_TEMPLATE_ID: RoleTemplateId = RoleTemplateId(id(0x8d1));
/// A template that an example makes.
pub const NEW_ROLE_TEMPLATE_ID: RoleTemplateId = RoleTemplateId(id(0x8d2));
/// A client with a channel, a campaign group, a campaign and weeks.
pub const CLIENT_ID: ClientId = ClientId(id(0xc1));
/// A client on nothing, that `client.remove` removes.
pub const RETIRING_CLIENT_ID: ClientId = ClientId(id(0xc2));
/// A client that an example makes.
pub const NEW_CLIENT_ID: ClientId = ClientId(id(0xc4));
/// The advertising channel that [`CLIENT_ID`] is on. It has the same id everywhere.
pub const CHANNEL_ID: ChannelId = ChannelId(Uuid::from_u128(0x0195_3c1e_4a00_7000_9000_0000_0000_0001));
/// Another advertising channel.
pub const OTHER_CHANNEL_ID: ChannelId = ChannelId(Uuid::from_u128(0x0195_3c1e_4a00_7000_9000_0000_0000_0003));
/// [`CLIENT_ID`] on [`CHANNEL_ID`].
pub const CLIENT_CHANNEL_ID: ClientChannelId = ClientChannelId(id(0xd1));
/// A client's channel without campaign groups, that `clientChannel.remove` removes.
pub const RETIRING_CLIENT_CHANNEL_ID: ClientChannelId = ClientChannelId(id(0xd2));
/// A client's channel that an example makes.
pub const NEW_CLIENT_CHANNEL_ID: ClientChannelId = ClientChannelId(id(0xd4));
/// A campaign group of [`CLIENT_CHANNEL_ID`] with a budget.
pub const CAMPAIGN_GROUP_ID: CampaignGroupId = CampaignGroupId(id(0xe1));
/// A campaign group without campaigns, that `campaignGroup.remove` removes.
pub const RETIRING_CAMPAIGN_GROUP_ID: CampaignGroupId = CampaignGroupId(id(0xe2));
/// A campaign group that an example makes.
pub const NEW_CAMPAIGN_GROUP_ID: CampaignGroupId = CampaignGroupId(id(0xe4));
/// A campaign of [`CAMPAIGN_GROUP_ID`] with weeks, one of them restated.
pub const CAMPAIGN_ID: CampaignId = CampaignId(id(0xf1));
/// A campaign without weeks, that `campaign.remove` removes.
pub const RETIRING_CAMPAIGN_ID: CampaignId = CampaignId(id(0xf2));
/// A campaign that an example makes.
pub const NEW_CAMPAIGN_ID: CampaignId = CampaignId(id(0xf4));
/// A plan that `metricsImport.apply` applies.
pub const PLANNED_IMPORT_ID: MetricsImportId = MetricsImportId(id(0x701));
/// An import that `metricsImport.undo` undoes.
pub const APPLIED_IMPORT_ID: MetricsImportId = MetricsImportId(id(0x702));
/// An import that an example plans.
pub const NEW_IMPORT_ID: MetricsImportId = MetricsImportId(id(0x704));
/// The version of the fit rules that is a draft and that `scoringConfig.activate` activates.
pub const DRAFT_VERSION: u32 = 2;
/// Where the browser comes back to after an authorisation.
pub const REDIRECT_URI: &str = "https://app.example.com/connectors/callback";
/// The `state` that the browser brings back in the example of `connector.completeAuth`.
pub const OAUTH_STATE: &str = "v1.c3RhdGUtb2YtdGhlLWV4YW1wbGU";
/// The `code` that it brings back.
pub const OAUTH_CODE: &str = "code-of-the-example";
/// Where the example connectors' stand-in is.
pub const LOGIN_URL: &str = "https://login.salesforce.com";

/// The instant at which the examples play.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_443_800, 0).expect("2026-03-02T09:30:00Z is an instant")
}

/// That many minutes before [`now`].
pub(crate) fn minutes_ago(minutes: i64) -> Timestamp {
    Timestamp(now() - Duration::minutes(minutes))
}

/// That many days before [`now`]; negative for after.
pub(crate) fn days_ago(days: i64) -> Timestamp {
    Timestamp(now() - Duration::days(days))
}

pub(crate) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("examples use dates that exist")
}

pub(crate) fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD).expect("example amounts are small")
}

pub(crate) fn name<const LONGEST: usize>(name: &str) -> Name<LONGEST> {
    name.try_into().expect("examples have good names")
}

pub(crate) fn activity_type(name: &str) -> ActivityType {
    ActivityType::of_record(name)
}

pub(crate) fn object(value: serde_json::Value) -> Attributes {
    match value {
        serde_json::Value::Object(map) => map,
        _ => Attributes::new(),
    }
}

pub(crate) fn admin() -> Actor {
    Actor { kind: ActorKind::User, id: Some(ADMIN_ID.0), name: Some("Ada Example".into()) }
}

pub(crate) fn account_ref() -> AccountRef {
    AccountRef { id: ACCOUNT_ID, name: "Example Manufacturing".into(), domain: Some("example.com".into()) }
}

pub(crate) fn person_ref() -> PersonRef {
    PersonRef { id: PERSON_ID, name: "Robin Example".into(), title: Some("Director of Operations".into()) }
}

pub(crate) fn account_scores() -> Scores {
    Scores {
        fit: Some(Points(82_500)),
        fit_low: Some(Points(82_500)),
        fit_high: Some(Points(82_500)),
        coverage: Some(Factor(1000)),
        engagement: Some(Points(61_333)),
        combined: Some(Points(71_917)),
        quadrant: Some(Quadrant::FastTrack),
        tier: Some(Tier::Hot),
        since: Some(days_ago(6)),
        next_transition_at: Some(days_ago(-19)),
        last_activity_at: Some(minutes_ago(95)),
        inputs_through: Some(minutes_ago(12)),
        scored_at: minutes_ago(10),
    }
}

pub(crate) fn person_scores() -> Scores {
    Scores { engagement: Some(Points(80_000)), combined: Some(Points(81_250)), ..account_scores() }
}

pub(crate) fn account_row() -> AccountRow {
    AccountRow {
        id: ACCOUNT_ID,
        name: "Example Manufacturing".into(),
        domain: Some("example.com".into()),
        industry: Some("Manufacturing".into()),
        employee_count: Some(420),
        annual_revenue: Some(usd(13_500_000_000)),
        country: Some("US".into()),
        owner_email: Some("owner@example.org".into()),
        scores: Some(account_scores()),
        updated_at: minutes_ago(12),
    }
}

pub(crate) fn person_row() -> PersonRow {
    PersonRow {
        id: PERSON_ID,
        name: "Robin Example".into(),
        first_name: Some("Robin".into()),
        last_name: Some("Example".into()),
        email: Some("robin@example.com".into()),
        title: Some("Director of Operations".into()),
        seniority: Some(Seniority::Director),
        phone: None,
        account: Some(account_ref()),
        is_lead: false,
        lead_status: None,
        opted_out: false,
        scores: Some(person_scores()),
        updated_at: minutes_ago(12),
    }
}

pub(crate) fn opportunity_row() -> OpportunityRow {
    OpportunityRow {
        id: OPPORTUNITY_ID,
        name: "Example Manufacturing: plant rollout".into(),
        account: Some(account_ref()),
        stage: "Proposal".into(),
        stage_entered_at: Some(days_ago(11)),
        status: OpportunityStatus::Open,
        amount: Some(usd(12_000_000)),
        close_date: Some(date(2026, 5, 29)),
        scores: Some(account_scores()),
        updated_at: minutes_ago(12),
    }
}

pub(crate) fn activity_row() -> ActivityRow {
    ActivityRow {
        id: ACTIVITY_ID,
        activity_type: activity_type("demo_request"),
        channel: Channel::Web,
        person: Some(person_ref()),
        account: Some(account_ref()),
        occurred_at: minutes_ago(95),
        recorded_at: minutes_ago(12),
        retracted_at: None,
        subject: Some("Asked for a demo".into()),
        properties: object(serde_json::json!({ "page": "/demo" })),
        connector_id: Some(CONNECTOR_ID),
    }
}

pub(crate) fn sync_counts() -> Vec<SyncCounts> {
    vec![
        SyncCounts {
            entity: RecordKind::Account,
            read: 400,
            inserted: 12,
            updated: 31,
            unchanged: 355,
            quarantined: 2,
            deleted: 0,
        },
        SyncCounts {
            entity: RecordKind::Person,
            read: 4000,
            inserted: 120,
            updated: 310,
            unchanged: 3566,
            quarantined: 4,
            deleted: 3,
        },
    ]
}

pub(crate) fn sync_run() -> SyncRun {
    SyncRun {
        id: SYNC_RUN_ID,
        connector_id: CONNECTOR_ID,
        job_id: Some(JOB_ID),
        mode: SyncMode::Incremental,
        trigger: SyncTrigger::Manual,
        status: SyncStatus::Complete,
        reason: None,
        resume_at: None,
        started_at: minutes_ago(14),
        finished_at: Some(minutes_ago(12)),
        watermark: Some(minutes_ago(14)),
        entities: sync_counts(),
    }
}

pub(crate) fn finished_job() -> Job {
    Job {
        id: JOB_ID,
        kind: JobKind::ConnectorSync,
        status: JobStatus::Complete,
        waiting: None,
        progress: JobProgress {
            phase: Some(JobPhase::Finalizing),
            done: 4400,
            total: Some(4400),
            rate: Some(48_250.0),
            eta_seconds: Some(0),
        },
        attempt: 1,
        connector_id: Some(CONNECTOR_ID),
        parent_id: None,
        created_by: Some(admin()),
        created_at: minutes_ago(14),
        started_at: Some(minutes_ago(14)),
        finished_at: Some(minutes_ago(12)),
        cancel_requested_at: None,
        outcome: Some(JobOutcome::ConnectorSync { sync_run_id: SYNC_RUN_ID, entities: sync_counts() }),
        error: None,
    }
}

pub(crate) fn queued_job(kind: JobKind, connector_id: Option<ConnectorId>) -> Job {
    Job {
        id: QUEUED_JOB_ID,
        kind,
        status: JobStatus::Queued,
        waiting: Some(JobWait { reason: JobWaitReason::NoFreeWorker, until: None }),
        progress: JobProgress { phase: None, done: 0, total: None, rate: None, eta_seconds: None },
        attempt: 0,
        connector_id,
        parent_id: None,
        created_by: Some(admin()),
        created_at: Timestamp(now()),
        started_at: None,
        finished_at: None,
        cancel_requested_at: None,
        outcome: None,
        error: None,
    }
}

pub(crate) fn source_ref(external_id: &str) -> SourceRef {
    SourceRef {
        connector_id: CONNECTOR_ID,
        connector_name: "Salesforce".into(),
        external_id: external_id.into(),
        modified_at: Some(minutes_ago(20)),
    }
}

/// What the timeline of that kind of thing may show.
pub(crate) fn timeline(entity_type: EntityType) -> Vec<TimelineItem> {
    let mut items = vec![TimelineItem::Activity { at: minutes_ago(95), activity: Box::new(activity_row()) }];
    items.push(TimelineItem::TierChange {
        at: days_ago(6),
        entity_type,
        from_tier: Some(Tier::Cool),
        to_tier: Tier::Hot,
        to_quadrant: Some(Quadrant::FastTrack),
        fit: Some(Points(82_500)),
        engagement: Some(Points(60_000)),
    });
    if entity_type != EntityType::Person {
        items.push(TimelineItem::StageChange {
            at: days_ago(11),
            opportunity_id: OPPORTUNITY_ID,
            opportunity_name: "Example Manufacturing: plant rollout".into(),
            stage: "Proposal".into(),
        });
    }
    items
}

pub(crate) fn ad_channel() -> AdChannel {
    AdChannel { id: CHANNEL_ID, name: "Google Ads".into(), slug: "google-ads".into(), icon_url: None }
}

pub(crate) fn client() -> Client {
    Client {
        id: CLIENT_ID,
        name: "Example Retail".into(),
        currency: Currency::USD,
        is_active: true,
        created_at: days_ago(100),
        updated_at: days_ago(5),
    }
}

pub(crate) fn client_channel() -> ClientChannel {
    ClientChannel {
        id: CLIENT_CHANNEL_ID,
        client_id: CLIENT_ID,
        channel: ad_channel(),
        settles_after_days: 14,
        is_active: true,
        created_at: days_ago(100),
        updated_at: days_ago(5),
    }
}

pub(crate) fn campaign_group() -> CampaignGroup {
    CampaignGroup {
        id: CAMPAIGN_GROUP_ID,
        client_id: CLIENT_ID,
        client_channel_id: CLIENT_CHANNEL_ID,
        name: "Spring".into(),
        weekly_budget: Some(usd(200_000)),
        is_active: true,
        created_at: days_ago(90),
        updated_at: days_ago(5),
    }
}

pub(crate) fn campaign() -> Campaign {
    Campaign {
        id: CAMPAIGN_ID,
        client_id: CLIENT_ID,
        campaign_group_id: CAMPAIGN_GROUP_ID,
        name: "Boots".into(),
        target_roas: TargetRoas::of_ten_thousandths(40_000),
        external_id: Some("cmp-boots".into()),
        is_active: true,
        created_at: days_ago(90),
        updated_at: days_ago(5),
    }
}

pub(crate) fn weekly_metric() -> WeeklyMetric {
    WeeklyMetric {
        level: MetricsLevel::Campaign,
        client_id: CLIENT_ID,
        client_channel_id: Some(CLIENT_CHANNEL_ID),
        campaign_group_id: Some(CAMPAIGN_GROUP_ID),
        campaign_id: Some(CAMPAIGN_ID),
        week_start: date(2026, 2, 23),
        ad_spend: usd(48_250),
        sales: usd(193_000),
        roas: Some(Ratio(40_000)),
        source: MetricsSource::Manual,
        settled: false,
        recorded_at: minutes_ago(40),
    }
}

/// An explanation of [`account_scores`] whose lines add up.
pub(crate) fn explanation(entity: EntityRow, config: ConfigVersions, reason: Reason) -> Explanation {
    let fit_line = |dimension, input: &str, points, weight, contribution| FitLine {
        dimension,
        input: Some(input.into()),
        points: Points(points),
        weight: Factor(weight),
        contribution: Points(contribution),
        open: Points(0),
    };
    let axis = |axis, value| AxisReason {
        axis,
        value: Some(Points(value)),
        threshold: Points(50_000),
        band: Points(10_000),
        level: Some(Level::High),
        why: Why::Above,
    };
    Explanation {
        entity,
        as_of: minutes_ago(10),
        config,
        fit: Some(FitExplanation {
            score: Points(82_500),
            coverage: Factor(1000),
            low: Points(82_500),
            high: Points(82_500),
            lines: vec![
                fit_line(FitDimension::CompanySize, "420", 100_000, 25_000, 50_000),
                fit_line(FitDimension::Revenue, "135000000", 65_000, 25_000, 32_500),
            ],
        }),
        engagement: None,
        roll_up: Some(RollUpExplanation {
            score: Points(61_333),
            lines: vec![
                RollUpLine {
                    part: RollUpPart::Top,
                    person: Some(person_ref()),
                    score: Some(Points(80_000)),
                    contribution: Points(48_000),
                },
                RollUpLine {
                    part: RollUpPart::Rest,
                    person: Some(PersonRef { id: SECOND_PERSON_ID, name: "Sam Example".into(), title: None }),
                    score: Some(Points(33_333)),
                    contribution: Points(13_333),
                },
            ],
            silent_people: 0,
        }),
        combined: Some(CombinedExplanation {
            score: Points(71_917),
            fit: Points(41_250),
            engagement: Points(30_667),
        }),
        tier: TierExplanation {
            tier: Some(Tier::Hot),
            quadrant: Some(Quadrant::FastTrack),
            action: Some(TierAction::ToSales),
            since: Some(days_ago(6)),
            next_transition_at: Some(days_ago(-19)),
            axes: vec![axis(Axis::Fit, 82_500), axis(Axis::Engagement, 61_333)],
        },
        reasons: vec![reason],
    }
}

//! Long work: what it is, who asked for it, how far it is. The queue says when it may run; a lease says who runs it.
//!
//! Enqueuing and looking happen in the caller's tenant transaction. Every write of a run names its [`Lease`], and is
//! refused with [`StoreError::StaleLease`](crate::StoreError) once another worker has claimed the job: so a worker that
//! was stopped and continued can do no harm.

mod listing;
mod queue;
mod run;

use canonical::ConnectorId;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenancy::{Actor, ApiKeyId, TenantId, UserId};
use uuid::Uuid;

use crate::schema::{job_queue, jobs};
use crate::{StoreError, TenantTx, Topic};

pub use listing::{Brought, JobFilter, Scored, Turn, brought_about, list_jobs, turns};
pub use queue::{Lease, claim, heartbeat, next_due_in};
pub use run::{
    Ending, Progress, check_lease, finish, hand_back, park, record_step, release_after_crash,
    still_permitted, take_up,
};

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

/// What is to be done.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Which workflow, such as `connector-sync`.
    pub kind: &'static str,
    /// The workflow's own id, unique within the tenant.
    pub workflow_id: String,
    /// Unfinished work of the same key is joined instead of begun a second time.
    pub dedupe_key: Option<String>,
    pub input: Value,
    pub parent: Option<JobId>,
    pub created_by: Actor,
    /// Not before; `None` is now.
    pub run_after: Option<DateTime<Utc>>,
}

/// What became of a wish to have something done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enqueued {
    pub id: JobId,
    /// The work was under way already, and this is it.
    pub joined: bool,
}

/// A job as its tenant sees it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs, check_for_backend(diesel::pg::Pg))]
pub struct JobRecord {
    pub id: Uuid,
    pub parent_id: Option<Uuid>,
    pub kind: String,
    pub workflow_id: String,
    pub status: String,
    pub phase: Option<String>,
    pub input: Value,
    pub state: Option<Value>,
    pub outcome: Option<Value>,
    pub error_code: Option<String>,
    pub attempt: i32,
    pub progress_done: i64,
    pub progress_total: Option<i64>,
    pub created_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub cancel_requested_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
}

impl JobRecord {
    pub fn id(&self) -> JobId {
        JobId(self.id)
    }

    /// Done per second since the start, as of the last recorded step.
    pub fn rate(&self) -> Option<f64> {
        let elapsed = (self.updated_at - self.started_at?).num_milliseconds();
        (elapsed > 0 && self.progress_done > 0).then(|| self.progress_done as f64 * 1000.0 / elapsed as f64)
    }

    /// When it will be done at the present rate; only while it runs and its total is known.
    pub fn eta(&self) -> Option<DateTime<Utc>> {
        let remaining = self.progress_total?.checked_sub(self.progress_done).filter(|left| *left >= 0)?;
        if self.finished_at.is_some() {
            return None;
        }
        let milliseconds = (remaining as f64 / self.rate()? * 1000.0).min(1e12);
        self.updated_at.checked_add_signed(chrono::TimeDelta::milliseconds(milliseconds as i64))
    }
}

/// Puts a job into the queue, or joins the unfinished one of the same key.
///
/// # Errors
/// [`StoreError::Conflict`] when a job of this workflow id exists already.
pub async fn enqueue(tx: &mut TenantTx, new: &NewJob) -> Result<Enqueued, StoreError> {
    tx.changes(Topic::Jobs);
    let tenant = tx.tenant();
    // The job joined may end between our insert and our look; then there is room for a new one.
    for _ in 0..3 {
        let id = Uuid::now_v7();
        let inserted: Option<Uuid> = diesel::insert_into(jobs::table)
            .values((
                jobs::tenant_id.eq(tenant.0),
                jobs::id.eq(id),
                jobs::parent_id.eq(new.parent.map(|parent| parent.0)),
                jobs::kind.eq(new.kind),
                jobs::workflow_id.eq(&new.workflow_id),
                jobs::dedupe_key.eq(new.dedupe_key.as_deref()),
                jobs::input.eq(&new.input),
                jobs::created_by.eq(requester_text(new.created_by)),
            ))
            .on_conflict((jobs::tenant_id, jobs::dedupe_key))
            .filter_target(jobs::finished_at.is_null())
            .do_nothing()
            .returning(jobs::id)
            .get_result(tx.conn())
            .await
            .optional()?;
        if inserted.is_some() {
            queue::insert(tx, JobId(id), new.kind, new.run_after).await?;
            return Ok(Enqueued { id: JobId(id), joined: false });
        }
        let Some(key) = &new.dedupe_key else { return Err(StoreError::Conflict) };
        let running: Option<Uuid> = jobs::table
            .filter(
                jobs::tenant_id.eq(tenant.0).and(jobs::dedupe_key.eq(key)).and(jobs::finished_at.is_null()),
            )
            .select(jobs::id)
            .first(tx.conn())
            .await
            .optional()?;
        if let Some(id) = running {
            return Ok(Enqueued { id: JobId(id), joined: true });
        }
    }
    Err(StoreError::Serialization)
}

/// # Errors
/// [`StoreError::NotFound`].
pub async fn get_job(tx: &mut TenantTx, id: JobId) -> Result<JobRecord, StoreError> {
    let tenant = tx.tenant();
    let query = jobs::table
        .filter(jobs::tenant_id.eq(tenant.0).and(jobs::id.eq(id.0)))
        .select(JobRecord::as_select());
    Ok(query.first(tx.conn()).await?)
}

/// Asks a job to stop at its next page; one that nobody has begun ends at once. Answers whether it was still unfinished.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn cancel_job(tx: &mut TenantTx, id: JobId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let job = get_job(tx, id).await?;
    if job.finished_at.is_some() {
        return Ok(false);
    }
    let mine = jobs::table.filter(jobs::tenant_id.eq(tenant.0).and(jobs::id.eq(id.0)));
    diesel::update(mine.filter(jobs::cancel_requested_at.is_null()))
        .set(jobs::cancel_requested_at.eq(diesel::dsl::now))
        .execute(tx.conn())
        .await?;
    if listing::end_unbegun(tx, id.0).await? {
        return Ok(true);
    }
    // One that waits need not wait to be told so.
    let waiting = job_queue::table.filter(job_queue::job_id.eq(id.0).and(job_queue::lease_owner.is_null()));
    diesel::update(waiting).set(job_queue::run_after.eq(diesel::dsl::now)).execute(tx.conn()).await?;
    Ok(true)
}

/// The unfinished job of a key, such as the sync of a connector that runs now.
///
/// # Errors
/// When the database is away.
pub async fn unfinished_job(tx: &mut TenantTx, dedupe_key: &str) -> Result<Option<JobRecord>, StoreError> {
    let tenant = tx.tenant();
    let query = jobs::table
        .filter(
            jobs::tenant_id
                .eq(tenant.0)
                .and(jobs::dedupe_key.eq(dedupe_key))
                .and(jobs::finished_at.is_null()),
        )
        .select(JobRecord::as_select());
    Ok(query.first(tx.conn()).await.optional()?)
}

/// How a requester stands in `jobs.created_by`.
pub(crate) fn requester_text(actor: Actor) -> String {
    match actor {
        Actor::User(user) => format!("user:{user}"),
        Actor::ApiKey(key) => format!("api_key:{key}"),
        Actor::System => "system".to_owned(),
    }
}

/// Who stands in `jobs.created_by`.
pub fn requester(text: &str) -> Option<Actor> {
    match text.split_once(':') {
        Some(("user", id)) => id.parse().ok().map(|id| Actor::User(UserId(id))),
        Some(("api_key", id)) => id.parse().ok().map(|id| Actor::ApiKey(ApiKeyId(id))),
        _ => (text == "system").then_some(Actor::System),
    }
}

/// The key under which syncs of one connector join.
pub fn sync_key(connector: ConnectorId) -> String {
    format!("sync:{connector}")
}

/// The key under which scoring runs of a tenant join.
pub const SCORING_KEY: &str = "scoring";

/// A workflow id as people know it: `sync-{tenant}-{connector}-{timestamp}`.
pub fn workflow_id(prefix: &str, tenant: TenantId, about: Option<Uuid>, at: DateTime<Utc>) -> String {
    let stamp = at.format("%Y%m%dT%H%M%S%6fZ");
    match about {
        Some(about) => format!("{prefix}-{tenant}-{about}-{stamp}"),
        None => format!("{prefix}-{tenant}-{stamp}"),
    }
}

//! `job`: long work, to follow and to stop.

use rpc::live::LiveMessage;

use super::prelude::*;

refusals! {
    /// Why there is no job to show.
    pub enum JobRefusal {
        /// The organization has no such job.
        NoSuchJob => NotFound, "no such job";
    }
}

/// One job with its progress.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The job.
    pub job_id: JobId,
}

impl Method for Get {
    const NAME: &'static str = "job.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::JOBS] };
    type Caller = Viewer;
    type Output = Job;
    type Refusal = JobRefusal;

    fn example() -> Example<Self> {
        Example { params: Get { job_id: sample::JOB_ID }, result: sample::finished_job() }
    }
}

/// The organization's jobs, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only jobs of this kind.
    pub kind: Option<JobKind>,
    /// Only jobs that stand so.
    pub status: Option<JobStatus>,
    /// Only jobs for this connector.
    pub connector_id: Option<ConnectorId>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "job.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::JOBS] };
    type Caller = Viewer;
    type Output = Page<Job>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                kind: Some(JobKind::ConnectorSync),
                status: None,
                connector_id: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::finished_job()]),
        }
    }
}

refusals! {
    /// Why a job was not stopped.
    pub enum CancelJobRefusal {
        /// The organization has no such job.
        NoSuchJob => NotFound, "no such job";
        /// The job had ended before.
        AlreadyFinished => Conflict, "the job has already ended";
    }
}

/// Asks a job to stop. It stops at the end of the page or step it is at, and keeps what it has done.
///
/// A job that waits is stopped at once. Asking twice changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    /// The job.
    pub job_id: JobId,
}

impl Method for Cancel {
    const NAME: &'static str = "job.cancel";
    const EFFECT: Effect = Effect::Mutation {
        audit: "job.cancel",
        idempotent: true,
        topics: &[topics::JOBS, topics::SYNC_RUNS],
    };
    type Caller = Manager;
    type Output = Job;
    type Refusal = CancelJobRefusal;

    fn example() -> Example<Self> {
        let now = Timestamp(sample::now());
        Example {
            params: Cancel { job_id: sample::QUEUED_JOB_ID },
            result: Job {
                status: JobStatus::Cancelled,
                waiting: None,
                created_at: sample::minutes_ago(1),
                finished_at: Some(now),
                cancel_requested_at: Some(now),
                ..sample::queued_job(JobKind::ConnectorSync, Some(sample::CONNECTOR_ID))
            },
        }
    }
}

/// Follows a job to its end: the job now, and again whenever it comes forward.
///
/// The messages are those of `live.watch`, with the job as result. After the state in which the job has ended comes `{end}`, and
/// the subscription is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Watch {
    /// The job.
    pub job_id: JobId,
    /// The `seq` of the last message of an earlier watch of the same job.
    #[validate(range(max = 9_007_199_254_740_991_u64))]
    pub resume: Option<u64>,
}

refusals! {
    /// Why a job is not, or no longer, followed.
    pub enum WatchJobRefusal {
        /// The organization has no such job.
        NoSuchJob => NotFound, "no such job";
        /// The credential was revoked, the session has ended, or the role no longer allows it. Ends a watch under way.
        RightsEnded => Forbidden, "your rights to watch this have ended";
        /// The socket took less than there was to send. Ends a watch under way; watch again, with the last `seq` as `resume`.
        TooSlow { seq: u64 } => TooManyRequests, "there was more to tell than was taken; watch again, with `resume`";
    }
}

impl Method for Watch {
    const NAME: &'static str = "job.watch";
    const EFFECT: Effect = Effect::Subscription;
    type Caller = Viewer;
    type Output = LiveMessage<Job>;
    type Refusal = WatchJobRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Watch { job_id: sample::JOB_ID, resume: None },
            result: LiveMessage::Result { seq: 8_821_455_159_296_001, result: sample::finished_job() },
        }
    }
}

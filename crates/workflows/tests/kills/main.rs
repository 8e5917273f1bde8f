//! Workers as processes of their own, killed (SIGKILL) at random moments of a full sync and of scoring runs, until the
//! work is done all the same: nothing is lost, nothing doubled, and the scores are those of an undisturbed run. A gate
//! holds back how far a worker comes, so that it is never done before it is killed.
//!
//! This program is the test, the workers and the stand-in, so it has a `main` of its own that speaks as much of the
//! test harness' language as cargo and nextest need.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod gate;
#[path = "../real_org/mod.rs"]
mod real_org;
mod vendor;

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chrono::Utc;
use gate::Gate;
use real_org::{StandIn, Tenant};
use store::jobs::JobId;
use store::testing::TestDatabase;
use store::{Store, StoreConfig};
use uuid::Uuid;
use workflows::RunnerConfig;

const NAME: &str = "workers_killed_at_random_lose_and_double_nothing";
const SYNC_KILLS: u32 = 20;
const SCORING_KILLS: u32 = 5;
const LIMIT: Duration = Duration::from_secs(120);

/// Set for a child process that is to be a worker: the application's URL of the database, and the data key's id.
const WORKER_URL: &str = "FAIRLEAD_CHILD_WORKER_URL";
const WORKER_KEY: &str = "FAIRLEAD_CHILD_WORKER_KEY";

fn main() {
    if real_org::be_the_stand_in_if_asked() || be_a_worker_if_asked() {
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let mut filters = arguments.iter().filter(|argument| !argument.starts_with("--"));
    if has("--list") {
        if !has("--ignored") {
            println!("{NAME}: test");
        }
    } else if filters.clone().next().is_none() || filters.any(|filter| NAME.contains(filter.as_str())) {
        tokio::runtime::Runtime::new().unwrap().block_on(workers_are_killed());
        println!("test {NAME} ... ok");
    }
}

async fn workers_are_killed() {
    let database = TestDatabase::start().await;
    let vendor = StandIn::start(0.6);
    let id = database.tenant("acme").await;
    let tenant = Tenant::new(database.store().await, &database.superuser_url(), id, &vendor.url).await;
    let gate = Gate::build(&tenant.superuser).await;
    let workers = Workers { url: database.app_url(), key: tenant.key, tenant: &tenant, gate };
    let theirs = vendor::Facts::read(&tenant, &vendor.url).await;

    let first = tenant.enqueue_sync().await;
    let mut kills = workers.kill_until_ended(first, SYNC_KILLS).await;
    theirs.assert_taken_over_once(&tenant, first).await;
    while kills < SYNC_KILLS {
        // It was too quick: the same again, which must change nothing.
        let again = tenant.enqueue_sync().await;
        kills += workers.kill_until_ended(again, SYNC_KILLS - kills).await;
    }
    theirs.assert_taken_over_once(&tenant, first).await;

    let as_of = Utc::now().to_rfc3339();
    let undisturbed = tenant.enqueue_scoring_as_of(&as_of).await;
    assert_eq!(workers.kill_until_ended(undisturbed, 0).await, 0);
    let expected = scores(&tenant, undisturbed).await;
    let (mut kills, mut rounds) = (0, 0);
    while kills < SCORING_KILLS {
        rounds += 1;
        assert!(rounds <= SCORING_KILLS, "a run has so few steps that none of its workers could be killed");
        let wipe = "DELETE FROM engagements; DELETE FROM tier_history; DELETE FROM engagement_states";
        tenant.superuser.batch_execute(wipe).await.unwrap();
        let disturbed = tenant.enqueue_scoring_as_of(&as_of).await;
        kills += workers.kill_until_ended(disturbed, SCORING_KILLS - kills).await;
        assert_eq!(scores(&tenant, disturbed).await, expected);
    }
}

/// What a run counted and published, and what it left behind.
async fn scores(tenant: &Tenant, run: JobId) -> String {
    let sql = format!(
        "SELECT concat_ws(' ', activities_read, people_scored, accounts_scored, opportunities_scored, tier_changes, \
           encode(state_hash, 'hex'), (SELECT count(*) FROM engagements), (SELECT count(*) FROM engagement_states), \
           (SELECT md5(string_agg(concat(entity_id, changed_at, from_tier, to_tier), '' ORDER BY entity_id, changed_at)) \
            FROM tier_history)) FROM scoring_runs WHERE id = '{}' AND status = 'complete'",
        run.0
    );
    tenant.superuser.query_one(&sql, &[]).await.unwrap().get(0)
}

struct Workers<'a> {
    url: String,
    key: Uuid,
    tenant: &'a Tenant,
    gate: Gate<'a>,
}

impl Workers<'_> {
    /// Kills one worker after the other until there were enough of them or the job has ended all the same; the last one
    /// may end it. Answers how many were killed while the job was unfinished.
    ///
    /// Every other one is killed in the middle of the step that the gate holds, before its commit; the others at any
    /// moment of the few steps that they are let through: reading, writing, committing, or between.
    async fn kill_until_ended(&self, job: JobId, kills: u32) -> u32 {
        let mut killed = 0;
        while killed < kills && self.tenant.job(job).await.finished_at.is_none() {
            let dice = *Uuid::new_v4().as_bytes();
            // The first step of each life only takes the job up.
            let before = self.gate.steps().await;
            let through = self.gate.let_through(2 + i64::from(dice[0] % 2)).await;
            let mut worker = self.start();
            if killed % 2 == 0 {
                self.held_or_ended(job, through + 1).await;
            } else {
                self.gate.reached(before + 1).await;
                tokio::time::sleep(Duration::from_millis(u64::from(dice[1] / 2))).await;
            }
            worker.0.kill().unwrap();
            worker.0.wait().unwrap();
            // Whoever was held finds out that nobody is there any more, and rolls back.
            self.gate.let_through(0).await;
            killed += u32::from(self.tenant.job(job).await.finished_at.is_none());
        }
        self.gate.open().await;
        let _last = self.start();
        let ended = self.tenant.ended(job, LIMIT).await;
        assert_eq!((ended.status.as_str(), ended.error_code.as_deref()), ("complete", None));
        killed
    }

    /// Waits until the gate holds the step of that number, or the job has ended before it.
    async fn held_or_ended(&self, job: JobId, step: i64) {
        tokio::select! {
            () = self.gate.reached(step) => {}
            _ = self.tenant.ended(job, LIMIT) => {}
        }
    }

    fn start(&self) -> Worker {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(WORKER_URL, &self.url).env(WORKER_KEY, self.key.to_string()).stdin(Stdio::piped());
        Worker(command.spawn().unwrap())
    }
}

/// Killed with whoever holds it.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn be_a_worker_if_asked() -> bool {
    let Ok(url) = std::env::var(WORKER_URL) else { return false };
    let key: Uuid = std::env::var(WORKER_KEY).unwrap().parse().unwrap();
    // Whoever started it holds the other end, and lets go of it even when it is killed.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let config = RunnerConfig {
        lease: Duration::from_millis(300),
        poll: Duration::from_millis(20),
        // The kills are no fault of the job.
        attempts: 1_000,
        ..RunnerConfig::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::connect(&StoreConfig::new(url)).await.unwrap();
        real_org::runner(&store, key, config).run(std::future::pending()).await;
    });
    true
}

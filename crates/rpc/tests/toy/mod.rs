//! A host of two methods.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rpc::{Call, Effect, Example, Extensions, Handle, Host, Method, NoRefusal, Refusal, Remember, RpcError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use validator::Validate;

rpc::catalogue! { "Toy"; Approve, Count }

/// Approve a group. Only a proposed one can be approved.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Approve {
    /// The group.
    group_id: u64,
    /// What the caller last read.
    #[validate(range(min = 1))]
    expected_version: u32,
}

rpc::refusals! {
    /// Why a group was not approved.
    pub enum ApproveRefusal {
        /// Somebody changed the group meanwhile.
        Stale { current_version: u32 } => Conflict, "the group is at version {current_version}";
        /// No such group.
        NoSuchGroup => NotFound, "no such group";
    }
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Approved {
    version: u32,
}

impl Method for Approve {
    const NAME: &'static str = "group.approve";
    const EFFECT: Effect =
        Effect::Mutation { audit: "group.approve", idempotent: true, topics: &[rpc::Topic("groups")] };
    type Caller = rpc::Admin;
    type Output = Approved;
    type Refusal = ApproveRefusal;

    fn example() -> Example<Self> {
        Example { params: Approve { group_id: 7, expected_version: 3 }, result: Approved { version: 4 } }
    }
}

/// Count groups.
#[derive(Debug, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Count {
    /// Only those of this time.
    within: Option<Within>,
}

/// A time.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Within {
    /// Its length.
    #[serde(default)]
    days: u32,
}

impl Method for Count {
    const NAME: &'static str = "group.count";
    const EFFECT: Effect = Effect::Query { topics: &[rpc::Topic("groups")] };
    type Caller = rpc::Viewer;
    type Output = Approved;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example { params: Count { within: None }, result: Approved { version: 1 } }
    }
}

pub(crate) struct Toy {
    pub(crate) ledger: Mutex<Vec<String>>,
    pub(crate) kept: Mutex<Vec<(Remember, String)>>,
    /// Where calls about group 50 wait, each for one permit.
    pub(crate) gate: Semaphore,
    pub(crate) patience: Duration,
}

impl Default for Toy {
    fn default() -> Self {
        Toy {
            ledger: Mutex::default(),
            kept: Mutex::default(),
            gate: Semaphore::new(0),
            patience: Duration::from_secs(60),
        }
    }
}

pub(crate) struct ToyFailure(RpcError);

impl From<ToyFailure> for RpcError {
    fn from(failure: ToyFailure) -> Self {
        failure.0
    }
}

impl Host for Toy {
    type Scope = ();
    type Failure<R: Refusal> = ToyFailure;

    fn request_id(&self, _: &Extensions) -> String {
        "req-1".into()
    }

    async fn admit(&self, ext: &Extensions, call: &Call) -> Result<(), RpcError> {
        match ext.get::<rpc::Access>() {
            None => Err(RpcError::unauthorized()),
            Some(held) if *held < call.access => Err(RpcError::forbidden()),
            Some(_) => Ok(()),
        }
    }

    async fn recall(&self, _: &mut (), _: &Call, remember: &Remember) -> Result<Option<String>, RpcError> {
        let kept = self.kept.lock().unwrap();
        Ok(kept.iter().find(|(it, _)| it.key == remember.key).map(|(_, reply)| reply.clone()))
    }

    async fn commit(&self, _: (), call: &Call, reply: Option<(&Remember, &str)>) -> Result<(), RpcError> {
        self.ledger.lock().unwrap().push(format!("commit {}", call.method));
        if let Some((remember, reply)) = reply {
            self.kept.lock().unwrap().push((remember.clone(), reply.to_owned()));
        }
        Ok(())
    }

    async fn refuse(&self, _: (), call: &Call, error: &RpcError) {
        self.ledger.lock().unwrap().push(format!("refuse {} {}", call.method, error.reason));
    }

    type Company = ();

    fn company(&self, _: &Extensions) -> Option<()> {
        Some(())
    }

    async fn admit_company(&self, calls: &[&Extensions], call: &Call) -> Result<(), RpcError> {
        self.admit(calls[0], call).await
    }

    fn join(&self, (): &(), _: &Extensions) -> Result<(), RpcError> {
        Ok(())
    }

    async fn commit_together(&self, (): (), done: Vec<((), Call)>) -> Result<(), RpcError> {
        self.ledger.lock().unwrap().push(format!("commit {} together", done.len()));
        if done.len() == 4 { Err(RpcError::unavailable()) } else { Ok(()) }
    }

    fn observe(&self, _: &Call, _: Result<(), &RpcError>, _: Duration) {}

    fn patience(&self) -> Duration {
        self.patience
    }

    fn deadline(&self) -> Duration {
        Duration::from_millis(200)
    }
}

impl Handle<Approve> for Toy {
    async fn handle(&self, _: &mut (), params: Approve) -> Result<Approved, ToyFailure> {
        match params.group_id {
            13 => panic!("a bug"),
            50 => self.gate.acquire().await.unwrap().forget(),
            99 => std::future::pending().await,
            _ => {}
        }
        match params.expected_version {
            ..3 => Err(ToyFailure(ApproveRefusal::Stale { current_version: 3 }.into_error())),
            version => Ok(Approved { version: version + 1 }),
        }
    }

    const TOGETHER: bool = true;

    async fn handle_together(
        &self,
        _: &mut (),
        _: &mut [()],
        calls: Vec<Approve>,
    ) -> Result<Vec<Option<Approved>>, ToyFailure> {
        assert!(calls.iter().all(|it| it.group_id != 13), "a bug");
        let one =
            |it: Approve| (it.expected_version >= 3).then(|| Approved { version: it.expected_version + 1 });
        Ok(calls.into_iter().map(one).collect())
    }
}

impl Handle<Count> for Toy {
    async fn handle(&self, _: &mut (), _: Count) -> Result<Approved, ToyFailure> {
        Ok(Approved { version: 1 })
    }
}

pub(crate) struct Bench {
    pub(crate) toy: Arc<Toy>,
    pub(crate) methods: rpc::Methods,
}

impl Bench {
    pub(crate) fn new(access: Option<rpc::Access>) -> Self {
        Self::of(Toy::default(), access)
    }

    pub(crate) fn of(toy: Toy, access: Option<rpc::Access>) -> Self {
        let toy = Arc::new(toy);
        let mut methods = mount(toy.clone()).unwrap();
        if let Some(access) = access {
            methods.extensions_mut().insert(access);
        }
        Bench { toy, methods }
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (reply, _) = self.methods.raw_json_request(&request.to_string(), 1).await.unwrap();
        serde_json::from_str(reply.get()).unwrap()
    }

    pub(crate) fn ledger(&self) -> Vec<String> {
        self.toy.ledger.lock().unwrap().clone()
    }
}

pub(crate) fn admin() -> Bench {
    Bench::new(Some(rpc::Access::Admin))
}

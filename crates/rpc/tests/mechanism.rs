//! The mechanism with a host of two methods: what every method gets without asking for it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rpc::{
    Call, Code, Effect, Example, Extensions, Handle, Host, Method, NoRefusal, Refusal, Remember, RpcError,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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

#[derive(Default)]
struct Toy {
    ledger: Mutex<Vec<String>>,
    kept: Mutex<Vec<(Remember, String)>>,
}

struct ToyFailure(RpcError);

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

    fn observe(&self, _: &Call, _: Result<(), &RpcError>, _: Duration) {}

    fn deadline(&self) -> Duration {
        Duration::from_millis(200)
    }
}

impl Handle<Approve> for Toy {
    async fn handle(&self, _: &mut (), params: Approve) -> Result<Approved, ToyFailure> {
        match params.group_id {
            13 => panic!("a bug"),
            99 => std::future::pending().await,
            _ if params.expected_version < 3 => {
                Err(ToyFailure(ApproveRefusal::Stale { current_version: 3 }.into_error()))
            }
            _ => Ok(Approved { version: params.expected_version + 1 }),
        }
    }
}

impl Handle<Count> for Toy {
    async fn handle(&self, _: &mut (), _: Count) -> Result<Approved, ToyFailure> {
        Ok(Approved { version: 1 })
    }
}

struct Bench {
    toy: Arc<Toy>,
    methods: rpc::Methods,
}

impl Bench {
    fn new(access: Option<rpc::Access>) -> Self {
        let toy = Arc::new(Toy::default());
        let mut methods = mount(toy.clone()).unwrap();
        if let Some(access) = access {
            methods.extensions_mut().insert(access);
        }
        Bench { toy, methods }
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let (reply, _) = self.methods.raw_json_request(&request.to_string(), 1).await.unwrap();
        serde_json::from_str(reply.get()).unwrap()
    }

    fn ledger(&self) -> Vec<String> {
        self.toy.ledger.lock().unwrap().clone()
    }
}

fn admin() -> Bench {
    Bench::new(Some(rpc::Access::Admin))
}

#[tokio::test]
async fn admission_comes_before_params_are_looked_at() {
    for method in CATALOGUE {
        let reply = Bench::new(None).call(method.name, json!({ "nonsense": [] })).await;
        assert_eq!(reply["error"]["code"], Code::Unauthorized.number(), "{reply}");
    }
    let viewer = Bench::new(Some(rpc::Access::Viewer));
    let reply = viewer.call("group.approve", json!([])).await;
    assert_eq!(reply["error"]["data"]["code"], "FORBIDDEN");
    assert!(viewer.ledger().is_empty(), "nothing may run for a caller who is not admitted");
}

#[tokio::test]
async fn params_are_by_name_closed_and_each_broken_rule_is_named() {
    let cases = [
        (json!([7, 3]), "", "object"),
        (json!({ "groupId": 7, "expectedVersion": 3, "x": 1 }), "x", "unknown"),
        (json!({ "groupId": 7 }), "expectedVersion", "required"),
        (json!({ "groupId": "7", "expectedVersion": 3 }), "groupId", "type"),
        (json!({ "groupId": 7, "expectedVersion": 0 }), "expectedVersion", "range"),
    ];
    for (params, path, rule) in cases {
        let reply = admin().call("group.approve", params.clone()).await;
        let field = &reply["error"]["data"]["fields"][0];
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        assert_eq!((field["path"].as_str(), field["rule"].as_str()), (Some(path), Some(rule)), "{params}");
    }
}

#[tokio::test]
async fn a_field_given_twice_is_refused() {
    let request = r#"{"jsonrpc":"2.0","id":1,"method":"group.approve","params":{"groupId":7,"groupId":8,"expectedVersion":3}}"#;
    let (reply, _) = admin().methods.raw_json_request(request, 1).await.unwrap();
    assert!(reply.get().contains(r#""rule":"duplicate""#), "{}", reply.get());
}

#[tokio::test]
async fn a_refusal_carries_its_reason_its_details_and_the_request_id() {
    let bench = admin();
    let reply = bench.call("group.approve", json!({ "groupId": 7, "expectedVersion": 1 })).await;
    assert_eq!(
        reply["error"],
        json!({
            "code": -32009,
            "message": "the group is at version 3",
            "data": {
                "code": "CONFLICT", "httpStatus": 409, "path": "group.approve", "reason": "stale",
                "retryable": false, "requestId": "req-1", "details": { "currentVersion": 3 },
            },
        })
    );
    assert_eq!(bench.ledger(), ["refuse group.approve stale"]);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_without_words() {
    let reply = admin().call("group.approve", json!({ "groupId": 13, "expectedVersion": 3 })).await;
    assert_eq!(reply["error"]["data"]["code"], "INTERNAL_SERVER_ERROR");
    assert!(!reply.to_string().contains("a bug"));
}

#[tokio::test]
async fn a_call_that_never_ends_is_answered_at_its_deadline() {
    let reply = admin().call("group.approve", json!({ "groupId": 99, "expectedVersion": 3 })).await;
    assert_eq!(reply["error"]["data"]["code"], "TIMEOUT");
    assert_eq!(reply["error"]["data"]["retryable"], true);
}

#[tokio::test]
async fn the_same_idempotency_key_answers_the_same_bytes_and_runs_once() {
    let bench = admin();
    let params = json!({ "groupId": 7, "idempotencyKey": "k", "expectedVersion": 3 });
    let first = bench.call("group.approve", params.clone()).await;
    assert_eq!(first, bench.call("group.approve", params).await);
    assert_eq!(bench.ledger(), ["commit group.approve"]);
    let long = json!({ "groupId": 7, "expectedVersion": 3, "idempotencyKey": "k".repeat(129) });
    assert_eq!(
        bench.call("group.approve", long).await["error"]["data"]["fields"][0]["path"],
        "idempotencyKey"
    );
}

#[tokio::test]
async fn a_list_is_never_taken_for_an_object() {
    let count = async |within: Value| admin().call("group.count", json!({ "within": within })).await;
    for within in [json!({}), json!({ "days": 3 }), json!(null)] {
        assert!(count(within).await["result"].is_object());
    }
    for within in [json!([]), json!([3])] {
        let refused = count(within).await;
        assert_eq!(refused["error"]["data"]["fields"][0]["path"], "within", "{refused}");
    }
}

#[tokio::test]
async fn a_query_takes_no_idempotency_key() {
    let reply = admin().call("group.count", json!({ "idempotencyKey": "k" })).await;
    assert_eq!(reply["error"]["data"]["fields"][0]["rule"], "unknown");
}

#[test]
fn the_document_lists_what_is_mounted_with_its_refusals() {
    let document = document();
    let names: Vec<&str> =
        document["methods"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    let methods = mount(Arc::new(Toy::default())).unwrap();
    let mut mounted: Vec<&str> = methods.method_names().collect();
    mounted.sort();
    assert_eq!(names, mounted);
    let approve = &document["methods"][0];
    assert_eq!(approve["summary"], "Approve a group.");
    assert_eq!(approve["x-audit"], "group.approve");
    let reasons: Vec<&str> = approve["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["data"]["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.ends_with(&["stale", "no_such_group"]), "{reasons:?}");
}

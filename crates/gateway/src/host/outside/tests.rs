//! Tokens that a stand-in issuer has truly signed, its keys served on loopback.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tenancy::Role;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::OutsideIssuers;
use crate::{
    bench::{Bench, Client, refusal},
    config::{self, JwksSource},
    methods::tests::register,
};

const PARTY: &str = "https://app.acme.example";

/// An issuer with a document of keys, and how often it was asked for.
struct Issuer {
    name: String,
    address: SocketAddr,
    document: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicUsize>,
}

struct Pair {
    id: &'static str,
    signing: EncodingKey,
}

/// An Ed25519 key from a seed of one byte, in the fixed frame of RFC 8410.
fn pair(id: &'static str, seed: u8) -> Pair {
    let head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
    Pair { id, signing: EncodingKey::from_ed_der(&[&head[..], &[seed; 32]].concat()) }
}

fn jwks(pairs: &[&Pair]) -> String {
    let jwk = |pair: &&Pair| {
        let mut jwk = Jwk::from_encoding_key(&pair.signing, Algorithm::EdDSA).unwrap();
        jwk.common.key_id = Some(pair.id.to_owned());
        jwk
    };
    json!({ "keys": pairs.iter().map(jwk).collect::<Vec<_>>() }).to_string()
}

impl Issuer {
    async fn start(name: &str, pairs: &[&Pair]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = Issuer {
            name: name.to_owned(),
            address: listener.local_addr().unwrap(),
            document: Arc::new(Mutex::new(Some(jwks(pairs)))),
            asked: Arc::default(),
        };
        let (document, asked) = (issuer.document.clone(), issuer.asked.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                asked.fetch_add(1, Ordering::SeqCst);
                let document = document.lock().unwrap().clone();
                let mut request = [0; 4096];
                let _request_bytes = socket.read(&mut request).await.unwrap_or(0);
                let (status, body) = match document {
                    Some(text) => ("200 OK", text),
                    None => ("503 Service Unavailable", "<html>gone</html>".to_owned()),
                };
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                socket.write_all(format!("{head}{body}").as_bytes()).await.ok();
            }
        });
        issuer
    }

    fn configured(&self, create_tenants: bool) -> config::OutsideIssuer {
        let url = format!("http://{}/jwks.json", self.address).parse().unwrap();
        config::OutsideIssuer {
            rules: tenancy::OutsideIssuer::new(&self.name, [], [PARTY]).unwrap(),
            jwks: JwksSource::Url(url),
            create_tenants,
        }
    }

    fn serve(&self, document: Option<String>) {
        *self.document.lock().unwrap() = document;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// A session token as Clerk makes it, signed with `pair`.
    fn token(&self, pair: &Pair, subject: &str, more: Value) -> String {
        let now = Utc::now().timestamp();
        let mut claims = json!({
            "iss": self.name, "sub": subject, "azp": PARTY, "iat": now, "nbf": now - 10, "exp": now + 60, "sid": "sess_1",
        });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let header = Header { kid: Some(pair.id.to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &pair.signing).unwrap()
    }
}

fn first_layout(organization: &str, role: &str) -> Value {
    json!({ "org_id": organization, "org_role": format!("org:{role}"), "org_slug": "northwind" })
}

fn second_layout(organization: &str, role: &str) -> Value {
    json!({ "v": 2, "o": { "id": organization, "rol": role, "slg": "northwind" } })
}

/// One issuer, which may make tenants, and a bench that trusts it without pause between two questions for keys.
async fn world(pair: &Pair, create_tenants: bool) -> (Issuer, Bench) {
    let issuer = Issuer::start("https://clerk.northwind.example", &[pair]).await;
    let mut outside = OutsideIssuers::new(&[issuer.configured(create_tenants)]);
    outside.trusted[0].keys.again_after = Duration::ZERO;
    let bench = Bench::trusting(outside, register).await;
    (issuer, bench)
}

async fn current(client: &Client) -> Value {
    client.ok("session.current", json!({})).await
}

#[tokio::test]
async fn both_layouts_enter_the_same_organization_which_first_sight_makes() {
    let key = pair("k1", 1);
    let (issuer, bench) = world(&key, true).await;
    let ann = bench.with(&issuer.token(&key, "user_ann", first_layout("org_1", "admin")));
    let first = current(&ann).await;
    assert_eq!(first["organization"]["slug"], "northwind");
    assert_eq!((&first["role"], &first["sessionId"]), (&json!("admin"), &json!(null)));
    assert!(first["expiresAt"].is_string());
    let again = bench.with(&issuer.token(&key, "user_ann", second_layout("org_1", "admin")));
    assert_eq!(current(&again).await["actor"], first["actor"]);
    let verified = json!({ "email": "bob@northwind.example", "email_verified": true });
    let mut claims = second_layout("org_1", "editor");
    claims.as_object_mut().unwrap().extend(verified.as_object().unwrap().clone());
    let bob = bench.with(&issuer.token(&key, "user_bob", claims));
    let told = current(&bob).await;
    assert_eq!((&told["role"], &told["email"]), (&json!("manager"), &json!("bob@northwind.example")));
    assert_eq!(told["organization"]["id"], first["organization"]["id"]);
    let team = ann.ok("team.list", json!({ "includeTotal": true })).await;
    assert_eq!(team["total"], 2);
    let nowhere = team["items"].as_array().unwrap().iter().find(|it| it["role"] == "admin").unwrap();
    assert!(nowhere["email"].as_str().unwrap().ends_with("@outside.invalid"), "{nowhere}");
    let audit = ann.ok("audit.list", json!({})).await;
    let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["team.add", "team.add", "tenant.create"]);
    assert_eq!(audit["items"][0]["actor"]["kind"], "system");
    assert_eq!(issuer.asked(), 1, "keys are kept");
}

#[tokio::test]
async fn an_organization_without_a_tenant_is_refused_where_none_may_be_made() {
    let key = pair("k1", 1);
    let (issuer, bench) = world(&key, false).await;
    let token = issuer.token(&key, "user_ann", first_layout("org_1", "admin"));
    let stranger = bench.stranger().raw("session.current", json!({})).await;
    assert_eq!(bench.with(&token).raw("session.current", json!({})).await, stranger);
    let sql = format!(
        "UPDATE tenant_directory SET outside_issuer = '{}', clerk_org_id = 'org_1' WHERE slug = 'acme'",
        issuer.name
    );
    bench.sabotage(&sql).await;
    assert_eq!(current(&bench.with(&token)).await["organization"]["slug"], "acme");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_gets_the_strangers_answer() {
    let (key, other) = (pair("k1", 1), pair("k1", 2));
    let (issuer, bench) = world(&key, true).await;
    let good = first_layout("org_1", "admin");
    let with = |more: Value| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims
    };
    assert!(!bench.with(&issuer.token(&key, "u", good.clone())).is_unauthorized().await);
    let now = Utc::now().timestamp();
    let stranger = bench.stranger().raw("session.current", json!({})).await;
    for (why, token) in [
        ("another key", issuer.token(&other, "u", good.clone())),
        ("expired", issuer.token(&key, "u", with(json!({ "exp": now - 61 })))),
        ("another party", issuer.token(&key, "u", with(json!({ "azp": "https://evil.example" })))),
        ("another issuer", issuer.token(&key, "u", with(json!({ "iss": "https://evil.example" })))),
        ("no organization", issuer.token(&key, "u", json!({}))),
        ("no role we know", issuer.token(&key, "u", first_layout("org_1", "superuser"))),
        ("no subject", issuer.token(&key, "", good.clone())),
    ] {
        assert_eq!(bench.with(&token).raw("session.current", json!({})).await, stranger, "{why}");
    }
}

#[tokio::test]
async fn the_books_follow_the_tokens_role_but_keep_an_admin() {
    let key = pair("k1", 1);
    let (issuer, bench) = world(&key, true).await;
    let as_role =
        |subject: &str, role: &str| bench.with(&issuer.token(&key, subject, first_layout("org_1", role)));
    let ann = as_role("user_ann", "admin");
    current(&ann).await;
    let bob_id = current(&as_role("user_bob", "viewer")).await["actor"]["id"].clone();
    assert_eq!(current(&as_role("user_bob", "manager")).await["role"], "manager");
    assert_eq!(ann.ok("user.getRole", json!({ "userId": bob_id })).await["role"], "manager");
    assert_eq!(
        ann.refused("team.changeRole", json!({ "userId": bob_id, "role": "viewer" })).await,
        refusal("PRECONDITION_FAILED", "role_kept_outside")
    );
    let demoted = as_role("user_ann", "viewer");
    assert_eq!(current(&demoted).await["role"], "viewer", "the token decides what this call may do");
    assert_eq!(demoted.refused("apiKey.list", json!({})).await.0, "FORBIDDEN");
    let admins = ann.ok("team.list", json!({ "role": "admin", "includeTotal": true })).await;
    assert_eq!(admins["total"], 1, "the last admin stays one in the books");
    current(&as_role("user_bob", "admin")).await;
    current(&demoted).await;
    let admins = as_role("user_bob", "admin").ok("team.list", json!({ "role": "admin" })).await;
    assert_eq!(admins["items"].as_array().unwrap().len(), 1);
    assert_eq!(admins["items"][0]["userId"], bob_id, "with another admin the books follow");
    let audit = as_role("user_bob", "admin").ok("audit.list", json!({ "action": "team.changeRole" })).await;
    let changes: Vec<_> =
        audit["items"].as_array().unwrap().iter().filter(|it| it["outcome"] == "done").cloned().collect();
    assert_eq!(changes.len(), 3, "{audit}");
    assert_eq!(changes[2]["after"], json!({ "role": Role::Manager }));
}

#[tokio::test]
async fn a_suspended_member_stays_out_whatever_the_token_says() {
    let key = pair("k1", 1);
    let (issuer, bench) = world(&key, true).await;
    let ann = bench.with(&issuer.token(&key, "user_ann", first_layout("org_1", "admin")));
    current(&ann).await;
    bench.sabotage("UPDATE memberships SET status = 'suspended'").await;
    assert!(ann.is_unauthorized().await);
    bench.sabotage("UPDATE memberships SET status = 'active'").await;
    assert!(!ann.is_unauthorized().await);
    bench.sabotage("UPDATE tenant_directory SET status = 'suspended'").await;
    assert!(ann.is_unauthorized().await);
}

#[tokio::test]
async fn two_issuers_with_the_same_organization_id_have_two_tenants() {
    let (one, two) = (pair("k", 1), pair("k", 2));
    let first = Issuer::start("https://one.example", &[&one]).await;
    let second = Issuer::start("https://two.example", &[&two]).await;
    let outside = OutsideIssuers::new(&[first.configured(true), second.configured(true)]);
    let bench = Bench::trusting(outside, register).await;
    let here = current(&bench.with(&first.token(&one, "u", first_layout("org_1", "admin")))).await;
    let there = current(&bench.with(&second.token(&two, "u", first_layout("org_1", "admin")))).await;
    assert_ne!(here["organization"]["id"], there["organization"]["id"]);
    assert_ne!(here["actor"]["id"], there["actor"]["id"]);
    assert_eq!(here["organization"]["slug"], "northwind");
    assert!(there["organization"]["slug"].as_str().unwrap().starts_with("northwind-"), "the name was taken");
    let crossed = second.token(&one, "u", first_layout("org_1", "admin"));
    assert!(bench.with(&crossed).is_unauthorized().await, "one issuer's key does not speak for another");
}

#[tokio::test]
async fn new_keys_are_fetched_when_a_token_names_one_and_old_ones_outlive_a_failing_source() {
    let (old, new) = (pair("old", 1), pair("new", 2));
    let (issuer, bench) = world(&old, true).await;
    let claims = first_layout("org_1", "admin");
    assert!(!bench.with(&issuer.token(&old, "u", claims.clone())).is_unauthorized().await);
    issuer.serve(Some(jwks(&[&old, &new])));
    assert!(!bench.with(&issuer.token(&new, "u", claims.clone())).is_unauthorized().await);
    assert_eq!(issuer.asked(), 2);
    for broken in [None, Some("<html>".to_owned()), Some("{\"keys\":[]}".to_owned())] {
        issuer.serve(broken);
        assert!(bench.with(&issuer.token(&pair("unknown", 3), "u", claims.clone())).is_unauthorized().await);
        assert!(!bench.with(&issuer.token(&old, "u", claims.clone())).is_unauthorized().await);
    }
    issuer.serve(Some(jwks(&[&new])));
    bench.with(&issuer.token(&pair("unknown", 3), "u", claims.clone())).is_unauthorized().await;
    assert!(bench.with(&issuer.token(&old, "u", claims)).is_unauthorized().await, "a withdrawn key is gone");
}

#[tokio::test]
async fn strangers_who_name_unknown_keys_do_not_make_us_ask_again_and_again() {
    let key = pair("k1", 1);
    let issuer = Issuer::start("https://clerk.northwind.example", &[&key]).await;
    let bench = Bench::trusting(OutsideIssuers::new(&[issuer.configured(true)]), register).await;
    let unknown = issuer.token(&pair("unknown", 2), "u", first_layout("org_1", "admin"));
    for _ in 0..20 {
        assert!(bench.with(&unknown).is_unauthorized().await);
    }
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_team_that_arrives_at_once_makes_one_organization() {
    let key = pair("k1", 1);
    let (issuer, bench) = world(&key, true).await;
    let arrivals = (0..8).map(|number| {
        let subject = format!("user_{}", number % 4);
        let client = bench.with(&issuer.token(&key, &subject, first_layout("org_1", "admin")));
        tokio::spawn(async move { client.call("session.current", json!({})).await })
    });
    let replies = futures::future::join_all(arrivals).await;
    let replies: Vec<Value> = replies.into_iter().map(Result::unwrap).collect();
    let organization = replies[0]["result"]["organization"].clone();
    assert!(organization.is_object(), "{replies:?}");
    assert!(replies.iter().all(|it| it["result"]["organization"] == organization), "{replies:?}");
    let ann = bench.with(&issuer.token(&key, "user_0", first_layout("org_1", "admin")));
    assert_eq!(ann.ok("team.list", json!({ "includeTotal": true })).await["total"], 4);
}

#[tokio::test]
async fn our_own_tokens_are_refused_when_old_and_are_nobody_elses() {
    let key = pair("k1", 1);
    let (_, bench) = world(&key, true).await;
    let grant = tenancy::AccessGrant {
        tenant: bench.tenant,
        user: bench.admin,
        session: tenancy::SessionId(uuid::Uuid::now_v7()),
    };
    let tokens = &bench.gateway.secrets.tokens;
    let old = tokens.issue(grant, uuid::Uuid::new_v4(), Utc::now() - TimeDelta::minutes(6));
    assert!(bench.with(old.expose()).is_unauthorized().await);
    let of_no_session = tokens.issue(grant, uuid::Uuid::new_v4(), Utc::now());
    assert!(bench.with(of_no_session.expose()).is_unauthorized().await);
}

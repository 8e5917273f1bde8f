//! Tokens of outside issuers, truly signed with keys made for the run: both of Clerk's layouts, plain
//! OpenID Connect, and a table of what is refused.

use std::sync::LazyLock;

use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenancy::{
    Jwks, JwksRefused, OutsideIdentity, OutsideIssuer, OutsideOrganization, Role, Unauthenticated,
};

use crate::support::{NOW, Pair, at, decode, eddsa, encode, es256, rs256, sign};

const ISSUER: &str = "https://clerk.acme.example";
const PARTY: &str = "https://app.acme.example";

static RSA: LazyLock<Pair> = LazyLock::new(rs256);
static EC: LazyLock<Pair> = LazyLock::new(es256);
static ED: LazyLock<Pair> = LazyLock::new(eddsa);
static STRANGER: LazyLock<Pair> = LazyLock::new(es256);

fn document() -> Value {
    json!({ "keys": [jwk(&RSA, "rsa"), jwk(&EC, "ec"), jwk(&ED, "ed")] })
}

fn jwk(pair: &Pair, id: &str) -> Value {
    with(with(pair.jwk.clone(), "kid", json!(id)), "use", json!("sig"))
}

fn jwks() -> Jwks {
    Jwks::parse(&document().to_string()).unwrap()
}

fn clerk() -> OutsideIssuer {
    OutsideIssuer::new(ISSUER, [], [PARTY]).unwrap()
}

/// A Clerk session token's claims without an organization.
fn claims() -> Value {
    json!({
        "azp": PARTY, "exp": NOW + 60, "fva": [4, -1], "iat": NOW, "iss": ISSUER, "jti": "0a1b2c", "nbf": NOW - 10,
        "sid": "sess_2abc", "sts": "active", "sub": "user_2xyz",
    })
}

fn header(pair: &Pair, id: &str) -> Value {
    json!({ "alg": format!("{:?}", pair.algorithm), "cat": "cl_B7d4PD111AAA", "kid": id, "typ": "JWT" })
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.to_owned(), value)
    };
    object
}

fn all(mut object: Value, more: Value) -> Value {
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn signed(header: &Value, claims: &Value) -> String {
    sign(&header.to_string(), &claims.to_string(), &EC.signing, Algorithm::ES256)
}

fn token(claims: &Value) -> String {
    signed(&header(&EC, "ec"), claims)
}

fn verify(claims: &Value) -> Result<OutsideIdentity, Unauthenticated> {
    clerk().verify(&token(claims), &jwks(), at(NOW))
}

#[test]
fn each_of_the_three_algorithms_verifies_with_its_own_key() {
    for (pair, id) in [(&*RSA, "rsa"), (&*EC, "ec"), (&*ED, "ed")] {
        let token = sign(&header(pair, id).to_string(), &claims().to_string(), &pair.signing, pair.algorithm);
        let identity = clerk().verify(&token, &jwks(), at(NOW)).unwrap();
        assert_eq!((identity.issuer.as_str(), identity.subject.as_str()), (ISSUER, "user_2xyz"), "{id}");
        assert_eq!((identity.session.as_deref(), identity.organization), (Some("sess_2abc"), None), "{id}");
    }
}

#[test]
fn both_layouts_of_an_organization_mean_the_same() {
    let first =
        json!({"org_id": "org_1", "org_role": "org:admin", "org_slug": "acme", "org_permissions": []});
    let second = json!({"v": 2, "o": {"id": "org_1", "rol": "admin", "slg": "acme", "per": "read", "fpm": "1"}, "pla": "o:free"});
    let expected =
        OutsideOrganization { id: "org_1".into(), slug: Some("acme".into()), role: Some(Role::Admin) };
    for layout in [first, second] {
        assert_eq!(verify(&all(claims(), layout)).unwrap().organization.as_ref(), Some(&expected));
    }
}

#[test]
fn outside_roles_are_mapped_and_unknown_ones_give_none() {
    for (name, role) in [
        (json!("org:manager"), Some(Role::Manager)),
        (json!("account_manager"), Some(Role::Manager)),
        (json!("editor"), Some(Role::Manager)),
        (json!("viewer"), Some(Role::Viewer)),
        (json!("org:superuser"), None),
        (json!("platform_admin"), None),
        (json!(null), None),
    ] {
        let first = with(all(claims(), json!({"org_id": "org_1"})), "org_role", name.clone());
        let second = all(claims(), json!({"o": with(json!({"id": "org_1"}), "rol", name.clone())}));
        for claims in [first, second] {
            assert_eq!(verify(&claims).unwrap().organization.unwrap().role, role, "{name}");
        }
    }
}

#[test]
fn an_address_counts_as_verified_only_if_the_issuer_says_so() {
    for (more, expected) in [
        (json!({}), (None, false)),
        (json!({"email": "a@acme.example"}), (Some("a@acme.example"), false)),
        (json!({"email": "a@acme.example", "email_verified": false}), (Some("a@acme.example"), false)),
        (json!({"email": "a@acme.example", "email_verified": true}), (Some("a@acme.example"), true)),
        (json!({"email_verified": true}), (None, false)),
    ] {
        let identity = verify(&all(claims(), more)).unwrap();
        assert_eq!((identity.email.as_deref(), identity.email_verified), expected);
    }
}

#[test]
fn an_audience_is_asked_for_exactly_where_one_is_configured() {
    let oidc = OutsideIssuer::new(ISSUER, ["fairlead", "fairlead-eu"], []).unwrap();
    let both = OutsideIssuer::new(ISSUER, ["fairlead"], [PARTY]).unwrap();
    let plain = with(claims(), "azp", json!(null));
    for (issuer, claims, accepted) in [
        (&oidc, with(plain.clone(), "aud", json!("fairlead")), true),
        (&oidc, with(plain.clone(), "aud", json!(["other", "fairlead-eu"])), true),
        (&oidc, with(claims(), "aud", json!("fairlead")), true),
        (&oidc, with(plain.clone(), "aud", json!("other")), false),
        (&oidc, with(plain.clone(), "aud", json!([])), false),
        (&oidc, plain.clone(), false),
        (&both, with(claims(), "aud", json!("fairlead")), true),
        (&both, with(plain, "aud", json!("fairlead")), false),
        (&both, claims(), false),
    ] {
        assert_eq!(issuer.verify(&token(&claims), &jwks(), at(NOW)).is_ok(), accepted, "{claims}");
    }
}

#[test]
fn the_clocks_may_be_sixty_seconds_apart_and_no_more() {
    for (name, instant, accepted) in [
        ("exp", NOW - 59, true),
        ("exp", NOW - 60, false),
        ("exp", NOW - 61, false),
        ("nbf", NOW + 60, true),
        ("nbf", NOW + 61, false),
        ("iat", NOW + 60, true),
        ("iat", NOW + 61, false),
    ] {
        assert_eq!(
            verify(&with(claims(), name, json!(instant))).is_ok(),
            accepted,
            "{name} {}",
            instant - NOW
        );
    }
    let fraction = verify(&with(claims(), "exp", json!(NOW as f64 + 60.75))).unwrap();
    assert_eq!(fraction.expires_at, at(NOW + 60), "NumericDate may have a fraction");
}

#[test]
fn an_issuer_that_would_accept_tokens_for_anybody_cannot_be_configured() {
    assert!(OutsideIssuer::new(ISSUER, [], []).is_err());
    assert!(OutsideIssuer::new("", ["fairlead"], []).is_err());
}

#[test]
fn an_unknown_key_id_can_be_told_apart_so_that_keys_are_fetched_again() {
    let refusal = |kid, claims: &Value| {
        clerk()
            .verify(&signed(&with(header(&EC, "ec"), "kid", json!(kid)), claims), &jwks(), at(NOW))
            .unwrap_err()
    };
    assert!(refusal("rotated-in", &claims()).is_unknown_key_id());
    assert!(!refusal("ed", &claims()).is_unknown_key_id());
    assert!(!refusal("ec", &with(claims(), "exp", json!(NOW - 99))).is_unknown_key_id());
}

#[test]
fn the_claimed_issuer_is_read_without_believing_it() {
    let elsewhere = token(&with(claims(), "iss", json!("https://evil.example")));
    assert_eq!(tenancy::outside::claimed_issuer(&elsewhere).as_deref(), Some("https://evil.example"));
    for (name, text) in [
        ("nothing", String::new()),
        ("an API key", "flk_0000000000000000000007".to_owned()),
        ("no issuer", token(&with(claims(), "iss", json!(null)))),
        ("no text", token(&with(claims(), "iss", json!(7)))),
    ] {
        assert_eq!(tenancy::outside::claimed_issuer(&text), None, "{name}");
    }
}

#[test]
fn every_forgery_is_refused_with_one_identical_error() {
    let mut forgeries: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| forgeries.push((name.to_owned(), token));
    let ec = || header(&EC, "ec");
    let genuine = token(&claims());
    let [_, body, signature] = genuine.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };

    for none in ["none", "None", "NONE", "nOnE"] {
        add(none, format!("{}.{body}.", encode(with(ec(), "alg", json!(none)).to_string())));
    }
    // the public key taken for a secret, in the shapes it is seen in
    let n = decode(RSA.jwk["n"].as_str().unwrap());
    for (name, secret) in [("modulus", n), ("document", RSA.jwk.to_string().into_bytes())] {
        let head = with(header(&RSA, "rsa"), "alg", json!("HS256")).to_string();
        add(
            &format!("HS256 with the {name}"),
            sign(&head, &claims().to_string(), &EncodingKey::from_secret(&secret), Algorithm::HS256),
        );
    }
    for algorithm in
        [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
    {
        let head = with(header(&RSA, "rsa"), "alg", json!(algorithm)).to_string();
        add(
            &format!("truly signed {algorithm:?}"),
            sign(&head, &claims().to_string(), &RSA.signing, algorithm),
        );
    }
    for alg in ["RS256", "EdDSA", "ES384", "HS256", "es256", ""] {
        add(
            &format!("alg {alg:?} over an ES256 signature"),
            signed(&with(ec(), "alg", json!(alg)), &claims()),
        );
    }
    add(
        "the key of another",
        sign(&ec().to_string(), &claims().to_string(), &STRANGER.signing, Algorithm::ES256),
    );
    add("its own key brought along", {
        let head = with(ec(), "jwk", STRANGER.jwk.clone()).to_string();
        sign(&head, &claims().to_string(), &STRANGER.signing, Algorithm::ES256)
    });
    for kid in [
        json!("unknown"),
        json!(""),
        json!("../ec"),
        json!("ec' OR 1=1 --"),
        json!("https://evil.example"),
        json!(7),
        json!(null),
    ] {
        add(&format!("kid {kid}"), signed(&with(ec(), "kid", kid), &claims()));
    }
    for name in ["jku", "x5u", "jwk", "crit", "b64", "enc", "zip"] {
        add(name, signed(&with(ec(), name, json!("https://evil.example")), &claims()));
    }
    for typ in ["logout+jwt", "secevent+jwt", "dpop+jwt", "jwt+secret", ""] {
        add(&format!("typ {typ:?}"), signed(&with(ec(), "typ", json!(typ)), &claims()));
    }
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("https://clerk.acme.example/")),
        ("iss", json!([ISSUER])),
        ("iss", json!(null)),
        ("sub", json!(null)),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("azp", json!("https://evil.example")),
        ("azp", json!([PARTY])),
        ("azp", json!(null)),
        ("aud", json!("fairlead")),
        ("aud", json!({"any": true})),
        ("exp", json!(null)),
        ("exp", json!((NOW + 60).to_string())),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("nbf", json!("soon")),
        ("iat", json!("now")),
        ("sts", json!("pending")),
        ("act", json!({"sub": "user_support"})),
        ("email_verified", json!("true")),
        ("org_id", json!("")),
        ("org_id", json!(7)),
        ("o", json!({"rol": "admin"})),
        ("o", json!({"id": ""})),
        ("o", json!("org_1")),
    ] {
        add(&format!("{name} {value}"), token(&with(claims(), name, value)));
    }
    add("two organizations", token(&all(claims(), json!({"org_id": "org_1", "o": {"id": "org_2"}}))));
    add(
        "one organization told twice",
        token(&all(claims(), json!({"org_id": "org_1", "o": {"id": "org_1"}}))),
    );
    for (name, text) in [
        ("sub twice", claims().to_string().replacen('{', r#"{"sub":"user_admin","#, 1)),
        (
            "a nested name twice",
            with(claims(), "o", json!({"id": "org_1"}))
                .to_string()
                .replace(r#"{"id":"#, r#"{"id":"org_2","id":"#),
        ),
        ("no JSON", "sub=user_2xyz".to_owned()),
        ("a list", format!("[{}]", claims())),
    ] {
        add(name, sign(&ec().to_string(), &text, &EC.signing, Algorithm::ES256));
    }
    add(
        "alg twice",
        sign(
            &ec().to_string().replacen('{', r#"{"alg":"none","#, 1),
            &claims().to_string(),
            &EC.signing,
            Algorithm::ES256,
        ),
    );
    add("signature cut", genuine[..genuine.len() - 4].to_owned());
    add("signature of zeros", genuine.replace(signature, &encode([0; 64])));
    add("a part too many", format!("{genuine}.{signature}"));
    add("1 MB", token(&with(claims(), "pad", json!("x".repeat(1_000_000)))));
    add("nothing", String::new());

    assert!(clerk().verify(&genuine, &jwks(), at(NOW)).is_ok());
    assert!(forgeries.len() >= 40);
    for (name, forgery) in &forgeries {
        let refusal = clerk().verify(forgery, &jwks(), at(NOW)).expect_err(name);
        assert_eq!(
            (refusal.to_string(), format!("{refusal:?}")),
            ("unauthenticated".into(), "Unauthenticated".into()),
            "{name}"
        );
    }
}

#[test]
fn keys_we_cannot_use_are_passed_over() {
    let usable = jwk(&EC, "ec");
    for (name, entry) in [
        ("symmetric", json!({"kty": "oct", "kid": "s", "k": "c2VjcmV0"})),
        ("for encryption", with(jwk(&RSA, "s"), "use", json!("enc"))),
        ("for signing only", with(jwk(&RSA, "s"), "key_ops", json!(["sign"]))),
        ("for another algorithm", with(jwk(&RSA, "s"), "alg", json!("PS256"))),
        ("weak", with(jwk(&RSA, "s"), "n", json!(encode([0xff; 128])))),
        ("weak behind zeros", with(jwk(&RSA, "s"), "n", json!(encode([[0; 128], [0xff; 128]].concat())))),
        ("on another curve", with(jwk(&EC, "s"), "crv", json!("P-384"))),
        ("cut short", with(jwk(&ED, "s"), "x", json!(encode([1; 31])))),
        ("without an id", with(jwk(&ED, "s"), "kid", json!(null))),
        ("with an empty id", jwk(&ED, "")),
        ("no object", json!(7)),
    ] {
        let jwks = Jwks::parse(&json!({"keys": [entry, usable]}).to_string()).unwrap();
        assert_eq!(jwks.key_ids().collect::<Vec<_>>(), ["ec"], "{name}");
        assert_eq!(
            Jwks::parse(&json!({"keys": [entry]}).to_string()).err(),
            Some(JwksRefused::NoUsableKey),
            "{name}"
        );
    }
}

#[test]
fn a_document_that_is_no_key_set_is_refused() {
    for (text, refused) in [
        ("".to_owned(), JwksRefused::NotAKeySet),
        ("<html>".to_owned(), JwksRefused::NotAKeySet),
        ("{}".to_owned(), JwksRefused::NotAKeySet),
        (r#"{"keys":[]}"#.to_owned(), JwksRefused::NoUsableKey),
        (json!({"keys": [jwk(&EC, "k"), jwk(&ED, "k")]}).to_string(), JwksRefused::RepeatedKeyId),
        (" ".repeat(300_000), JwksRefused::TooLong),
    ] {
        assert_eq!(Jwks::parse(&text).err(), Some(refused));
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_verifier_panic(text: String, json: String) {
        prop_assert!(clerk().verify(&text, &jwks(), at(NOW)).is_err());
        let signed = sign(&header(&ED, "ed").to_string(), &json, &ED.signing, Algorithm::EdDSA);
        prop_assert!(clerk().verify(&signed, &jwks(), at(NOW)).is_err());
        prop_assert!(Jwks::parse(&json).is_err());
    }

    #[test]
    fn any_organization_reads_the_same_in_both_layouts(id in "org_[a-z0-9]{1,20}", slug in prop::option::of("[a-z-]{1,20}"), role in "[a-z:_]{0,16}") {
        let first = json!({"org_id": id, "org_slug": slug, "org_role": role});
        let second = json!({"o": {"id": id, "slg": slug, "rol": role}});
        let read = |layout| verify(&all(claims(), layout)).unwrap().organization.unwrap();
        prop_assert_eq!(read(first), read(second));
    }
}

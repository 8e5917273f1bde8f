//! Our own access tokens: what is issued verifies, and every forgery in the table gets one identical error.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};
use tenancy::{AccessGrant, AccessTokens, Jwks, OutsideIssuer, SessionId, SigningKey, UserId};

use crate::support::{NOW, at, decode, ed25519, encode, es256, ring, rs256, sign, tenant, uuid};

const ISSUER: &str = "https://fairlead.example";
const SEED: [u8; 32] = [1; 32];

fn signing_key(id: &str, seed: [u8; 32]) -> SigningKey {
    SigningKey::from_seed(id.parse().unwrap(), &seed)
}

fn tokens() -> AccessTokens {
    AccessTokens::new(ISSUER, "fairlead", signing_key("k1", SEED), vec![signing_key("k0", [0; 32])])
}

fn grant() -> AccessGrant {
    AccessGrant { tenant: tenant(1), user: UserId(uuid(2)), session: SessionId(uuid(3)) }
}

fn issue() -> String {
    tokens().issue(grant(), uuid(4), at(NOW)).expose().to_owned()
}

fn header() -> Value {
    json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "k1" })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "fairlead", "sub": uuid(2), "tid": uuid(1), "sid": uuid(3),
        "iat": NOW, "exp": NOW + 300, "jti": uuid(4),
    })
}

/// The value with one member set, or taken away for `null`.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.to_owned(), value)
    };
    object
}

/// Truly signed with our own key, whatever it says.
fn signed(header: &Value, claims: &Value) -> String {
    sign(&header.to_string(), &claims.to_string(), &ed25519(&SEED), Algorithm::EdDSA)
}

fn with_header(name: &str, value: Value) -> String {
    signed(&with(header(), name, value), &claims())
}

fn with_claim(name: &str, value: Value) -> String {
    signed(&header(), &with(claims(), name, value))
}

fn raw(header: &str, claims: &str) -> String {
    sign(header, claims, &ed25519(&SEED), Algorithm::EdDSA)
}

#[test]
fn an_issued_token_verifies_and_says_what_it_was_issued_for() {
    let token = tokens().issue(grant(), uuid(4), at(NOW));
    let read = tokens().verify(token.expose(), at(NOW)).unwrap();
    assert_eq!((read.grant, read.token_id), (grant(), uuid(4)));
    assert_eq!((read.issued_at, read.expires_at), (at(NOW), at(NOW) + TimeDelta::minutes(5)));
    assert_eq!(token.expires_at, read.expires_at);
}

#[test]
fn an_issued_token_has_exactly_the_documented_parts() {
    let token = issue();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(serde_json::from_slice::<Value>(&decode(parts[0])).unwrap(), header());
    assert_eq!(serde_json::from_slice::<Value>(&decode(parts[1])).unwrap(), claims());
    assert_eq!(signed(&header(), &claims()), token, "so the table below starts from a token that verifies");
}

#[test]
fn a_token_lives_five_minutes_and_not_a_second_more() {
    let verify = |token: &str, now| tokens().verify(token, at(now)).is_ok();
    let token = issue();
    assert!(verify(&token, NOW + 299) && !verify(&token, NOW + 300));
    assert!(verify(&token, NOW - 60), "from a gateway whose clock is ahead");
    assert!(!verify(&token, NOW - 61), "but not that far");
}

#[test]
fn a_rotation_signs_out_nobody() {
    let token = |ring: &_| AccessTokens::from_ring(ISSUER, "fairlead", ring).issue(grant(), uuid(4), at(NOW));
    let verifies = |ring: &_, token: &tenancy::AccessToken| {
        AccessTokens::from_ring(ISSUER, "fairlead", ring).verify(token.expose(), at(NOW)).is_ok()
    };
    let (old, added, promoted, retired) = (ring(&['a']), ring(&['a', 'b']), ring(&['b', 'a']), ring(&['b']));
    assert!(verifies(&added, &token(&old)));
    assert!(verifies(&promoted, &token(&old)));
    assert!(verifies(&added, &token(&promoted)), "where the promotion has not arrived yet");
    assert!(verifies(&retired, &token(&promoted)));
    assert!(!verifies(&retired, &token(&old)));
}

#[test]
fn the_published_keys_verify_our_tokens_elsewhere() {
    let jwks = Jwks::parse(&tokens().jwks().to_string()).unwrap();
    assert_eq!(jwks.key_ids().collect::<Vec<_>>(), ["k1", "k0"]);
    let elsewhere = OutsideIssuer::new(ISSUER, ["fairlead"], []).unwrap();
    assert_eq!(elsewhere.verify(&issue(), &jwks, at(NOW)).unwrap().subject, uuid(2).to_string());
    assert!(!tokens().jwks().to_string().contains("\"d\""), "no private part");
}

#[test]
fn every_forgery_is_refused_with_one_identical_error() {
    let mut forgeries: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| forgeries.push((name.to_owned(), token));
    let genuine = issue();
    let [head, body, signature] = genuine.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };

    // no signature at all
    for none in ["none", "None", "NONE", "nOnE"] {
        let head = encode(with(header(), "alg", json!(none)).to_string());
        add(&format!("alg {none}, no signature"), format!("{head}.{body}."));
        add(&format!("alg {none}, somebody's signature"), format!("{head}.{body}.{signature}"));
    }
    add("signature cut off", format!("{head}.{body}."));
    add("signature dropped with its dot", format!("{head}.{body}"));

    // another algorithm
    let jwk = tokens().jwks()["keys"][0].clone();
    let public = decode(jwk["x"].as_str().unwrap());
    for (name, secret) in [("bytes", public), ("document", jwk.to_string().into_bytes()), ("nothing", vec![])]
    {
        let head = with(header(), "alg", json!("HS256")).to_string();
        let key = EncodingKey::from_secret(&secret);
        add(
            &format!("HS256 with the public key as {name}"),
            sign(&head, &claims().to_string(), &key, Algorithm::HS256),
        );
    }
    for (algorithm, key) in [(Algorithm::RS256, rs256().signing), (Algorithm::ES256, es256().signing)] {
        let head = with(header(), "alg", json!(algorithm)).to_string();
        add(&format!("truly signed {algorithm:?}"), sign(&head, &claims().to_string(), &key, algorithm));
    }
    for alg in [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
        "ES512", "ES256K", "Ed25519", "Ed448", "eddsa", "EdDSA ", "",
    ] {
        add(&format!("alg {alg:?} over our signature"), with_header("alg", json!(alg)));
    }
    add("no alg", with_header("alg", json!(null)));
    add("alg as a list", with_header("alg", json!(["EdDSA"])));

    // another key
    add("another key under our id", {
        sign(&header().to_string(), &claims().to_string(), &ed25519(&[9; 32]), Algorithm::EdDSA)
    });
    add("our key under the other id", with_header("kid", json!("k0")));
    for kid in [
        "",
        "k2",
        "K1",
        "k1 ",
        "k1\0",
        "../../../../dev/null",
        "/etc/passwd",
        "k1' OR '1'='1",
        "k1; DROP TABLE keys",
        "https://evil.example/key",
        "file:///etc/passwd",
        "${jndi:ldap://evil.example}",
        "*",
    ] {
        add(&format!("kid {kid:?}"), with_header("kid", json!(kid)));
    }
    add("no kid", with_header("kid", json!(null)));
    add("kid as a number", with_header("kid", json!(1)));
    add("kid as a list", with_header("kid", json!(["k1"])));

    // key material and rules of its own
    for name in ["jku", "x5u"] {
        add(name, with_header(name, json!("https://evil.example/keys.json")));
    }
    add("jwk", with_header("jwk", jwk));
    add("x5c", with_header("x5c", json!(["MIIB"])));
    add("x5t", with_header("x5t", json!("abc")));
    add("crit", with_header("crit", json!(["exp"])));
    add("b64", with_header("b64", json!(false)));
    add("zip", with_header("zip", json!("DEF")));
    add("cty", with_header("cty", json!("JWT")));

    // another kind of token
    for typ in
        ["JWT", "at+JWT", "AT+JWT", "application/at+jwt", "rt+jwt", "id+jwt", "logout+jwt", "dpop+jwt", ""]
    {
        add(&format!("typ {typ:?}"), with_header("typ", json!(typ)));
    }
    add("no typ", with_header("typ", json!(null)));
    add("an OpenID Connect id_token", {
        let claims = json!({"iss": ISSUER, "aud": "fairlead", "sub": uuid(2), "iat": NOW, "exp": NOW + 300, "nonce": "n"});
        signed(&with(header(), "typ", json!("JWT")), &claims)
    });
    add("an id_token typed as an access token", {
        signed(
            &header(),
            &json!({"iss": ISSUER, "aud": "fairlead", "sub": uuid(2), "iat": NOW, "exp": NOW + 300}),
        )
    });
    add("a refresh token", "flr_4f6ad0f3a1c94e0f8a6b1c2d3e4f5a6b".to_owned());
    add("an API key", "flk_0000000000000000000007_gggggggggggggggggggggggggggggggg_4esQOB".to_owned());

    // another place
    for aud in [
        json!("other"),
        json!(""),
        json!(["fairlead"]),
        json!(["fairlead", "other"]),
        json!("fairlead "),
        json!(null),
    ] {
        add(&format!("aud {aud}"), with_claim("aud", aud));
    }
    for iss in [
        json!("https://evil.example"),
        json!("https://fairlead.example/"),
        json!(""),
        json!([ISSUER]),
        json!(null),
    ] {
        add(&format!("iss {iss}"), with_claim("iss", iss));
    }

    // another time
    add(
        "61 s past its end",
        signed(&header(), &with(with(claims(), "iat", json!(NOW - 361)), "exp", json!(NOW - 61))),
    );
    add("at its end", signed(&header(), &with(with(claims(), "iat", json!(NOW - 300)), "exp", json!(NOW))));
    add(
        "issued 61 s ahead",
        signed(&header(), &with(with(claims(), "iat", json!(NOW + 61)), "exp", json!(NOW + 300))),
    );
    add("good for five minutes and a second", with_claim("exp", json!(NOW + 301)));
    add("good for a year", with_claim("exp", json!(NOW + 31_536_000)));
    add(
        "ends before it begins",
        signed(&header(), &with(with(claims(), "iat", json!(NOW + 30)), "exp", json!(NOW + 20))),
    );
    add("nbf ahead", with_claim("nbf", json!(NOW + 61)));
    for exp in [
        json!(null),
        json!("2030-01-01"),
        json!((NOW + 300).to_string()),
        json!(1e300),
        json!(NOW as f64 + 300.5),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(-1),
        json!(true),
    ] {
        add(&format!("exp {exp}"), with_claim("exp", exp));
    }
    for iat in [json!(null), json!("now"), json!(i64::MIN)] {
        add(&format!("iat {iat}"), with_claim("iat", iat));
    }

    // other claims
    for name in ["sub", "tid", "sid", "jti"] {
        add(&format!("no {name}"), with_claim(name, json!(null)));
        add(&format!("{name} is no id"), with_claim(name, json!("admin")));
    }
    add("a role it was not given", with_claim("role", json!("admin")));

    // names that stand twice
    let text = claims().to_string();
    add(
        "exp twice",
        raw(&header().to_string(), &text.replacen('{', &format!("{{\"exp\":{},", NOW + 300), 1)),
    );
    add(
        "sub twice, once escaped",
        raw(&header().to_string(), &text.replacen('{', &format!("{{\"\\u0073ub\":\"{}\",", uuid(2)), 1)),
    );
    add("alg twice", raw(&header().to_string().replacen('{', "{\"alg\":\"none\",", 1), &text));
    add("kid twice", raw(&header().to_string().replacen('{', "{\"kid\":\"k1\",", 1), &text));

    // another shape
    add("nothing", String::new());
    add("dots", "..".to_owned());
    add("a part too many", format!("{genuine}.{signature}"));
    add("an encrypted token's five parts", format!("{head}.{body}.{signature}.{body}.{signature}"));
    add("a blank before", format!(" {genuine}"));
    add("a line end after", format!("{genuine}\n"));
    add("its scheme before", format!("Bearer {genuine}"));
    add("padding", format!("{head}.{body}.{signature}=="));
    add("the other base64", format!("{head}.{body}.{}", signature.replace('-', "+").replace('_', "/") + "+"));
    add(
        "claims of another token",
        format!("{head}.{}.{signature}", encode(with(claims(), "tid", json!(uuid(9))).to_string())),
    );
    add("claims in a list", raw(&header().to_string(), &format!("[{text}]")));
    add("claims that are no JSON", raw(&header().to_string(), "iss=fairlead"));
    add("claims that are no text", {
        let signed = format!("{head}.{}", encode([0xff, 0xfe]));
        let signature =
            jsonwebtoken::crypto::sign(signed.as_bytes(), &ed25519(&SEED), Algorithm::EdDSA).unwrap();
        format!("{signed}.{signature}")
    });
    add("a tower of brackets", raw(&header().to_string(), &"[".repeat(4000)));
    add("1 MB of claims", with_claim("pad", json!("x".repeat(1_000_000))));
    add("1 MB of nothing", "a".repeat(1_000_000));

    assert!(forgeries.len() >= 40);
    for (name, forgery) in &forgeries {
        let refusal = tokens().verify(forgery, at(NOW)).expect_err(name);
        assert_eq!(refusal.to_string(), "unauthenticated", "{name}");
        assert_eq!(format!("{refusal:?}"), "Unauthenticated", "{name}");
        assert!(refusal.why().len() < 40, "a fixed text, no part of the token");
    }
}

#[test]
fn a_change_of_any_character_is_refused() {
    let token = issue();
    for place in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert!(tokens().verify(&String::from_utf8(changed).unwrap(), at(NOW)).is_err(), "at {place}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_verifier_panic(text: String, parts in "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}", json: String) {
        prop_assert!(tokens().verify(&text, at(NOW)).is_err());
        prop_assert!(tokens().verify(&parts, at(NOW)).is_err());
        prop_assert!(tokens().verify(&raw(&json, &json), at(NOW)).is_err());
        prop_assert!(tokens().verify(&raw(&header().to_string(), &json), at(NOW)).is_err());
    }
}

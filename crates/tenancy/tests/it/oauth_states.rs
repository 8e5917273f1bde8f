//! OAuth states: a callback completes only for the tenant, caller and connector it was begun for.

use tenancy::{
    Actor, ApiKeyId, CursorBinding, Cursors, FilterHash, InvalidOauthState, OauthState, OauthStates,
    PkceVerifier, Secret, UserId,
};

use crate::support::{NOW, at, decode, encode, ring, tenant, uuid};

fn states(names: &[char]) -> OauthStates {
    OauthStates::new(&ring(names))
}

fn state() -> OauthState {
    OauthState { tenant: tenant(1), actor: Actor::User(UserId(uuid(2))), connector: uuid(3), nonce: [4; 16] }
}

#[test]
fn a_state_comes_back_as_it_went_for_every_kind_of_caller() {
    for actor in [Actor::User(UserId(uuid(2))), Actor::ApiKey(ApiKeyId(uuid(2))), Actor::System] {
        let state = OauthState { actor, ..state() };
        let text = states(&['a']).seal(&state, at(NOW + 600));
        assert_eq!(states(&['a']).open(&text, at(NOW)), Ok(state));
        assert_eq!(states(&['a']).open(&text, at(NOW + 600)), Err(InvalidOauthState), "ten minutes are over");
    }
}

#[test]
fn a_callback_for_another_tenant_caller_or_connector_is_refused() {
    let text = states(&['a']).seal(&state(), at(NOW + 600));
    let open = |tenant_number, actor, connector| {
        states(&['a']).open_for(&text, tenant(tenant_number), actor, uuid(connector), at(NOW))
    };
    let user = Actor::User(UserId(uuid(2)));
    assert_eq!(open(1, user, 3), Ok([4; 16]));
    assert_eq!(open(9, user, 3), Err(InvalidOauthState));
    assert_eq!(open(1, Actor::User(UserId(uuid(9))), 3), Err(InvalidOauthState));
    assert_eq!(open(1, Actor::ApiKey(ApiKeyId(uuid(2))), 3), Err(InvalidOauthState));
    assert_eq!(open(1, user, 9), Err(InvalidOauthState));
}

#[test]
fn an_edited_state_is_refused_at_every_bit() {
    let text = states(&['a']).seal(&state(), at(NOW + 600));
    let bytes = decode(&text);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(states(&['a']).open(&encode(flipped), at(NOW)), Err(InvalidOauthState), "bit {bit}");
    }
    for wrong in ["", "state", &text[1..], &format!("{text}="), &format!("{text}A")] {
        assert_eq!(states(&['a']).open(wrong, at(NOW)), Err(InvalidOauthState), "{wrong}");
    }
}

#[test]
fn a_state_outlives_a_promotion_and_ends_with_its_key() {
    let text = states(&['a']).seal(&state(), at(NOW + 600));
    assert_eq!(states(&['b', 'a']).open(&text, at(NOW)), Ok(state()));
    assert_eq!(states(&['b']).open(&text, at(NOW)), Err(InvalidOauthState));
}

#[test]
fn a_cursor_is_no_oauth_state() {
    let binding =
        CursorBinding { tenant: tenant(1), actor: Actor::System, method: "", filter: FilterHash::of(b"") };
    let cursor = Cursors::new(&ring(&['a'])).seal(&binding, &[0; 65], at(NOW + 600));
    assert_eq!(states(&['a']).open(&cursor, at(NOW)), Err(InvalidOauthState));
}

#[test]
fn the_challenge_is_the_one_of_rfc_7636_appendix_b() {
    let random = decode("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").try_into().unwrap();
    let verifier = PkceVerifier::from_random(random);
    assert_eq!(verifier.secret().expose_str(), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    assert_eq!(verifier.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let stored = PkceVerifier::from_stored(Secret::from(verifier.secret().expose().to_vec()));
    assert_eq!(stored.challenge(), verifier.challenge());
}

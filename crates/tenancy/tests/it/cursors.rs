//! Cursors: 10,000 mutations and every exchange between questions are refused alike.

use proptest::prelude::*;
use tenancy::{
    Actor, ApiKeyId, CursorBinding, Cursors, FilterHash, InvalidCursor, OauthState, OauthStates, UserId,
};

use crate::support::{NOW, at, decode, encode, ring, tenant, uuid};

fn cursors(names: &[char]) -> Cursors {
    Cursors::new(&ring(names))
}

fn binding() -> CursorBinding<'static> {
    CursorBinding {
        tenant: tenant(1),
        actor: Actor::User(UserId(uuid(2))),
        method: "account.list",
        filter: FilterHash::of(br#"{"tier":"hot","order":"score"}"#),
    }
}

#[test]
fn a_cursor_gives_its_position_back_until_it_expires() {
    let cursor = cursors(&['a']).seal(&binding(), b"score 812, id 7", at(NOW + 60));
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    let open = |now| cursors(&['a']).open(&binding(), &cursor, at(now));
    assert_eq!(open(NOW), Ok(b"score 812, id 7".to_vec()));
    assert_eq!(open(NOW + 59), Ok(b"score 812, id 7".to_vec()));
    assert_eq!(open(NOW + 60), Err(InvalidCursor));
}

#[test]
fn a_cursor_taken_to_another_question_is_refused() {
    let cursor = cursors(&['a']).seal(&binding(), b"here", at(NOW + 60));
    for other in [
        CursorBinding { tenant: tenant(9), ..binding() },
        CursorBinding { actor: Actor::User(UserId(uuid(9))), ..binding() },
        CursorBinding { actor: Actor::ApiKey(ApiKeyId(uuid(2))), ..binding() },
        CursorBinding { actor: Actor::System, ..binding() },
        CursorBinding { method: "account.lis", ..binding() },
        CursorBinding { method: "person.list", ..binding() },
        CursorBinding { filter: FilterHash::of(br#"{"tier":"hot","order":"name"}"#), ..binding() },
    ] {
        assert_eq!(cursors(&['a']).open(&other, &cursor, at(NOW)), Err(InvalidCursor), "{other:?}");
    }
}

#[test]
fn a_cursor_outlives_a_promotion_and_ends_with_its_key() {
    let old = cursors(&['a']).seal(&binding(), b"here", at(NOW + 60));
    let new = cursors(&['b', 'a']).seal(&binding(), b"here", at(NOW + 60));
    assert!(cursors(&['b', 'a']).open(&binding(), &old, at(NOW)).is_ok());
    assert!(cursors(&['a', 'b']).open(&binding(), &new, at(NOW)).is_ok());
    assert!(cursors(&['b']).open(&binding(), &new, at(NOW)).is_ok());
    assert_eq!(cursors(&['b']).open(&binding(), &old, at(NOW)), Err(InvalidCursor));
}

#[test]
fn a_cursor_hides_its_position_and_differs_with_it() {
    let cursor = |position: &[u8]| cursors(&['a']).seal(&binding(), position, at(NOW + 60));
    let bytes = decode(&cursor(b"acme corporation"));
    assert!(!bytes.windows(4).any(|window| window == b"acme"));
    assert_eq!(cursor(b"x"), cursor(b"x"), "the same page has the same cursor");
    assert_ne!(decode(&cursor(b"x"))[..15], decode(&cursor(b"y"))[..15], "another page another nonce");
}

#[test]
fn an_oauth_state_is_no_cursor() {
    let state = OauthState { tenant: tenant(1), actor: Actor::System, connector: uuid(3), nonce: [4; 16] };
    let state = OauthStates::new(&ring(&['a'])).seal(&state, at(NOW + 60));
    assert_eq!(cursors(&['a']).open(&binding(), &state, at(NOW)), Err(InvalidCursor));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_mutated_cursor_opens(place: prop::sample::Index, mask in 1..=255u8, cut: bool) {
        let cursor = decode(&cursors(&['a']).seal(&binding(), b"score 812, id 7", at(NOW + 60)));
        let mut mutated = cursor.clone();
        if cut {
            mutated.truncate(place.index(cursor.len()));
        } else {
            mutated[place.index(cursor.len())] ^= mask;
        }
        prop_assert_eq!(cursors(&['a']).open(&binding(), &encode(mutated), at(NOW)), Err(InvalidCursor));
    }
}

proptest! {
    #[test]
    fn any_position_reads_back(position: Vec<u8>) {
        let cursor = cursors(&['a']).seal(&binding(), &position, at(NOW + 60));
        prop_assert_eq!(cursors(&['a']).open(&binding(), &cursor, at(NOW)), Ok(position));
    }

    #[test]
    fn no_text_makes_opening_panic(text: String, base64 in "[A-Za-z0-9_-]{0,200}") {
        prop_assert_eq!(cursors(&['a']).open(&binding(), &text, at(NOW)), Err(InvalidCursor));
        prop_assert_eq!(cursors(&['a']).open(&binding(), &base64, at(NOW)), Err(InvalidCursor));
    }
}

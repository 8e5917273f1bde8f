//! API keys: every typing error is refused before a query, and a record admits exactly its own key.

use chrono::TimeDelta;
use proptest::prelude::*;
use tenancy::{ApiKey, ApiKeyHash, ApiKeyId, ApiKeyRecord, Role, Subject, Unauthenticated};

use crate::support::{NOW, at, tenant, uuid};

const DIGITS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 64 bytes that look random and are the same each time.
fn bytes(seed: u8) -> [u8; 64] {
    std::array::from_fn(|index| (index as u8).wrapping_mul(151).wrapping_add(seed) % 248)
}

fn key(seed: u8) -> ApiKey {
    ApiKey::generate(
        ApiKeyId(uuid(0x0193_e2a0_0000_7000_8000_0000_0000_0001 + u128::from(seed))),
        &bytes(seed),
    )
    .unwrap()
}

fn record(key: &ApiKey) -> ApiKeyRecord {
    ApiKeyRecord {
        tenant: tenant(1),
        id: key.id(),
        hash: key.hash(),
        ceiling: Role::Manager,
        expires_at: None,
        revoked_at: None,
    }
}

#[test]
fn a_key_has_the_documented_shape() {
    let key = key(1);
    let parts: Vec<&str> = key.expose().split('_').collect();
    assert_eq!(parts[0], "flk");
    assert_eq!(parts[1..].iter().map(|part| part.len()).collect::<Vec<_>>(), [22, 32, 6]);
    assert!(parts[1..].iter().all(|part| part.chars().all(|digit| DIGITS.contains(digit))));
    assert_eq!(tenancy::api_key::public_prefix(key.id()), parts[..2].join("_"));
}

#[test]
fn every_change_of_one_character_is_refused() {
    // 65 places, each with every digit and a few strangers: some 4,300 mistyped keys, and two keys.
    for key in [key(1), key(2)] {
        for place in 0..key.expose().len() {
            for other in DIGITS.chars().chain("_-é \0".chars()) {
                let mistyped: String = key
                    .expose()
                    .chars()
                    .enumerate()
                    .map(|(at, old)| if at == place { other } else { old })
                    .collect();
                assert_eq!(ApiKey::parse(&mistyped).is_ok(), mistyped == key.expose(), "{mistyped}");
            }
        }
    }
}

#[test]
fn every_swap_cut_and_addition_is_refused() {
    let key = key(3);
    let text = key.expose();
    for place in 1..text.len() {
        let mut swapped = text.as_bytes().to_vec();
        swapped.swap(place - 1, place);
        let swapped = String::from_utf8(swapped).unwrap();
        assert_eq!(ApiKey::parse(&swapped).is_ok(), swapped == text, "{swapped}");
        assert!(ApiKey::parse(&text[..place]).is_err() && ApiKey::parse(&text[place..]).is_err());
        assert!(ApiKey::parse(&format!("{}0{}", &text[..place], &text[place..])).is_err());
    }
    for wrong in
        [String::new(), format!(" {text}"), format!("{text}\n"), format!("{text}_"), text.to_uppercase()]
    {
        assert_eq!(
            ApiKey::parse(&wrong).err().map(|error| error.to_string()).as_deref(),
            Some("unauthenticated")
        );
    }
}

#[test]
fn an_id_beyond_128_bits_is_refused_even_with_a_good_checksum() {
    let body = format!("flk_{}_{}", "z".repeat(22), "a".repeat(32));
    let crc = crc_digits(&body);
    assert!(ApiKey::parse(&format!("{body}_{crc}")).is_err());
    let body = format!("flk_{}_{}", "0".repeat(22), "a".repeat(32));
    let crc = crc_digits(&body);
    assert!(ApiKey::parse(&format!("{body}_{crc}")).is_ok(), "while the checksum was made right");
}

/// The checksum once more, by itself: CRC-32 (IEEE), bit by bit, as six base62 digits.
fn crc_digits(body: &str) -> String {
    let crc = !body.bytes().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    let digit = |power: u32| char::from(DIGITS.as_bytes()[(u64::from(crc) / 62u64.pow(power) % 62) as usize]);
    (0..6).rev().map(digit).collect()
}

#[test]
fn a_credential_is_meant_as_an_api_key_by_its_prefix() {
    for (credential, meant) in
        [(key(1).expose(), true), ("flk_", true), ("flk", false), ("flkx_", false), ("", false)]
    {
        assert_eq!(ApiKey::is_meant_by(credential), meant, "{credential}");
    }
}

#[test]
fn bytes_that_are_not_random_make_no_key() {
    assert!(ApiKey::generate(ApiKeyId(uuid(1)), &[255; 64]).is_err());
}

#[test]
fn a_record_admits_its_own_key_as_its_ceiling() {
    let key = key(4);
    let principal = record(&key).admit(&key, at(NOW)).unwrap();
    assert_eq!(
        (principal.tenant, principal.subject, principal.role),
        (tenant(1), Subject::ApiKey { key_id: key.id() }, Role::Manager)
    );
}

#[test]
fn a_foreign_revoked_or_expired_key_is_refused_with_one_and_the_same_error() {
    let key = key(5);
    let good = record(&key);
    let other_secret = ApiKey::generate(key.id(), &bytes(99)).unwrap();
    let with = |change: fn(&mut ApiKeyRecord)| {
        let mut record = record(&key);
        change(&mut record);
        record.admit(&key, at(NOW))
    };
    let refused: [Result<_, Unauthenticated>; 6] = [
        good.admit(&other_secret, at(NOW)),
        with(|record| record.id = ApiKeyId(uuid(9))),
        with(|record| record.hash = ApiKeyHash::from_bytes([0; 32])),
        with(|record| record.revoked_at = Some(at(NOW - 1))),
        with(|record| record.expires_at = Some(at(NOW))),
        with(|record| record.expires_at = Some(at(NOW - 1))),
    ];
    for refusal in refused {
        let refusal = refusal.unwrap_err();
        assert_eq!(
            (refusal.to_string(), format!("{refusal:?}")),
            ("unauthenticated".into(), "Unauthenticated".into())
        );
    }
    assert!(with(|record| record.expires_at = Some(at(NOW) + TimeDelta::milliseconds(1))).is_ok());
}

proptest! {
    #[test]
    fn any_key_reads_back_and_admits_itself_alone(id: u128, one in random(), other in random()) {
        let key = ApiKey::generate(ApiKeyId(uuid(id)), &one).unwrap();
        let read = ApiKey::parse(key.expose()).unwrap();
        prop_assert_eq!(read.id(), key.id());
        prop_assert!(read.hash() == key.hash());
        let stranger = ApiKey::generate(key.id(), &other).unwrap();
        prop_assert_eq!(record(&key).admit(&stranger, at(NOW)).is_ok(), stranger.expose() == key.expose());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text: String, tail in "flk_[0-9A-Za-z]{20,24}_[0-9A-Za-z]{30,34}_[0-9A-Za-z]{6}") {
        prop_assert!(ApiKey::parse(&text).is_err());
        let _ = ApiKey::parse(&tail);
    }
}

fn random() -> impl Strategy<Value = [u8; 64]> {
    prop::collection::vec(any::<u8>(), 64).prop_map(|bytes| bytes.try_into().unwrap())
}

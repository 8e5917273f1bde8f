//! Salesforce record ids: 15 case-sensitive characters (key prefix, pod, serial in base 62) and a three-letter
//! checksum of their upper-case positions. Within one object, ids sort as their serials do.
use std::fmt;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECKSUM: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const POD: &[u8; 2] = b"Hs";
/// Serials start here, so that ids look like those of an organization that has lived for a while.
const FIRST_SERIAL: u64 = 61_917_364_224;

/// A record's id: the object's key prefix and the row's number in its table.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId {
    pub prefix: [u8; 3],
    pub row: u32,
}

impl RecordId {
    pub fn new(prefix: &str, row: u32) -> Self {
        let p = prefix.as_bytes();
        Self { prefix: [p[0], p[1], p[2]], row }
    }

    /// The 18-character form.
    pub fn render(self) -> [u8; 18] {
        let mut out = [b'0'; 18];
        out[..3].copy_from_slice(&self.prefix);
        out[3..5].copy_from_slice(POD);
        let mut n = FIRST_SERIAL + u64::from(self.row);
        for slot in out[5..15].iter_mut().rev() {
            *slot = ALPHABET[(n % 62) as usize];
            n /= 62;
        }
        let sum = checksum(&out[..15]);
        out[15..].copy_from_slice(&sum);
        out
    }

    /// Reads an id of 15 or 18 characters; `None` when it is no id of this organization or its checksum is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        if !matches!(b.len(), 15 | 18) || &b[3..5] != POD {
            return None;
        }
        if b.len() == 18 && checksum(&b[..15]) != b[15..18] {
            return None;
        }
        let mut n = 0u64;
        for c in &b[5..15] {
            n = n.checked_mul(62)?.checked_add(ALPHABET.iter().position(|a| a == c)? as u64)?;
        }
        let row = u32::try_from(n.checked_sub(FIRST_SERIAL)?).ok()?;
        Some(Self { prefix: [b[0], b[1], b[2]], row })
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.render()).expect("ids are ASCII"))
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One character for each five: bit i is set when character i is an upper-case letter.
fn checksum(fifteen: &[u8]) -> [u8; 3] {
    let mut out = [0; 3];
    for (chunk, slot) in fifteen.chunks(5).zip(&mut out) {
        let bits =
            chunk.iter().enumerate().fold(0, |acc, (i, c)| acc | usize::from(c.is_ascii_uppercase()) << i);
        *slot = CHECKSUM[bits];
    }
    out
}

/// The 18-character form of any well-formed 15-character id; longer texts come back as they are.
pub(crate) fn widen(text: &str) -> String {
    if text.len() == 15 && text.is_ascii() {
        let sum = checksum(text.as_bytes());
        format!("{text}{}", std::str::from_utf8(&sum).expect("checksum letters are ASCII"))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_agrees_with_the_vendors_published_example() {
        assert_eq!(widen("001D000000IRt53"), "001D000000IRt53IAD");
        assert_eq!(widen("00D000000000062"), "00D000000000062EAA");
    }

    #[test]
    fn an_id_survives_the_round_trip_and_sorts_as_its_row() {
        let mut last = String::new();
        for row in [0, 1, 61, 62, 3_843, 3_844, 1_000_000, u32::MAX] {
            let id = RecordId::new("003", row);
            let text = id.to_string();
            assert_eq!(RecordId::parse(&text), Some(id));
            assert_eq!(RecordId::parse(&text[..15]), Some(id));
            assert!(text > last);
            last = text;
        }
        let mut broken = last.into_bytes();
        broken[17] = if broken[17] == b'A' { b'B' } else { b'A' };
        assert_eq!(RecordId::parse(std::str::from_utf8(&broken).unwrap()), None);
    }
}

//! Numbers and random text in the digits `0-9A-Za-z`, at fixed width, for API keys.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The number in base 62, most significant digit first, padded with `0` to `width` digits.
/// `width` must be enough for the number: 22 for 128 bits, 6 for 32.
pub(crate) fn encode(mut number: u128, width: usize) -> String {
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    debug_assert_eq!(number, 0, "the width holds the number");
    digits.into_iter().map(char::from).collect()
}

/// The way back; `None` for other characters and for numbers beyond 128 bits.
pub(crate) fn decode(text: &str) -> Option<u128> {
    text.bytes().try_fold(0u128, |number, byte| number.checked_mul(62)?.checked_add(digit(byte)?))
}

pub(crate) fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// `length` digits, each equally likely, from random bytes. A byte of 248 or more is thrown away
/// instead of wrapped round, which would favour the first eight digits. `None` if too few bytes remain.
pub(crate) fn unbiased(random: &[u8], length: usize) -> Option<String> {
    let digits =
        random.iter().filter(|byte| **byte < 248).map(|byte| char::from(DIGITS[usize::from(byte % 62)]));
    let mut text = String::with_capacity(length);
    text.extend(digits.take(length));
    (text.len() == length).then_some(text)
}

fn digit(byte: u8) -> Option<u128> {
    match byte {
        b'0'..=b'9' => Some(u128::from(byte - b'0')),
        b'A'..=b'Z' => Some(u128::from(byte - b'A') + 10),
        b'a'..=b'z' => Some(u128::from(byte - b'a') + 36),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_widest_numbers_fit_their_width() {
        for (number, width) in [(0, 22), (u128::MAX, 22), (0, 6), (u128::from(u32::MAX), 6)] {
            let text = encode(number, width);
            assert_eq!((text.len(), decode(&text)), (width, Some(number)));
        }
        assert_eq!(decode("zzzzzzzzzzzzzzzzzzzzzz"), None, "beyond 128 bits");
    }

    #[test]
    fn every_digit_is_equally_likely() {
        // Each of the 256 byte values once: 248 of them are used, 4 for each digit.
        let every_byte: Vec<u8> = (0..=255).collect();
        let text = unbiased(&every_byte, 248).unwrap();
        for digit in DIGITS {
            assert_eq!(text.bytes().filter(|byte| byte == digit).count(), 4);
        }
        assert_eq!(unbiased(&every_byte, 249), None, "what is thrown away is not made up");
    }

    proptest! {
        #[test]
        fn a_number_reads_back(number: u128) {
            prop_assert_eq!(decode(&encode(number, 22)), Some(number));
        }
    }
}

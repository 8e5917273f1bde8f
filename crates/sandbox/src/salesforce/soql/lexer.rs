//! Text of a query into tokens.
use super::SyntaxError;
use crate::salesforce::time;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, keyword or dotted path.
    Word(String),
    Text(String),
    Number(f64),
    Date(i32),
    DateTime(i64),
    Symbol(&'static str),
    End,
}

const SYMBOLS: [&str; 10] = ["<=", ">=", "!=", "<>", "=", "<", ">", "(", ")", ","];

/// Tokens with the column each begins at.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, SyntaxError> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let column = text.len() - rest.len() + 1;
        let Some(first) = rest.chars().next() else {
            out.push((Token::End, column));
            return Ok(out);
        };
        let taken = if first == '\'' {
            let (value, taken) = quoted(rest, column)?;
            out.push((Token::Text(value), column));
            taken
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|s| rest.starts_with(s)) {
            out.push((Token::Symbol(symbol), column));
            symbol.len()
        } else if first.is_ascii_digit() || ((first == '-' || first == '+' || first == '.') && rest.len() > 1)
        {
            let taken =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-:.".contains(c))).unwrap_or(rest.len());
            out.push((numeric(&rest[..taken], column)?, column));
            taken
        } else if first.is_ascii_alphabetic() || first == '_' {
            let taken =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.:".contains(c))).unwrap_or(rest.len());
            out.push((Token::Word(rest[..taken].to_owned()), column));
            taken
        } else {
            return Err(SyntaxError { message: format!("unexpected token: '{first}'"), column });
        };
        rest = &rest[taken..];
    }
}

/// The contents of a string literal and the bytes it takes, quotes included.
fn quoted(rest: &str, column: usize) -> Result<(String, usize), SyntaxError> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Ok((value, at + 1)),
            '\\' => {
                let (_, escaped) = chars.next().ok_or_else(|| unterminated(column))?;
                match escaped {
                    'n' | 'N' => value.push('\n'),
                    'r' | 'R' => value.push('\r'),
                    't' | 'T' => value.push('\t'),
                    'b' | 'B' => value.push('\u{8}'),
                    'f' | 'F' => value.push('\u{c}'),
                    // `\%` and `\_` keep their backslash: LIKE needs to see it.
                    '%' | '_' => value.extend(['\\', escaped]),
                    '\'' | '"' | '\\' => value.push(escaped),
                    other => {
                        let message =
                            format!("Illegal string literal: Invalid string escape sequence '\\{other}'");
                        return Err(SyntaxError { message, column });
                    }
                }
            }
            other => value.push(other),
        }
    }
    Err(unterminated(column))
}

fn unterminated(column: usize) -> SyntaxError {
    SyntaxError { message: "mismatched character '<EOF>' expecting '''".into(), column }
}

fn numeric(text: &str, column: usize) -> Result<Token, SyntaxError> {
    let bad = |message: String| SyntaxError { message, column };
    if text.len() >= 10 && text.as_bytes()[4] == b'-' {
        return if text.contains('T') {
            // A plus sign that was not percent-encoded arrives as a space and never gets here whole.
            time::parse_datetime(text)
                .map(Token::DateTime)
                .ok_or_else(|| bad(format!("Invalid datetime: {text}")))
        } else {
            time::parse_date(text).map(Token::Date).ok_or_else(|| bad(format!("Invalid date: {text}")))
        };
    }
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() => Ok(Token::Number(n)),
        _ => Err(bad(format!("unexpected token: '{text}'"))),
    }
}

//! Exit codes, so that a script can tell why a command failed without reading words.

use std::{fmt, process::ExitCode};

use api::types::NotAName;
use rpc::{
    Code,
    client::{ClientError, Refused},
};

use crate::config::{ConfigRefused, in_words};

/// Printed below `--help`.
pub(super) const HELP: &str = "\
Exit codes:
  0  done
  1  something else went wrong
  2  wrong usage or configuration
  3  unauthenticated: the credential is missing or not valid
  4  forbidden: the credential may not do this
  5  not found: no such thing, or no such method
  6  invalid params, or a request that is refused as it is
  7  conflict, or a precondition that does not hold
  8  unavailable, too many calls, or too slow: the same call may succeed later
  9  internal error";

/// Why the process ends, as the number a script sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Other = 1,
    Usage = 2,
    Unauthenticated = 3,
    Forbidden = 4,
    NotFound = 5,
    Invalid = 6,
    Conflict = 7,
    Unavailable = 8,
    Internal = 9,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl From<Code> for Exit {
    fn from(code: Code) -> Exit {
        match code {
            Code::Unauthorized => Exit::Unauthenticated,
            Code::Forbidden => Exit::Forbidden,
            Code::NotFound | Code::MethodNotFound => Exit::NotFound,
            Code::ParseError
            | Code::BadRequest
            | Code::InvalidParams
            | Code::PayloadTooLarge
            | Code::UnprocessableContent => Exit::Invalid,
            Code::Conflict | Code::PreconditionFailed => Exit::Conflict,
            Code::ServiceUnavailable | Code::Timeout | Code::TooManyRequests | Code::ClientClosedRequest => {
                Exit::Unavailable
            }
            Code::InternalServerError => Exit::Internal,
        }
    }
}

/// A command that did not succeed: one line for a person, one number for a script.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub exit: Exit,
    pub message: String,
}

impl Failure {
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Failure { exit, message: without_numbers(&message.to_string()) }
    }
}

/// The system's words stay, its numbers for them go: `(os error 2)` helps nobody.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(" (os error ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once(')').map_or(part, |(_, rest)| rest))
}

impl From<ConfigRefused> for Failure {
    fn from(refused: ConfigRefused) -> Self {
        Failure::new(Exit::Usage, refused)
    }
}

impl From<NotAName> for Failure {
    fn from(refused: NotAName) -> Self {
        Failure::new(Exit::Usage, refused)
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match &error {
            ClientError::Refused(refused) => refused_by_the_server(refused),
            ClientError::Transport { message, source } => not_understood(message, innermost(&**source)),
        }
    }
}

/// One line: a script's log has no room for more.
fn refused_by_the_server(refused: &Refused) -> Failure {
    let exit = refused.code().map_or(Exit::Other, Exit::from);
    let mut line = format!("{} ({}): {}", refused.name, refused.reason, refused.message);
    // What is wrong with a single field is the message already.
    for field in refused.fields.iter().filter(|_| refused.fields.len() > 1) {
        line.push_str(&format!("; {}: {}", field.path, field.message));
    }
    if let Some(ms) = refused.retry_after_ms {
        line.push_str(&format!("; try again in {ms} ms"));
    }
    if !refused.request_id.is_empty() {
        line.push_str(&format!("; request {}", refused.request_id));
    }
    Failure::new(exit, line.replace('\n', " "))
}

/// No answer, or one that is not ours.
fn not_understood(message: &str, cause: &(dyn std::error::Error + 'static)) -> Failure {
    if cause.is::<serde_json::Error>() {
        return Failure::new(
            Exit::Other,
            format!("{message}, so what answers is no Fairlead of this version"),
        );
    }
    if cause.is::<fmt::Error>() {
        // It stands for no cause at all.
        return Failure::new(Exit::Unavailable, message);
    }
    let words = match cause.downcast_ref::<std::io::Error>() {
        Some(error) => in_words(error),
        None => cause.to_string().replace('\n', " "),
    };
    Failure::new(Exit::Unavailable, format!("{message}: {words}"))
}

/// The last cause says most: "connection refused" rather than "error sending request".
fn innermost<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    std::iter::successors(Some(error), |it| it.source()).last().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_in_words() {
        let failure = Failure::new(Exit::Usage, "x: Permission denied (os error 13); y: Gone (os error 2)");
        assert_eq!(failure.to_string(), "x: Permission denied; y: Gone");
    }

    #[test]
    fn every_code_has_an_exit_and_what_may_be_retried_has_its_own() {
        for code in Code::ALL {
            let exit = Exit::from(code);
            assert_ne!(exit as u8, 0);
            assert_eq!(
                exit == Exit::Unavailable,
                code.retryable() || code == Code::ClientClosedRequest,
                "{code:?}"
            );
            assert!(HELP.contains(&format!("\n  {}  ", exit as u8)), "{code:?} is in the help");
        }
    }
}

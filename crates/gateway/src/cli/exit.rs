//! Exit codes, so that a script can tell why a command failed without reading words.

use std::{fmt, process::ExitCode};

use api::types::NotAName;
use rpc::{
    Code,
    client::{ClientError, Refused},
};

use crate::config::ConfigRefused;

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
        Failure { exit, message: message.to_string() }
    }
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
            ClientError::Transport { message, source } => {
                Failure::new(Exit::Unavailable, format!("{message}: {}", innermost(&**source)))
            }
        }
    }
}

fn refused_by_the_server(refused: &Refused) -> Failure {
    let exit = refused.code().map_or(Exit::Other, Exit::from);
    let mut line = format!("{} ({}): {}", refused.name, refused.reason, refused.message);
    for field in &refused.fields {
        line.push_str(&format!("\n  {}: {} [{}]", field.path, field.message, field.rule));
    }
    if let Some(ms) = refused.retry_after_ms {
        line.push_str(&format!("\n  try again in {ms} ms"));
    }
    if !refused.request_id.is_empty() {
        line.push_str(&format!("\n  request {}", refused.request_id));
    }
    Failure::new(exit, line)
}

/// The last cause says most: "connection refused" rather than "error sending request".
fn innermost<'a>(error: &'a (dyn std::error::Error + 'static)) -> &'a (dyn std::error::Error + 'static) {
    std::iter::successors(Some(error), |it| it.source()).last().unwrap_or(error)
}

#[cfg(test)]
mod tests {
    use super::*;

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

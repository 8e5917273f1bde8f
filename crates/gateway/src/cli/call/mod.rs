//! `fairlead call METHOD [JSON|@file|-]`: one call, for scripts and for trying things.

mod changes;

use std::io::{IsTerminal, Read};

use clap::Args;
use rpc::{
    Code,
    client::{Client, ClientError},
};
use serde_json::{Value, value::RawValue};
use url::Url;

use super::exit::{Exit, Failure};
use crate::config::in_words;

/// Calls one method of a running server and prints its result.
#[derive(Args, Debug)]
#[command(after_help = super::exit::HELP)]
pub(crate) struct Call {
    /// The method, such as scoring.getEntityList.
    method: String,
    /// Params as a JSON object, @file to read them from a file, - to read them from the standard input.
    #[arg(default_value = "{}")]
    params: String,
    /// Address of the server.
    #[arg(long, env = "FAIRLEAD_URL", default_value = "http://127.0.0.1:7400")]
    url: String,
    /// API key or access token. Better given by the variable, which other users of this machine cannot see.
    #[arg(long, env = "FAIRLEAD_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
    /// Prints the result exactly as it came, on one line; with --watch, each new result so.
    #[arg(long)]
    raw: bool,
    /// Watches the query: prints its result, then each change of it on one line (its place as a JSON Pointer, then
    /// `old → new`, or `+` what came, or `-` what went), over broken connections, until it is stopped. A job is followed
    /// to its end by `job.watch`.
    #[arg(long)]
    watch: bool,
}

impl Call {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let params = params(&self.params)?;
        let client = Client::new(rpc_url(&self.url)?, credential(self.api_key.as_deref())?)?;
        if self.watch || is_subscription(&self.method) {
            return self.follow(&client, params).await;
        }
        let result = client.call_raw(&self.method, &params).await.map_err(|error| self.told(error))?;
        print(&result, self.raw)?;
        Ok(())
    }

    /// Prints the first state, then the others or what is new in them, until there are no more.
    async fn follow(&self, client: &Client, params: Value) -> Result<(), Failure> {
        let mut watch = if is_subscription(&self.method) {
            client.follow(&self.method, params)
        } else {
            client.watch_raw(&self.method, &params)
        };
        let mut shown: Option<Value> = None;
        while let Some(state) = watch.next().await {
            let state: Value = state.map_err(|error| self.told(error))?;
            let still_read = match &shown {
                Some(before) if !self.raw => {
                    changes::lines(before, &state).into_iter().all(|line| print_line(&line))
                }
                _ => print(&raw(&state)?, self.raw)?,
            };
            if !still_read {
                break;
            }
            shown = Some(state);
        }
        Ok(())
    }

    /// What went wrong, with what the caller can do about it here.
    fn told(&self, error: ClientError) -> Failure {
        let unauthorized =
            matches!(&error, ClientError::Refused(it) if it.code() == Some(Code::Unauthorized));
        let unreachable = matches!(&error, ClientError::Transport { .. });
        let mut failure = Failure::from(error);
        if unauthorized {
            failure.message.push_str(match self.api_key.as_deref() {
                Some(given) if !given.trim().is_empty() => {
                    "; the one in --api-key or FAIRLEAD_API_KEY does not open this server"
                }
                _ => "; none was given, set FAIRLEAD_API_KEY",
            });
        } else if unreachable {
            failure.message.push_str(&format!("; does `fairlead serve` run at {} (--url)?", self.url));
        }
        failure
    }
}

fn raw(state: &Value) -> Result<Box<RawValue>, Failure> {
    serde_json::value::to_raw_value(state)
        .map_err(|error| Failure::new(Exit::Internal, format!("the result cannot be printed: {error}")))
}

/// Without the line feed that a file brings along.
fn credential(given: Option<&str>) -> Result<Option<String>, Failure> {
    let Some(key) = given.map(str::trim).filter(|it| !it.is_empty()) else { return Ok(None) };
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "the credential (--api-key, FAIRLEAD_API_KEY) has characters that no key or token has";
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(Some(key.to_owned()))
}

/// Whether it can only be watched.
fn is_subscription(method: &str) -> bool {
    api::CATALOGUE.iter().any(|it| it.name == method && it.effect.is_subscription())
}

/// With or without the path: both are what people paste.
fn rpc_url(given: &str) -> Result<String, Failure> {
    let is_web = Url::parse(given).is_ok_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
    if !is_web {
        let message = format!("--url: `{given}` is not an address such as http://127.0.0.1:7400");
        return Err(Failure::new(Exit::Usage, message));
    }
    let url = given.trim_end_matches('/');
    Ok(if url.ends_with("/rpc") { url.into() } else { format!("{url}/rpc") })
}

fn params(given: &str) -> Result<Value, Failure> {
    let text = match given.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|error| {
            Failure::new(Exit::Usage, format!("the params file {file} cannot be read: {}", in_words(&error)))
        })?,
        None if given == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| {
                Failure::new(Exit::Usage, format!("the standard input cannot be read: {}", in_words(&error)))
            })?;
            text
        }
        None => given.into(),
    };
    match serde_json::from_str(&text) {
        Ok(params @ Value::Object(_)) => Ok(params),
        Ok(_) => {
            Err(Failure::new(Exit::Usage, "the params must be a JSON object, such as '{\"pageSize\": 10}'"))
        }
        Err(error) => Err(Failure::new(Exit::Usage, format!("the params are not JSON: {error}"))),
    }
}

/// Answers whether somebody still reads.
fn print(result: &RawValue, raw: bool) -> Result<bool, Failure> {
    let text = if raw {
        result.get().to_owned()
    } else {
        let value: Value = serde_json::from_str(result.get())
            .map_err(|error| Failure::new(Exit::Internal, format!("the result is not JSON: {error}")))?;
        let pretty = serde_json::to_string_pretty(&value).map_err(|error| {
            Failure::new(Exit::Internal, format!("the result cannot be printed: {error}"))
        })?;
        if std::io::stdout().is_terminal() { colored(&pretty) } else { pretty }
    };
    Ok(print_line(&text))
}

/// Answers as [`print`]: a reader that left early, such as `head`, is no failure of the call.
fn print_line(text: &str) -> bool {
    use std::io::Write;
    writeln!(std::io::stdout(), "{text}").is_ok()
}

/// Keys in blue: enough to find one's way in a long result.
fn colored(pretty: &str) -> String {
    let lines = pretty.lines().map(|line| {
        let indent = line.len() - line.trim_start().len();
        match line[indent..].split_once("\": ") {
            Some((key, rest)) if key.starts_with('"') => {
                format!("{}\u{1b}[34m{key}\"\u{1b}[0m: {rest}", &line[..indent])
            }
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_are_an_object_from_a_text_or_a_file() {
        assert_eq!(params("{\"a\":1}").unwrap()["a"], 1);
        let file = std::env::temp_dir().join(format!("fairlead-call-{}.json", std::process::id()));
        std::fs::write(&file, "{\"a\":2}").unwrap();
        assert_eq!(params(&format!("@{}", file.display())).unwrap()["a"], 2);
        for bad in ["[1]", "7", "{", "@/nowhere/at/all"] {
            assert_eq!(params(bad).unwrap_err().exit, Exit::Usage, "{bad}");
        }
    }

    #[test]
    fn the_address_may_end_anyhow() {
        for given in ["http://h:1", "http://h:1/", "http://h:1/rpc", "http://h:1/rpc/"] {
            assert_eq!(rpc_url(given).unwrap(), "http://h:1/rpc");
        }
        for bad in ["127.0.0.1:7400", "localhost:7400", "", "ftp://h/"] {
            assert_eq!(rpc_url(bad).unwrap_err().exit, Exit::Usage, "{bad}");
        }
    }

    #[tokio::test]
    async fn what_goes_wrong_is_one_line_that_says_what_was_tried() {
        let call = |url: &str, params: &str, watch| Call {
            method: "session.current".into(),
            params: params.into(),
            url: url.into(),
            api_key: Some("flk_x".into()),
            raw: false,
            watch,
        };
        // Bound once and given back: nobody listens there.
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let away = format!("http://{free}");
        let cases = [
            (call(&away, "{}", false), Exit::Unavailable, "connection refused"),
            (call(&away, "{}", true), Exit::Unavailable, "connection refused"),
            (call("h:1", "{}", false), Exit::Usage, "--url"),
            (call(&away, "{", false), Exit::Usage, "not json"),
            (call(&away, "@/nowhere/at/all", false), Exit::Usage, "/nowhere/at/all"),
        ];
        for (call, exit, words) in cases {
            let failure = call.run().await.unwrap_err();
            assert_eq!(failure.exit, exit, "{failure}");
            let line = failure.message.to_lowercase();
            assert!(line.contains(words) && !line.contains('\n') && !line.contains("os error"), "{failure}");
        }
    }
}

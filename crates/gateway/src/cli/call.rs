//! `fairlead call METHOD [JSON|@file|-]`: one call, for scripts and for trying things.

use std::io::{IsTerminal, Read};

use clap::Args;
use rpc::client::Client;
use serde_json::{Value, value::RawValue};

use super::exit::{Exit, Failure};

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
    /// Prints the result exactly as it came, on one line.
    #[arg(long)]
    raw: bool,
    /// Watches the query: prints its result now and again whenever it changes, over broken connections, until it is stopped.
    /// A job is followed to its end by `job.watch`.
    #[arg(long)]
    watch: bool,
}

impl Call {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let params = params(&self.params)?;
        let key = self.api_key.clone().filter(|it| !it.is_empty());
        let client = Client::new(rpc_url(&self.url), key)?;
        if self.watch || is_subscription(&self.method) {
            return self.follow(&client, params).await;
        }
        let result = client.call_raw(&self.method, &params).await?;
        print(&result, self.raw)?;
        Ok(())
    }
}

impl Call {
    /// Prints each state, until there are no more.
    async fn follow(&self, client: &Client, params: Value) -> Result<(), Failure> {
        let mut watch = if is_subscription(&self.method) {
            client.follow(&self.method, params)
        } else {
            client.watch_raw(&self.method, &params)
        };
        while let Some(state) = watch.next().await {
            let state: Value = state?;
            let text = serde_json::value::to_raw_value(&state).map_err(|error| {
                Failure::new(Exit::Internal, format!("the result cannot be printed: {error}"))
            })?;
            if !print(&text, self.raw)? {
                break;
            }
        }
        Ok(())
    }
}

/// Whether it can only be watched.
fn is_subscription(method: &str) -> bool {
    api::CATALOGUE.iter().any(|it| it.name == method && it.effect.is_subscription())
}

/// With or without the path: both are what people paste.
fn rpc_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with("/rpc") { url.into() } else { format!("{url}/rpc") }
}

fn params(given: &str) -> Result<Value, Failure> {
    let text = match given.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|error| {
            Failure::new(Exit::Usage, format!("the params file {file} cannot be read: {error}"))
        })?,
        None if given == "-" => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| {
                Failure::new(Exit::Usage, format!("the standard input cannot be read: {error}"))
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
    use std::io::Write;
    // A reader that left early, such as `head`, is no failure of the call.
    Ok(writeln!(std::io::stdout(), "{text}").is_ok())
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
            assert_eq!(rpc_url(given), "http://h:1/rpc");
        }
    }
}

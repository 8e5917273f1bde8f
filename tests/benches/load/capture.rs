//! What one call sends to PostgreSQL, from the server's own log, as a script for pgbench.

use std::{path::Path, time::Duration};

use anyhow::{Context, bail};
use store::private_postgres::PrivatePostgres;

use super::{
    Workload,
    gateway_side::{Served, Socket},
    superuser,
};

/// One call's transaction as pgbench runs it.
pub(crate) struct Script {
    /// When the call was made, in milliseconds.
    called: i64,
    pub(crate) text: String,
    /// The values of the binds, by variable.
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) round_trips: usize,
}

/// A statement of the log, with the values of its binds.
#[derive(Clone, Debug, Default)]
struct Logged {
    pid: String,
    sql: String,
    binds: Vec<Option<String>>,
}

/// Makes each call once with everything logged.
pub(crate) async fn scripts(
    server: &PrivatePostgres,
    served: &Served,
    workload: &Workload,
    requests: &[Vec<u8>],
) -> anyhow::Result<Vec<Script>> {
    let admin = superuser(server).await?;
    let mut socket = Socket::open(served.address()).await?;
    // The first call finds the tenant of the key and prepares the statements; it is not the one to copy.
    for request in requests {
        socket.call(request).await?;
    }
    let set = async |value: &str| -> anyhow::Result<()> {
        admin.batch_execute(&format!("ALTER SYSTEM SET log_statement = '{value}'")).await?;
        admin.batch_execute("SELECT pg_reload_conf()").await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    };
    set("all").await?;
    let log = server.folder().join("log");
    let mut scripts = Vec::new();
    for (n, request) in requests.iter().enumerate() {
        let before = std::fs::metadata(&log)?.len();
        let called = chrono::Utc::now().timestamp_millis();
        socket.call(request).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        scripts.push(script(n, called, workload, &transaction(&log, before, workload.needle)?)?);
    }
    set("none").await?;
    Ok(scripts)
}

/// The statements of the transaction that contains `needle`.
fn transaction(log: &Path, from: u64, needle: &str) -> anyhow::Result<Vec<Logged>> {
    let bytes = std::fs::read(log)?;
    let text = String::from_utf8_lossy(&bytes[usize::try_from(from)?..]).into_owned();
    let statements = read(&text);
    let found = statements.iter().find(|it| it.sql.contains(needle)).context("the call is not in the log")?;
    let mine: Vec<Logged> = statements.iter().filter(|it| it.pid == found.pid).cloned().collect();
    let at = mine.iter().position(|it| it.sql.contains(needle)).context("just found")?;
    let begin = mine[..at].iter().rposition(|it| it.sql.starts_with("BEGIN")).context("no BEGIN")?;
    let end = mine[at..].iter().position(|it| it.sql == "COMMIT").context("no COMMIT")?;
    Ok(mine[begin..=at + end].to_vec())
}

/// Lines such as `… [123] LOG:  execute s1: SELECT $1` and `… [123] DETAIL:  parameters: $1 = 'a', $2 = NULL`.
fn read(log: &str) -> Vec<Logged> {
    let mut statements: Vec<Logged> = Vec::new();
    for line in log.lines() {
        let Some((before, after)) = line.split_once("] ") else { continue };
        let Some((_, pid)) = before.rsplit_once('[') else { continue };
        if let Some(sql) = after.strip_prefix("LOG:  statement: ") {
            statements.push(Logged { pid: pid.into(), sql: sql.trim().into(), binds: Vec::new() });
        } else if let Some((_, sql)) = after.strip_prefix("LOG:  execute ").and_then(|it| it.split_once(": "))
        {
            statements.push(Logged { pid: pid.into(), sql: sql.trim().into(), binds: Vec::new() });
        } else if let Some(binds) = after.strip_prefix("DETAIL:  parameters: ")
            && let Some(last) = statements.iter_mut().rev().find(|it| it.pid == pid)
        {
            last.binds = values(binds);
        }
    }
    statements
}

/// `$1 = 'it''s', $2 = NULL`
fn values(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, rest)) = text.split_once(" = ") {
        let Some(quoted) = rest.strip_prefix('\'') else {
            values.push(None);
            text = rest.split_once(", ").map_or("", |it| it.1);
            continue;
        };
        let (mut value, mut left) = (String::new(), quoted);
        while let Some((part, after)) = left.split_once('\'') {
            value.push_str(part);
            left = after;
            match left.strip_prefix('\'') {
                Some(after) => {
                    value.push('\'');
                    left = after;
                }
                None => break,
            }
        }
        values.push(Some(value));
        text = left;
    }
    values
}

fn script(n: usize, called: i64, workload: &Workload, statements: &[Logged]) -> anyhow::Result<Script> {
    let [begin, rights, work @ .., _commit] = statements else { bail!("a call is more than {statements:?}") };
    let mut script = Script { called, text: String::new(), variables: Vec::new(), round_trips: 2 };
    // Sent as one by the gateway, too.
    script.text.push_str("\\startpipeline\n");
    for part in begin.sql.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        script.text.push_str(&format!("{part};\n"));
    }
    script.add(n, 0, rights);
    script.text.push_str("\\endpipeline\n");
    // An audit row is a round trip of its own.
    let piped = if workload.pipelined { work.len() } else { 0 };
    script.round_trips += work.len() - piped.saturating_sub(1);
    if piped > 0 {
        script.text.push_str("\\startpipeline\n");
    }
    for (at, statement) in work.iter().enumerate() {
        script.add(n, at + 1, statement);
    }
    if piped > 0 {
        script.text.push_str("\\endpipeline\n");
    }
    script.text.push_str("COMMIT;\n");
    Ok(script)
}

impl Script {
    /// Each `$n` becomes a variable of its own name; an id that was made for the call, as its UUIDv7 says, a fresh
    /// one.
    fn add(&mut self, script: usize, at: usize, statement: &Logged) {
        let mut rest = statement.sql.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let number = after[..digits].parse().unwrap_or(0);
            self.text.push_str(before);
            match statement.binds.get(number - 1) {
                Some(Some(value)) if only_one(value).is_some_and(|it| was_made_since(self.called, it)) => {
                    self.text.push_str("ARRAY[gen_random_uuid()]")
                }
                Some(Some(value)) if was_made_since(self.called, value) => {
                    self.text.push_str("gen_random_uuid()")
                }
                Some(Some(value)) => {
                    let name = format!("s{script}_{at}_{number}");
                    self.text.push_str(&format!(":{name}"));
                    self.variables.push((name, value.clone()));
                }
                _ => self.text.push_str("NULL"),
            }
            rest = &after[digits..];
        }
        self.text.push_str(rest);
        self.text.push_str(";\n");
    }
}

/// The element of an array of one, as PostgreSQL writes it.
fn only_one(array: &str) -> Option<&str> {
    array.strip_prefix('{')?.strip_suffix('}')
}

/// Within a minute: the seeded rows' ids are of the same version, with times thousands of years from now.
fn was_made_since(called: i64, value: &str) -> bool {
    let made = uuid::Uuid::parse_str(value).ok().and_then(|id| id.get_timestamp());
    made.is_some_and(|made| {
        let (seconds, nanos) = made.to_unix();
        let at = seconds.cast_signed() * 1000 + i64::from(nanos / 1_000_000);
        (called..called + 60_000).contains(&at)
    })
}

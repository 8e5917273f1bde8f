//! The sockets that watch: each keeps what it gets, breaks off at random moments and comes back. At the end it folds all of that
//! and is held against a fresh query; folding at once would take the processors from what is measured.

use std::time::Duration;

use anyhow::{Context, bail};
use futures::{SinkExt, StreamExt};
use rpc::{client::Client, live::Folded};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use tokio::{net::TcpStream, sync::watch, task::JoinHandle, time::Instant};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{
    Options,
    mutate::now_micros,
    report::Latencies,
    seed::{ACCOUNT, World},
};

/// Nothing comes for so long after the last mutation: it was the last message.
const QUIET: Duration = Duration::from_millis(1_500);

pub(crate) struct Watchers {
    tasks: Vec<JoinHandle<anyhow::Result<One>>>,
    stop: watch::Sender<bool>,
}

pub(crate) struct Seen {
    pub(crate) latencies: Latencies,
    pub(crate) patches: usize,
    pub(crate) wholes: usize,
    pub(crate) disconnects: usize,
    pub(crate) restarted: usize,
    pub(crate) differing: usize,
}

impl Seen {
    pub(crate) fn messages(&self) -> usize {
        self.patches + self.wholes
    }
}

/// One socket's question and what it has seen.
#[derive(Default)]
struct One {
    tenant: usize,
    question: usize,
    /// Where the state seen last is in the row of states.
    seq: Option<u64>,
    kept: Vec<Box<RawValue>>,
    latencies: Vec<Duration>,
    patches: usize,
    wholes: usize,
    disconnects: usize,
}

/// No more of a message than tells when it came about.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head<'a> {
    seq: Option<u64>,
    #[serde(borrow)]
    patch: Option<Vec<Operation<'a>>>,
}

#[derive(Deserialize)]
struct Operation<'a> {
    op: &'a str,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// Most look at the newest activities, some at one account.
fn question(n: usize) -> (&'static str, Value) {
    match n {
        0 => ("activity.list", json!({ "pageSize": 20 })),
        _ => ("account.timeline", json!({ "accountId": ACCOUNT, "pageSize": 10 })),
    }
}

/// Opens all of them, and waits until each has its first state.
pub(crate) async fn begin(address: &str, world: &World, options: &Options) -> anyhow::Result<Watchers> {
    let (stop, stopping) = watch::channel(false);
    let mut chance = 88_172_645_463_325_252_u64;
    let mut tasks = Vec::new();
    for n in 0..options.watchers {
        let one = One {
            tenant: n % options.tenants,
            question: usize::from(n / options.tenants % 5 == 4),
            ..One::default()
        };
        let key = world.keys[one.tenant].clone();
        // Opened one after the other, so that the first states are not all asked for at once.
        let mut socket = Some(open(address, &key, &one).await?);
        let mut one = one;
        while one.seq.is_none() {
            let Some(open) = &mut socket else { bail!("no socket") };
            one.take(open).await?;
        }
        let mut breaks = Vec::new();
        let each = options.disconnects / options.watchers.max(1)
            + usize::from(n < options.disconnects % options.watchers.max(1));
        for _ in 0..each {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            breaks.push(Duration::from_millis(chance % options.time.as_millis() as u64));
        }
        breaks.sort();
        breaks.reverse();
        let (address, stopping) = (address.to_owned(), stopping.clone());
        tasks.push(tokio::spawn(async move { one.run(socket, &address, &key, breaks, stopping).await }));
    }
    Ok(Watchers { tasks, stop })
}

type Socket = WebSocketStream<TcpStream>;

async fn open(address: &str, key: &str, one: &One) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{address}/rpc").into_client_request()?;
    request.headers_mut().insert("authorization", format!("Bearer {key}").parse()?);
    let line = TcpStream::connect(address).await?;
    line.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let (mut socket, _) = client_async_with_config(request, line, Some(config)).await?;
    let (method, params) = question(one.question);
    let mut params = json!({ "method": method, "params": params });
    if let Some(seq) = one.seq {
        params["resume"] = seq.into();
    }
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "live.watch", "params": params });
    socket.send(Message::text(call.to_string())).await?;
    Ok(socket)
}

impl One {
    async fn run(
        mut self,
        mut socket: Option<Socket>,
        address: &str,
        key: &str,
        mut breaks: Vec<Duration>,
        mut stopping: watch::Receiver<bool>,
    ) -> anyhow::Result<One> {
        let begun = Instant::now();
        loop {
            let Some(open_socket) = &mut socket else {
                socket = Some(open(address, key, &self).await?);
                self.disconnects += 1;
                continue;
            };
            let next_break = breaks.last().map(|it| begun + *it);
            let stopped = *stopping.borrow();
            tokio::select! {
                taken = self.take(open_socket) => taken?,
                () = tokio::time::sleep_until(next_break.unwrap_or(begun)), if next_break.is_some() => {
                    breaks.pop();
                    socket = None;
                }
                () = tokio::time::sleep(QUIET), if stopped => return Ok(self),
                _ = stopping.changed(), if !stopped => {}
            }
        }
    }

    /// One message. Dropping this loses nothing: a frame is taken whole or not at all.
    async fn take(&mut self, socket: &mut Socket) -> anyhow::Result<()> {
        let frame = socket.next().await.context("the server hung up")??;
        let Message::Text(text) = frame else { return Ok(()) };
        let frame: Frame = serde_json::from_str(&text)?;
        let params = frame.params;
        if frame.error.is_some() || params.as_ref().is_some_and(|it| it.error.is_some()) {
            bail!("refused: {text}");
        }
        let Some(message) = params.and_then(|it| it.result) else { return Ok(()) };
        let now = now_micros();
        let head: Head = serde_json::from_str(message.get())?;
        match head.patch {
            Some(patch) => {
                self.patches += 1;
                let added = patch.iter().filter(|it| it.op == "add").filter_map(|it| it.value);
                self.latencies.extend(added.filter_map(|it| since_recorded(it.get(), now)));
            }
            None => self.wholes += usize::from(head.seq.is_some()),
        }
        self.seq = head.seq;
        self.kept.push(message.to_owned());
        Ok(())
    }

    /// What a reader of all its messages has in hand at the end.
    fn folded(&self) -> anyhow::Result<Folded> {
        let mut folded = Folded::default();
        for message in &self.kept {
            folded.fold(serde_json::from_str(message.get())?)?;
        }
        Ok(folded)
    }
}

/// The row is stamped as it is written, before its commit: what is measured is a little more than from commit to client.
fn since_recorded(row: &str, now: u64) -> Option<Duration> {
    let (_, rest) = row.split_once("\"recordedAt\":\"")?;
    let at = chrono::DateTime::parse_from_rfc3339(rest.split('"').next()?).ok()?;
    Some(Duration::from_micros(now.saturating_sub(u64::try_from(at.timestamp_micros()).ok()?)))
}

impl Watchers {
    /// Waits until nothing comes any more, and asks everything once again.
    pub(crate) async fn finish(self, address: &str, world: &World) -> anyhow::Result<Seen> {
        tokio::time::sleep(Duration::from_millis(500)).await;
        self.stop.send(true)?;
        let mut fresh = Vec::new();
        for key in &world.keys {
            let client = Client::new(format!("http://{address}/rpc"), Some(key.clone()))?;
            for n in 0..2 {
                let (method, params) = question(n);
                let state = client.call_raw(method, &params).await?;
                fresh.push(without_cursor(serde_json::from_str(state.get())?));
            }
        }
        let mut latencies = Vec::new();
        let mut seen = Seen {
            latencies: Latencies::default(),
            patches: 0,
            wholes: 0,
            disconnects: 0,
            restarted: 0,
            differing: 0,
        };
        let count = self.tasks.len();
        for task in self.tasks {
            let one = task.await??;
            let state = one.folded()?.state().cloned().map(without_cursor);
            seen.differing += usize::from(state.as_ref() != Some(&fresh[one.tenant * 2 + one.question]));
            latencies.extend(one.latencies);
            seen.patches += one.patches;
            seen.wholes += one.wholes;
            seen.disconnects += one.disconnects;
        }
        // The first state of each comes whole; any other whole one is a broken connection that could not be resumed.
        seen.restarted = seen.wholes.saturating_sub(count);
        seen.latencies = Latencies::of(latencies);
        Ok(seen)
    }
}

fn without_cursor(mut state: Value) -> Value {
    state["nextCursor"].take();
    state
}

//! Mutations at an even pace, over keep-alive sockets, whether or not the ones before are answered.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Mutex, mpsc},
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    Options,
    report::Latencies,
    seed::{PERSON, World},
};

const SOCKETS: usize = 8;

pub(crate) struct Made {
    pub(crate) count: usize,
    pub(crate) per_second: f64,
    calls: Latencies,
}

impl Made {
    pub(crate) fn p50(&self) -> String {
        self.calls.p50()
    }

    pub(crate) fn p99(&self) -> String {
        self.calls.p99()
    }
}

pub(crate) fn now_micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_micros() as u64)
}

pub(crate) async fn run(address: &str, world: &World, options: &Options) -> anyhow::Result<Made> {
    let (queue, due) = mpsc::channel::<usize>(10_000);
    let due = Arc::new(Mutex::new(due));
    let mut callers = Vec::new();
    for _ in 0..SOCKETS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        callers.push(tokio::spawn(call(stream, due.clone(), world.keys.clone())));
    }
    let begun = Instant::now();
    let mut pace = interval(Duration::from_secs(1) / options.mutations_per_second as u32);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut count = 0;
    while begun.elapsed() < options.time {
        pace.tick().await;
        queue.send(count % world.keys.len()).await?;
        count += 1;
    }
    drop(queue);
    let mut calls = Vec::new();
    for caller in callers {
        calls.extend(caller.await??);
    }
    Ok(Made { count, per_second: count as f64 / begun.elapsed().as_secs_f64(), calls: Latencies::of(calls) })
}

async fn call(
    mut stream: TcpStream,
    due: Arc<Mutex<mpsc::Receiver<usize>>>,
    keys: Vec<String>,
) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut reply = Vec::new();
    loop {
        let Some(tenant) = due.lock().await.recv().await else { return Ok(latencies) };
        let now = now_micros();
        let body = json!({
            "jsonrpc": "2.0", "id": 1, "method": "activity.record",
            "params": { "type": "page_view", "personId": PERSON, "occurredAt": chrono::Utc::now(), "subject": format!("m{now}") },
        })
        .to_string();
        let request = format!(
            "POST /rpc HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            keys[tenant],
            body.len()
        );
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        reply.clear();
        loop {
            if stream.read_buf(&mut reply).await? == 0 {
                bail!("the server hung up");
            }
            let Some(end) = reply.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&reply[..end])?.to_ascii_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            if reply.len() >= end + 4 + length.context("the reply says its length")?.parse::<usize>()? {
                break;
            }
        }
        if !reply.windows(9).any(|it| it == b"\"result\":") {
            bail!("not a result: {}", String::from_utf8_lossy(&reply));
        }
        latencies.push(begun.elapsed());
    }
}

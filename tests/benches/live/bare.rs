//! Sockets and nothing else: whoever sends `tenant text` is heard by all sockets of that tenant. What a fan-out costs here
//! without a database, rights and queries.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval},
};
use tokio_tungstenite::{
    WebSocketStream, accept_async_with_config, client_async_with_config,
    tungstenite::{Message, Utf8Bytes, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{Options, child::until_told, mutate::now_micros, report::Latencies};

/// About what a patch takes that adds one activity and takes one away.
const BYTES: usize = 700;
const TENANTS: usize = 20;

fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0)
}

pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let tenants: Arc<Vec<_>> =
        Arc::new((0..TENANTS).map(|_| broadcast::channel::<Utf8Bytes>(256).0).collect());
    let accept = async {
        while let Ok((line, _)) = listener.accept().await {
            line.set_nodelay(true).ok();
            tokio::spawn(attend(line, tenants.clone()));
        }
    };
    tokio::select! {
        () = accept => {}
        () = until_told() => {}
    }
    Ok(())
}

/// The first word says the tenant; whatever comes after it is for everybody there.
async fn attend(line: TcpStream, tenants: Arc<Vec<broadcast::Sender<Utf8Bytes>>>) -> anyhow::Result<()> {
    let (mut sink, mut frames) = accept_async_with_config(line, Some(config())).await?.split();
    let first = frames.next().await.context("a first word")??;
    let mut heard = tenants[first.to_text()?.parse::<usize>()? % TENANTS].subscribe();
    sink.send(Message::text("ready")).await?;
    let send = async {
        while let Ok(text) = heard.recv().await {
            sink.send(Message::Text(text)).await?;
        }
        anyhow::Ok(())
    };
    let hear = async {
        while let Some(Ok(Message::Text(text))) = frames.next().await {
            let (tenant, text) = text.as_str().split_once(' ').context("a tenant and a text")?;
            tenants[tenant.parse::<usize>()? % TENANTS].send(text.into()).ok();
        }
        anyhow::Ok(())
    };
    tokio::select! {
        sent = send => sent,
        heard = hear => heard,
    }
}

async fn join(address: &str, tenant: usize) -> anyhow::Result<WebSocketStream<TcpStream>> {
    let request = format!("ws://{address}/").into_client_request()?;
    let line = TcpStream::connect(address).await?;
    line.set_nodelay(true)?;
    let (mut socket, _) = client_async_with_config(request, line, Some(config())).await?;
    socket.send(Message::text(tenant.to_string())).await?;
    socket.next().await.context("ready")??;
    Ok(socket)
}

/// The same sockets and the same pace, for half of the time.
pub(crate) async fn measure(address: &str, options: &Options) -> anyhow::Result<Latencies> {
    let mut watchers = Vec::new();
    for n in 0..options.watchers {
        let mut socket = join(address, n % TENANTS).await?;
        watchers.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            while let Some(Ok(Message::Text(text))) = socket.next().await {
                // As much as our watchers do with what they get.
                let message: serde_json::Value = serde_json::from_str(&text)?;
                let Some(sent) = message["at"].as_u64() else { break };
                latencies.push(Duration::from_micros(now_micros().saturating_sub(sent)));
            }
            anyhow::Ok(latencies)
        }));
    }
    let mut speaker = join(address, TENANTS).await?;
    let padding = "x".repeat(BYTES);
    let begun = Instant::now();
    let mut pace = interval(Duration::from_secs(1) / options.mutations_per_second as u32);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut count = 0;
    while begun.elapsed() < options.time / 2 {
        pace.tick().await;
        let text = format!("{} {{\"at\":{},\"padding\":\"{padding}\"}}", count % TENANTS, now_micros());
        speaker.send(Message::text(text)).await?;
        count += 1;
    }
    for tenant in 0..TENANTS {
        speaker.send(Message::text(format!("{tenant} {{}}"))).await?;
    }
    let mut latencies = Vec::new();
    for watcher in watchers {
        latencies.extend(watcher.await??);
    }
    Ok(Latencies::of(latencies))
}

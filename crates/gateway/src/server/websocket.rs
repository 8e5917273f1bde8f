//! Calls and subscriptions over one WebSocket: a reader that takes the next frame only when a call's place is free, a writer that
//! owns the sink, and a clock that cuts the silent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{Sink, SinkExt, Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use jsonrpsee::{
    ConnectionId,
    core::server::{BoundedSubscriptions, MethodSink},
    types::Id,
};
use serde_json::value::RawValue;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::{Semaphore, mpsc, oneshot},
    task::JoinSet,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    Shared,
    calls::{Line, Reply},
    fault::Fault,
    http::{Answer, refused},
    meta::{self, Outage, RequestMeta},
    screen::Shape,
};

/// Replies waiting for the writer. When it is full calls wait, and then so does the reader.
const QUEUE: usize = 64;
/// So many frames over the rate limit in a row, and the socket is not a client with a bug but a flood.
const PATIENCE: u32 = 1_000;

/// Answers the handshake and leaves the socket to a task of its own.
pub(crate) fn upgrade(
    shared: &Arc<Shared>,
    connection: ConnectionId,
    meta: RequestMeta,
    mut request: Request<Incoming>,
) -> Result<Answer, Fault> {
    let key = handshake_key(request.headers()).ok_or(Fault::NOT_AN_UPGRADE)?;
    if shared.draining.is_cancelled() {
        return Err(Fault::STOPPING);
    }
    if !shared.budgets.charge(meta.client, 1) {
        return Err(Fault::TOO_MANY);
    }
    let seat = shared.budgets.websocket().ok_or(Fault::BUSY)?;
    let upgrade = hyper::upgrade::on(&mut request);
    let task = shared.clone();
    shared.tasks.spawn(async move {
        let _seat = seat;
        let serve = async {
            let Ok(Ok(upgraded)) = timeout(task.limits.header_time, upgrade).await else { return };
            converse(&task, connection, meta, upgraded).await;
        };
        tokio::select! {
            () = serve => {}
            () = task.killed.cancelled() => {}
        }
    });
    let mut answer = Response::new(Default::default());
    *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, key);
    Ok(answer)
}

fn handshake_key(headers: &HeaderMap) -> Option<HeaderValue> {
    let has = |name: header::HeaderName, word: &str| {
        headers
            .get(name)
            .and_then(|it| it.to_str().ok())
            .is_some_and(|it| it.split(',').any(|part| part.trim().eq_ignore_ascii_case(word)))
    };
    let complete = has(header::CONNECTION, "upgrade")
        && has(header::UPGRADE, "websocket")
        && has(header::SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| complete)?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).ok()
}

async fn converse(shared: &Arc<Shared>, connection: ConnectionId, meta: RequestMeta, upgraded: Upgraded) {
    let limits = &shared.limits;
    let config = WebSocketConfig::default()
        .max_message_size(Some(limits.frame_bytes))
        .max_frame_size(Some(limits.frame_bytes))
        // Most sockets listen and say little; the library's own 128 KiB each would be most of our memory.
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0);
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut sink, mut frames) = socket.split();
    let (replies, queue) = mpsc::channel(QUEUE);
    let (close, closing) = oneshot::channel();
    let bound = BoundedSubscriptions::new(limits.socket_subscriptions);
    let reader = Reader {
        shared,
        places: Arc::new(Semaphore::new(limits.socket_in_flight)),
        subscriptions: (MethodSink::new(replies.clone()), bound),
        replies,
        connection,
        meta,
        calls: JoinSet::new(),
        over: 0,
    };
    let write = write(&mut sink, queue, closing, limits.ping_every);
    let read = async {
        let frame = reader.run(&mut frames).await;
        close.send(frame).ok();
        std::future::pending::<()>().await;
    };
    // The writer ends when the socket breaks, stalls, or after the reader's last word: then nothing is left to do.
    let last_word = tokio::select! {
        last_word = write => last_word,
        () = read => None,
    };
    if last_word == Some(CloseCode::Size)
        && let Ok(mut socket) = sink.reunite(frames)
    {
        swallow(socket.get_mut(), limits.frame_bytes.saturating_mul(4)).await;
    }
}

/// Swallows a little of what is still coming, so that a client in the middle of sending can read our refusal instead of seeing
/// its connection reset.
async fn swallow(socket: &mut (impl AsyncRead + AsyncWrite + Unpin), most: usize) {
    socket.shutdown().await.ok();
    let reading = async {
        let (mut buffer, mut seen) = (vec![0; 16 * 1024], 0);
        while let Ok(count @ 1..) = socket.read(&mut buffer).await {
            seen += count;
            if seen > most {
                return;
            }
        }
    };
    timeout(Duration::from_millis(500), reading).await.ok();
}

struct Reader<'a> {
    shared: &'a Arc<Shared>,
    places: Arc<Semaphore>,
    subscriptions: (MethodSink, BoundedSubscriptions),
    replies: mpsc::Sender<Box<RawValue>>,
    connection: ConnectionId,
    meta: RequestMeta,
    /// Dropped with the socket, and with it the calls nobody waits for any more.
    calls: JoinSet<()>,
    over: u32,
}

impl Reader<'_> {
    /// Reads until the socket ends or we end it; says with which words.
    async fn run<F>(mut self, frames: &mut F) -> CloseFrame
    where
        F: Stream<Item = Result<Message, tungstenite::Error>> + Unpin,
    {
        let end = self.read(frames).await;
        if end.code == CloseCode::Away {
            // Draining: what runs may finish, what is new was not read.
            while self.calls.join_next().await.is_some() {}
        }
        end
    }

    async fn read<F>(&mut self, frames: &mut F) -> CloseFrame
    where
        F: Stream<Item = Result<Message, tungstenite::Error>> + Unpin,
    {
        loop {
            let next = tokio::select! {
                next = timeout(self.shared.limits.idle_time, frames.next()) => next,
                () = self.shared.draining.cancelled() => return frame(CloseCode::Away, "the server is stopping"),
            };
            let message = match next {
                Err(_elapsed) => return frame(CloseCode::Policy, "idle"),
                Ok(None) => return frame(CloseCode::Normal, ""),
                Ok(Some(Ok(message))) => message,
                Ok(Some(Err(tungstenite::Error::Capacity(_)))) => {
                    self.refuse(Fault::TOO_LARGE).await;
                    return frame(CloseCode::Size, "the message is too large");
                }
                Ok(Some(Err(_))) => return frame(CloseCode::Protocol, ""),
            };
            while self.calls.try_join_next().is_some() {}
            let end = match message {
                Message::Text(text) => self.request(text.as_str().as_bytes().to_vec()).await,
                Message::Binary(bytes) => self.request(bytes.to_vec()).await,
                // Pings are answered by the library, one pong at a time however many came. They count like calls.
                Message::Ping(_) | Message::Pong(_) => self.charge(1),
                Message::Close(_) | Message::Frame(_) => Some(frame(CloseCode::Normal, "")),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Takes one message on. Returns how the socket must end, if it must.
    async fn request(&mut self, body: Vec<u8>) -> Option<CloseFrame> {
        let screened = self.shared.calls.screen(&body);
        let calls = if let Ok(Shape::Array(calls)) = screened { calls } else { 1 };
        let before = self.over;
        let end = self.charge(calls);
        if end.is_some() || self.over > before {
            self.refuse(Fault::TOO_MANY).await;
            return end;
        }
        let shape = match screened {
            Ok(shape) => shape,
            Err(fault) => {
                self.refuse(fault).await;
                return None;
            }
        };
        // Waiting here is the limit: the client's next frame stays in its own socket until a call has ended.
        let place = self.places.clone().acquire_owned().await.ok()?;
        let (shared, replies) = (self.shared.clone(), self.replies.clone());
        let line = Line {
            meta: RequestMeta { request_id: meta::new_request_id(), ..self.meta.clone() },
            connection: self.connection,
            subscriptions: Some(self.subscriptions.clone()),
            deadline: Instant::now() + shared.limits.request_time,
            outage: Outage::default(),
        };
        self.calls.spawn(async move {
            let reply = match shared.calls.answer(shape, &body, &line).await {
                Reply::Nothing => None,
                Reply::Json(reply) => Some(RawValue::from_string(reply).expect("replies are JSON")),
                Reply::Refused(fault, reply) => {
                    refused(fault.reason());
                    Some(reply)
                }
            };
            if let Some(reply) = reply {
                replies.send(reply).await.ok();
            }
            drop(place);
        });
        None
    }

    fn charge(&mut self, calls: usize) -> Option<CloseFrame> {
        if self.shared.budgets.charge(self.meta.client, calls) {
            self.over = 0;
            return None;
        }
        self.over += 1;
        (self.over > PATIENCE).then(|| frame(CloseCode::Policy, "too many messages"))
    }

    async fn refuse(&self, fault: Fault) {
        refused(fault.reason());
        self.replies.send(fault.reply(&Id::Null, None, &meta::new_request_id())).await.ok();
    }
}

/// Sends replies and pings until told to close, or until the socket takes no more. Answers with which words it closed.
async fn write<S>(
    sink: &mut S,
    mut queue: mpsc::Receiver<Box<RawValue>>,
    mut closing: oneshot::Receiver<CloseFrame>,
    ping_every: Duration,
) -> Option<CloseCode>
where
    S: Sink<Message, Error = tungstenite::Error> + Unpin,
{
    let mut pings = interval(ping_every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            biased;
            Some(reply) = queue.recv() => Message::text(String::from(Box::<str>::from(reply))),
            end = &mut closing => {
                let end = end.ok();
                let code = end.as_ref().map(|it| it.code);
                sink.send(Message::Close(end)).await.ok();
                sink.close().await.ok();
                return code;
            }
            _ = pings.tick() => Message::Ping(Default::default()),
        };
        if sink.send(message).await.is_err() {
            return None;
        }
    }
}

fn frame(code: CloseCode, reason: &'static str) -> CloseFrame {
    CloseFrame { code, reason: reason.into() }
}

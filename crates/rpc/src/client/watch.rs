//! Watching from a program: a WebSocket that is opened anew when it breaks, states folded from messages, each handed out whole.

use std::{marker::PhantomData, time::Duration};

use futures::{SinkExt, StreamExt};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use tokio::{net::TcpStream, time::sleep};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{Client, ClientError, WireError, transport};
use crate::{
    Code, Method,
    live::{Fold, Folded, LiveMessage, WATCH},
};

/// The first pause before connecting anew, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// Longer than a server is silent: it pings every 20 seconds.
const SILENCE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// The states of a live query, one after the other.
pub struct Watch<T> {
    client: Client,
    method: String,
    params: Value,
    folded: Folded,
    socket: Option<Socket>,
    pause: Duration,
    /// Something has come: the address is right, and what breaks will mend.
    begun: bool,
    over: bool,
    state: PhantomData<fn() -> T>,
}

impl Client {
    /// Watches a query: its result now, and again whenever it changes.
    pub fn watch<M: Method>(&self, params: &M) -> Result<Watch<M::Output>, ClientError> {
        let params =
            serde_json::to_value(params).map_err(|error| transport("the params are not JSON", error))?;
        Ok(self.follow(WATCH, json!({ "method": M::NAME, "params": without_nulls(params) })))
    }

    /// Watches a query that is known by its name only.
    pub fn watch_raw(&self, method: &str, params: &Value) -> Watch<Value> {
        self.follow(WATCH, json!({ "method": method, "params": params }))
    }

    /// Follows any subscription whose messages are those of a live query and whose params have a `resume`.
    pub fn follow<T>(&self, subscription: &str, params: Value) -> Watch<T> {
        Watch {
            client: self.clone(),
            method: subscription.to_owned(),
            params,
            folded: Folded::default(),
            socket: None,
            pause: PAUSES.0,
            begun: false,
            over: false,
            state: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Watch<T> {
    /// The next state; `None` when there will be none any more. A connection that breaks is mended without a word, however often
    /// and however long it takes; dropping this future is safe.
    ///
    /// # Errors
    /// The server's refusal, or that it could not be reached in the first place. Either ends the watch.
    pub async fn next(&mut self) -> Option<Result<T, ClientError>> {
        let state = self.next_value().await?;
        Some(state.and_then(|state| {
            T::deserialize(state).map_err(|error| transport("the state is not of the expected shape", error))
        }))
    }

    /// Where the state in hand is in the row of states.
    pub fn seq(&self) -> Option<u64> {
        self.folded.seq()
    }

    /// Breaks the connection; the next state comes over a new one.
    pub fn disconnect(&mut self) {
        self.socket = None;
    }

    async fn next_value(&mut self) -> Option<Result<&Value, ClientError>> {
        while !self.over {
            match self.step().await {
                Ok(Fold::Changed) => return self.folded.state().map(Ok),
                Ok(Fold::Nothing) => {}
                Ok(Fold::Ended) => self.over = true,
                Err(error) if self.goes_on_after(&error) => {
                    self.socket = None;
                    let wait = retry_after(&error).unwrap_or(self.pause);
                    self.pause = (self.pause * 2).min(PAUSES.1);
                    sleep(wait).await;
                }
                Err(error) => {
                    self.over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn goes_on_after(&self, error: &ClientError) -> bool {
        match error {
            ClientError::Refused(refused) => refused.retryable,
            ClientError::Transport { .. } => self.begun,
        }
    }

    /// One message, or the connection that will bring some.
    async fn step(&mut self) -> Result<Fold, ClientError> {
        let Some(socket) = &mut self.socket else {
            self.socket = Some(self.connect().await?);
            return Ok(Fold::Nothing);
        };
        let Frame { params, error } = receive(socket).await?;
        if let Some(error) = error {
            return Err(ClientError::Refused(Box::new(error.into())));
        }
        // The answer to the subscription itself has no params.
        let Some(params) = params else { return Ok(Fold::Nothing) };
        if let Some(error) = params.error {
            return Err(ClientError::Refused(Box::new(error.into())));
        }
        let Some(message) = params.result else { return Ok(Fold::Nothing) };
        let message: LiveMessage<Value> = serde_json::from_str(message.get())
            .map_err(|error| transport("a message is not of the expected shape", error))?;
        // A state has come over this connection: the next trouble is a new one.
        (self.begun, self.pause) = (true, PAUSES.0);
        let folded = self.folded.fold(message);
        if folded.is_err() {
            self.folded = Folded::default();
        }
        folded.map_err(|error| transport("a patch does not fit", error))
    }

    async fn connect(&self) -> Result<Socket, ClientError> {
        let mut params = self.params.clone();
        if let Some(seq) = self.folded.seq() {
            params["resume"] = seq.into();
        }
        let mut socket = self.client.open_socket().await?;
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": self.method, "params": params });
        let sent = socket.send(Message::text(call.to_string())).await;
        sent.map_err(|error| transport("the connection broke", error))?;
        Ok(socket)
    }
}

impl Client {
    async fn open_socket(&self) -> Result<Socket, ClientError> {
        let url = self.url.replacen("http", "ws", 1);
        let mut request =
            url.into_client_request().map_err(|error| transport("the address is not one", error))?;
        if let Some(credential) = &self.credential {
            let value = HeaderValue::from_str(&format!("Bearer {credential}"))
                .map_err(|error| transport("the credential cannot be sent", error))?;
            request.headers_mut().insert("authorization", value);
        }
        // What a server sends is bounded by its own limits.
        let config =
            WebSocketConfig::default().max_message_size(Some(64 << 20)).max_frame_size(Some(64 << 20));
        match connect_async_with_config(request, Some(config), true).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(reply)) => Err(refused_upgrade(reply.body().as_deref())),
            Err(error) => Err(transport("the server cannot be reached", error)),
        }
    }
}

/// The next frame with something in it.
async fn receive(socket: &mut Socket) -> Result<Frame, ClientError> {
    loop {
        let message = tokio::time::timeout(SILENCE, socket.next())
            .await
            .map_err(|error| transport("the server has fallen silent", error))?
            .ok_or_else(|| transport("the connection was closed", std::fmt::Error))?
            .map_err(|error| transport("the connection broke", error))?;
        match message {
            Message::Text(text) => {
                return serde_json::from_str(&text)
                    .map_err(|error| transport("a message is not JSON-RPC", error));
            }
            Message::Close(Some(frame)) if frame.code == CloseCode::Size => {
                return Err(transport("the server finds the request too large", std::fmt::Error));
            }
            Message::Close(_) => return Err(transport("the server closed the connection", std::fmt::Error)),
            _ => {}
        }
    }
}

/// The server's own words, where it refused before there was a socket.
fn refused_upgrade(body: Option<&[u8]>) -> ClientError {
    let frame: Option<Frame> = body.and_then(|body| serde_json::from_slice(body).ok());
    match frame.and_then(|frame| frame.error) {
        Some(error) => ClientError::Refused(Box::new(error.into())),
        None => transport("the server refuses WebSockets", std::fmt::Error),
    }
}

fn retry_after(error: &ClientError) -> Option<Duration> {
    match error {
        ClientError::Refused(refused) if refused.code() != Some(Code::Timeout) => {
            refused.retry_after_ms.map(Duration::from_millis)
        }
        _ => None,
    }
}

/// Optional members that are not given are not sent.
fn without_nulls(params: Value) -> Value {
    match params {
        Value::Object(members) => members.into_iter().filter(|(_, it)| !it.is_null()).collect(),
        other => other,
    }
}

/// A reply, or a message of a subscription.
#[derive(Deserialize)]
struct Frame {
    params: Option<FrameParams>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct FrameParams {
    result: Option<Box<RawValue>>,
    error: Option<WireError>,
}

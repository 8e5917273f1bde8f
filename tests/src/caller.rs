//! One credential at one server, in every form a client may call: one call, a batch, a WebSocket.
//!
//! Every reply that passes here is held to the shape that all replies share, whatever the test looks for.
#![expect(clippy::disallowed_types, reason = "it speaks to the server that the test started")]

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use rpc::{
    Method, MethodInfo,
    client::{Client, ClientError},
};
use serde_json::{Value, json, value::RawValue};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, client_async, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest, handshake::client::Request, http::HeaderValue},
};

use crate::contract;

/// A client with one credential, or with none.
#[derive(Clone)]
pub struct Caller {
    address: SocketAddr,
    credential: Option<String>,
    http: reqwest::Client,
}

/// One answer to one call, with its exact text.
#[derive(Clone, Debug)]
pub struct Reply {
    pub text: String,
    pub json: Value,
}

/// How a call travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Single,
    BatchOfOne,
    SecondInBatch,
    SocketSingle,
    SocketBatch,
}

impl Way {
    pub const ALL: [Way; 5] =
        [Way::Single, Way::BatchOfOne, Way::SecondInBatch, Way::SocketSingle, Way::SocketBatch];

    /// The ways this method can be called: a subscription needs a socket, and all of its reply.
    pub fn of(method: &MethodInfo) -> &'static [Way] {
        if method.effect.is_subscription() { &[Way::SocketSingle] } else { &Way::ALL }
    }
}

/// A call as JSON-RPC writes it.
pub fn envelope(id: u64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

impl Caller {
    pub fn at(address: SocketAddr, credential: Option<String>) -> Self {
        Caller { address, credential, http: reqwest::Client::new() }
    }

    /// The same credential at another server.
    pub fn at_address(&self, address: SocketAddr) -> Caller {
        Caller { address, ..self.clone() }
    }

    /// With the method's own types.
    ///
    /// # Errors
    /// As the typed client.
    pub async fn call<M: Method>(&self, params: &M) -> Result<M::Output, ClientError> {
        self.client().call(params).await
    }

    /// The client that programs use.
    pub fn client(&self) -> Client {
        Client::new(format!("http://{}/rpc", self.address), self.credential.clone()).unwrap()
    }

    /// By the method's name, as a script calls.
    pub async fn call_raw(&self, method: &str, params: &Value) -> Reply {
        let (status, text) = self.post(envelope(1, method, params).to_string()).await;
        assert_eq!(status, 200, "{method}: {text}");
        Reply::of(text)
    }

    /// The replies of a batch, in its order.
    pub async fn batch(&self, calls: &[(&str, Value)]) -> Vec<Reply> {
        let (status, text) = self.post(batch_text(calls)).await;
        assert_eq!(status, 200, "{text}");
        Reply::all_of(&text)
    }

    /// Any body, and the HTTP status with the body of what comes back.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        let mut request = self
            .http
            .post(format!("http://{}/rpc", self.address))
            .header("content-type", "application/json")
            .body(body);
        if let Some(credential) = &self.credential {
            request = request.bearer_auth(credential);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, reply.text().await.unwrap())
    }

    /// What a `GET` of that path answers.
    pub async fn get(&self, path: &str) -> (u16, String) {
        let reply = self.http.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        let status = reply.status().as_u16();
        (status, reply.text().await.unwrap())
    }

    /// A WebSocket, as a script opens it; without a credential, as our own page does.
    pub async fn socket(&self) -> Socket {
        self.open(self.credential.is_none()).await.unwrap()
    }

    /// A socket over a line into which almost nothing fits that is not read.
    pub async fn narrow_socket(&self) -> Socket {
        let line = TcpSocket::new_v4().unwrap();
        line.set_recv_buffer_size(8_192).unwrap();
        let line = line.connect(self.address).await.unwrap();
        let stream = client_async(self.upgrade(false).unwrap(), MaybeTlsStream::Plain(line)).await.unwrap().0;
        Socket { stream }
    }

    /// # Errors
    /// When the server refuses the handshake.
    pub async fn open(&self, as_a_page: bool) -> Result<Socket, tungstenite::Error> {
        Ok(Socket { stream: connect_async(self.upgrade(as_a_page)?).await?.0 })
    }

    fn upgrade(&self, as_a_page: bool) -> Result<Request, tungstenite::Error> {
        let mut request = format!("ws://{}/rpc", self.address).into_client_request()?;
        let headers = request.headers_mut();
        if let Some(credential) = &self.credential {
            headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {credential}")).unwrap());
        }
        if as_a_page {
            let origin = format!("http://{}", self.address);
            headers.insert("origin", HeaderValue::from_str(&origin).unwrap());
        }
        Ok(request)
    }

    /// This caller with a socket beside, to take any way.
    pub async fn line(&self) -> Line {
        Line { socket: self.socket().await, caller: self.clone() }
    }
}

/// An open WebSocket on which one request at a time is asked.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn call_raw(&mut self, method: &str, params: &Value) -> Reply {
        Reply::of(self.ask(envelope(1, method, params).to_string()).await)
    }

    pub async fn batch(&mut self, calls: &[(&str, Value)]) -> Vec<Reply> {
        Reply::all_of(&self.ask(batch_text(calls)).await)
    }

    /// Sends any text and waits for the next one that comes back.
    pub async fn ask(&mut self, text: String) -> String {
        self.stream.send(Message::text(text)).await.unwrap();
        self.next_text().await
    }

    /// Begins a subscription; answers its id, or the refusal.
    pub async fn subscribe(&mut self, method: &str, params: &Value) -> Reply {
        self.call_raw(method, params).await
    }

    /// The next message of a subscription: what stands beside `subscription` in its params.
    pub async fn message(&mut self) -> Value {
        let text = tokio::time::timeout(Duration::from_secs(20), self.next_text()).await;
        let text = text.unwrap_or_else(|_| panic!("no message within twenty seconds"));
        let mut message: Value = serde_json::from_str(&text).unwrap();
        let params = message["params"].as_object_mut().unwrap_or_else(|| panic!("no message: {text}"));
        params.remove("subscription").unwrap_or_else(|| panic!("no message: {text}"));
        message["params"].take()
    }

    async fn next_text(&mut self) -> String {
        loop {
            match self.stream.next().await.expect("the server keeps the socket open").unwrap() {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not an answer: {other:?}"),
            }
        }
    }
}

/// A caller that can take any way.
pub struct Line {
    pub caller: Caller,
    socket: Socket,
}

impl Line {
    pub async fn ask(&mut self, way: Way, method: &str, params: &Value) -> Reply {
        let alone = [(method, params.clone())];
        let after_another = [("system.version", json!({})), (method, params.clone())];
        match way {
            Way::Single => self.caller.call_raw(method, params).await,
            Way::BatchOfOne => one(self.caller.batch(&alone).await, 1),
            Way::SecondInBatch => one(self.caller.batch(&after_another).await, 2),
            Way::SocketSingle => self.socket.call_raw(method, params).await,
            Way::SocketBatch => one(self.socket.batch(&after_another).await, 2),
        }
    }
}

fn one(mut replies: Vec<Reply>, expected: usize) -> Reply {
    assert_eq!(replies.len(), expected);
    replies.pop().unwrap()
}

fn batch_text(calls: &[(&str, Value)]) -> String {
    let calls = (1..).zip(calls).map(|(id, (method, params))| envelope(id, method, params));
    Value::Array(calls.collect()).to_string()
}

impl Reply {
    fn of(text: String) -> Reply {
        let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let reply = Reply { text, json };
        contract::hold_to_its_shape(&reply);
        reply
    }

    pub fn all_of(text: &str) -> Vec<Reply> {
        let parts: Vec<Box<RawValue>> =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        parts.iter().map(|part| Reply::of(part.get().to_owned())).collect()
    }

    /// What was asked for, or a panic that shows the refusal.
    pub fn result(&self) -> &Value {
        self.json.get("result").unwrap_or_else(|| panic!("refused: {}", self.text))
    }

    pub fn is_refused(&self) -> bool {
        self.json.get("error").is_some()
    }

    /// The refusal's name, such as `NOT_FOUND`; empty for a result.
    pub fn code(&self) -> &str {
        self.json["error"]["data"]["code"].as_str().unwrap_or_default()
    }

    pub fn reason(&self) -> &str {
        self.json["error"]["data"]["reason"].as_str().unwrap_or_default()
    }

    /// The text without what differs from call to call: the request's id, and the given echo.
    pub fn without(&self, echo: &str) -> String {
        let request = self.json["error"]["data"]["requestId"].as_str().unwrap_or("\u{0}");
        self.text.replace(request, "<request>").replace(echo, "<echo>")
    }
}

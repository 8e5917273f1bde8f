//! The one way out, on real sockets: a trap that nobody may ever reach, and far sides that misbehave.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use connectors::egress::{EgressClient, EgressError, EgressLimits, EgressPolicy, Lookup, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

/// A server that counts who comes, and answers everyone alike.
struct Server {
    address: SocketAddr,
    visits: Arc<AtomicUsize>,
    last_request: Arc<std::sync::Mutex<String>>,
}

impl Server {
    async fn answering(reply: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::new(AtomicUsize::new(0));
        let last_request = Arc::new(std::sync::Mutex::new(String::new()));
        let (count, last) = (visits.clone(), last_request.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (reply, last) = (reply.clone(), last.clone());
                tokio::spawn(async move {
                    let mut buffer = vec![0; 8192];
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    *last.lock().unwrap() = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    let _ = socket.write_all(reply.as_bytes()).await;
                    let _ = socket.shutdown().await;
                });
            }
        });
        Self { address, visits, last_request }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    fn host(&self) -> String {
        self.address.to_string()
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn redirect(to: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

/// Names have the addresses of this list, one after the other.
struct Names(Vec<IpAddr>, AtomicUsize);

#[async_trait]
impl Lookup for Names {
    async fn lookup(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        let turn = self.1.fetch_add(1, Ordering::SeqCst);
        Ok(vec![self.0[turn % self.0.len()]])
    }
}

fn client(policy: EgressPolicy, names: Vec<&str>) -> EgressClient {
    let limits = EgressLimits {
        total_time: Duration::from_millis(1_500),
        body_bytes: 64 * 1024,
        ..EgressLimits::default()
    };
    let names = names.into_iter().map(|name| name.parse().unwrap()).collect();
    EgressClient::with_lookup(policy, limits, Arc::new(Names(names, AtomicUsize::new(0))))
}

async fn get(client: &EgressClient, url: &str) -> Result<u16, EgressError> {
    client.send(Request::get(url.parse().unwrap())).await.map(|reply| reply.status.as_u16())
}

#[tokio::test]
async fn nobody_reaches_the_trap_by_any_spelling_name_or_answer_of_a_resolver() {
    let trap = Server::answering(ok("secret")).await;
    let port = trap.address.port();
    let spellings = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "127.0.0.1.",
        "localhost",
        "trap.example",
    ];
    for answer in
        ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254", "fd00:ec2::254", "0.0.0.0"]
    {
        let client = client(EgressPolicy::default(), vec![answer]);
        for host in spellings {
            for scheme in ["https", "http"] {
                let outcome = get(&client, &format!("{scheme}://{host}:{port}/")).await;
                assert!(
                    matches!(outcome, Err(EgressError::Refused(_))),
                    "{scheme}://{host} as {answer}: {outcome:?}"
                );
            }
        }
    }
    assert_eq!(trap.visits(), 0);
}

#[tokio::test]
async fn a_redirect_is_checked_like_the_first_address_and_takes_no_token_along() {
    let trap = Server::answering(ok("secret")).await;
    for target in [
        format!("http://{}/", trap.host()),
        format!("http://localhost:{}/", trap.address.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let front = Server::answering(redirect(&target)).await;
        let policy = EgressPolicy { allow_hosts: vec![front.host()], ..EgressPolicy::default() };
        let outcome = get(&client(policy, vec!["127.0.0.1"]), &format!("http://{}/", front.host())).await;
        assert!(matches!(outcome, Err(EgressError::Refused(_))), "{target}: {outcome:?}");
        assert_eq!(front.visits(), 1);
    }
    assert_eq!(trap.visits(), 0);

    let other = Server::answering(ok("fine")).await;
    let front = Server::answering(redirect(&format!("http://{}/next", other.host()))).await;
    let url: Url = format!("http://{}/", front.host()).parse().unwrap();
    let client = client(EgressPolicy::allowing_private(), vec!["127.0.0.1"]);
    client.send(Request::get(url).bearer("t0ken").unwrap()).await.unwrap();
    assert!(front.last_request.lock().unwrap().contains("t0ken"));
    assert!(!other.last_request.lock().unwrap().contains("t0ken"));
}

#[tokio::test]
async fn redirects_in_a_circle_and_redirected_posts_come_to_an_end() {
    let circle = Server::answering(redirect("/again")).await;
    let client = client(EgressPolicy::allowing_private(), vec!["127.0.0.1"]);
    let url: Url = format!("http://{}/", circle.host()).parse().unwrap();
    assert_eq!(client.send(Request::get(url.clone())).await.err(), Some(EgressError::BadRedirect));
    assert_eq!(circle.visits(), 4);
    let posted = client.send(Request::post_form(url, &[("secret", "x")])).await;
    assert_eq!((posted.err(), circle.visits()), (Some(EgressError::BadRedirect), 5));
}

#[tokio::test]
async fn a_name_that_changes_its_address_after_the_check_is_checked_again() {
    let trap = Server::answering(ok("secret")).await;
    // Public at first (and unreachable here), then the trap's.
    let client = client(EgressPolicy::default(), vec!["192.0.2.1", "127.0.0.1"]);
    for _ in 0..4 {
        let outcome = get(&client, &format!("https://rebind.example:{}/", trap.address.port())).await;
        assert!(outcome.is_err());
    }
    assert_eq!(trap.visits(), 0);
}

#[tokio::test]
async fn an_answer_without_end_or_without_haste_is_cut_off() {
    let endless =
        Server::answering(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "x".repeat(70_000)))
            .await;
    let announced =
        Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\nx".to_owned()).await;
    let broken = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx".to_owned()).await;
    let client = client(EgressPolicy::allowing_private(), vec!["127.0.0.1"]);
    assert_eq!(get(&client, &format!("http://{}/", endless.host())).await, Err(EgressError::TooLarge));
    assert_eq!(get(&client, &format!("http://{}/", announced.host())).await, Err(EgressError::TooLarge));
    assert_eq!(get(&client, &format!("http://{}/", broken.host())).await, Err(EgressError::Interrupted));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert_eq!(get(&client, &url).await, Err(EgressError::Timeout));
    drop(silent);
    assert_eq!(get(&client, &url).await, Err(EgressError::Unreachable));
}

//! The binary as a script sees it: `fairlead call`, its output and its exit codes.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are tests too")]

use std::{process::Output, sync::Arc};

use gateway::server::{Handle, Origins, Parts, RequestMeta, ServerLimits, serve};
use jsonrpsee::{RpcModule, types::ErrorObjectOwned};
use rpc::{Code, RpcError};
use serde_json::{Value, json};
use tokio::{net::TcpListener, process::Command};

/// A server with one method that echoes and one that refuses as it is told.
async fn server() -> Handle {
    let mut module = RpcModule::new(());
    module
        .register_async_method("test.echo", |params, _, extensions| async move {
            let meta = extensions.get::<RequestMeta>().unwrap();
            let key = meta.credential.as_ref().map(|it| it.expose().to_owned());
            json!({ "params": params.parse::<Value>().unwrap(), "key": key })
        })
        .unwrap();
    module
        .register_async_method("test.refuse", |params, _, _| async move {
            let name = params.parse::<Value>().unwrap()["with"].as_str().unwrap().to_owned();
            let error = RpcError::new(Code::from_name(&name).unwrap(), "told_to", "as told");
            Err::<(), ErrorObjectOwned>(error.into_object("test.refuse", "r-1"))
        })
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let parts = Parts {
        methods: module.into(),
        document: "{}".into(),
        limits: ServerLimits::default(),
        origins: Origins::default(),
        proxies: Vec::new(),
        probe: Arc::new(|| Box::pin(async { true })),
    };
    serve(listener, parts).unwrap()
}

async fn fairlead(url: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fairlead"));
    command.args(args).env("FAIRLEAD_URL", url).env("FAIRLEAD_API_KEY", "key-1");
    command.output().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_printed_pretty_or_raw() {
    let handle = server().await;
    let url = format!("http://{}", handle.local_addr());
    let expected = json!({ "params": { "a": 1 }, "key": "key-1" });
    for args in [&["call", "test.echo", "{\"a\":1}"][..], &["call", "test.echo", "{\"a\":1}", "--raw"]] {
        let output = fairlead(&url, args).await;
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), expected);
        let lines = String::from_utf8(output.stdout).unwrap().lines().count();
        assert_eq!(lines == 1, args.contains(&"--raw"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_tells_the_class_of_the_error() {
    let handle = server().await;
    let url = format!("http://{}", handle.local_addr());
    let cases = [
        ("UNAUTHORIZED", 3),
        ("FORBIDDEN", 4),
        ("NOT_FOUND", 5),
        ("INVALID_PARAMS", 6),
        ("CONFLICT", 7),
        ("PRECONDITION_FAILED", 7),
        ("SERVICE_UNAVAILABLE", 8),
        ("TOO_MANY_REQUESTS", 8),
        ("INTERNAL_SERVER_ERROR", 9),
    ];
    for (name, code) in cases {
        let output = fairlead(&url, &["call", "test.refuse", &json!({ "with": name }).to_string()]).await;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{name}: {told}");
        assert!(told.contains(name) && told.contains("told_to") && output.stdout.is_empty(), "{told}");
    }
    assert_eq!(fairlead(&url, &["call", "test.nothing"]).await.status.code(), Some(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_and_an_absent_server_have_codes_of_their_own() {
    let vacant = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{vacant}");
    let absent = fairlead(&url, &["call", "test.echo"]).await;
    let told = String::from_utf8_lossy(&absent.stderr).into_owned();
    assert_eq!((absent.status.code(), told.lines().count()), (Some(8), 1), "{told}");
    for args in
        [&["call"][..], &["call", "test.echo", "[1]"], &["call", "test.echo", "@/nowhere"], &["nothing"]]
    {
        assert_eq!(fairlead(&url, args).await.status.code(), Some(2), "{args:?}");
    }
}

//! Clients that others wrote for the real vendor must find nothing amiss: jsforce from npm and simple-salesforce from PyPI.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use serde_json::{Value as Json, json};

use crate::support::small;

/// Where packages are installed, once for each build folder.
fn clients_dir() -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("real-clients");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real-clients")
}

/// Runs a program to its end and gives its standard output.
fn run(command: &mut Command, needed: &str) -> String {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|e| {
        panic!("this test runs real clients and needs {needed}; install it and run again ({shown}: {e})")
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown} failed: {}\n{stderr}\n(it needs {needed})", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Installs only when the list of packages changed since the last time.
fn once(list: &Path, done: &Path, install: impl FnOnce()) {
    let wanted = std::fs::read_to_string(list).unwrap();
    if std::fs::read_to_string(done).ok().as_deref() != Some(&wanted) {
        install();
        std::fs::write(done, wanted).unwrap();
    }
}

async fn stand_in() -> (SalesforceHandle, String) {
    let sandbox = Salesforce::start(SalesforceOptions { scale: 0.2, ..small() }).await.unwrap();
    let login = serde_json::to_string(&sandbox.login()).unwrap();
    (sandbox, login)
}

fn check(sandbox: &SalesforceHandle, found: &Json) {
    let count = |soql: &str, all: bool| sandbox.records(soql, all).unwrap().len();
    let tasks = count("SELECT Id FROM Task", false);
    assert!(tasks > 6_000);
    assert_eq!((&found["totalSize"], &found["tasks"]), (&json!(tasks), &json!(tasks)));
    assert_eq!(found["pages"], tasks.div_ceil(2_000));
    assert_eq!(found["contactsWithDeleted"], count("SELECT Id FROM Contact", true));
    assert_eq!(found["customFields"], json!(["Revenue_Per_Employee__c", "Segment__c", "Tech_Stack__c"]));
    assert!(found["objects"].as_array().unwrap().contains(&json!("OpportunityContactRole")));
    assert_eq!(found["roles"], count("SELECT Id FROM OpportunityContactRole", false));
    assert_eq!((&found["retrieved"], &found["errorCode"]), (&json!(true), &json!("INVALID_FIELD")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jsforce_logs_in_reads_every_page_describes_and_refreshes() {
    let (sandbox, login) = stand_in().await;
    // Deleted rows, for the queryAll of the script.
    sandbox.mutate(1);
    let dir = clients_dir().join("node");
    std::fs::create_dir_all(&dir).unwrap();
    let list = scripts().join("package.json");
    once(&list, &dir.join("installed"), || {
        std::fs::copy(&list, dir.join("package.json")).unwrap();
        let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
        run(Command::new("npm").args(install).current_dir(&dir), "npm (Node.js 20 or newer)");
    });
    let script = scripts().join("with_jsforce.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(login).env("CLIENTS_DIR", &dir);
    let out = tokio::task::spawn_blocking(move || run(&mut node, "node 20 or newer")).await.unwrap();
    let found: Json = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    check(&sandbox, &found);
    assert_eq!((&found["state"], found["instanceUrl"].as_str()), (&json!("xyz"), Some(sandbox.base_url())));
    assert_eq!(found["refreshes"], 1);
    assert_eq!(found["afterRefresh"], sandbox.records("SELECT Id FROM Lead", false).unwrap().len());
    assert_eq!(found["soapUsers"], 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simple_salesforce_reads_every_page_and_describes() {
    let (sandbox, login) = stand_in().await;
    sandbox.mutate(1);
    let dir = clients_dir().join("python");
    let list = scripts().join("requirements.txt");
    once(&list, &clients_dir().join("python-installed"), || {
        let needed = "python3 (3.9 or newer) with venv and pip";
        run(Command::new("python3").args(["-m", "venv"]).arg(&dir), needed);
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
        run(Command::new(dir.join("bin/python")).args(pip).arg(&list), needed);
    });
    let mut python = Command::new(dir.join("bin/python"));
    python.arg(scripts().join("with_simple_salesforce.py")).arg(login);
    let out = tokio::task::spawn_blocking(move || run(&mut python, "python3 (3.9 or newer)")).await.unwrap();
    let found: Json = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    check(&sandbox, &found);
    assert_eq!(found["limits"], true);
}

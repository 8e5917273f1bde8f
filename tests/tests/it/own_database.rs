//! A program with a PostgreSQL of its own loses it to a kill, and gets it back without anybody's help.

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use gateway::{
    app::Application,
    config::{Config, Overrides},
    provision::{self, NewOrganization},
    server,
};
use serde_json::json;
use tests::Caller;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_database_that_is_killed_is_started_again_under_the_running_server() {
    let folder = Folder(std::env::temp_dir().join(format!("fairlead-own-{}", std::process::id())));
    let overrides = Overrides { data_dir: Some(folder.0.clone()), ..Overrides::default() };
    let application = Application::open(Config::load(&overrides).unwrap()).await;
    let application = application.unwrap_or_else(|error| panic!("{error}"));
    let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let parts = application.parts().unwrap_or_else(|error| panic!("{error}"));
    let server = server::serve(listener, parts).unwrap();
    let new = NewOrganization { name: "Example", slug: "example", admin_email: "ada@example.com" };
    let made = provision::create_organization(application.store(), &new).await;
    let made = made.unwrap_or_else(|error| panic!("{error}"));
    let admin = Caller::at(server.local_addr(), Some(made.api_key.expose().to_owned()));
    admin.call_raw("session.current", &json!({})).await.result();

    let pid = std::fs::read_to_string(folder.0.join("postgres/data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().trim();
    assert!(Command::new("kill").args(["-9", pid]).status().unwrap().success());
    let killed = Instant::now();
    let mut refused = 0;
    loop {
        let reply = admin.call_raw("session.current", &json!({})).await;
        if reply.json.get("result").is_some() {
            // The dead one's processes may have served a little longer.
            if refused > 0 {
                break;
            }
        } else {
            assert_eq!(reply.code(), "SERVICE_UNAVAILABLE", "{}", reply.text);
            refused += 1;
        }
        assert!(killed.elapsed() < Duration::from_secs(60), "it does not come back; refused {refused} times");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    admin.call_raw("apiKey.create", &json!({ "name": "later", "role": "viewer" })).await.result();
    drop(server);
    application.stop().await;
}

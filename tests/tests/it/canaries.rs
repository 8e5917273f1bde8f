//! Three organizations whose every text holds a word of its own: no reply, no frame and no line of the log holds another's.

use tests::{Tenant, TestApp, Way};

use crate::{calls, example, strangers::required_only};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_ever_sees_another_organizations_words() {
    let app = TestApp::start().await;
    let tenants = [
        app.seeded_tenant("first").await,
        app.seeded_tenant("second").await,
        app.seeded_tenant("third").await,
    ];
    // What stands before was logged while the test itself put the rows there.
    let end = app.logs().end();
    let mut telling = 0;
    for tenant in &tenants {
        telling += sweep(&app, tenant, &tenants).await;
    }
    // Else the words are no longer in what is answered, and the search proves nothing.
    assert!(telling >= 25 * tenants.len(), "only {telling} replies hold their own organization's word");
    let mut words: Vec<&str> = tenants.iter().map(|it| it.canary.as_str()).collect();
    words.extend(tenants.iter().flat_map(|it| &it.secrets).map(String::as_str).filter(|it| it.len() > 30));
    let log = app.logs().since(end);
    assert!(log.contains("answered"), "the log is not being kept: nothing was searched");
    let telling: Vec<&str> =
        log.lines().filter(|line| words.iter().any(|word| line.contains(word))).collect();
    assert!(telling.is_empty(), "the log holds what is nobody's business:\n{}", telling.join("\n"));
}

/// Calls everything, in full and as in the example; answers how many replies held the organization's own word.
async fn sweep(app: &TestApp, tenant: &Tenant, all: &[Tenant]) -> usize {
    let mut line = tenant.admin().line().await;
    let mut telling = 0;
    for method in calls() {
        let params = example(app, tenant, method).await;
        let calls = if method.effect.is_mutation() {
            vec![(Way::Single, params)]
        } else {
            let full = required_only(method, &params);
            vec![(Way::Single, params.clone()), (Way::SocketSingle, full.clone()), (Way::SecondInBatch, full)]
        };
        let mut tells = false;
        for (way, params) in calls {
            let reply = line.ask(way, method.name, &params).await;
            for other in all.iter().filter(|it| it.number != tenant.number) {
                assert!(!reply.text.contains(&other.canary), "{} {way:?}: {}", method.name, reply.text);
            }
            tells |= reply.text.contains(&tenant.canary);
        }
        telling += usize::from(tells);
    }
    telling
}

//! A small demo, twice on the same folder.

use api::{routers::metrics_import, types::PageSize};

use super::*;
use crate::config::Overrides;

struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

async fn start(folder: &Folder) -> (Stage, Shown) {
    let overrides = Overrides {
        data_dir: Some(folder.0.clone()),
        listen: Some("127.0.0.1:0".into()),
        ..Overrides::default()
    };
    let demo = Demo {
        common: Common::default(),
        listen: None,
        once: true,
        json: true,
        fresh: false,
        scale: Some(0.02),
    };
    let progress = Progress::new();
    let mut stage = demo.set_up(Config::load(&overrides).unwrap(), &progress).await.unwrap();
    let shown = stage.perform(&progress).await.unwrap();
    (stage, shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_goes_on_where_the_first_one_ended() {
    let folder = Folder(std::env::temp_dir().join(format!("fairlead-demo-{}", std::process::id())));
    let (stage, first) = start(&folder).await;
    let (key, connector) = (stage.key.clone(), stage.state.connector_id);
    let crm = stage.crm.counts();
    stage.tear_down().await;

    let (stage, second) = start(&folder).await;
    assert_eq!((&stage.key, stage.state.connector_id), (&key, connector));
    // Nothing is new to the full sync, or gone, or back as it was before the first start's changes.
    let whole = second.summary.whole.as_ref().unwrap();
    for it in &whole.entities {
        assert_eq!((it.inserted, it.updated, it.deleted), (0, 0, 0), "{it:?}");
        assert_eq!(it.read, it.unchanged + it.quarantined, "{it:?}");
    }
    assert_ne!(first.changes, second.changes, "the second start changes other records");
    let incremental = second.summary.incremental.as_ref().unwrap();
    assert!(incremental.entities.iter().any(|it| it.inserted + it.updated > 0), "{incremental:?}");
    assert_ne!(stage.crm.counts(), crm);

    let (once, again) =
        (first.json(&stage)["advertising"].clone(), second.json(&stage)["advertising"].clone());
    assert_eq!((&again["imported"], &again["same"]), (&0.into(), &once["imported"]));
    assert_eq!(again["weeks"], once["weeks"]);
    let list = metrics_import::List { status: None, page_size: PageSize::default(), cursor: None };
    assert_eq!(stage.client.call(&list).await.unwrap().items.len(), 1, "the file is planned once");
    stage.tear_down().await;
}

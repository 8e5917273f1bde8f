//! Weekly figures from the outside: what is refused and by which name, what foots, what was known when, and that an import is
//! applied exactly, once, and put back exactly.

use api::sample;
use serde_json::{Value, json};
use tests::{Caller, Reply, TestApp};

struct Here {
    app: TestApp,
    ours: tests::Tenant,
}

impl Here {
    async fn start() -> Here {
        let app = TestApp::start().await;
        let ours = app.seeded_tenant("ours").await;
        Here { app, ours }
    }

    fn admin(&self) -> &Caller {
        self.ours.admin()
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        self.admin().call_raw(method, &params).await.result().clone()
    }

    /// The reason of a refusal that did nothing.
    async fn refused(&self, method: &str, params: Value) -> Reply {
        let before = self.app.rows().fingerprints().await;
        let reply = self.admin().call_raw(method, &params).await;
        assert!(reply.is_refused(), "{method} {params}: {}", reply.text);
        assert_eq!(
            self.app.rows().fingerprints().await,
            before,
            "{method} {params}: a refused call did something"
        );
        reply
    }
}

fn usd(minor: i64) -> Value {
    json!({ "minor": minor, "currency": "USD" })
}

fn week(monday: &str, ad_spend: i64, sales: i64) -> Value {
    json!({ "campaignId": sample::CAMPAIGN_ID, "weekStart": monday, "adSpend": usd(ad_spend), "sales": usd(sales) })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bad_week_is_refused_by_its_name() {
    let here = Here::start().await;
    let tuesday = here.refused("weeklyMetric.upsert", week("2026-03-31", 1, 1)).await;
    assert_eq!(tuesday.reason(), "not_a_monday");
    assert_eq!(tuesday.json["error"]["data"]["details"]["monday"], "2026-03-30", "{}", tuesday.text);
    let negative = here.refused("weeklyMetric.upsert", week("2026-03-30", -1, 1)).await;
    assert_eq!(
        (negative.reason(), &negative.json["error"]["data"]["details"]["field"]),
        ("negative_amount", &json!("adSpend"))
    );
    // However little it is: there is no amount below zero that would be taken.
    for least in [-1_000_000_000_000_001, -9_007_199_254_740_991] {
        let refused = here.refused("weeklyMetric.upsert", week("2026-03-30", 1, least)).await;
        assert_eq!(refused.reason(), "negative_amount", "{}", refused.text);
    }
    let unheard_of = here.refused("weeklyMetric.upsert", week("2026-03-30", 1, i64::MIN)).await;
    let field = &unheard_of.json["error"]["data"]["fields"][0];
    assert_eq!(field["path"], "sales.minor", "{}", unheard_of.text);
    assert_eq!(field["message"], "must lie within ±9007199254740992");
    let mut euros = week("2026-03-30", 1, 1);
    euros["sales"]["currency"] = json!("EUR");
    let euros = here.refused("weeklyMetric.upsert", euros).await;
    assert_eq!(
        (euros.reason(), &euros.json["error"]["data"]["details"]["expected"]),
        ("currency_not_used", &json!("USD"))
    );
    let huge = here.refused("weeklyMetric.upsert", week("2026-03-30", 9_007_199_254_740_991, 1)).await;
    assert_eq!(huge.reason(), "amount_too_large");
    let twice = json!({ "weeks": [week("2026-03-30", 1, 1), week("2026-03-30", 2, 2)] });
    let twice = here.refused("weeklyMetric.upsertMany", twice).await;
    assert_eq!((twice.reason(), &twice.json["error"]["data"]["details"]["index"]), ("week_twice", &json!(1)));
    let no_target = json!({ "campaignId": sample::CAMPAIGN_ID, "targetRoas": 0 });
    let no_target = here.refused("campaign.update", no_target).await;
    assert_eq!(no_target.json["error"]["data"]["fields"][0]["path"], "targetRoas", "{}", no_target.text);
    for places in [json!({}), json!({ "clientId": sample::CLIENT_ID, "campaignId": sample::CAMPAIGN_ID })] {
        let mut params = week("2026-03-30", 1, 1);
        params.as_object_mut().unwrap().remove("campaignId");
        params.as_object_mut().unwrap().extend(places.as_object().unwrap().clone());
        assert_eq!(here.refused("weeklyMetric.upsert", params).await.code(), "INVALID_PARAMS");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_put_in_or_made_below_what_is_not_active() {
    let here = Here::start().await;
    for (method, id, level) in [
        ("campaign.setActive", json!({ "campaignId": sample::CAMPAIGN_ID }), "campaign"),
        ("client.setActive", json!({ "clientId": sample::CLIENT_ID }), "client"),
    ] {
        let with = |active: bool| {
            let mut params = id.clone();
            params["isActive"] = json!(active);
            params
        };
        here.ok(method, with(false)).await;
        let refused = here.refused("weeklyMetric.upsert", week("2026-03-30", 1, 1)).await;
        assert_eq!(
            (refused.reason(), &refused.json["error"]["data"]["details"]["level"]),
            ("inactive", &json!(level))
        );
        if level == "client" {
            let create = json!({ "campaignGroupId": sample::CAMPAIGN_GROUP_ID, "name": "New" });
            assert_eq!(here.refused("campaign.create", create).await.reason(), "parent_inactive");
        }
        here.ok(method, with(true)).await;
    }
    here.ok("weeklyMetric.upsert", week("2026-03-30", 1, 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_with_weeks_goes_only_by_force_and_what_was_known_stays() {
    let here = Here::start().await;
    let campaign = json!({ "campaignId": sample::CAMPAIGN_ID });
    let refused = here.refused("campaign.remove", campaign.clone()).await;
    assert_eq!(refused.reason(), "has_weeks");
    let count = refused.json["error"]["data"]["details"]["count"].as_u64().unwrap();
    assert!(count > 4);
    let period = json!({ "from": "2026-02-02", "to": "2026-02-23", "clientId": sample::CLIENT_ID });
    let before = here.ok("metrics.summary", period.clone()).await["totals"][0]["now"]["period"].clone();
    let instant = here.ok("system.version", json!({})).await["now"].as_str().map(str::to_owned);
    let instant = instant.unwrap_or_else(|| chrono::Utc::now().to_rfc3339());
    let removed =
        here.ok("campaign.remove", json!({ "campaignId": sample::CAMPAIGN_ID, "force": true })).await;
    assert_eq!(removed["weeksRemoved"], count);
    assert_eq!(here.admin().call_raw("campaign.get", &campaign).await.reason(), "no_such_campaign");
    let mut then = period.clone();
    then["knownAt"] = json!(instant);
    let total = here.ok("metrics.summary", then).await["totals"][0].clone();
    assert_eq!((&total["now"]["period"], &total["then"]["period"]), (&Value::Null, &before));
}

/// Parent = Σ children + unallocated, to the last minor unit, at every level.
#[tokio::test(flavor = "multi_thread")]
async fn sums_foot_at_every_level_whatever_is_not_shown() {
    let here = Here::start().await;
    for (place, amount) in [
        (json!({ "clientChannelId": sample::CLIENT_CHANNEL_ID }), 333),
        (json!({ "campaignGroupId": sample::CAMPAIGN_GROUP_ID }), 77),
        (json!({ "clientId": sample::CLIENT_ID }), 1),
    ] {
        let mut params = week("2026-02-23", amount, 2 * amount);
        params.as_object_mut().unwrap().remove("campaignId");
        params.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        here.ok("weeklyMetric.upsert", params).await;
    }
    let minor = |it: &Value, name: &str| it[name].as_i64().unwrap_or(0);
    for level in ["client", "client_channel", "campaign_group", "campaign"] {
        for limit in [1, 5000] {
            let params = json!({ "from": "2026-02-02", "to": "2026-02-23", "level": level, "limit": limit });
            let summary = here.ok("metrics.summary", params).await;
            for name in ["adSpend", "sales"] {
                let total = &summary["totals"][0];
                let items = summary["items"].as_array().unwrap();
                let shown: i64 = items.iter().map(|it| minor(&it["now"]["period"], name)).sum();
                let rest = minor(&total["unallocated"], name) + minor(&total["others"], name);
                assert_eq!(shown + rest, minor(&total["now"]["period"], name), "{level} {name}: {summary}");
            }
        }
    }
    let tree = here.ok("metrics.summary", json!({ "from": "2026-02-23", "to": "2026-02-23" })).await;
    assert_eq!(tree["totals"][0]["now"]["previous"]["adSpend"], 51_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_then_stands_beside_what_is_known_now() {
    let here = Here::start().await;
    let params = json!({ "from": "2026-02-16", "to": "2026-02-16", "clientId": sample::CLIENT_ID,
        "knownAt": "2026-02-23T00:00:00Z" });
    let total = here.ok("metrics.summary", params.clone()).await["totals"][0].clone();
    assert_eq!(
        (&total["then"]["period"]["adSpend"], &total["now"]["period"]["adSpend"]),
        (&json!(45_000), &json!(51_000))
    );
    let gap = json!({ "from": "2026-02-16", "to": "2026-03-02", "clientId": sample::CLIENT_ID });
    let points = here.ok("metrics.trend", gap).await["items"][0]["points"].clone();
    assert_eq!((&points[0]["now"]["adSpend"], &points[2]["now"]), (&json!(51_000), &Value::Null));
    let changed = here
        .ok(
            "metrics.restatements",
            json!({ "after": "2026-02-23T00:00:00Z", "knownAt": "2026-03-01T00:00:00Z",
            "clientId": sample::CLIENT_ID }),
        )
        .await;
    assert_eq!(changed["items"].as_array().unwrap().len(), 1);
    assert_eq!(changed["items"][0]["change"]["adSpend"]["absolute"], 6_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_the_same_each_time_and_go_when_their_cause_does() {
    let here = Here::start().await;
    let list = json!({ "clientId": sample::CLIENT_ID });
    let alerts = here.ok("metrics.listAlerts", list.clone()).await;
    assert_eq!(here.ok("metrics.listAlerts", list.clone()).await, alerts);
    let of_kind = |alerts: &Value, kind: &str| {
        alerts["items"].as_array().unwrap().iter().filter(|it| it["kind"] == kind).count()
    };
    assert_eq!(of_kind(&alerts, "roas_under_target"), 1, "{alerts}");
    let mut week_of = chrono::Utc::now().date_naive();
    while chrono::Datelike::weekday(&week_of) != chrono::Weekday::Mon {
        week_of = week_of.pred_opt().unwrap();
    }
    let last = week_of - chrono::Days::new(7);
    here.ok("weeklyMetric.upsert", week(&last.to_string(), 10_000, 90_000)).await;
    let after = here.ok("metrics.listAlerts", list).await;
    assert_eq!(of_kind(&after, "roas_under_target"), 0, "{after}");
    assert_eq!(of_kind(&after, "restated"), of_kind(&alerts, "restated") + 1, "{after}");
}

fn file(here: &Here, rows: &[&str]) -> String {
    let canary = &here.ours.canary;
    let rows = rows
        .iter()
        .map(|row| format!("Example Retail {canary};Google Ads;Spring {canary};Boots {canary};{row}\n"));
    format!("client;channel;group;campaign;week;spend;sales\n{}", rows.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_applied_once_and_exactly_and_undone_exactly() {
    let here = Here::start().await;
    let weeks = json!({ "campaignId": sample::CAMPAIGN_ID, "from": "2025-01-01", "to": "2026-03-01", "pageSize": 100 });
    let figures = |list: &Value| -> Vec<Value> {
        let row = |it: &Value| json!([it["weekStart"], it["adSpend"], it["sales"], it["source"]]);
        list["items"].as_array().unwrap().iter().map(row).collect()
    };
    let before = figures(&here.ok("weeklyMetric.list", weeks.clone()).await);
    let text =
        file(&here, &["2026-02-23;999,50;4.321,00", "2025-03-03;100,00;200,00", "2025-03-04;1,00;1,00"]);
    let planned = here.ok("metricsImport.plan", json!({ "text": text })).await;
    assert_eq!(planned["counts"], json!({ "insert": 1, "change": 1, "same": 0, "reject": 1 }), "{planned}");
    assert!(planned["rows"][0]["reason"].as_str().unwrap().contains("2025-03-03 was meant"), "{planned}");
    let currencies: Vec<&Value> =
        planned["rows"].as_array().unwrap().iter().map(|it| &it["currency"]).collect();
    assert_eq!(currencies, [&Value::Null, &json!("USD"), &json!("USD")], "the rejected one has none");
    let apply = json!({ "importId": planned["importId"], "planHash": planned["planHash"] });
    let mut wrong = apply.clone();
    wrong["planHash"] = json!("0".repeat(64));
    assert_eq!(here.refused("metricsImport.apply", wrong).await.reason(), "plan_stale");
    here.ok("metricsImport.apply", apply.clone()).await;
    assert_eq!(here.refused("metricsImport.apply", apply).await.reason(), "plan_stale");
    let written = json!({ "campaignId": sample::CAMPAIGN_ID, "weekStart": "2026-02-23" });
    let revisions = here.ok("weeklyMetric.listRevisions", written).await;
    let latest = &revisions["items"][0];
    assert_eq!((&latest["adSpend"], &latest["sales"]), (&usd(99_950), &usd(432_100)), "{revisions}");
    let again = here.ok("metricsImport.plan", json!({ "text": text })).await;
    assert_eq!(again["counts"], json!({ "insert": 0, "change": 0, "same": 2, "reject": 1 }));
    here.ok("metricsImport.undo", json!({ "importId": planned["importId"] })).await;
    assert_eq!(figures(&here.ok("weeklyMetric.list", weeks).await), before);
    let undo = json!({ "importId": planned["importId"] });
    assert_eq!(here.refused("metricsImport.undo", undo).await.reason(), "not_applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_stale_and_an_import_stays_once_somebody_else_was_there() {
    let here = Here::start().await;
    let text = file(&here, &["2026-02-23;999,50;4.321,00"]);
    let first = here.ok("metricsImport.plan", json!({ "text": text })).await;
    let second = here.ok("metricsImport.plan", json!({ "text": text })).await;
    let apply = |plan: &Value| json!({ "importId": plan["importId"], "planHash": plan["planHash"] });
    here.ok("metricsImport.apply", apply(&first)).await;
    assert_eq!(here.refused("metricsImport.apply", apply(&second)).await.reason(), "plan_stale");
    here.ok("weeklyMetric.upsert", week("2026-02-23", 5, 5)).await;
    let undo = here.refused("metricsImport.undo", json!({ "importId": first["importId"] })).await;
    assert_eq!(
        (undo.reason(), &undo.json["error"]["data"]["details"]["count"]),
        ("changed_since", &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_leaves_something_open_is_refused_by_its_name() {
    let here = Here::start().await;
    // "campaign,week" in UTF-16, little-endian with its mark.
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain("campaign,week\n".bytes().flat_map(|it| [it, 0])).collect();
    let utf16 = base64(&utf16);
    let long = format!("client;channel;campaign;week;spend;sales\n{}", "x".repeat(100_000));
    for (params, reason) in [
        (json!({ "text": file(&here, &["2026-02-23;1.234;5.678"]) }), "ambiguous_number"),
        (json!({ "text": file(&here, &["03/04/2026;1,50;5,00"]) }), "ambiguous_date"),
        (json!({ "base64": utf16 }), "not_utf8"),
        (json!({ "text": long }), "line_too_long"),
        (json!({ "text": "week,spend\n2026-02-23,1\n" }), "missing_columns"),
        (json!({ "text": "client;channel;campaign;week;spend;sales\n" }), "no_rows"),
        (json!({ "base64": "*" }), "not_base64"),
    ] {
        assert_eq!(here.refused("metricsImport.plan", params.clone()).await.reason(), reason, "{params}");
    }
    let told = json!({ "text": file(&here, &["2026-02-23;1.234;5.678"]), "numbers": "decimal_comma" });
    let planned = here.ok("metricsImport.plan", told).await;
    assert_eq!(planned["rows"][0]["after"]["adSpend"], 123_400);
    let twice = here
        .ok("metricsImport.plan", json!({ "text": file(&here, &["2026-02-23;1,5;2", "2026-02-23;1,5;2"]) }));
    assert_eq!(twice.await["counts"]["reject"], 2);
    let foreign = format!("currency;{}", file(&here, &[""]).lines().next().unwrap());
    let row = file(&here, &["2026-02-23;1,50;2,50"]);
    let foreign = json!({ "text": format!("{foreign}\nGBP;{}\n", row.lines().nth(1).unwrap()) });
    let foreign = here.ok("metricsImport.plan", foreign).await;
    assert!(foreign["rows"][0]["reason"].as_str().unwrap().contains("currency"), "{foreign}");
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = ALPHABET[((word >> (18 - 6 * at)) & 63) as usize] as char;
            out.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}

/// What is exported is read back as the same, and what a spreadsheet would run is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_read_back_as_what_it_was() {
    let here = Here::start().await;
    here.ok("campaign.update", json!({ "campaignId": sample::CAMPAIGN_ID, "name": "=HYPERLINK(\"x\")" }))
        .await;
    let mut text = String::new();
    let mut params = json!({ "format": "csv", "clientId": sample::CLIENT_ID, "limit": 3 });
    loop {
        let page = here.ok("metrics.export", params.clone()).await;
        text.push_str(page["text"].as_str().unwrap());
        match page["next"].as_str() {
            Some(next) => params["after"] = json!(next),
            None => break,
        }
    }
    assert!(text.contains("'=HYPERLINK"), "{text}");
    let planned = here.ok("metricsImport.plan", json!({ "text": text })).await;
    let rows = text.lines().count() as u64 - 1;
    assert_eq!(
        planned["counts"],
        json!({ "insert": 0, "change": 0, "same": rows, "reject": 0 }),
        "{planned}"
    );
}

//! What a scoring run reads and writes, a stretch at a time.

use chrono::{DateTime, Utc};
use diesel_async::SimpleAsyncConnection;
use uuid::Uuid;

use super::sync_write::{World, at};
use crate::StoreError;
use crate::scoring_inputs::people_of_accounts;
use crate::scoring_runs::{ActiveRules, active_rules, settle_scores, state_hash};
use crate::scoring_writes::{
    Before, ScoreRow, StateRow, TierRow, anything_before, write_engagement_states, write_scores,
    write_tier_history,
};

fn id(kind: u64, number: u64) -> Uuid {
    Uuid::from_u64_pair(kind, number)
}

fn account(number: u64) -> Uuid {
    id(1, number)
}

fn person(number: u64) -> Uuid {
    id(2, number)
}

/// Accounts 1 to 4, of which 3 was merged into 1 and 4 is deleted; 2's domain is two.example, 4's four.example.
async fn world() -> World {
    let world = World::start().await;
    let (t, [a, b, c, d]) = (world.tenant, [1, 2, 3, 4].map(account));
    world
        .execute(&format!(
            "INSERT INTO accounts (tenant_id, id, name, domain, merged_into, deleted_at) VALUES \
             ('{t}', '{a}', 'One', 'one.example', NULL, NULL), ('{t}', '{b}', 'Two', 'two.example', NULL, NULL), \
             ('{t}', '{c}', 'Three', NULL, '{a}', now()), ('{t}', '{d}', 'Four', 'four.example', NULL, now())"
        ))
        .await;
    world
}

impl World {
    async fn execute(&self, sql: &str) {
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        tx.conn().batch_execute(sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn add_person(&self, number: u64, account: Option<Uuid>, domain: Option<&str>) {
        let text = |value: Option<String>| value.map_or("NULL".into(), |value| format!("'{value}'"));
        self.execute(&format!(
            "INSERT INTO people (tenant_id, id, account_id, work_domain) VALUES ('{}', '{}', {}, {})",
            self.tenant,
            person(number),
            text(account.map(|id| id.to_string())),
            text(domain.map(str::to_owned)),
        ))
        .await;
    }

    async fn rules(&self) -> ActiveRules {
        let mut tx = self.store.tenant(self.tenant).await.unwrap();
        let rules = active_rules(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        rules
    }

    async fn write_scored(&self, rows: &[ScoreRow], scored_at: DateTime<Utc>) {
        let rules = self.rules().await;
        let mut tx = self.store.tenant_bulk(self.tenant).await.unwrap();
        write_scores(&mut tx, Before::Anything, rows, &rules, scored_at).await.unwrap();
        let states: Vec<StateRow> = rows.iter().map(state).collect();
        write_engagement_states(&mut tx, Before::Anything, &states, &rules, scored_at).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn write_tiers(&self, people: &[u64], rows: &[TierRow]) -> i64 {
        let entities: Vec<_> = people.iter().map(|number| ("person", person(*number))).collect();
        let rules = self.rules().await;
        let mut tx = self.store.tenant_bulk(self.tenant).await.unwrap();
        let new = write_tier_history(&mut tx, Before::Anything, &entities, rows, &rules).await.unwrap();
        tx.commit().await.unwrap();
        new
    }

    async fn history(&self) -> String {
        self.text(
            "SELECT string_agg(concat_ws(' ', right(entity_id::text, 1), extract(epoch FROM changed_at - \
             '2026-01-01T00:00:00Z')::bigint / 60, to_tier, fit), ', ' ORDER BY entity_id, changed_at) FROM tier_history",
        )
        .await
    }
}

fn score(number: u64, engagement: i64) -> ScoreRow {
    ScoreRow {
        entity_type: "person",
        entity_id: person(number),
        fit: None,
        fit_low: None,
        fit_high: None,
        coverage: None,
        engagement: Some(engagement),
        combined: Some(engagement),
        quadrant: None,
        tier: Some("cold"),
        since: Some(at(0)),
        next_transition_at: None,
        last_activity_at: None,
    }
}

fn state(row: &ScoreRow) -> StateRow {
    StateRow {
        person_id: row.entity_id,
        accumulators: row.engagement.unwrap_or_default().to_le_bytes().to_vec(),
        activity_count: 1,
        last_activity_at: None,
    }
}

fn tier(number: u64, minute: i64, to_tier: &'static str) -> TierRow {
    TierRow {
        entity_type: "person",
        entity_id: person(number),
        changed_at: at(minute),
        from_tier: None,
        to_tier,
        from_quadrant: None,
        to_quadrant: Some("nurture"),
        fit: Some(minute),
        engagement: None,
    }
}

#[tokio::test]
async fn an_accounts_people_are_linked_to_it_or_to_one_merged_into_it_or_share_its_domain() {
    let world = world().await;
    world.add_person(1, Some(account(1)), Some("two.example")).await;
    world.add_person(2, Some(account(3)), None).await;
    world.add_person(3, None, Some("one.example")).await;
    world.add_person(4, Some(account(2)), Some("one.example")).await;
    // The account it is linked to is gone, so its domain decides.
    world.add_person(5, Some(account(4)), Some("one.example")).await;
    world.add_person(6, Some(account(3)), Some("one.example")).await;
    world.add_person(7, Some(account(2)), Some("two.example")).await;
    world.add_person(8, None, Some("four.example")).await;
    let mut tx = world.store.tenant(world.tenant).await.unwrap();
    let people = people_of_accounts(&mut tx, &[account(1)], &["one.example"]).await.unwrap();
    let homes: Vec<_> = people.iter().map(|found| (found.id, found.home)).collect();
    let at_home = |number| (person(number), Some(account(1)));
    let expected =
        [at_home(1), at_home(2), at_home(3), (person(4), Some(account(2))), at_home(5), at_home(6)];
    assert_eq!(homes, expected);
}

#[tokio::test]
async fn scores_that_say_the_same_stay_as_they_are() {
    let world = world().await;
    world.add_person(1, None, None).await;
    world.add_person(2, None, None).await;
    let versions = "SELECT string_agg(xmin::text, ' ' ORDER BY entity_id) FROM engagements";
    let states = "SELECT string_agg(xmin::text, ' ' ORDER BY person_id) FROM engagement_states";
    world.write_scored(&[score(1, 10), score(2, 20)], at(1)).await;
    let before = (world.text(versions).await, world.text(states).await);
    world.write_scored(&[score(1, 10), score(2, 20)], at(1)).await;
    assert_eq!((world.text(versions).await, world.text(states).await), before);

    world.write_scored(&[score(1, 10), score(2, 21)], at(1)).await;
    let (scores, states) = (world.text(versions).await, world.text(states).await);
    let first = |text: &str| text.split(' ').next().map(str::to_owned);
    assert!(first(&scores) == first(&before.0) && scores != before.0);
    assert!(first(&states) == first(&before.1) && states != before.1);

    world.write_scored(&[score(1, 10), score(2, 21)], at(2)).await;
    let later = format!("SELECT count(*) FROM engagements WHERE scored_at = '{}'", at(2));
    assert_eq!(world.number(&later).await, 2, "when it was scored is a part of what it says");
}

#[tokio::test]
async fn a_history_becomes_what_was_found_and_only_what_is_new_counts() {
    let world = world().await;
    assert_eq!(
        world.write_tiers(&[1, 2], &[tier(1, 1, "cold"), tier(1, 2, "cool"), tier(2, 1, "hot")]).await,
        3
    );
    assert_eq!(
        world.write_tiers(&[1, 2], &[tier(1, 1, "cold"), tier(1, 2, "cool"), tier(2, 1, "hot")]).await,
        0
    );
    // One is gone, one is another, one is new; of the third person nothing was said.
    let found = [tier(1, 1, "warm"), tier(1, 3, "hot")];
    assert_eq!(world.write_tiers(&[1], &found).await, 1);
    assert_eq!(world.history().await, "1 1 warm 1, 1 3 hot 3, 2 1 hot 1");
    assert_eq!(world.write_tiers(&[2], &[]).await, 0);
    assert_eq!(world.history().await, "1 1 warm 1, 1 3 hot 3");
}

#[tokio::test]
async fn a_first_run_writes_the_same_without_a_look_and_is_refused_where_something_is_there() {
    let world = world().await;
    world.add_person(1, None, None).await;
    let rules = world.rules().await;
    let (scores, states, tiers) = ([score(1, 10)], [state(&score(1, 10))], [tier(1, 1, "cold")]);
    let people = [("person", person(1))];

    let mut tx = world.store.tenant_bulk(world.tenant).await.unwrap();
    let before = anything_before(&mut tx).await.unwrap();
    assert_eq!(before, Before::Nothing);
    write_scores(&mut tx, before, &scores, &rules, at(1)).await.unwrap();
    write_engagement_states(&mut tx, before, &states, &rules, at(1)).await.unwrap();
    assert_eq!(write_tier_history(&mut tx, before, &people, &tiers, &rules).await.unwrap(), 1);
    assert_eq!(anything_before(&mut tx).await.unwrap(), Before::Anything);
    tx.commit().await.unwrap();

    // What it wrote is what a later run would have written.
    let versions = "SELECT string_agg(xmin::text, ' ') FROM engagements";
    let written = world.text(versions).await;
    world.write_scored(&scores, at(1)).await;
    assert_eq!(world.text(versions).await, written);
    assert_eq!(world.write_tiers(&[1], &tiers).await, 0);

    let mut tx = world.store.tenant_bulk(world.tenant).await.unwrap();
    let refused = write_scores(&mut tx, before, &scores, &rules, at(2)).await;
    assert_eq!(refused, Err(StoreError::Conflict));
    let mut tx = world.store.tenant_bulk(world.tenant).await.unwrap();
    let refused = write_engagement_states(&mut tx, before, &states, &rules, at(2)).await;
    assert_eq!(refused, Err(StoreError::Conflict));
    let mut tx = world.store.tenant_bulk(world.tenant).await.unwrap();
    let refused = write_tier_history(&mut tx, before, &people, &tiers, &rules).await;
    assert_eq!(refused, Err(StoreError::Conflict));
}

#[tokio::test]
async fn who_is_gone_leaves_no_scores_behind() {
    let world = world().await;
    for number in 1..=3 {
        world.add_person(number, None, None).await;
    }
    world.write_scored(&[score(1, 10), score(2, 20), score(3, 30)], at(1)).await;
    world.write_tiers(&[1, 2, 3], &[tier(1, 1, "cold"), tier(2, 1, "cold"), tier(3, 1, "cold")]).await;
    let others = "SELECT count(*) FROM engagements WHERE engagement = 30";

    // Deleted at the vendor, settled at the end of the next run.
    world.execute(&format!("UPDATE people SET deleted_at = now() WHERE id = '{}'", person(1))).await;
    let mut tx = world.store.tenant(world.tenant).await.unwrap();
    let before = state_hash(&mut tx).await.unwrap();
    settle_scores(&mut tx).await.unwrap();
    assert_ne!(state_hash(&mut tx).await.unwrap(), before);
    tx.commit().await.unwrap();
    assert_eq!(world.history().await, "2 1 cold 1, 3 1 cold 1");

    // Removed altogether.
    world.execute(&format!("DELETE FROM people WHERE id = '{}'", person(2))).await;
    assert_eq!(world.history().await, "3 1 cold 1");
    assert_eq!(world.number("SELECT count(*) FROM engagements").await, 1);
    assert_eq!(world.number(others).await, 1);
    let kept = format!("SELECT count(*) FROM engagement_states WHERE person_id <> '{}'", person(1));
    assert_eq!(world.number(&kept).await, 1);
}

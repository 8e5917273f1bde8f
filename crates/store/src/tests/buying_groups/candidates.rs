//! Who might be found: by whom they met, by their domain, by an intent vendor's word.

use super::*;

#[tokio::test]
async fn candidates_are_those_who_are_not_in_and_a_dismissed_one_stays_away() {
    let world = World::start().await;
    world.write(everything()).await;
    let kim = colleague("p3", "kim@a1.example", "Chief Technology Officer");
    let lee = Person { title: Some("Lawyer".into()), ..person("p4", "lee@a1.example", None) };
    let eve =
        Person { account_external_id: Some("a1".into()), ..person("p5", "eve@elsewhere.example", None) };
    world.write(people(vec![kim, lee, eve])).await;
    world.regroup().await;
    let (group, kim, lee) = (
        world.group("One").await,
        world.person("kim@a1.example").await,
        world.person("lee@a1.example").await,
    );
    world.run(&format!(
        "INSERT INTO engagements (tenant_id, entity_type, entity_id, engagement, last_activity_at, config_hash, scored_at) \
         VALUES ('{}', 'person', '{kim}', 40000, now(), decode(repeat('00', 32), 'hex'), now())", world.tenant
    )).await;
    let mut tx = world.begin().await;
    let found = get_candidates(&mut tx, group, 10, now()).await.unwrap();
    let keys: Vec<_> = found.candidates.iter().map(|it| (it.ranked.key.clone(), it.ranked.origin)).collect();
    assert_eq!(
        keys,
        [
            (CandidateKey::Person(kim), CandidateOrigin::ActivePerson),
            (CandidateKey::Person(lee), CandidateOrigin::AccountDomain),
        ],
        "a member is none, nor is a silent contact with another address"
    );
    let sum: u32 = found.candidates[0].ranked.reasons.iter().map(|it| it.part.millionths()).sum();
    assert_eq!(sum, found.candidates[0].ranked.rank.millionths());

    dismiss_candidate(&mut tx, group, &CandidateKey::Person(kim), None, somebody(), now()).await.unwrap();
    let again = dismiss_candidate(&mut tx, group, &CandidateKey::Person(kim), None, somebody(), now()).await;
    assert_eq!(again.unwrap_err(), CandidateRefused::AlreadyDismissed);
    let gone = accept_candidate(&mut tx, group, &CandidateKey::Person(kim), None, somebody(), now()).await;
    assert_eq!(gone.unwrap_err(), CandidateRefused::NoSuchCandidate);
    let accepted = accept_candidate(
        &mut tx,
        group,
        &CandidateKey::Person(lee),
        Some(Role::LegalProcurement),
        somebody(),
        now(),
    )
    .await
    .unwrap();
    let fields = accepted.fields;
    assert_eq!((fields.is_discovered, fields.discovered_from.as_deref()), (true, Some("account_domain")));
    assert_eq!((fields.role.as_str(), fields.confirmed_by()), ("legal_procurement", Some(somebody())));
    tx.commit().await.unwrap();

    // Named in a deal later on: still not wanted.
    let named = [("p1", "Decision Maker"), ("p3", "Technical Buyer")];
    world.write(PageRecords { opportunities: vec![deal(&named)], ..PageRecords::default() }).await;
    world.regroup().await;
    let mut tx = world.begin().await;
    assert_eq!(get_member(&mut tx, group, kim).await.unwrap_err(), StoreError::NotFound);
    assert!(get_candidates(&mut tx, group, 10, now()).await.unwrap().candidates.is_empty());
}

fn intent(id: &str, email: &str, role: &str, minute: i64) -> IntentRole {
    IntentRole {
        external_id: id.into(),
        modified_at: at(minute),
        deleted: false,
        person_external_id: None,
        email: Some(email.parse().unwrap()),
        role: role.into(),
        observed_at: at(minute),
    }
}

#[tokio::test]
async fn an_intent_vendors_role_waits_for_its_person_and_its_address_is_a_candidate_until_then() {
    let world = World::start().await;
    world.write(everything()).await;
    let roles =
        vec![intent("i1", "new@a1.example", "Champion", 1), intent("i2", "far@other.example", "Champion", 1)];
    let nobody = IntentRole {
        email: None,
        person_external_id: Some("who".into()),
        ..intent("i3", "x@y.example", "Champion", 1)
    };
    let page = PageRecords { intent_roles: [roles, vec![nobody]].concat(), ..PageRecords::default() };
    world.write(page.clone()).await;
    assert_eq!(
        world.text("SELECT external_id FROM quarantine WHERE reason = 'unresolved_person'").await,
        "i3"
    );
    world.regroup().await;
    let group = world.group("One").await;
    let mut tx = world.begin().await;
    let found = get_candidates(&mut tx, group, 10, now()).await.unwrap().candidates;
    let address = CandidateKey::Email("new@a1.example".into());
    assert_eq!(
        found.iter().map(|it| (&it.ranked.key, it.ranked.origin)).collect::<Vec<_>>(),
        [(&address, CandidateOrigin::DiscoveredEmail)]
    );
    assert_eq!(found[0].ranked.role, Role::Champion);
    tx.commit().await.unwrap();
    // The same page again touches nobody.
    world.run("DELETE FROM touched_accounts").await;
    world.write(page).await;
    assert_eq!(world.number("SELECT count(*) FROM touched_accounts").await, 0);

    // The CRM learns of the person: the vendor's word names them in a purchase.
    world.write(people(vec![person("p9", "new@a1.example", Some("a1"))])).await;
    world.regroup().await;
    let new = world.person("new@a1.example").await;
    let mut tx = world.begin().await;
    let member = get_member(&mut tx, group, new).await.unwrap();
    assert_eq!(
        (member.fields.role.as_str(), member.fields.source.as_deref()),
        ("champion", Some("delivrai"))
    );
    tx.commit().await.unwrap();
    // And takes it back.
    let taken_back = IntentRole { deleted: true, ..intent("i1", "new@a1.example", "Champion", 5) };
    world.write(PageRecords { intent_roles: vec![taken_back], ..PageRecords::default() }).await;
    assert_eq!(world.regroup().await.left, 1);
}

#[tokio::test]
async fn an_accepted_address_becomes_a_person_whom_a_later_sync_finds() {
    let world = World::start().await;
    world.write(everything()).await;
    // Seen in a meeting with Ann.
    let mut met = activity("t7", "p1", 30);
    met.activity_type = "meeting_attend".into();
    met.properties = serde_json::from_value(serde_json::json!({
        "conversation": "m1", "participants": ["Ann@a1.example", "new@a1.example", "guest@far.example", "no address"]
    })).unwrap();
    world.write(PageRecords { activities: vec![met], ..PageRecords::default() }).await;
    world.regroup().await;
    let group = world.group("One").await;
    let mut tx = world.begin().await;
    let found = get_candidates(&mut tx, group, 10, now()).await.unwrap().candidates;
    let address = CandidateKey::Email("new@a1.example".into());
    assert_eq!(found.iter().map(|it| &it.ranked.key).collect::<Vec<_>>(), [&address]);
    assert!(
        matches!(
            found[0].ranked.reasons[0].kind,
            buying_groups::ReasonKind::Contact { meetings: 1, threads: 0, last_days_ago: 0 }
        ),
        "{:?}",
        found[0].ranked
    );
    accept_candidate(&mut tx, group, &address, None, somebody(), now()).await.unwrap();
    assert!(get_candidates(&mut tx, group, 10, now()).await.unwrap().candidates.is_empty());
    tx.commit().await.unwrap();
    world.write(people(vec![colleague("p9", "new@a1.example", "Chief Financial Officer")])).await;
    assert_eq!(world.number("SELECT count(*) FROM people WHERE email = 'new@a1.example'").await, 1);
    world.regroup().await;
    let mut tx = world.begin().await;
    let member = get_member(&mut tx, group, world.person("new@a1.example").await).await.unwrap().fields;
    assert_eq!(
        (member.origin.as_str(), member.discovered_from.as_deref()),
        ("accepted", Some("discovered_email"))
    );
}

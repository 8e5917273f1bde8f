//! What groups are measured by: templates, weeks, and how often statements were right.

use super::*;

fn template(needs: &[(Role, i64)]) -> Template {
    let need =
        |(role, weight): &(Role, i64)| RoleNeed { role: *role, weight: *weight, required: false, minimum: 1 };
    Template::new(needs.iter().map(need)).unwrap()
}

#[tokio::test]
async fn each_tag_has_its_template_the_rest_has_the_default_and_the_last_one_stays() {
    let world = World::start().await;
    world.write(everything()).await;
    world.regroup().await;
    let account = world.uuid("SELECT id FROM accounts WHERE name = 'One'").await;
    let mut tx = world.begin().await;
    let default = list_templates(&mut tx).await.unwrap().remove(0);
    assert_eq!((default.id, default.template.clone()), (world.tenant.0, Template::default()));
    assert_eq!(remove_template(&mut tx, default.id).await.unwrap_err(), TemplateError::LastTemplate);
    let new = |tag: &str, needs: &[(Role, i64)]| NewTemplate {
        id: None,
        name: tag.to_owned(),
        solution_tag: Some(tag.to_owned()),
        template: template(needs),
    };
    for (tag, needs) in
        [("one", &[(Role::EconomicBuyer, 1)][..]), ("two", &[(Role::EconomicBuyer, 1), (Role::Coach, 3)])]
    {
        save_template(&mut tx, &new(tag, needs), somebody()).await.unwrap();
        create_group(&mut tx, account, Some(tag), somebody(), now()).await.unwrap();
    }
    create_group(&mut tx, account, Some("three"), somebody(), now()).await.unwrap();
    let again = create_group(&mut tx, account, Some("three"), somebody(), now()).await.unwrap_err();
    assert_eq!(again, CreateGroupError::Exists);
    let nowhere = create_group(&mut tx, Uuid::now_v7(), None, somebody(), now()).await.unwrap_err();
    assert_eq!(nowhere, CreateGroupError::NoSuchAccount);
    // The same member in all four, measured by three templates.
    let all = groups_of_accounts(&mut tx, &[account]).await.unwrap().remove(&account).unwrap();
    let measured: Vec<_> =
        all.iter().map(|it| (it.solution_tag.as_deref(), it.by_count, it.status.as_str())).collect();
    assert_eq!(
        measured,
        [
            (None, 300_000, "forming"),
            (Some("one"), 1_000_000, "complete"),
            (Some("three"), 300_000, "forming"),
            (Some("two"), 250_000, "forming")
        ]
    );

    assert_eq!(
        save_template(&mut tx, &new("one", &[(Role::Coach, 1)]), somebody()).await.unwrap_err(),
        TemplateError::TagTaken
    );
    let stranger = NewTemplate { id: Some(Uuid::now_v7()), ..new("four", &[(Role::Coach, 1)]) };
    assert_eq!(
        save_template(&mut tx, &stranger, somebody()).await.unwrap_err(),
        TemplateError::NoSuchTemplate
    );
    let tagged = NewTemplate { id: Some(default.id), ..new("five", &[(Role::Coach, 1)]) };
    assert_eq!(save_template(&mut tx, &tagged, somebody()).await.unwrap_err(), TemplateError::DefaultNeeded);
    assert_eq!(remove_template(&mut tx, default.id).await.unwrap_err(), TemplateError::DefaultNeeded);
    // The default, changed: it is written down under the id it had.
    let changed = NewTemplate { solution_tag: None, ..tagged };
    let (before, after) = save_template(&mut tx, &changed, somebody()).await.unwrap();
    assert_eq!((before.unwrap().version, after.version, after.id), (1, 2, default.id));
    let one = list_templates(&mut tx)
        .await
        .unwrap()
        .into_iter()
        .find(|it| it.solution_tag.as_deref() == Some("one"))
        .unwrap();
    remove_template(&mut tx, one.id).await.unwrap();
    regroup_accounts(&mut tx, &[account], now()).await.unwrap();
    let all = groups_of_accounts(&mut tx, &[account]).await.unwrap().remove(&account).unwrap();
    let measured: Vec<_> = all.iter().map(|it| it.by_count).collect();
    assert_eq!(measured, [0, 0, 0, 250_000], "nobody is a coach");
}

#[tokio::test]
async fn the_heat_map_counts_the_points_of_each_week_in_the_tenants_days() {
    let world = World::start().await;
    world.write(everything()).await;
    world.regroup().await;
    let group = world.group("One").await;
    // 2026-01-01 was a Thursday; Monday the 5th begins in Auckland when it is still Sunday in UTC.
    world.run("UPDATE tenants SET time_zone = 'Pacific/Auckland'").await;
    let later = [activity("t5", "p1", 60 * 24 * 3 + 60 * 12), activity("t6", "p1", 60 * 24 * 30)];
    world.write(PageRecords { activities: later.to_vec(), ..PageRecords::default() }).await;
    let mut tx = world.begin().await;
    let heat = get_member_engagement(&mut tx, group, 2, at(60 * 24 * 5)).await.unwrap();
    let cells: Vec<_> = heat.map.rows[0].iter().map(|it| it.points).collect();
    let form = scoring::EngagementConfig::default().types["form_fill"];
    let points = form.weight.thousandths() * form.quality.thousandths() / 1000;
    assert_eq!((heat.members.len(), cells), (1, vec![points, points]));
    assert_eq!(heat.map.weeks.iter().map(|it| it.iso()).collect::<Vec<_>>(), [(2026, 1), (2026, 2)]);
}

#[tokio::test]
async fn a_calibration_is_learnt_from_what_stood_before_a_role_was_confirmed_and_shows_from_then_on() {
    let world = World::start().await;
    world.write(everything()).await;
    let crowd: Vec<Person> =
        (0..120).map(|n| person(&format!("c{n}"), &format!("c{n}@a1.example"), Some("a1"))).collect();
    let roles = (0..120).map(|n| OpportunityContact {
        external_id: format!("r{n}"),
        opportunity_external_id: "o1".into(),
        person_external_id: format!("c{n}"),
        role: Some("Decision Maker".into()),
        is_primary: false,
        modified_at: at(4),
        deleted: false,
    });
    world
        .write(PageRecords { people: crowd, opportunity_contacts: roles.collect(), ..PageRecords::default() })
        .await;
    world.regroup().await;
    let group = world.group("One").await;
    let account = world.uuid("SELECT id FROM accounts WHERE name = 'One'").await;
    let mut tx = world.begin().await;
    // Reps call everybody a decision maker; half of them are.
    for n in 0..119 {
        let person = world.person(&format!("c{n}@a1.example")).await;
        let role = if n % 2 == 0 { Role::EconomicBuyer } else { Role::EndUser };
        confirm_member_role(&mut tx, group, person, role, somebody(), now()).await.unwrap();
    }
    let shown = calibrate(&mut tx, false, now()).await.unwrap();
    assert_eq!((shown.confirmations, shown.calibrated_at), (119, None));
    let fused = |tables: &[buying_groups::Reliability]| tables[0].bins[0].gap().millionths();
    assert!(fused(&shown.present) > 200_000 && fused(&shown.corrected) < 50_000, "{shown:?}");
    let last = world.person("c119@a1.example").await;
    regroup_accounts(&mut tx, &[account], now()).await.unwrap();
    assert_eq!(
        get_member(&mut tx, group, last).await.unwrap().fields.confidence,
        765_000,
        "nothing was kept"
    );
    calibrate(&mut tx, true, now()).await.unwrap();
    regroup_accounts(&mut tx, &[account], now()).await.unwrap();
    let fields = get_member(&mut tx, group, last).await.unwrap().fields;
    assert!((450_000..560_000).contains(&fields.confidence), "{}", fields.confidence);
    assert_eq!(fields.detected_confidence, 765_000);
    // What is learnt a second time is the same: it is learnt from the evidence, not from what was shown.
    let again = calibrate(&mut tx, true, now()).await.unwrap();
    assert_eq!(again.calibration, shown.calibration);
    assert_eq!(again.present, shown.corrected);
}

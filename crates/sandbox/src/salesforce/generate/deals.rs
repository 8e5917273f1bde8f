//! Opportunities, their stage history and their contact roles. A deal's heat decides how many and how senior the people around it
//! are and how much they do, and makes a win likelier; so engagement before the close tells won from lost, as it should.
use super::names::COUNTRIES;
use super::{Deal, Dice, Draft, World};
use crate::salesforce::id::RecordId;
use crate::salesforce::row::Value;
use crate::salesforce::schema::{LEAD_SOURCES, LOSS_REASONS, ROLES, STAGES};
use crate::salesforce::time::DAY;

const OPPORTUNITIES: u32 = 900;
const OPEN_STAGES: usize = 7;
pub(crate) const WON: usize = 7;
pub(crate) const LOST: usize = 8;

pub(super) fn opportunities(world: &mut World) {
    let mut by_company: Vec<Vec<usize>> = vec![Vec::new(); world.companies.len()];
    for (i, p) in world.people.iter().enumerate() {
        by_company[p.company.expect("only contacts yet")].push(i);
    }
    for n in 0..world.sized(OPPORTUNITIES) {
        // Every other company never buys; some buy often.
        let company = world.dice.skewed(world.companies.len());
        let deal = opportunity(world, company, &by_company[company], n);
        world.deals.push(deal);
    }
}

/// How a deal ended, or where it stands.
struct Course {
    /// (stage, when it was reached)
    stages: Vec<(usize, i64)>,
    close: i64,
}

fn opportunity(world: &mut World, company: usize, contacts: &[usize], n: usize) -> Deal {
    let home = world.companies[company].clone();
    let heat = world.dice.permille();
    let created =
        world.calendar.moment(&mut world.dice, world.calendar.start, world.calendar.end() - 2 * DAY);
    let cycle = (world.dice.between(18, 90) + (home.employees / 80).min(70)) * DAY;
    let course = course(world, heat, created, cycle);
    let (stage, reached) = *course.stages.last().expect("a deal begins in a stage");
    let until = if stage >= WON { reached } else { world.calendar.end() };
    let members = members(world, contacts, heat);
    let country = &COUNTRIES[home.country];
    let dice = &mut world.dice;
    let amount =
        ((home.employees.min(20_000) * dice.between(60, 240) / 1000 + dice.between(4, 40)) * 1000) as f64;
    let amount = dice.chance(940).then_some(amount);
    let product = dice.word(&["Platform", "Analytics", "Integration", "Services", "Platform Renewal"]);
    let modified = if stage >= WON {
        (reached + dice.between(0, 3) * DAY).min(world.calendar.end())
    } else {
        world.calendar.moment(dice, reached, world.calendar.end())
    };
    let probability = probability(stage);
    let draft = Draft::new("Opportunity")
        .set("AccountId", home.id)
        .set("Name", format!("{} – {product} #{}", home.name.trim_end(), n + 1))
        .set("StageName", STAGES[stage])
        .set("Amount", amount)
        .set("Probability", probability)
        .set("ExpectedRevenue", amount.map(|a| a * probability / 100.0))
        .day("CloseDate", course.close)
        .set(
            "Type",
            if product.ends_with("Renewal") {
                "Renewal"
            } else {
                dice.word(&["New Business", "New Business", "Expansion"])
            },
        )
        .set(
            "NextStep",
            (stage < WON && dice.chance(500)).then(|| {
                dice.word(&["Send proposal", "Security review", "Rückruf vereinbaren", "Legal review"])
            }),
        )
        .set("LeadSource", *dice.pick(LEAD_SOURCES))
        .set("IsClosed", stage >= WON)
        .set("IsWon", stage == WON)
        .set("ForecastCategoryName", forecast(stage).0)
        .set("CurrencyIsoCode", country.currency)
        .set("ContactId", members.first().map(|m| world.people[*m].id))
        .set("OwnerId", home.owner)
        .time("LastStageChangeDate", reached)
        .set("Loss_Reason__c", (stage == LOST && dice.chance(800)).then(|| *dice.pick(LOSS_REASONS)))
        .set("Competitor__c", "none");
    let id = draft.insert(&mut world.org, home.owner, created, modified);
    for (stage, at) in &course.stages {
        history(&mut world.org, home.owner, id, *stage, amount, course.close, country.currency, *at);
    }
    roles(world, id, &members, created, until, country.currency, home.owner);
    Deal { id, created, until, heat, members }
}

fn course(world: &mut World, heat: u64, created: i64, cycle: i64) -> Course {
    let dice = &mut world.dice;
    let mut stages = vec![(usize::from(dice.chance(300)), created)];
    let end = created + cycle;
    let closes = end < world.calendar.end();
    // Cold deals are hardly ever won, hot ones two times in three.
    let won = closes && dice.chance(30 + heat * 640 / 1000);
    let now = world.calendar.end();
    let last_open = if won || !closes { OPEN_STAGES - 1 } else { dice.below(OPEN_STAGES) };
    for stage in stages[0].0 + 1..=last_open {
        let at = created + cycle * stage as i64 / (OPEN_STAGES as i64 + 1) + dice.between(0, cycle / 12);
        if at >= now.min(end) {
            break;
        }
        if !dice.chance(120) {
            stages.push((stage, at));
        }
    }
    if closes {
        let at = world.calendar.moment(dice, end, (end + 6 * DAY).min(now));
        stages.push((if won { WON } else { LOST }, at));
        return Course { close: at, stages };
    }
    // The planned close of an open deal slips now and then.
    let close = if dice.chance(120) {
        now - dice.between(1, 30) * DAY
    } else {
        end.max(now + dice.between(3, 60) * DAY)
    };
    Course { stages, close }
}

/// More people, and more senior ones, the hotter the deal.
fn members(world: &mut World, contacts: &[usize], heat: u64) -> Vec<usize> {
    let wanted = (1 + world.dice.below(2) + (heat * 5 / 1000) as usize).min(contacts.len());
    let mut pool = contacts.to_vec();
    let mut out = Vec::with_capacity(wanted);
    while out.len() < wanted {
        let drawn = [(); 3].map(|()| world.dice.below(pool.len()));
        let rank = |at: &usize| world.people[pool[*at]].seniority;
        let (senior, junior) = (drawn.into_iter().max_by_key(rank), drawn.into_iter().min_by_key(rank));
        let at = if world.dice.chance(50 + heat * 900 / 1000) { senior } else { junior };
        out.push(pool.swap_remove(at.expect("three were drawn")));
    }
    out
}

fn roles(
    world: &mut World,
    deal: RecordId,
    members: &[usize],
    created: i64,
    until: i64,
    currency: &str,
    owner: RecordId,
) {
    // Reps forget: one deal in eight has nobody on it, and each person is missing now and then.
    if world.dice.chance(125) {
        return;
    }
    for (i, member) in members.iter().enumerate() {
        if i > 0 && world.dice.chance(200) {
            continue;
        }
        let person = world.people[*member].clone();
        // Most reps know whom they talk to; the others go by the title.
        let by_title = role_of(&mut world.dice, person.seniority, person.technical);
        let role = if world.fate.chance(820) { person.part.picked(&mut world.fate) } else { by_title };
        let at = world.calendar.moment(&mut world.dice, created, (created + 30 * DAY).min(until));
        Draft::new("OpportunityContactRole")
            .set("OpportunityId", deal)
            .set("ContactId", person.id)
            .set("Role", world.dice.chance(900).then_some(role))
            .set("IsPrimary", i == 0)
            .set("CurrencyIsoCode", currency)
            .insert(&mut world.org, owner, at, at);
    }
}

fn role_of(dice: &mut Dice, seniority: u8, technical: bool) -> &'static str {
    match (seniority, technical) {
        (4, _) => dice.word(&ROLES[0..3]),
        (3, false) => dice.word(&ROLES[0..2]),
        (2.., true) => ROLES[3],
        (_, true) => ROLES[4],
        (2, false) => ROLES[5],
        _ => dice.word(&ROLES[5..7]),
    }
}

#[expect(clippy::too_many_arguments, reason = "one argument for each column of the history")]
pub(crate) fn history(
    org: &mut crate::salesforce::org::Org,
    by: RecordId,
    deal: RecordId,
    stage: usize,
    amount: Option<f64>,
    close: i64,
    currency: &str,
    at: i64,
) -> RecordId {
    let probability = probability(stage);
    Draft::new("OpportunityHistory")
        .set("OpportunityId", deal)
        .set("StageName", STAGES[stage])
        .set("Amount", amount)
        .set("ExpectedRevenue", amount.map_or(Value::Null, |a| Value::Double(a * probability / 100.0)))
        .day("CloseDate", close)
        .set("Probability", probability)
        .set("ForecastCategory", forecast(stage).1)
        .set("CurrencyIsoCode", currency)
        .insert(org, by, at, at)
}

pub(crate) fn probability(stage: usize) -> f64 {
    [10.0, 10.0, 20.0, 50.0, 60.0, 75.0, 90.0, 100.0, 0.0][stage]
}

/// The category's label and its name in the history.
pub(crate) fn forecast(stage: usize) -> (&'static str, &'static str) {
    match stage {
        WON => ("Closed", "Closed"),
        LOST => ("Omitted", "Omitted"),
        0..=3 => ("Pipeline", "Pipeline"),
        4 | 5 => ("Best Case", "BestCase"),
        _ => ("Commit", "Forecast"),
    }
}

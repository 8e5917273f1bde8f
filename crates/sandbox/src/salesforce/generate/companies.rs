//! Accounts: companies with an industry, a size that fits their revenue, and the gaps and duplicates every CRM has.
use super::names::{COUNTRIES, ENDINGS, STEMS};
use super::{Company, Draft, World};
use crate::salesforce::row::Value;
use crate::salesforce::schema::{INDUSTRIES, LEAD_SOURCES, SEGMENTS, TECH};
use crate::salesforce::time::DAY;

const ACCOUNTS: u32 = 400;

pub(super) fn accounts(world: &mut World) {
    for n in 0..world.sized(ACCOUNTS) {
        let twin = (n > 20 && world.dice.chance(55)).then(|| world.dice.below(world.companies.len()));
        let company = match twin {
            Some(at) => twin_of(world, at),
            None => company(world, n),
        };
        let company = record(world, company, twin.is_some());
        world.companies.push(company);
    }
    parents(world);
}

/// The facts of a new company; its id is the one its record will get.
pub(super) fn company(world: &mut World, n: usize) -> Company {
    let dice = &mut world.dice;
    let weights: Vec<u32> = COUNTRIES.iter().map(|c| c.weight).collect();
    let country = dice.weighted(&weights);
    let (stem, ending) = (dice.pick(STEMS), dice.pick(ENDINGS));
    // Names repeat at large scales; a number keeps domains apart.
    let number = if n >= 300 { format!(" {}", n / 3) } else { String::new() };
    let legal = dice.pick(COUNTRIES[country].legal);
    let base = format!("{stem}{ending}{number}");
    let name = if *legal == "株式会社" { format!("{legal}{base}") } else { format!("{base} {legal}") };
    let domain = format!("{}-{n}.example", format!("{stem}{ending}").to_lowercase());
    let industry = INDUSTRIES[dice.weighted(&[22, 14, 10, 9, 8, 5, 5, 5, 4, 5, 4, 3, 3, 3, 3, 2])];
    let employees = employees(world);
    let dice = &mut world.dice;
    let per_head = match industry {
        "Finance" | "Energy" | "Insurance" => dice.between(250, 700),
        "Technology" | "Biotechnology" | "Telecommunications" => dice.between(140, 420),
        "Education" | "Hospitality" | "Government" => dice.between(50, 120),
        _ => dice.between(90, 280),
    };
    let owner = *dice.pick(&world.users[1..]);
    let created = dice.between(world.calendar.start - 900 * DAY, world.calendar.start + 300 * DAY);
    Company {
        id: world.org.table("Account").next_id(),
        name,
        domain,
        country,
        industry,
        employees,
        revenue: (employees * per_head * 1000) as f64,
        owner,
        created: created.min(world.calendar.end() - 40 * DAY),
    }
}

/// Many small companies, few large ones.
fn employees(world: &mut World) -> i64 {
    let dice = &mut world.dice;
    match dice.weighted(&[22, 34, 27, 12, 5]) {
        0 => dice.between(3, 49),
        1 => dice.between(50, 249),
        2 => dice.between(250, 999),
        3 => dice.between(1_000, 4_999),
        _ => dice.between(5_000, 60_000),
    }
}

/// The same company, entered a second time by somebody else.
fn twin_of(world: &mut World, at: usize) -> Company {
    let mut twin = world.companies[at].clone();
    twin.id = world.org.table("Account").next_id();
    twin.owner = *world.dice.pick(&world.users[1..]);
    twin.created = (twin.created + world.dice.between(20, 300) * DAY).min(world.calendar.end() - 30 * DAY);
    twin.name = match world.dice.below(4) {
        0 => twin.name.to_uppercase(),
        1 => twin.name.split(' ').next().unwrap_or_default().to_owned(),
        2 => format!("{} ", twin.name.replace(['.', ','], "")),
        _ => format!("{} (old)", twin.name),
    };
    twin
}

fn record(world: &mut World, c: Company, twin: bool) -> Company {
    let dice = &mut world.dice;
    let country = &COUNTRIES[c.country];
    let website = match dice.below(5) {
        0 => format!("https://www.{}/", c.domain),
        1 => format!("http://{}", c.domain),
        2 => c.domain.clone(),
        3 => format!("www.{}", c.domain.to_uppercase()),
        _ => format!("https://{}/en/home", c.domain),
    };
    let mut tech: Vec<&str> = (0..dice.between(1, 5)).map(|_| *dice.pick(TECH)).collect();
    tech.sort_unstable();
    tech.dedup();
    let segment = match c.employees {
        ..=199 => 0,
        200..=999 => 1,
        1_000..=9_999 => 2,
        _ => 3,
    };
    let known = |dice: &mut super::Dice, permille| dice.chance(permille);
    let (has_site, has_industry) = (known(dice, 930), known(dice, if twin { 500 } else { 920 }));
    let (has_revenue, has_size) = (known(dice, 780), known(dice, if twin { 400 } else { 880 }));
    let modified = world.calendar.moment(dice, c.created, world.calendar.end());
    let per_head = Value::Double((c.revenue / c.employees as f64).round());
    let draft = Draft::new("Account")
        .set("Name", c.name.trim_end())
        .set(
            "Type",
            dice.word(&["Prospect", "Prospect", "Prospect", "Customer", "Partner", "Former Customer"]),
        )
        .set("BillingCity", *dice.pick(country.cities))
        .set("BillingCountry", country.name)
        .set("Phone", format!("{} {:04}", country.phone, dice.below(10_000)))
        .set("Website", has_site.then_some(website))
        .set("Industry", has_industry.then_some(c.industry))
        .set("AnnualRevenue", has_revenue.then_some(c.revenue))
        .set("NumberOfEmployees", has_size.then_some(c.employees))
        .set(
            "Description",
            known(dice, 200).then(|| format!("{} – {} · «{}»", c.name.trim_end(), c.industry, country.name)),
        )
        .set("Rating", known(dice, 400).then(|| dice.word(&["Hot", "Warm", "Cold"])))
        .set("AccountSource", *dice.pick(LEAD_SOURCES))
        .set("CurrencyIsoCode", country.currency)
        .set("OwnerId", c.owner)
        .set("Tech_Stack__c", known(dice, 600).then(|| tech.join(";")))
        .set("Segment__c", SEGMENTS[segment])
        .set("Revenue_Per_Employee__c", if has_revenue && has_size { per_head } else { Value::Null })
        .set(
            "Region__c",
            if matches!(country.name, "United States" | "Canada") { "Americas" } else { "International" },
        );
    let id = draft.insert(&mut world.org, c.owner, c.created, modified);
    assert_eq!(id, c.id, "accounts are inserted in the order they are made");
    c
}

/// Some companies belong to a larger one.
fn parents(world: &mut World) {
    for at in 1..world.companies.len() {
        if !world.dice.chance(40) {
            continue;
        }
        let parent = world.dice.below(at);
        if world.companies[parent].employees > world.companies[at].employees {
            let (row, id) = (world.companies[at].id.row, world.companies[parent].id);
            let field = world.org.table("Account").object.must("ParentId");
            world.org.table_mut("Account").rewrite_quietly(row, field, Value::Id(id));
        }
    }
}

//! Users, contacts and leads: names in several languages, titles, addresses, gaps, and the same person more than once.
use super::names::{COUNTRIES, FREE_MAIL};
use super::titles::title;
use super::{Company, Dice, Draft, Part, Person, World, companies};
use crate::salesforce::id::RecordId;
use crate::salesforce::row::Value;
use crate::salesforce::schema::{LEAD_SOURCES, LEAD_STATUSES};
use crate::salesforce::time::DAY;

const CONTACTS: u32 = 2_800;
const LEADS: u32 = 1_200;

pub(super) fn users(world: &mut World) {
    let created = world.calendar.start - 1_500 * DAY;
    for n in 0..15 {
        let country = &COUNTRIES[if n < 8 { 0 } else { 1 + n % 4 }];
        let (first, last) = (world.dice.pick(country.first), world.dice.pick(country.last));
        let (first, last, address) = match n {
            0 => ("Integration", "User", "integration@sandbox.example".to_owned()),
            _ => (first.0, last.0, format!("{}.{}.{n}@sandbox.example", first.1, last.1)),
        };
        let title =
            world.dice.word(&["Account Executive", "SDR", "Sales Manager", "Customer Success Manager"]);
        let by = RecordId::new("005", 0);
        let id = Draft::new("User")
            .set("Username", address.clone())
            .set("Email", address)
            .set("FirstName", first)
            .set("LastName", last)
            .set("Name", format!("{first} {last}"))
            .set("Title", if n == 0 { "Integration" } else { title })
            .set("Department", "Sales")
            .set("IsActive", n != 14)
            .insert(&mut world.org, by, created, created + n as i64 * DAY);
        world.users.push(id);
    }
}

pub(super) fn contacts(world: &mut World) {
    // Larger companies have more contacts: each company is drawn as often as its size class says.
    let weights: Vec<u32> =
        world.companies.iter().map(|c| 2 + (64 - (c.employees as u64).leading_zeros())).collect();
    let slots: Vec<usize> =
        weights.iter().enumerate().flat_map(|(i, w)| std::iter::repeat_n(i, *w as usize)).collect();
    for n in 0..world.sized(CONTACTS) {
        // One for each company first, so that none is empty at small scales.
        let company = if n < world.companies.len() { n } else { *world.dice.pick(&slots) };
        let again = (n > 100 && world.dice.chance(15)).then(|| world.dice.below(world.people.len()));
        let person = match again {
            Some(at) => Person { id: world.org.table("Contact").next_id(), ..world.people[at].clone() },
            None => {
                let home = world.companies[company].clone();
                person(world, &home, Some(company), "Contact")
            }
        };
        contact(world, &person);
        world.people.push(person);
    }
}

fn person(world: &mut World, home: &Company, company: Option<usize>, object: &str) -> Person {
    let id = world.org.table(object).next_id();
    let country = &COUNTRIES[home.country];
    let dice = &mut world.dice;
    let (first, first_ascii) = *dice.pick(country.first);
    let (last, last_ascii) = *dice.pick(country.last);
    let t = title(dice, country.name);
    let email = match dice.permille() {
        0..=59 => None,
        60..=119 => {
            Some(format!("{first_ascii}.{last_ascii}.{}@{}", dice.below(9_000) + 1_000, dice.pick(FREE_MAIL)))
        }
        120..=149 => Some(format!("{}@{}", last_ascii.to_uppercase(), home.domain.to_uppercase())),
        150..=399 => Some(format!("{}{last_ascii}{}@{}", &first_ascii[..1], id.row % 97, home.domain)),
        _ => Some(format!("{first_ascii}.{last_ascii}{}@{}", id.row % 89, home.domain)),
    };
    let created = dice.between(home.created, world.calendar.end() - 5 * DAY);
    let part = Part::draw(&mut world.fate, t.department, t.seniority, t.technical);
    Person {
        id,
        company,
        seniority: t.seniority,
        technical: t.technical,
        part,
        first: first.into(),
        last: last.into(),
        email,
        title: dice.chance(920).then_some(t.text),
        department: t.department,
        owner: home.owner,
        created: world.calendar.moment(dice, created, created + 4 * DAY),
    }
}

fn contact(world: &mut World, p: &Person) {
    let company = p.company.expect("a contact belongs to a company");
    let home = &world.companies[company];
    let country = &COUNTRIES[home.country];
    let dice = &mut world.dice;
    let persona = match (p.seniority, p.technical) {
        (3.., _) => "Economic Buyer",
        (2, false) => "Champion",
        (_, true) => "Technical Evaluator",
        _ => "End User",
    };
    let modified = world.calendar.moment(dice, p.created, world.calendar.end());
    let draft = Draft::new("Contact")
        .set("AccountId", dice.chance(985).then_some(home.id))
        .set("LastName", p.last.as_str())
        .set("FirstName", dice.chance(975).then_some(p.first.as_str()))
        .set("Name", format!("{} {}", p.first, p.last))
        .set("MailingCity", dice.chance(700).then(|| *dice.pick(country.cities)))
        .set("MailingCountry", country.name)
        .set("Phone", dice.chance(600).then(|| format!("{} {:04}", country.phone, dice.below(10_000))))
        .set("MobilePhone", dice.chance(250).then(|| format!("{} {:04}", country.phone, dice.below(10_000))))
        .set("Email", p.email.clone())
        .set("Title", p.title.clone())
        .set("Department", dice.chance(500).then_some(p.department))
        .set("LeadSource", *dice.pick(LEAD_SOURCES))
        .set("HasOptedOutOfEmail", dice.chance(60))
        .set("DoNotCall", dice.chance(40))
        .set("OwnerId", p.owner)
        .set("Persona__c", dice.chance(450).then_some(persona))
        .set("Preferred_Language__c", country.name);
    draft.insert(&mut world.org, p.owner, p.created, modified);
}

pub(super) fn leads(world: &mut World) {
    let contacts = world.people.len();
    for n in 0..world.sized(LEADS) {
        let person = match world.dice.permille() {
            // Converted long ago: the lead stays, and points at what became of it.
            0..=179 => converted(world, contacts),
            // The same person as an existing contact; nobody noticed.
            180..=259 => {
                let at = world.dice.below(contacts);
                let id = world.org.table("Lead").next_id();
                Lead {
                    person: Person { id, ..world.people[at].clone() },
                    home: known_home(world, at),
                    converted: None,
                }
            }
            260..=599 => {
                let company = world.dice.below(world.companies.len());
                let home = world.companies[company].clone();
                Lead { person: person(world, &home, Some(company), "Lead"), home, converted: None }
            }
            _ => {
                let home = companies::company(world, 100_000 + n);
                Lead { person: person(world, &home, None, "Lead"), home, converted: None }
            }
        };
        lead(world, &person);
        world.people.push(person.person);
    }
}

struct Lead {
    person: Person,
    home: Company,
    /// When, and the contact it became.
    converted: Option<(i64, usize)>,
}

fn known_home(world: &World, person: usize) -> Company {
    world.companies[world.people[person].company.expect("a contact belongs to a company")].clone()
}

fn converted(world: &mut World, contacts: usize) -> Lead {
    let at = world.dice.below(contacts);
    let contact = world.people[at].clone();
    let when = contact.created;
    let created = when - world.dice.between(1, 60) * DAY;
    let person = Person { id: world.org.table("Lead").next_id(), created, ..contact };
    Lead { person, home: known_home(world, at), converted: Some((when, at)) }
}

fn lead(world: &mut World, l: &Lead) {
    let p = &l.person;
    let country = &COUNTRIES[l.home.country];
    let account = l
        .converted
        .map(|(_, at)| world.companies[world.people[at].company.expect("contacts have companies")].id);
    let contact = l.converted.map(|(_, at)| world.people[at].id);
    let opportunity =
        l.converted.and_then(|(_, at)| world.deals.iter().find(|d| d.members.contains(&at)).map(|d| d.id));
    let dice = &mut world.dice;
    let status = if l.converted.is_some() { 3 } else { [0, 0, 1, 1, 2, 4][dice.below(6)] };
    let modified = match l.converted {
        Some((when, _)) => when,
        None => world.calendar.moment(dice, p.created, world.calendar.end()),
    };
    let draft = Draft::new("Lead")
        .set("LastName", p.last.as_str())
        .set("FirstName", dice.chance(940).then_some(p.first.as_str()))
        .set("Name", format!("{} {}", p.first, p.last))
        .set("Title", p.title.clone())
        .set("Company", l.home.name.trim_end())
        .set("City", dice.chance(500).then(|| *dice.pick(country.cities)))
        .set("Country", dice.chance(850).then_some(country.name))
        .set("Phone", dice.chance(450).then(|| format!("{} {:04}", country.phone, dice.below(10_000))))
        .set("Email", p.email.clone())
        .set("Website", dice.chance(500).then(|| l.home.domain.clone()))
        .set("LeadSource", *dice.pick(LEAD_SOURCES))
        .set("Status", LEAD_STATUSES[status])
        .set("Industry", dice.chance(650).then_some(l.home.industry))
        .set("Rating", dice.chance(350).then(|| dice.word(&["Hot", "Warm", "Cold"])))
        .set("AnnualRevenue", dice.chance(350).then_some(l.home.revenue))
        .set("NumberOfEmployees", dice.chance(500).then_some(l.home.employees))
        .set("CurrencyIsoCode", country.currency)
        .set("HasOptedOutOfEmail", dice.chance(50))
        .set("IsConverted", l.converted.is_some())
        .set(
            "ConvertedDate",
            l.converted.map_or(Value::Null, |(t, _)| Value::Date(crate::salesforce::time::day_of(t))),
        )
        .set("ConvertedAccountId", account)
        .set("ConvertedContactId", contact)
        .set("ConvertedOpportunityId", opportunity)
        .set("OwnerId", p.owner)
        .set("Product_Interest__c", dice.chance(600).then(|| product(dice)))
        .set("Referral_Code__c", "none");
    draft.insert(&mut world.org, p.owner, p.created, modified);
}

fn product(dice: &mut Dice) -> &'static str {
    dice.word(&["Platform", "Analytics", "Integration", "Services"])
}

//! What people did: tasks, events and campaign responses. First those around the deals, then everybody's background noise up to the
//! planned number; all are put in order of time before they become records, so that ids follow time roughly, as in life.
use std::collections::HashSet;

use super::{Dice, Draft, World};
use crate::salesforce::id::RecordId;
use crate::salesforce::row::Value;
use crate::salesforce::schema::CAMPAIGN_TYPES;
use crate::salesforce::time::{DAY, HOUR};

const ACTIVITIES: u32 = 60_000;
const CAMPAIGNS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Did {
    Email,
    Open,
    Click,
    View,
    Download,
    Form,
    Demo,
    Call,
    Ad,
    Meeting,
    Campaign,
}

const KINDS: [Did; 11] = [
    Did::Email,
    Did::Open,
    Did::Click,
    Did::View,
    Did::Download,
    Did::Form,
    Did::Demo,
    Did::Call,
    Did::Ad,
    Did::Meeting,
    Did::Campaign,
];
/// Weights of the kinds: a buyer in a deal, and everybody else.
const BUYER: [u32; 11] = [18, 10, 8, 12, 8, 3, 2, 7, 2, 17, 14];
const ANYBODY: [u32; 11] = [27, 18, 4, 13, 3, 2, 0, 5, 4, 2, 26];

pub(super) struct Campaign {
    id: RecordId,
    kind: &'static str,
    from: i64,
    to: i64,
}

pub(super) fn campaigns(world: &mut World) -> Vec<Campaign> {
    let span = world.calendar.end() - world.calendar.start;
    (0..CAMPAIGNS)
        .map(|n| campaign(world, n, world.calendar.start + span * n as i64 / CAMPAIGNS as i64))
        .collect()
}

fn campaign(world: &mut World, n: usize, near: i64) -> Campaign {
    let dice = &mut world.dice;
    let kind = CAMPAIGN_TYPES[dice.weighted(&[20, 8, 8, 16, 24, 14, 4, 4, 2])];
    let from = near - dice.between(0, 10) * DAY;
    let to = from + dice.between(8, 45) * DAY;
    let end = world.calendar.end();
    let topic = dice.word(&[
        "Pipeline Review",
        "Datenqualität",
        "Buying Groups",
        "État du marché",
        "Product Launch",
        "リード管理",
    ]);
    let budget = (dice.between(2, 60) * 500) as f64;
    let owner = *dice.pick(&world.users[1..]);
    let created = (from - 20 * DAY).min(end);
    let id = Draft::new("Campaign")
        .set("Name", format!("{kind}: {topic} {}", n + 1))
        .set("Type", kind)
        .set("Status", if to < end { "Completed" } else { "In Progress" })
        .day("StartDate", from)
        .day("EndDate", to)
        .set("IsActive", to >= end)
        .set("BudgetedCost", budget)
        .set("ActualCost", dice.chance(800).then(|| budget * dice.between(70, 125) as f64 / 100.0))
        .set("NumberSent", dice.between(200, 4_000) as f64)
        .set("CurrencyIsoCode", "USD")
        .set("OwnerId", owner)
        .insert(&mut world.org, owner, created, to.min(end).max(created));
    Campaign { id, kind, from, to }
}

struct Planned {
    at: i64,
    person: usize,
    deal: Option<usize>,
    did: Did,
}

pub(super) fn activities(world: &mut World, campaigns: &[Campaign]) {
    let total = world.sized(ACTIVITIES);
    let mut plan = Vec::with_capacity(total);
    around_deals(world, &mut plan, total * 3 / 5);
    background(world, &mut plan, total);
    plan.sort_by_key(|p| (p.at, p.person, p.did));
    let mut answered = HashSet::new();
    for p in &plan {
        let joined = (p.did == Did::Campaign).then(|| join(world, campaigns, p, &mut answered)).flatten();
        match (joined, p.did) {
            (Some(campaign), _) => member(world, campaign, p),
            (None, Did::Meeting) => event(world, p),
            (None, Did::Campaign) => task(world, p, Did::Open),
            (None, did) => task(world, p, did),
        }
    }
}

fn around_deals(world: &mut World, plan: &mut Vec<Planned>, most: usize) {
    for deal in 0..world.deals.len() {
        let d = world.deals[deal].clone();
        for (i, person) in d.members.iter().enumerate() {
            // The hotter the deal, the more each does; the first contact most of all.
            let many = world.dice.below(3) as u64 + d.heat * 18 / 1000 + if i == 0 { 3 } else { 0 };
            let from = (d.created - 25 * DAY).max(world.people[*person].created);
            if from >= d.until {
                continue;
            }
            for _ in 0..many {
                if plan.len() >= most {
                    return;
                }
                let at = world.calendar.moment(&mut world.dice, from, d.until);
                let did = KINDS[world.dice.weighted(&BUYER)];
                plan.push(Planned { at, person: *person, deal: Some(deal), did });
            }
        }
    }
}

fn background(world: &mut World, plan: &mut Vec<Planned>, total: usize) {
    // Who is active has nothing to do with who was entered first.
    let mut order: Vec<usize> = (0..world.people.len()).collect();
    for i in (1..order.len()).rev() {
        order.swap(i, world.dice.below(i + 1));
    }
    while plan.len() < total {
        let person = order[world.dice.skewed(order.len())];
        let from = world.people[person].created.max(world.calendar.start);
        let at = world.calendar.moment(&mut world.dice, from, world.calendar.end());
        let did = KINDS[world.dice.weighted(&ANYBODY)];
        plan.push(Planned { at, person, deal: None, did });
    }
}

/// A campaign that ran at the time and that this person has not answered yet.
fn join<'a>(
    world: &mut World,
    campaigns: &'a [Campaign],
    p: &Planned,
    answered: &mut HashSet<(RecordId, RecordId)>,
) -> Option<&'a Campaign> {
    let open: Vec<&Campaign> =
        campaigns.iter().filter(|c| (c.from..c.to + 7 * DAY).contains(&p.at)).collect();
    if open.is_empty() {
        return None;
    }
    let campaign = *world.dice.pick(&open);
    answered.insert((campaign.id, world.people[p.person].id)).then_some(campaign)
}

fn member(world: &mut World, campaign: &Campaign, p: &Planned) {
    let person = world.people[p.person].clone();
    let is_lead = &person.id.prefix == b"00Q";
    let dice = &mut world.dice;
    let keen = if p.deal.is_some() { 750 } else { 420 };
    let responded = dice.chance(keen);
    let status = match (campaign.kind, responded) {
        ("Webinar" | "Conference" | "Trade Show", true) => "Attended",
        ("Webinar" | "Conference" | "Trade Show", false) => dice.word(&["Registered", "No Show"]),
        ("Content", true) => "Downloaded",
        ("Email" | "Advertisement", true) => "Clicked",
        (_, true) => "Responded",
        (_, false) => "Sent",
    };
    let answered =
        if responded { (p.at + dice.between(0, 3) * HOUR).min(world.calendar.end()) } else { p.at };
    Draft::new("CampaignMember")
        .set("CampaignId", campaign.id)
        .set("LeadId", is_lead.then_some(person.id))
        .set("ContactId", (!is_lead).then_some(person.id))
        .set("LeadOrContactId", person.id)
        .set("Type", if is_lead { "Lead" } else { "Contact" })
        .set("Status", status)
        .set("HasResponded", responded)
        .set(
            "FirstRespondedDate",
            if responded { Value::Date(crate::salesforce::time::day_of(answered)) } else { Value::Null },
        )
        .insert(&mut world.org, world.users[0], p.at, answered);
}

fn event(world: &mut World, p: &Planned) {
    let person = world.people[p.person].clone();
    let dice = &mut world.dice;
    let minutes = *dice.pick(&[15i64, 30, 30, 45, 60]);
    let kind = dice.word(&["Meeting", "Meeting", "Meeting", "Demo", "Call", "Conference"]);
    let subject = dice.word(&[
        "Intro call",
        "Product demo",
        "Technical deep dive",
        "Besprechung Angebot",
        "Réunion de suivi",
        "Contract review",
    ]);
    // Entered some days before it takes place.
    let created = (p.at - dice.between(0, 9) * DAY).max(person.created);
    let end = world.calendar.end();
    let modified = (p.at + minutes * 60).min(end);
    let start = p.at - p.at.rem_euclid(900);
    let deleted = dice.chance(10);
    let location = dice.chance(500).then(|| dice.word(&["Video call", "HQ", "Büro Köln", "Online"]));
    let id = about(world, Draft::new("Event"), p)
        .set("Subject", subject)
        .set("Type", kind)
        .set("Location", location)
        .day("ActivityDate", start)
        .time("ActivityDateTime", start)
        .time("StartDateTime", start)
        .time("EndDateTime", start + minutes * 60)
        .set("DurationInMinutes", minutes)
        .set("ShowAs", "Busy")
        .set("OwnerId", person.owner)
        .insert(&mut world.org, person.owner, created.min(modified), modified);
    if deleted {
        world.org.table_mut("Event").delete(id.row, (modified + DAY).min(end), &[]);
    }
}

fn task(world: &mut World, p: &Planned, did: Did) {
    let person = world.people[p.person].clone();
    let dice = &mut world.dice;
    let (kind, subtype) = task_kind(did);
    let anything = subject(dice, did);
    // Half of what people read is what their part makes them look for.
    let wanted = if world.fate.chance(500) { person.part.reads(&mut world.fate, did) } else { None };
    let subject = wanted.unwrap_or(anything);
    let end = world.calendar.end();
    // Marketing automation writes its findings in one batch at night: many rows, one timestamp.
    let batched = matches!(did, Did::Open | Did::Click | Did::View | Did::Ad);
    let modified = if batched {
        (p.at - p.at.rem_euclid(DAY) + DAY + 2 * HOUR).min(end)
    } else if dice.chance(60) {
        (p.at + dice.between(1, 20) * DAY).min(end)
    } else {
        p.at
    };
    let by = if batched { world.users[0] } else { person.owner };
    let seconds = (did == Did::Call).then(|| dice.between(20, 2_400));
    let direction = (did == Did::Call).then(|| if dice.chance(250) { "Inbound" } else { "Outbound" });
    let deleted = dice.chance(8);
    let id = about(world, Draft::new("Task"), p)
        .set("Subject", subject)
        .set("Type", kind)
        .set("TaskSubtype", subtype)
        .set("Status", "Completed")
        .set("Priority", "Normal")
        .set("IsClosed", true)
        .day("ActivityDate", p.at)
        .time("CompletedDateTime", p.at)
        .set("CallDurationInSeconds", seconds)
        .set("CallType", direction)
        .set("OwnerId", by)
        .insert(&mut world.org, by, p.at, modified);
    if deleted {
        world.org.table_mut("Task").delete(id.row, (modified + DAY).min(end), &[]);
    }
}

/// Whom and what an activity is about. Now and then nobody links it.
fn about(world: &mut World, draft: Draft, p: &Planned) -> Draft {
    let person = &world.people[p.person];
    let account = person.company.filter(|_| &person.id.prefix == b"003").map(|c| world.companies[c].id);
    let what = p.deal.map(|d| world.deals[d].id).or(account);
    let linked = world.dice.chance(970);
    draft.set("WhoId", linked.then_some(person.id)).set("WhatId", what).set("AccountId", account)
}

pub(crate) fn task_kind(did: Did) -> (&'static str, &'static str) {
    match did {
        Did::Email => ("Email", "Email"),
        Did::Open => ("Email Open", "ListEmail"),
        Did::Click => ("Email Click", "ListEmail"),
        Did::View => ("Page View", "Task"),
        Did::Download => ("Content Download", "Task"),
        Did::Form => ("Form Fill", "Task"),
        Did::Demo => ("Demo Request", "Task"),
        Did::Call => ("Call", "Call"),
        Did::Ad => ("Ad Click", "Task"),
        Did::Meeting | Did::Campaign => ("Other", "Task"),
    }
}

pub(crate) fn subject(dice: &mut Dice, did: Did) -> &'static str {
    match did {
        Did::Email => dice.word(&[
            "Email: Following up",
            "Email: Re: Angebot für die Plattform",
            "Email: Pricing",
            "Email: Très bien, merci",
        ]),
        Did::Open => "Email opened: Monthly newsletter",
        Did::Click => "Email link clicked: Case study",
        Did::View => dice.word(&[
            "Visited /pricing",
            "Visited /docs",
            "Visited /blog/buying-groups",
            "Visited /security",
        ]),
        Did::Download => dice.word(&[
            "Downloaded: Buyer's guide",
            "Downloaded: Leitfaden Datenqualität",
            "Downloaded: ROI calculator",
        ]),
        Did::Form => dice.word(&["Form submitted: Contact us", "Form submitted: Newsletter"]),
        Did::Demo => "Form submitted: Demo request",
        Did::Call => dice.word(&["Call: Discovery", "Call: Left voicemail", "Call: Negotiation"]),
        Did::Ad => "Ad clicked: Retargeting",
        Did::Meeting | Did::Campaign => "Other",
    }
}

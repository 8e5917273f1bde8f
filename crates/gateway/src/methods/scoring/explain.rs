//! Computes a stored score again from the log, this time with its lines: as of the same instant, as known then, by the
//! same rules. One fold for each person, so memory grows with people and types and not with what they did.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use scoring::{
    Activity, Axes, Clock, EngagementExplanation, ExplanationFold, FitExplanation, Grouping, Member,
    PreparedConfig, Reason, Reasons, RollUpExplanation, RollUpPart, explain_fit, explain_opportunity,
    explain_roll_up,
};
use store::{
    StoreError, TenantTx,
    score_facts::{self as facts, Belonging, micros},
    scores::ScoredKind,
};
use uuid::Uuid;

/// What a score is made of.
pub(super) struct Explained {
    pub(super) fit: Option<FitExplanation>,
    /// Of a person.
    pub(super) engagement: Option<EngagementExplanation>,
    /// Of an account or opportunity: `member` in a line is a position in `people`.
    pub(super) roll_up: Option<RollUpExplanation>,
    pub(super) people: Vec<Belonging>,
    pub(super) axes: Axes,
    /// The three strongest.
    pub(super) reasons: Vec<Reason>,
}

const REASONS: usize = 3;

pub(super) async fn explain(
    tx: &mut TenantTx,
    kind: ScoredKind,
    id: Uuid,
    rules: &PreparedConfig,
    at: DateTime<Utc>,
) -> Result<Explained, StoreError> {
    match kind {
        ScoredKind::Person => explain_person(tx, id, rules, at).await,
        ScoredKind::Account => explain_account(tx, id, rules, at).await,
        ScoredKind::Opportunity => explain_deal(tx, id, rules, at).await,
    }
}

async fn explain_person(
    tx: &mut TenantTx,
    id: Uuid,
    rules: &PreparedConfig,
    at: DateTime<Utc>,
) -> Result<Explained, StoreError> {
    let account = facts::person_account(tx, id).await?;
    let fit = fit_of(tx, account, rules, at).await?;
    let engagement = fold_people(tx, &[id], rules, facts::clock_at(at)).await?.remove(&id);
    let axes = Axes::new(
        &rules.combined,
        fit.as_ref().map(|it| it.score.points),
        engagement.as_ref().map(|it| it.score),
    );
    let mut reasons = Reasons::new(&rules.combined);
    fit.iter().for_each(|it| reasons.fit(it));
    engagement.iter().for_each(|it| reasons.person(it, it.score));
    let reasons = reasons.strongest(REASONS);
    Ok(Explained { fit, engagement, roll_up: None, people: Vec::new(), axes, reasons })
}

async fn explain_account(
    tx: &mut TenantTx,
    id: Uuid,
    rules: &PreparedConfig,
    at: DateTime<Utc>,
) -> Result<Explained, StoreError> {
    let fit = fit_of(tx, Some(id), rules, at).await?;
    let people = facts::people_of_accounts(tx, &[id]).await?;
    let folded = Folded::of(tx, people, rules, facts::clock_at(at)).await?;
    let roll_up = explain_roll_up(rules.engagement.account(), &folded.members);
    Ok(folded.explained(rules, fit, roll_up))
}

/// A closed opportunity is explained as of the microsecond before it was closed: that score it keeps.
async fn explain_deal(
    tx: &mut TenantTx,
    id: Uuid,
    rules: &PreparedConfig,
    at: DateTime<Utc>,
) -> Result<Explained, StoreError> {
    let deal = facts::opportunity_facts(tx, &[id]).await?.pop().ok_or(StoreError::NotFound)?;
    let fit = fit_of(tx, deal.account, rules, at).await?;
    let mut people = facts::contacts_of_opportunities(tx, &[id]).await?;
    if let (true, Some(account)) = (people.is_empty(), deal.account) {
        people = facts::people_of_accounts(tx, &[account]).await?;
    }
    let closed_at = deal.closed_at.filter(|closed| *closed <= at);
    let last = closed_at.map_or(at, |closed| closed - TimeDelta::microseconds(1));
    let clock = Clock { as_of: micros(last), known_at: micros(at) };
    let folded = Folded::of(tx, people, rules, clock).await?;
    // Closed as it was created, it never had a score.
    let lived = last >= deal.created_at;
    let (rule, velocity) = (rules.engagement.opportunity(), rules.engagement.velocity());
    let roll_up = lived
        .then(|| explain_opportunity(rule, velocity, deal.pace_at(last), &folded.members, clock.as_of))
        .flatten();
    Ok(folded.explained(rules, fit, roll_up))
}

async fn fit_of(
    tx: &mut TenantTx,
    account: Option<Uuid>,
    rules: &PreparedConfig,
    at: DateTime<Utc>,
) -> Result<Option<FitExplanation>, StoreError> {
    let Some(account) = account else { return Ok(None) };
    let known = facts::account_facts(tx, &[account], at).await?;
    Ok(known.get(&account).and_then(|known| explain_fit(&rules.fit, known)))
}

async fn fold_people(
    tx: &mut TenantTx,
    people: &[Uuid],
    rules: &PreparedConfig,
    clock: Clock,
) -> Result<HashMap<Uuid, EngagementExplanation>, StoreError> {
    let fold = || ExplanationFold::new(&rules.engagement, clock, Grouping::ByType);
    let mut folds: HashMap<Uuid, ExplanationFold<'_>> = people.iter().map(|id| (*id, fold())).collect();
    facts::fold_activities(tx, people, clock, |logged| {
        if let Some(fold) = folds.get_mut(&logged.person) {
            fold.push(Activity {
                kind: rules.type_index(&logged.activity_type),
                occurred_at: micros(logged.occurred_at),
                recorded_at: micros(logged.recorded_at),
            });
        }
    })
    .await?;
    Ok(folds.into_iter().map(|(id, fold)| (id, fold.finish())).collect())
}

/// People with their engagement, in one order.
struct Folded {
    people: Vec<Belonging>,
    members: Vec<Member>,
    engagements: Vec<EngagementExplanation>,
}

impl Folded {
    async fn of(
        tx: &mut TenantTx,
        people: Vec<Belonging>,
        rules: &PreparedConfig,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let ids: Vec<Uuid> = people.iter().map(|person| person.person).collect();
        let mut by_id = fold_people(tx, &ids, rules, clock).await?;
        let engagements: Vec<_> =
            ids.iter().map(|id| by_id.remove(id).expect("each person was given a fold, once")).collect();
        let members = people.iter().zip(&engagements).map(|(person, engagement)| Member {
            score: engagement.score,
            weight: rules.engagement.seniority().of_title(person.title.as_deref()),
        });
        Ok(Self { members: members.collect(), people, engagements })
    }

    fn explained(
        self,
        rules: &PreparedConfig,
        fit: Option<FitExplanation>,
        roll_up: Option<RollUpExplanation>,
    ) -> Explained {
        let fit_points = fit.as_ref().map(|it| it.score.points);
        let axes = Axes::new(&rules.combined, fit_points, roll_up.as_ref().map(|it| it.score));
        let mut reasons = Reasons::new(&rules.combined);
        fit.iter().for_each(|it| reasons.fit(it));
        for line in roll_up.iter().flat_map(|it| &it.lines) {
            match line.member {
                Some(member) => reasons.person(&self.engagements[member], line.contribution),
                None if line.part == RollUpPart::Velocity => reasons.velocity(line.contribution),
                None => {}
            }
        }
        let reasons = reasons.strongest(REASONS);
        Explained { fit, engagement: None, roll_up, people: self.people, axes, reasons }
    }
}

//! What a complete group looks like. Knows no tenant and no solution tag.

use crate::Role;

/// What a template asks for one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "camelCase"))]
pub struct RoleNeed {
    pub role: Role,
    /// What it counts beside the others: 0 to 1000.
    pub weight: i64,
    pub required: bool,
    /// How many members fill it: 1 to 100.
    pub minimum: i64,
}

/// Needs that make sense together, in order of roles.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Template(Vec<RoleNeed>);

/// Why a template was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateRefusal {
    #[error("a template needs at least one role")]
    NoRoles,
    #[error("at least one weight must be above zero")]
    WeightsAllZero,
    #[error("a template cannot ask for the role unknown")]
    UnknownRole,
    #[error("{0} stands there twice")]
    DuplicateRole(Role),
    #[error("the weight of {0} must not be negative")]
    NegativeWeight(Role),
    #[error("the weight of {0} must be at most 1000")]
    WeightTooLarge(Role),
    #[error("{0} must ask for at least one member")]
    MinimumZero(Role),
    #[error("{0} must ask for at most 100 members")]
    MinimumTooLarge(Role),
}

impl TemplateRefusal {
    /// A stable name.
    pub const fn name(self) -> &'static str {
        match self {
            TemplateRefusal::NoRoles => "no-roles",
            TemplateRefusal::WeightsAllZero => "weights-all-zero",
            TemplateRefusal::UnknownRole => "unknown-role",
            TemplateRefusal::DuplicateRole(_) => "duplicate-role",
            TemplateRefusal::NegativeWeight(_) => "negative-weight",
            TemplateRefusal::WeightTooLarge(_) => "weight-too-large",
            TemplateRefusal::MinimumZero(_) => "minimum-zero",
            TemplateRefusal::MinimumTooLarge(_) => "minimum-too-large",
        }
    }
}

const fn need(role: Role, weight: i64, required: bool) -> RoleNeed {
    RoleNeed { role, weight, required, minimum: 1 }
}

/// The template a tenant starts with.
pub const DEFAULT_NEEDS: [RoleNeed; 5] = [
    need(Role::EconomicBuyer, 30, true),
    need(Role::Champion, 25, true),
    need(Role::TechnicalEvaluator, 20, true),
    need(Role::EndUser, 15, false),
    need(Role::LegalProcurement, 10, false),
];

impl Default for Template {
    fn default() -> Template {
        Template::new(DEFAULT_NEEDS).expect("the default template is sound")
    }
}

impl Template {
    /// # Errors
    /// Everything that is wrong, so that a caller learns it at once.
    ///
    /// ```
    /// use buying_groups::{Role, RoleNeed, Template, TemplateRefusal};
    /// let coach = RoleNeed { role: Role::Coach, weight: 0, required: true, minimum: 1 };
    /// assert_eq!(Template::new([coach]), Err(vec![TemplateRefusal::WeightsAllZero]));
    /// ```
    pub fn new(needs: impl IntoIterator<Item = RoleNeed>) -> Result<Template, Vec<TemplateRefusal>> {
        let mut needs: Vec<RoleNeed> = needs.into_iter().collect();
        needs.sort_by_key(|need| need.role);
        let mut refusals: Vec<TemplateRefusal> = needs.iter().flat_map(refusals).collect();
        let twice = needs.chunk_by(|a, b| a.role == b.role).filter(|alike| alike.len() > 1);
        refusals.extend(twice.map(|alike| TemplateRefusal::DuplicateRole(alike[0].role)));
        if needs.is_empty() {
            refusals.push(TemplateRefusal::NoRoles);
        } else if needs.iter().all(|need| need.weight == 0) {
            refusals.push(TemplateRefusal::WeightsAllZero);
        }
        if refusals.is_empty() { Ok(Template(needs)) } else { Err(refusals) }
    }

    /// In order of roles, each role once.
    pub fn needs(&self) -> &[RoleNeed] {
        &self.0
    }

    pub(crate) fn weight(&self, role: Role) -> i64 {
        self.0.iter().find(|need| need.role == role).map_or(0, |need| need.weight)
    }
}

fn refusals(need: &RoleNeed) -> impl Iterator<Item = TemplateRefusal> {
    let role = need.role;
    let role_refusal = (role == Role::Unknown).then_some(TemplateRefusal::UnknownRole);
    let weight_refusal = match need.weight {
        ..0 => Some(TemplateRefusal::NegativeWeight(role)),
        0..=1000 => None,
        _ => Some(TemplateRefusal::WeightTooLarge(role)),
    };
    let minimum_refusal = match need.minimum {
        ..1 => Some(TemplateRefusal::MinimumZero(role)),
        1..=100 => None,
        _ => Some(TemplateRefusal::MinimumTooLarge(role)),
    };
    role_refusal.into_iter().chain(weight_refusal).chain(minimum_refusal)
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Template {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        let needs = Vec::<RoleNeed>::deserialize(deserializer)?;
        Template::new(needs).map_err(|refusals| serde::de::Error::custom(refusals[0]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_be_wrong_has_its_name() {
        let need = |role, weight, minimum| RoleNeed { role, weight, required: false, minimum };
        let table: [(&[RoleNeed], &[&str]); 9] = [
            (&[], &["no-roles"]),
            (&[need(Role::Coach, 0, 1), need(Role::Blocker, 0, 1)], &["weights-all-zero"]),
            (&[need(Role::Unknown, 1, 1)], &["unknown-role"]),
            (
                &[need(Role::Coach, 1, 1), need(Role::Blocker, 1, 1), need(Role::Coach, 2, 1)],
                &["duplicate-role"],
            ),
            (&[need(Role::Coach, -1, 1)], &["negative-weight"]),
            (&[need(Role::Coach, 1001, 1)], &["weight-too-large"]),
            (&[need(Role::Coach, 1, 0)], &["minimum-zero"]),
            (&[need(Role::Coach, 1, -3)], &["minimum-zero"]),
            (
                &[need(Role::Coach, 1, 101), need(Role::Blocker, -1, 0)],
                &["minimum-too-large", "negative-weight", "minimum-zero"],
            ),
        ];
        for (needs, names) in table {
            let refused = Template::new(needs.iter().copied()).unwrap_err();
            assert_eq!(refused.iter().map(|it| it.name()).collect::<Vec<_>>(), names);
        }
    }

    #[test]
    #[cfg(feature = "serde")]
    fn a_template_that_was_kept_is_checked_when_it_is_read() {
        let kept = serde_json::to_string(&Template::default()).unwrap();
        assert_eq!(serde_json::from_str::<Template>(&kept).unwrap(), Template::default());
        let broken = kept.replace("\"minimum\":1", "\"minimum\":0");
        assert!(
            serde_json::from_str::<Template>(&broken)
                .unwrap_err()
                .to_string()
                .contains("at least one member")
        );
    }
}

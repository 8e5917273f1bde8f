//! The part that each person really plays when their company buys. No client is ever told: it shows in what reps write down, in
//! titles and in what people read, each with its own errors, so that whoever guesses it can be held to the truth.
use super::Dice;
use super::activities::Did;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Champion,
    EconomicBuyer,
    TechnicalEvaluator,
    EndUser,
    LegalProcurement,
    Coach,
    Blocker,
}

const PARTS: [Part; 7] = [
    Part::Champion,
    Part::EconomicBuyer,
    Part::TechnicalEvaluator,
    Part::EndUser,
    Part::LegalProcurement,
    Part::Coach,
    Part::Blocker,
];

impl Part {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Part::Champion => "champion",
            Part::EconomicBuyer => "economic_buyer",
            Part::TechnicalEvaluator => "technical_evaluator",
            Part::EndUser => "end_user",
            Part::LegalProcurement => "legal_procurement",
            Part::Coach => "coach",
            Part::Blocker => "blocker",
        }
    }

    /// Who people of this department and rank turn out to be, in thousandths and in the order of [`PARTS`].
    pub(super) fn draw(dice: &mut Dice, department: &str, seniority: u8, technical: bool) -> Part {
        let weights: [u32; 7] = match (department, seniority, technical) {
            ("Procurement", 3.., _) => [20, 250, 10, 20, 660, 20, 20],
            ("Procurement", ..) => [20, 40, 10, 130, 760, 20, 20],
            ("Finance", 3.., _) => [60, 820, 10, 30, 30, 20, 30],
            ("Finance", 2, _) => [150, 540, 20, 200, 40, 20, 30],
            ("Finance", ..) => [100, 120, 20, 660, 50, 30, 20],
            (_, 3.., true) => [160, 260, 500, 20, 10, 20, 30],
            (_, 2, true) => [200, 60, 640, 50, 0, 30, 20],
            (_, 1, true) => [120, 10, 600, 220, 0, 30, 20],
            (_, _, true) => [30, 0, 380, 540, 0, 40, 10],
            (_, 4.., false) => [190, 700, 10, 30, 20, 20, 30],
            (_, 3, false) => [430, 370, 20, 110, 10, 30, 30],
            (_, 2, false) => [560, 120, 40, 200, 10, 40, 30],
            (_, 1, false) => [300, 20, 40, 560, 10, 40, 30],
            (_, _, false) => [60, 0, 30, 830, 10, 50, 20],
        };
        PARTS[dice.weighted(&weights)]
    }

    /// What a rep who knows it picks from the list, which has no name for everything.
    pub(super) fn picked(self, dice: &mut Dice) -> &'static str {
        match self {
            Part::Champion => dice.word(&["Influencer", "Executive Sponsor", "Influencer"]),
            Part::EconomicBuyer => {
                dice.word(&["Economic Buyer", "Decision Maker", "Economic Decision Maker"])
            }
            Part::TechnicalEvaluator => dice.word(&["Technical Buyer", "Evaluator"]),
            Part::EndUser => "Business User",
            Part::LegalProcurement | Part::Blocker => "Other",
            Part::Coach => dice.word(&["Influencer", "Other"]),
        }
    }

    /// What somebody in this part goes for, where the kind of activity leaves a choice.
    pub(super) fn reads(self, dice: &mut Dice, did: Did) -> Option<&'static str> {
        Some(match (did, self) {
            (Did::View, Part::EconomicBuyer) => "Visited /pricing",
            (Did::View, Part::TechnicalEvaluator) => {
                dice.word(&["Visited /docs", "Visited /security", "Visited /docs/api"])
            }
            (Did::View, Part::LegalProcurement) => "Visited /legal/dpa",
            (Did::View, Part::EndUser) => "Visited /academy/first-steps",
            (Did::Download, Part::EconomicBuyer) => "Downloaded: ROI calculator",
            (Did::Download, Part::TechnicalEvaluator) => "Downloaded: API reference",
            (Did::Download, Part::LegalProcurement) => "Downloaded: Data processing agreement (DPA)",
            (Did::Download, Part::EndUser) => "Downloaded: Training templates",
            _ => return None,
        })
    }
}

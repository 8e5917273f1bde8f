//! Job titles in several seniorities and a few languages.
use super::dice::Dice;

/// 0 individual, 1 manager, 2 director, 3 vice president, 4 C level; and whether the person is technical.
pub(super) struct Title {
    pub(super) text: String,
    pub(super) department: &'static str,
    pub(super) seniority: u8,
    pub(super) technical: bool,
}

const DEPARTMENTS: &[(&str, bool)] = &[
    ("Sales", false),
    ("Marketing", false),
    ("Finance", false),
    ("Operations", false),
    ("Engineering", true),
    ("IT", true),
    ("Procurement", false),
    ("Product", true),
    ("Customer Success", false),
    ("Security", true),
    ("Data", true),
    ("HR", false),
];

pub(super) fn title(dice: &mut Dice, country: &str) -> Title {
    let (department, technical) = *dice.pick(DEPARTMENTS);
    let seniority = dice.weighted(&[42, 26, 15, 10, 7]) as u8;
    let text = match (country, seniority) {
        ("Germany", 4) if dice.chance(400) => "Geschäftsführer".into(),
        ("Germany", 2) if dice.chance(400) => format!("Leiter {}", german(department)),
        ("France", 2) if dice.chance(400) => {
            format!("Directeur {}", if technical { "Technique" } else { "Commercial" })
        }
        ("Japan", 1) if dice.chance(400) => "部長".into(),
        ("Spain", 2) if dice.chance(300) => "Director de Operaciones".into(),
        _ => english(dice, department, seniority),
    };
    Title { text, department, seniority, technical }
}

fn german(department: &str) -> &'static str {
    match department {
        "Procurement" => "Einkauf",
        "Sales" => "Vertrieb",
        "IT" | "Security" | "Data" => "IT",
        "Finance" => "Finanzen",
        _ => "Produktion",
    }
}

fn english(dice: &mut Dice, department: &str, seniority: u8) -> String {
    match seniority {
        4 => chief(dice, department).into(),
        3 => format!("{} {department}", dice.word(&["VP", "VP,", "Vice President of", "SVP", "EVP,"])),
        2 => format!(
            "{} {department}",
            dice.word(&["Director of", "Director,", "Senior Director,", "Head of", "Group Director,"])
        ),
        1 => format!(
            "{department} {}",
            dice.word(&["Manager", "Team Lead", "Program Manager", "Operations Manager"])
        ),
        _ => individual(dice, department),
    }
}

fn chief(dice: &mut Dice, department: &str) -> &'static str {
    if dice.chance(250) {
        return dice.word(&[
            "CEO",
            "Chief Executive Officer",
            "Founder & CEO",
            "Co-Founder",
            "Managing Director",
            "Owner",
        ]);
    }
    match department {
        "Finance" | "Procurement" => dice.word(&["CFO", "Chief Financial Officer"]),
        "Marketing" => dice.word(&["CMO", "Chief Marketing Officer"]),
        "Sales" | "Customer Success" => dice.word(&["CRO", "Chief Revenue Officer"]),
        "Engineering" | "Product" => dice.word(&["CTO", "Chief Technology Officer", "Chief Product Officer"]),
        "IT" => dice.word(&["CIO", "Chief Information Officer"]),
        "Security" => "CISO",
        "Data" => "Chief Data Officer",
        _ => dice.word(&["COO", "Chief Operating Officer"]),
    }
}

fn individual(dice: &mut Dice, department: &str) -> String {
    let role = match department {
        "Sales" => dice.word(&["Account Executive", "Sales Development Representative", "Sales Engineer"]),
        "Marketing" => dice.word(&["Marketing Specialist", "Content Strategist", "Growth Marketer"]),
        "Finance" => dice.word(&["Accountant", "Financial Analyst", "Controller"]),
        "Engineering" => {
            dice.word(&["Software Engineer", "Staff Engineer", "Solutions Architect", "DevOps Engineer"])
        }
        "IT" => dice.word(&["System Administrator", "IT Specialist", "Enterprise Architect"]),
        "Procurement" => dice.word(&["Buyer", "Procurement Analyst"]),
        "Product" => dice.word(&["Product Owner", "Product Designer", "Business Analyst"]),
        "Customer Success" => dice.word(&["Customer Success Associate", "Support Engineer"]),
        "Security" => dice.word(&["Security Analyst", "Security Engineer"]),
        "Data" => dice.word(&["Data Analyst", "Data Scientist", "Analytics Engineer"]),
        "HR" => dice.word(&["HR Business Partner", "Recruiter"]),
        _ => dice.word(&["Operations Analyst", "Consultant", "Project Coordinator"]),
    };
    if dice.chance(250) { format!("Senior {role}") } else { role.to_owned() }
}

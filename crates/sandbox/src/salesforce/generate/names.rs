//! Names of people and places in several languages, each with the letters it takes in an e-mail address.

pub(super) struct Country {
    pub(super) name: &'static str,
    pub(super) currency: &'static str,
    pub(super) legal: &'static [&'static str],
    pub(super) cities: &'static [&'static str],
    pub(super) phone: &'static str,
    /// Out of all accounts.
    pub(super) weight: u32,
    pub(super) first: &'static [(&'static str, &'static str)],
    pub(super) last: &'static [(&'static str, &'static str)],
}

macro_rules! names {
    ($($native:literal $ascii:literal),* $(,)?) => { &[$(($native, $ascii)),*] };
}

const ENGLISH_FIRST: &[(&str, &str)] = names![
    "Olivia" "olivia", "James" "james", "Amelia" "amelia", "William" "william", "Grace" "grace", "Daniel" "daniel",
    "Charlotte" "charlotte", "Marcus" "marcus", "Zoë" "zoe", "Priya" "priya", "Ethan" "ethan", "Naomi" "naomi",
    "Siobhán" "siobhan", "Connor" "connor", "Hannah" "hannah", "Tyrone" "tyrone", "Rebecca" "rebecca", "Luis" "luis",
];
const ENGLISH_LAST: &[(&str, &str)] = names![
    "Carter" "carter", "O'Brien" "obrien", "Hughes" "hughes", "Patel" "patel", "Sinclair" "sinclair", "Whitfield" "whitfield",
    "Nguyen" "nguyen", "McAllister" "mcallister", "Brooks" "brooks", "Okafor" "okafor", "Fairbanks" "fairbanks",
    "Ramirez" "ramirez", "St. John" "stjohn", "Harrington" "harrington", "Kowalczyk" "kowalczyk", "Delgado" "delgado",
    "Abernathy" "abernathy", "Lindqvist" "lindqvist", "Chen" "chen", "Goldberg" "goldberg",
];

pub(super) const COUNTRIES: &[Country] = &[
    Country {
        name: "United States",
        currency: "USD",
        legal: &["Inc.", "LLC", "Corp.", "Co."],
        cities: &["Austin", "Boston", "Chicago", "Denver", "Seattle", "Atlanta", "San José"],
        phone: "+1 512 555",
        weight: 38,
        first: ENGLISH_FIRST,
        last: ENGLISH_LAST,
    },
    Country {
        name: "United Kingdom",
        currency: "GBP",
        legal: &["Ltd", "plc", "LLP"],
        cities: &["London", "Manchester", "Bristol", "Edinburgh", "Leeds"],
        phone: "+44 20 7946",
        weight: 14,
        first: ENGLISH_FIRST,
        last: ENGLISH_LAST,
    },
    Country {
        name: "Germany",
        currency: "EUR",
        legal: &["GmbH", "AG", "GmbH & Co. KG", "SE"],
        cities: &["Berlin", "München", "Köln", "Hamburg", "Stuttgart", "Düsseldorf"],
        phone: "+49 30 5550",
        weight: 13,
        first: names![
            "Jürgen" "juergen", "Anneliese" "anneliese", "Björn" "bjoern", "Katharina" "katharina", "Jörg" "joerg",
            "Sabine" "sabine", "Matthias" "matthias", "Heike" "heike", "Lukas" "lukas", "Käthe" "kaethe",
        ],
        last: names![
            "Müller" "mueller", "Schröder" "schroeder", "Weiß" "weiss", "Krüger" "krueger", "Hoffmann" "hoffmann",
            "Böhm" "boehm", "von der Heide" "vonderheide", "Lehmann" "lehmann", "Yıldız" "yildiz", "Groß" "gross",
        ],
    },
    Country {
        name: "France",
        currency: "EUR",
        legal: &["SAS", "SA", "SARL"],
        cities: &["Paris", "Lyon", "Nîmes", "Orléans", "Toulouse"],
        phone: "+33 1 70 18",
        weight: 8,
        first: names![
            "Élodie" "elodie", "François" "francois", "Hélène" "helene", "Jérôme" "jerome", "Chloé" "chloe",
            "Mathieu" "mathieu", "Noémie" "noemie", "Benoît" "benoit", "Anaïs" "anais",
        ],
        last: names![
            "Lefèvre" "lefevre", "Dubois" "dubois", "Gauthier" "gauthier", "Béranger" "beranger", "Le Goff" "legoff",
            "D'Arcy" "darcy", "Moreau" "moreau", "Château" "chateau", "Benhamou" "benhamou",
        ],
    },
    Country {
        name: "Spain",
        currency: "EUR",
        legal: &["S.L.", "S.A."],
        cities: &["Madrid", "Barcelona", "Málaga", "A Coruña"],
        phone: "+34 91 555",
        weight: 5,
        first: names![
            "José" "jose", "María" "maria", "Íñigo" "inigo", "Lucía" "lucia", "Andrés" "andres", "Begoña" "begona",
        ],
        last: names![
            "García" "garcia", "Muñoz" "munoz", "Ibáñez" "ibanez", "Peña" "pena", "Gutiérrez" "gutierrez", "Núñez" "nunez",
        ],
    },
    Country {
        name: "Poland",
        currency: "PLN",
        legal: &["Sp. z o.o.", "S.A."],
        cities: &["Warszawa", "Kraków", "Łódź", "Gdańsk"],
        phone: "+48 22 555",
        weight: 5,
        first: names![
            "Łukasz" "lukasz", "Małgorzata" "malgorzata", "Paweł" "pawel", "Agnieszka" "agnieszka", "Michał" "michal",
        ],
        last: names![
            "Wiśniewski" "wisniewski", "Żak" "zak", "Dąbrowska" "dabrowska", "Wójcik" "wojcik", "Gołębiewski" "golebiewski",
        ],
    },
    Country {
        name: "Sweden",
        currency: "SEK",
        legal: &["AB"],
        cities: &["Stockholm", "Göteborg", "Malmö", "Umeå"],
        phone: "+46 8 555",
        weight: 4,
        first: names!["Åsa" "asa", "Göran" "goran", "Linnéa" "linnea", "Henrik" "henrik", "Märta" "marta"],
        last: names!["Åkesson" "akesson", "Sjöberg" "sjoberg", "Lindström" "lindstrom", "Öberg" "oberg", "Nyström" "nystrom"],
    },
    Country {
        name: "Japan",
        currency: "JPY",
        legal: &["株式会社", "K.K."],
        cities: &["東京", "大阪", "Yokohama"],
        phone: "+81 3 5550",
        weight: 4,
        first: names!["太郎" "taro", "美咲" "misaki", "健一" "kenichi", "陽子" "yoko", "大輔" "daisuke"],
        last: names!["山田" "yamada", "佐藤" "sato", "鈴木" "suzuki", "渡辺" "watanabe", "小林" "kobayashi"],
    },
    Country {
        name: "Canada",
        currency: "CAD",
        legal: &["Inc.", "Ltée"],
        cities: &["Toronto", "Montréal", "Québec", "Vancouver"],
        phone: "+1 416 555",
        weight: 5,
        first: ENGLISH_FIRST,
        last: ENGLISH_LAST,
    },
    Country {
        name: "India",
        currency: "INR",
        legal: &["Pvt. Ltd.", "Ltd."],
        cities: &["Bengaluru", "Mumbai", "Pune", "Hyderabad"],
        phone: "+91 80 5550",
        weight: 4,
        first: names!["अनिल" "anil", "Lakshmi" "lakshmi", "Rajesh" "rajesh", "Divya" "divya", "Arjun" "arjun", "Meera" "meera"],
        last: names!["Iyer" "iyer", "Krishnan" "krishnan", "Bhattacharya" "bhattacharya", "शर्मा" "sharma", "Reddy" "reddy"],
    },
];

/// The only name some people give.
pub(super) const FREE_MAIL: &[&str] =
    &["gmail.com", "outlook.com", "yahoo.com", "gmx.de", "web.de", "orange.fr", "hotmail.com"];

pub(super) const STEMS: &[&str] = &[
    "Bright", "North", "Clear", "Iron", "Silver", "Blue", "Quantum", "Harbor", "Summit", "Stone", "River",
    "Cedar", "Falcon", "Orbit", "Copper", "Lumen", "Vertex", "Granite", "Maple", "Aurora", "Cobalt", "Delta",
    "Ember", "Pioneer", "Atlas", "Birch",
];
pub(super) const ENDINGS: &[&str] = &[
    "forge", "field", "bridge", "point", "wave", "works", "path", "gate", "line", "mark", "stream", "crest",
    "port", "loop", "grid", "shore", "haven", "peak",
];

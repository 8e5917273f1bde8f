//! `metricsImport`: weekly figures from a file, as a plan that is applied exactly or refused, and undone exactly or refused.

use chrono::NaiveDate;
use validator::ValidationError;

use super::{metrics::Figures, prelude::*};

/// What separates the cells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportDelimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

/// Which sign starts the decimals; the other one groups thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportNumbers {
    /// 1,234.56
    DecimalPoint,
    /// 1.234,56
    DecimalComma,
}

/// What comes first in a date with slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportDates {
    /// 31/12/2026
    DayFirst,
    /// 12/31/2026
    MonthFirst,
}

/// What a row of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportRowsPer {
    /// A campaign's week; its date is a Monday.
    Week,
    /// A campaign's day; days are summed into their weeks.
    Day,
}

/// What a column of the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportColumn {
    /// The client's name.
    Client,
    /// The channel's name.
    Channel,
    /// The campaign group's name.
    Group,
    /// The campaign's name.
    Campaign,
    /// The Monday, or the day.
    Week,
    /// What was spent.
    Spend,
    /// What was sold.
    Sales,
    /// The code of a currency.
    Currency,
}

/// Which header of the file a column has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportHeader {
    /// What the column is.
    pub column: ImportColumn,
    /// Its header, as written in the file.
    #[validate(length(min = 1, max = 200))]
    pub header: String,
}

refusals! {
    /// Why there is no plan. Lines count from 1.
    pub enum PlanRefusal {
        /// The file is not UTF-8.
        NotUtf8 { encoding: String, line: u32 } => UnprocessableContent, "the file is not UTF-8: {encoding}, line {line}";
        /// The text in `base64` is not base64.
        NotBase64 => UnprocessableContent, "that is not base64";
        /// There is nothing in the file, or nothing below its header.
        NoRows => UnprocessableContent, "the file has no rows";
        /// A record of the file is too long.
        LineTooLong { line: u32, limit: u64 } => UnprocessableContent, "the record at line {line} is longer than {limit} bytes";
        /// The file has more rows, or names more campaigns, than can be planned at once.
        TooLarge => UnprocessableContent, "the file is too large to be planned at once";
        /// A quoted cell never ends, or has text after it.
        BadQuotes { line: u32 } => UnprocessableContent, "the quotes at line {line} do not match";
        /// The file could be separated in two ways. Say `delimiter`.
        AmbiguousDelimiter => UnprocessableContent, "the file could be separated in two ways: say delimiter";
        /// There are no columns for what has to be known. Say `columns`, or `client`, `channel` and `group`.
        MissingColumns { columns: Vec<ImportColumn> } => UnprocessableContent, "there is no column for {columns:?}";
        /// Two headers are for the same thing. Say `columns`.
        ColumnTwice { first: String, second: String } => UnprocessableContent, "{first} and {second} are columns for the same thing";
        /// A header that `columns` names is not there.
        HeaderNotThere { header: String } => UnprocessableContent, "there is no column {header}";
        /// The headers name different currencies.
        HeaderCurrencies => UnprocessableContent, "the headers name more than one currency";
        /// A number such as 1.234 could have decimals or thousands. Say `numbers`.
        AmbiguousNumber { line: u32, text: String } => UnprocessableContent, "{text} at line {line} could have decimals or thousands: say numbers";
        /// Some numbers have a decimal point and some a decimal comma. Say `numbers`.
        MixedNumbers { point: u32, comma: u32 } => UnprocessableContent, "line {point} has a decimal point and line {comma} a decimal comma: say numbers";
        /// A date such as 03/04/2026 could start with its day or its month. Say `dates`.
        AmbiguousDate { line: u32, text: String } => UnprocessableContent, "{text} at line {line} could start with its day or its month: say dates";
        /// Some dates start with the day and some with the month. Say `dates`.
        MixedDates { day_first: u32, month_first: u32 } => UnprocessableContent, "line {day_first} starts with a day and line {month_first} with a month: say dates";
    }
}

/// Reads a file of weekly figures and says, row by row, what applying it would do. Nothing is written but the plan.
///
/// How the file is written (what separates cells, what its numbers and dates mean, which column is what) is decided for the whole
/// file; what the file leaves open is refused until it is said. Campaigns are found by their names; rows of others are rejected
/// one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "some_file"))]
pub struct Plan {
    /// The file's text.
    #[validate(length(min = 1, max = 950_000))]
    pub text: Option<String>,
    /// Instead of a text: the file's bytes in base64, for a file that may not be UTF-8.
    #[validate(length(min = 1, max = 950_000))]
    pub base64: Option<String>,
    /// What the file is called, up to 200 characters.
    pub file_name: Option<Name>,
    /// What separates cells.
    pub delimiter: Option<ImportDelimiter>,
    /// Which sign starts decimals.
    pub numbers: Option<ImportNumbers>,
    /// What 03/04/2026 is.
    pub dates: Option<ImportDates>,
    /// What a row is; a week, when not given.
    pub rows_per: Option<ImportRowsPer>,
    /// Headers of columns that are not known by their usual names, up to 8.
    #[serde(default)]
    #[validate(length(max = 8), nested)]
    pub columns: Vec<ImportHeader>,
    /// The client of every row, for a file without that column.
    pub client: Option<Name>,
    /// The channel of every row, for a file without that column.
    pub channel: Option<Name>,
    /// The campaign group of every row, for a file without that column.
    pub group: Option<Name>,
    /// The currency of every row, for a file that names none; each client's own, when not given.
    pub currency: Option<Currency>,
    /// Whether amounts finer than a minor unit are rounded instead of rejected.
    #[serde(default)]
    pub round: bool,
    /// How many rows the reply shows at most; rejected ones first.
    #[serde(default)]
    pub limit: MatrixSize,
}

fn some_file(plan: &Plan) -> Result<(), ValidationError> {
    if plan.text.is_some() == plan.base64.is_some() {
        return Err(
            ValidationError::new("one_file").with_message("text or base64 is required, not both".into())
        );
    }
    Ok(())
}

/// What applying a plan does to a row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportAction {
    /// The week has no figures yet.
    Insert,
    /// The week has other figures, which stay in its history.
    Change,
    /// The week has these figures already.
    Same,
    /// The row is not taken, for `reason`.
    Reject,
}

/// A row of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedRow {
    /// The line where it starts, from 1.
    pub line: u32,
    /// How many rows of the file it stands for: several, where days are summed.
    pub lines: u32,
    /// What applying does.
    pub action: ImportAction,
    /// The campaign; null for a rejected row.
    pub campaign_id: Option<CampaignId>,
    /// The week's Monday; null for a rejected row.
    pub week_start: Option<NaiveDate>,
    /// The currency of its figures, which is the client's; null for a rejected row.
    pub currency: Option<Currency>,
    /// What is there.
    pub before: Option<Figures>,
    /// What would be.
    pub after: Option<Figures>,
    /// Why the row is rejected.
    pub reason: Option<String>,
}

/// How many rows of the file come to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportCounts {
    /// Weeks that have no figures yet.
    pub insert: u64,
    /// Weeks that have others.
    pub change: u64,
    /// Weeks that have the same.
    pub same: u64,
    /// Rows that are not taken.
    pub reject: u64,
}

/// How the file was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReading {
    /// What separates cells.
    pub delimiter: ImportDelimiter,
    /// Which sign starts decimals; null when no number has any.
    pub numbers: Option<ImportNumbers>,
    /// What comes first in a date; null when no date leaves it open.
    pub dates: Option<ImportDates>,
    /// What each column is; null for one that is not read.
    pub columns: Vec<Option<ImportColumn>>,
    /// The headers of columns that are not read.
    pub ignored: Vec<String>,
    /// How many rows there are below the header.
    pub rows: u64,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportPlan {
    /// Under which it is kept.
    pub import_id: MetricsImportId,
    /// What it would do, as a hash: give it back to apply exactly this.
    pub plan_hash: String,
    /// How the file was read.
    pub reading: ImportReading,
    /// What it comes to.
    pub counts: ImportCounts,
    /// Row by row, rejected ones first, up to `limit`.
    pub rows: Vec<PlannedRow>,
}

const EXAMPLE_HASH: &str = "1111111111111111111111111111111111111111111111111111111111111111";

impl Method for Plan {
    const NAME: &'static str = "metricsImport.plan";
    const EFFECT: Effect = Effect::Mutation {
        audit: "metricsImport.plan",
        idempotent: true,
        topics: &[topics::METRICS_IMPORTS],
    };
    type Caller = Manager;
    type Output = ImportPlan;
    type Refusal = PlanRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Plan {
                text: Some("campaign,week,spend,sales\nNo such campaign,2026-02-23,482.50,1930\n".into()),
                base64: None,
                file_name: Some(sample::name("google-ads.csv")),
                delimiter: None,
                numbers: None,
                dates: None,
                rows_per: None,
                columns: Vec::new(),
                client: Some(sample::name("Example Retail")),
                channel: Some(sample::name("Google Ads")),
                group: Some(sample::name("Spring")),
                currency: None,
                round: false,
                limit: MatrixSize::default(),
            },
            result: ImportPlan {
                import_id: sample::NEW_IMPORT_ID,
                plan_hash: EXAMPLE_HASH.into(),
                reading: ImportReading {
                    delimiter: ImportDelimiter::Comma,
                    numbers: Some(ImportNumbers::DecimalPoint),
                    dates: None,
                    columns: [
                        ImportColumn::Campaign,
                        ImportColumn::Week,
                        ImportColumn::Spend,
                        ImportColumn::Sales,
                    ]
                    .map(Some)
                    .to_vec(),
                    ignored: Vec::new(),
                    rows: 1,
                },
                counts: ImportCounts { insert: 0, change: 0, same: 0, reject: 1 },
                rows: vec![PlannedRow {
                    line: 2,
                    lines: 1,
                    action: ImportAction::Reject,
                    campaign_id: None,
                    week_start: None,
                    currency: None,
                    before: None,
                    after: None,
                    reason: Some("there is no such campaign".into()),
                }],
            },
        }
    }
}

refusals! {
    /// Why a plan was not applied, or an import not undone.
    pub enum ImportRefusal {
        /// The organization has no such import, or it is about clients you may not see.
        NoSuchImport => NotFound, "no such import";
        /// The plan was applied already, its hash is another, or what it was made of has changed since: make a new one.
        PlanStale => PreconditionFailed, "what the plan was made of has changed since, or it was applied already: make a new one";
        /// The import was not applied, or was undone already.
        NotApplied => PreconditionFailed, "the import is not applied";
        /// So many of its weeks were changed since it was applied.
        ChangedSince { count: u64 } => PreconditionFailed, "{count} of its weeks were changed since";
        /// You may see a client's figures, but not change anything.
        ClientReadOnly => Forbidden, "you may only read one of its clients";
        /// A campaign, or something above it, is not active any more.
        Inactive => PreconditionFailed, "a campaign of it is not active";
    }
}

/// Writes what a plan shows, and exactly that; refused if anything it was made of has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Apply {
    /// The plan.
    pub import_id: MetricsImportId,
    /// Its hash, as it was shown.
    #[validate(length(equal = 64))]
    pub plan_hash: String,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Nothing is written yet.
    Planned,
    /// It is written.
    Applied,
    /// It was written, and everything is as it was before.
    Undone,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MetricsImport {
    /// The import.
    pub id: MetricsImportId,
    /// Where it stands.
    pub status: ImportStatus,
    /// What the file was called.
    pub file_name: Option<String>,
    /// The plan's hash.
    pub plan_hash: String,
    /// What the plan came to.
    pub counts: ImportCounts,
    /// Who made the plan.
    pub created_by: Actor,
    /// When.
    pub created_at: Timestamp,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// When it was undone.
    pub undone_at: Option<Timestamp>,
}

fn example_import(status: ImportStatus, last: MetricsImportId) -> MetricsImport {
    let applied = status != ImportStatus::Planned;
    MetricsImport {
        id: last,
        status,
        file_name: Some("google-ads.csv".into()),
        plan_hash: EXAMPLE_HASH.into(),
        counts: ImportCounts { insert: 1, change: 0, same: 0, reject: 0 },
        created_by: sample::admin(),
        created_at: sample::days_ago(2),
        applied_at: applied.then(|| sample::days_ago(1)),
        undone_at: (status == ImportStatus::Undone).then(|| Timestamp(sample::now())),
    }
}

impl Method for Apply {
    const NAME: &'static str = "metricsImport.apply";
    const EFFECT: Effect = Effect::Mutation {
        audit: "metricsImport.apply",
        idempotent: true,
        topics: &[topics::METRICS_IMPORTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = MetricsImport;
    type Refusal = ImportRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Apply { import_id: sample::PLANNED_IMPORT_ID, plan_hash: EXAMPLE_HASH.into() },
            result: example_import(ImportStatus::Applied, sample::PLANNED_IMPORT_ID),
        }
    }
}

/// Puts every week of an import back to the figures it had before; refused if any of them was changed since.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Undo {
    /// The import.
    pub import_id: MetricsImportId,
}

impl Method for Undo {
    const NAME: &'static str = "metricsImport.undo";
    const EFFECT: Effect = Effect::Mutation {
        audit: "metricsImport.undo",
        idempotent: true,
        topics: &[topics::METRICS_IMPORTS, topics::METRICS],
    };
    type Caller = Manager;
    type Output = MetricsImport;
    type Refusal = ImportRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Undo { import_id: sample::APPLIED_IMPORT_ID },
            result: example_import(ImportStatus::Undone, sample::APPLIED_IMPORT_ID),
        }
    }
}

/// Imports and plans, latest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only those that stand there.
    pub status: Option<ImportStatus>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "metricsImport.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::METRICS_IMPORTS] };
    type Caller = Viewer;
    type Output = Page<MetricsImport>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List { status: None, page_size: PageSize::default(), cursor: None },
            result: Page::last(vec![example_import(ImportStatus::Planned, sample::PLANNED_IMPORT_ID)]),
        }
    }
}

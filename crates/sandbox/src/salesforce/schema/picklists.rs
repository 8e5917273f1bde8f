//! The values of the organization's picklists.

pub(crate) const INDUSTRIES: &[&str] = &[
    "Technology",
    "Manufacturing",
    "Healthcare",
    "Finance",
    "Retail",
    "Energy",
    "Education",
    "Transportation",
    "Media",
    "Consulting",
    "Insurance",
    "Government",
    "Hospitality",
    "Telecommunications",
    "Biotechnology",
    "Construction",
];
pub(crate) const STAGES: &[&str] = &[
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
];
pub(crate) const ROLES: &[&str] = &[
    "Economic Buyer",
    "Decision Maker",
    "Executive Sponsor",
    "Technical Buyer",
    "Evaluator",
    "Influencer",
    "Business User",
    "Economic Decision Maker",
    "Other",
];
pub(crate) const TASK_TYPES: &[&str] = &[
    "Email",
    "Email Open",
    "Email Click",
    "Call",
    "Form Fill",
    "Demo Request",
    "Content Download",
    "Page View",
    "Ad Click",
    "Other",
];
pub(crate) const EVENT_TYPES: &[&str] = &["Meeting", "Demo", "Call", "Conference", "Other"];
pub(crate) const CAMPAIGN_TYPES: &[&str] = &[
    "Webinar",
    "Conference",
    "Trade Show",
    "Content",
    "Email",
    "Advertisement",
    "Direct Mail",
    "Partners",
    "Other",
];
pub(crate) const LEAD_SOURCES: &[&str] = &[
    "Web",
    "Phone Inquiry",
    "Partner Referral",
    "Purchased List",
    "Trade Show",
    "Webinar",
    "Outbound",
    "Other",
];
pub(crate) const LEAD_STATUSES: &[&str] = &[
    "Open - Not Contacted",
    "Working - Contacted",
    "Nurturing",
    "Closed - Converted",
    "Closed - Not Converted",
];
pub(crate) const TECH: &[&str] = &[
    "AWS",
    "Azure",
    "GCP",
    "Snowflake",
    "Kubernetes",
    "SAP",
    "Oracle",
    "HubSpot",
    "Marketo",
    "Segment",
    "Databricks",
    "Okta",
    "Workday",
    "Zendesk",
    "PostgreSQL",
];
pub(crate) const SEGMENTS: &[&str] = &["SMB", "Mid-Market", "Enterprise", "Strategic"];
pub(crate) const LOSS_REASONS: &[&str] =
    &["Price", "Competitor", "No Decision", "Timing", "Missing Feature", "No Budget"];
pub(crate) const RATINGS: &[&str] = &["Hot", "Warm", "Cold"];

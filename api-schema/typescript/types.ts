// Generated from openrpc.json by `cargo xtask schema`. Do not edit.
/** An account and what belongs to it. */
export type AccountDetail = {
  /** The account. */
  account: AccountRow;
  /** Fields of the source that have no place of their own. */
  attributes: Record<string, unknown>;
  /** Where the record comes from. */
  sources: Array<SourceRef>;
  /** Its people. */
  people: PeopleSummary;
  /** Its deals. */
  opportunities: OpportunitySummary;
  /** When the account became known here. */
  createdAt: Timestamp;
};
/** An account: a company you sell to. */
export type AccountId = string;
/** An account, to name and link. */
export type AccountRef = {
  /** The account. */
  id: AccountId;
  /** Its name. */
  name: string;
  /** Its web domain. */
  domain: string | null;
};
/** A company. */
export type AccountRow = {
  /** The account. */
  id: AccountId;
  /** Its name. */
  name: string;
  /** Its web domain, without scheme and `www.`; never a free-mail one. */
  domain: string | null;
  /** Its industry, as the source writes it. */
  industry: string | null;
  /** Number of employees. */
  employeeCount: number | null;
  /** Annual revenue. */
  annualRevenue: (Money | null);
  /** Its country, as the source writes it. */
  country: string | null;
  /** The e-mail address of whoever owns it in the CRM. */
  ownerEmail: string | null;
  /** Its scores; null until a scoring run has seen it. */
  scores: (Scores | null);
  /** When the record changed here last. */
  updatedAt: Timestamp;
};
/** One page of a list. */
export type AccountRowPage = {
  /** The items of this page, in the list's order. */
  items: Array<AccountRow>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** In which order accounts come. */
export type AccountSort = ("name" | "combined" | "updated");
/** An account with its buying groups. */
export type AccountWithGroups = {
  /** The account. */
  account: AccountRef;
  /** Its scores; null until a scoring run has seen it. */
  scores: (Scores | null);
  /** Its groups: the one at large first, then by tag. */
  groups: Array<BuyingGroup>;
};
/** One page of a list. */
export type AccountWithGroupsPage = {
  /** The items of this page, in the list's order. */
  items: Array<AccountWithGroups>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Rules that have just come into force. */
export type Activated = {
  /** The versions now in force, of the parts that changed. */
  active: Array<AnyConfigVersion>;
  /** The scoring run that applies them. */
  run: StartedJob;
};
/** An activity: one thing a person did, once. */
export type ActivityId = string;
/** One thing a person did, once. */
export type ActivityRow = {
  /** The activity. */
  id: ActivityId;
  /** What was done. */
  type: ActivityType;
  /** Where it took place. */
  channel: Channel;
  /** Who did it; null when only the company is known. */
  person: (PersonRef | null);
  /** The company, where known. */
  account: (AccountRef | null);
  /** When it happened. */
  occurredAt: Timestamp;
  /** When it became known here. */
  recordedAt: Timestamp;
  /** When it was taken back; null while it counts. */
  retractedAt: (Timestamp | null);
  /** A line about it. */
  subject: string | null;
  /** Whatever else the source says. */
  properties: Record<string, unknown>;
  /** The connector it came through; null when it was recorded through this API. */
  connectorId: (ConnectorId | null);
};
/** One page of a list. */
export type ActivityRowPage = {
  /** The items of this page, in the list's order. */
  items: Array<ActivityRow>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** The name of an activity type. Known: `demo_request`, `event_attend`, `meeting_attend`, `form_fill`, `content_download`, `intent_signal`, `email_click`, `ad_click`, `email_thread`, `email_open`, `page_view`, `email_sent`, and `meeting_recorded`, which is never scored. Any other name counts little, on the channel `other`, until the configuration says more. */
export type ActivityType = string;
/** Who did something. */
export type Actor = {
  /** What kind of caller. */
  kind: ActorKind;
  /** The user's or key's id; null for the platform. */
  id: string | null;
  /** A name to show, where one is still known: the member's, the key's, or `Fairlead`. */
  name: string | null;
};
/** What kind of caller did something. */
export type ActorKind = ("user" | "api_key" | "system");
/** An advertising channel. The list of them is the same for every organization. */
export type AdChannel = {
  /** The channel. */
  id: ChannelId;
  /** Its name. */
  name: string;
  /** Its short name in addresses. */
  slug: string;
  /** The address of a picture of it. */
  iconUrl: string | null;
};
/** A whole list that is short by nature. */
export type AdChannelList = {
  /** All items. */
  items: Array<AdChannel>;
};
/** What would put it right. */
export type AlertAction = ("spend_less" | "spend_more" | "sell_more" | "report" | "review");
/** What an alert is about. */
export type AlertKind = ("over_pace" | "under_pace" | "roas_under_target" | "missing_week" | "restated");
/** All rules. */
export type AllConfigs = {
  /** Fit. */
  fit: FitConfigState;
  /** Engagement. */
  engagement: EngagementConfigState;
  /** The combination. */
  combined: CombinedConfigState;
};
/** A change of an amount. */
export type AmountChange = {
  /** By how many minor units. */
  absolute: MinorUnits;
  /** Against what was before, 0.1 being a tenth more; null when that was nothing. */
  relative: (Ratio | null);
};
/** A version of any of the parts. */
export type AnyConfigVersion = (FitConfigVersion & {
  type: "fit";
} | EngagementConfigVersion & {
  type: "engagement";
} | CombinedConfigVersion & {
  type: "combined";
});
/** A whole list that is short by nature. */
export type AnyConfigVersionList = {
  /** All items. */
  items: Array<AnyConfigVersion>;
};
/** One page of a list. */
export type AnyConfigVersionPage = {
  /** The items of this page, in the list's order. */
  items: Array<AnyConfigVersion>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** An API key, without its secret. */
export type ApiKey = {
  /** The key. */
  id: ApiKeyId;
  /** What it is for. */
  name: string;
  /** What it may do. */
  role: Role;
  /** Whether it works. */
  status: ApiKeyStatus;
  /** Who created it, where still known. */
  createdBy: (Actor | null);
  /** When it was created. */
  createdAt: Timestamp;
  /** When it ends by itself; null when never. */
  expiresAt: (Timestamp | null);
  /** When it was used last, to the minute. */
  lastUsedAt: (Timestamp | null);
  /** When it was revoked. */
  revokedAt: (Timestamp | null);
  /** The key whose successor it is, after a roll. */
  rolledFrom: (ApiKeyId | null);
};
/** An API key. */
export type ApiKeyId = string;
/** One page of a list. */
export type ApiKeyPage = {
  /** The items of this page, in the list's order. */
  items: Array<ApiKey>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Whether a key works. */
export type ApiKeyStatus = ("active" | "expired" | "revoked");
/** A text, number, boolean, or a list of these, any of which may match. */
export type AttributeValue = (boolean | number | string | Array<AttributeValue>);
/** One part's share in a change of ROAS. */
export type AttributionPart = {
  /** What it is; of a level above that of the parts, it is what is known only there. */
  level: MetricsLevel;
  /** Which. */
  id: PlaceId;
  /** Its name. */
  name: string;
  /** Its figures in the earlier period. */
  before: Figures;
  /** Its figures in the later period. */
  after: Figures;
  /** Its part in each effect. */
  effects: RoasEffects;
};
/** One thing somebody did, or was refused. */
export type AuditEntry = {
  /** The entry. */
  id: AuditEntryId;
  /** When. */
  at: Timestamp;
  /** Who. */
  actor: Actor;
  /** What: the name of the method, or of the platform's own act. */
  action: string;
  /** The kind of thing it was done to, such as `connector`. */
  resource: string;
  /** Which one; null when it was none in particular, or did not come to be. */
  resourceId: string | null;
  /** Whether it was done. */
  outcome: AuditOutcome;
  /** Why it was refused, in snake_case; null when it was done. */
  reason: string | null;
  /** What it was before, as far as it changed; secrets are left out. */
  before: Record<string, unknown> | null;
  /** What it was after, as far as it changed; secrets are left out. */
  after: Record<string, unknown> | null;
  /** The request, as in replies and in the server's log. */
  requestId: string | null;
  /** The caller's network address. */
  address: string | null;
  /** The caller's program. */
  userAgent: string | null;
};
/** One row of the audit log. */
export type AuditEntryId = string;
/** One page of a list. */
export type AuditEntryPage = {
  /** The items of this page, in the list's order. */
  items: Array<AuditEntry>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Whether something was done. */
export type AuditOutcome = ("done" | "refused");
/** How an outside system is authorised. */
export type AuthKind = ("oauth2" | "api_key" | "none");
/** Where to authorise. */
export type AuthUrl = {
  /** The vendor's page. */
  url: string;
  /** Until when the authorisation can be completed. */
  expiresAt: Timestamp;
};
/** What decides a tier. */
export type Axis = ("fit" | "engagement" | "combined");
/** Why one axis is high or low. */
export type AxisReason = {
  /** Which axis. */
  axis: Axis;
  /** Its value. */
  value: number | null;
  /** The threshold; in the `combined` scheme the lower edge of the present tier. */
  threshold: number;
  /** The band on both sides. */
  band: number;
  /** High or low; null while unknown, and in the `combined` scheme. */
  level: (Level | null);
  /** Why. */
  why: Why;
};
/** How fast a budget is spent. Amounts in minor units. */
export type BudgetPace = {
  /** The budget. */
  budget: MinorUnits;
  /** What is spent. */
  spend: MinorUnits;
  /** What would be spent by now at the right speed. */
  expected: MinorUnits;
  /** The part that is spent against the part of the week that has passed. */
  pace: Ratio;
  /** How that is to be taken. */
  track: PaceTrack;
  /** What will be spent by the end of the week if it goes on like this. */
  forecast: MinorUnits;
};
/** A buying group in short. */
export type BuyingGroup = {
  /** The group. */
  id: BuyingGroupId;
  /** The company. */
  account: AccountRef;
  /** What it is about; null for the account's group at large. */
  solutionTag: (SolutionTag | null);
  /** How far it is, by the reading by count. */
  status: GroupStatus;
  /** How many members it has. */
  memberCount: number;
  /** How complete it is, a member counting one. */
  completenessByCount: number;
  /** How complete it is, a member counting as much as their role is sure. Never more than by count. */
  completenessByConfidence: number;
  /** How many of the required roles are filled; 1 when none is required. */
  requiredFilled: number;
  /** The roles with fewer members than they need. */
  missing: Array<BuyingRole>;
  /** How engaged it is: each role's best member, weighted as the template weighs the roles. Null when nobody of them has been scored. */
  engagement: number | null;
  /** Who made it; null for a group that a sync found. */
  createdBy: (Actor | null);
  /** When it was made. */
  createdAt: Timestamp;
  /** When anything of it changed last, its members included. */
  updatedAt: Timestamp;
};
/** A group and what it is measured by. */
export type BuyingGroupDetail = {
  /** The group. */
  group: BuyingGroup;
  /** What it is measured by: the template of its tag, else the default. */
  template: RoleTemplate;
  /** Every role of the template. */
  roles: Array<RoleFill>;
};
/** A buying group of an account. */
export type BuyingGroupId = string;
/** A whole list that is short by nature. */
export type BuyingGroupList = {
  /** All items. */
  items: Array<BuyingGroup>;
};
/** A part that somebody plays when a company buys. */
export type BuyingRole = ("champion" | "economic_buyer" | "technical_evaluator" | "end_user" | "legal_procurement" | "coach" | "blocker" | "unknown");
/** One point of a correction. */
export type CalibrationKnot = {
  /** What the evidence states. */
  stated: number;
  /** What is shown instead. */
  shown: number;
};
/** How far statements can be taken at their word. */
export type CalibrationReport = {
  /** Confirmed members that were looked at. */
  confirmations: number;
  /** With the correction in force until now: what all sources say together first, then each of them. */
  present: Array<Reliability>;
  /** With the correction learnt now. */
  corrected: Array<Reliability>;
  /** The correction learnt now, ascending; between its points it runs straight. Empty when it changes nothing. */
  knots: Array<CalibrationKnot>;
  /** Since when a correction is in force; null while there is none. */
  calibratedAt: (Timestamp | null);
  /** What looks at all groups again; null when nothing was kept. */
  job: (StartedJob | null);
};
/** A campaign. */
export type Campaign = {
  /** The campaign. */
  id: CampaignId;
  /** The client. */
  clientId: ClientId;
  /** The campaign group. */
  campaignGroupId: CampaignGroupId;
  /** Its name. */
  name: string;
  /** The return on ad spend that is aimed at. */
  targetRoas: (TargetRoas | null);
  /** What the channel calls it. */
  externalId: string | null;
  /** Whether figures may be put in. */
  isActive: boolean;
  /** When it was made. */
  createdAt: Timestamp;
  /** When it was changed last. */
  updatedAt: Timestamp;
};
/** What can be taken away from a campaign. */
export type CampaignField = ("targetRoas" | "externalId");
/** Campaigns of a client on a channel that share a budget. */
export type CampaignGroup = {
  /** The campaign group. */
  id: CampaignGroupId;
  /** The client. */
  clientId: ClientId;
  /** The client on the channel. */
  clientChannelId: ClientChannelId;
  /** Its name. */
  name: string;
  /** What all its campaigns together may spend in a week. */
  weeklyBudget: (Money | null);
  /** Whether figures may be put in and things be made below it. */
  isActive: boolean;
  /** When it was made. */
  createdAt: Timestamp;
  /** When it was changed last. */
  updatedAt: Timestamp;
};
/** What can be taken away from a campaign group. */
export type CampaignGroupField = "weeklyBudget";
/** A group of campaigns. */
export type CampaignGroupId = string;
/** One page of a list. */
export type CampaignGroupPage = {
  /** The items of this page, in the list's order. */
  items: Array<CampaignGroup>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** A campaign. */
export type CampaignId = string;
/** One page of a list. */
export type CampaignPage = {
  /** The items of this page, in the list's order. */
  items: Array<Campaign>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Why somebody is a candidate at all. */
export type CandidateOrigin = ("active_person" | "account_domain" | "discovered_email");
/** A part of a candidate's rank. */
export type CandidateReason = ({
  kind: "role_fit";
  /** What it adds to the rank. */
  part: number;
  /** The role. */
  role: BuyingRole;
  /** How likely they have it. */
  confidence: number;
} | {
  kind: "contact";
  /** What it adds to the rank. */
  part: number;
  /** Meetings they shared. */
  meetings: number;
  /** Threads they shared. */
  threads: number;
  /** How long ago the last one was. */
  lastDaysAgo: number;
} | {
  kind: "engagement";
  /** What it adds to the rank. */
  part: number;
  /** Their engagement. */
  points: number;
});
/** Where an activity took place; engagement is capped per channel. */
export type Channel = ("web" | "meetings" | "events" | "intent" | "email" | "content" | "ads" | "other");
/** The most each channel can add to a person's score, 0 to 100. */
export type ChannelCaps = {
  /** Your web site, 0 to 100. */
  web: number;
  /** Meetings, 0 to 100. */
  meetings: number;
  /** Events, 0 to 100. */
  events: number;
  /** Intent data, 0 to 100. */
  intent: number;
  /** E-mail, 0 to 100. */
  email: number;
  /** Content, 0 to 100. */
  content: number;
  /** Advertising, 0 to 100. */
  ads: number;
  /** Everything else, 0 to 100. */
  other: number;
};
/** The most each channel can add to a person's score, 0 to 100. */
export type ChannelCapsInput = {
  /** Your web site, 0 to 100. */
  web?: number;
  /** Meetings, 0 to 100. */
  meetings?: number;
  /** Events, 0 to 100. */
  events?: number;
  /** Intent data, 0 to 100. */
  intent?: number;
  /** E-mail, 0 to 100. */
  email?: number;
  /** Content, 0 to 100. */
  content?: number;
  /** Advertising, 0 to 100. */
  ads?: number;
  /** Everything else, 0 to 100. */
  other?: number;
};
/** An advertising channel. */
export type ChannelId = string;
/** An advertiser you work for. */
export type Client = {
  /** The client. */
  id: ClientId;
  /** Its name. */
  name: string;
  /** The currency of all its figures. */
  currency: Currency;
  /** Whether figures may be put in and things be made below it. */
  isActive: boolean;
  /** When it was made. */
  createdAt: Timestamp;
  /** When it was changed last. */
  updatedAt: Timestamp;
};
/** Which clients a member may see. */
export type ClientAssignment = {
  /** The member. */
  userId: UserId;
  /** These clients only; null for every client. */
  clients: Array<ClientGrant> | null;
};
/** A client on a channel. */
export type ClientChannel = {
  /** The client on the channel. */
  id: ClientChannelId;
  /** The client. */
  clientId: ClientId;
  /** The channel. */
  channel: AdChannel;
  /** How many days after its end a week counts as settled. */
  settlesAfterDays: number;
  /** Whether figures may be put in and things be made below it. */
  isActive: boolean;
  /** When it was made. */
  createdAt: Timestamp;
  /** When it was changed last. */
  updatedAt: Timestamp;
};
/** A client on a channel. */
export type ClientChannelId = string;
/** One page of a list. */
export type ClientChannelPage = {
  /** The items of this page, in the list's order. */
  items: Array<ClientChannel>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** What a member may see of one client. */
export type ClientGrant = {
  /** The client. */
  clientId: ClientId;
  /** As what: `viewer` reads, `manager` also changes figures and campaigns. Not more than the member's own role. */
  role: Role;
};
/** A client: an advertiser you work for. */
export type ClientId = string;
/** One page of a list. */
export type ClientPage = {
  /** The items of this page, in the list's order. */
  items: Array<Client>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** The error codes of tRPC that this API uses. Several names share -32603 there, and so they do here. */
export type Code = "PARSE_ERROR" | "BAD_REQUEST" | "METHOD_NOT_FOUND" | "INVALID_PARAMS" | "INTERNAL_SERVER_ERROR" | "SERVICE_UNAVAILABLE" | "UNAUTHORIZED" | "FORBIDDEN" | "NOT_FOUND" | "TIMEOUT" | "CONFLICT" | "PRECONDITION_FAILED" | "PAYLOAD_TOO_LARGE" | "UNPROCESSABLE_CONTENT" | "TOO_MANY_REQUESTS" | "CLIENT_CLOSED_REQUEST";
/** How fit and engagement become one number, and where the tiers lie.
 * 
 * An axis becomes high at its threshold plus the band and low below its threshold minus the band, so that a score near the threshold does not flutter; at the very first assignment it is high from the threshold on. Each threshold must keep its band within 0 to 100. */
export type CombinedConfig = {
  /** What fit weighs, 0 to 1000; normalised by the sum of both, which must not be 0. */
  fitWeight: number;
  /** What engagement weighs, 0 to 1000. */
  engagementWeight: number;
  /** Fit counts as high from here, give or take the band. 0 to 100. */
  fitThreshold: number;
  /** Engagement counts as high from here, give or take the band. 0 to 100. */
  engagementThreshold: number;
  /** How far beyond a threshold a score must go to change sides, 0 to 50. */
  band: number;
  /** Which scheme decides the tier. */
  scheme: TierScheme;
  /** The tiers' thresholds in the `combined` scheme. */
  combinedThresholds: CombinedThresholds;
};
/** How fit and engagement become one number, and where the tiers lie.
 * 
 * An axis becomes high at its threshold plus the band and low below its threshold minus the band, so that a score near the threshold does not flutter; at the very first assignment it is high from the threshold on. Each threshold must keep its band within 0 to 100. */
export type CombinedConfigInput = {
  /** What fit weighs, 0 to 1000; normalised by the sum of both, which must not be 0. */
  fitWeight?: number;
  /** What engagement weighs, 0 to 1000. */
  engagementWeight?: number;
  /** Fit counts as high from here, give or take the band. 0 to 100. */
  fitThreshold?: number;
  /** Engagement counts as high from here, give or take the band. 0 to 100. */
  engagementThreshold?: number;
  /** How far beyond a threshold a score must go to change sides, 0 to 50. */
  band?: number;
  /** Which scheme decides the tier. */
  scheme?: TierScheme;
  /** The tiers' thresholds in the `combined` scheme. */
  combinedThresholds?: CombinedThresholdsInput;
};
/** One part of the rules, by its own type. */
export type CombinedConfigState = {
  /** What is in force. */
  active: CombinedConfigVersion;
  /** What is being worked on. */
  draft: (CombinedConfigVersion | null);
  /** What would be in force had nobody changed anything. */
  default: CombinedConfig;
};
/** One version of one part of the scoring rules. Active and former versions never change. */
export type CombinedConfigVersion = {
  /** Its number within the part, from 1. */
  version: number;
  /** Whether it counts. */
  status: ConfigStatus;
  /** SHA-256 of its canonical JSON, in hex: equal rules, equal hashes. */
  hash: string;
  /** The rules. */
  config: CombinedConfig;
  /** What its author said about it. */
  note: string | null;
  /** Who wrote it; null for the built-in defaults. */
  createdBy: (Actor | null);
  /** When it was saved. */
  createdAt: Timestamp;
  /** When it became active; null for a draft. */
  activatedAt: (Timestamp | null);
};
/** Why the combined score is what it is: `fit + engagement = score`, exactly. */
export type CombinedExplanation = {
  /** The score. */
  score: number;
  /** What fit adds. */
  fit: number;
  /** What engagement adds. */
  engagement: number;
};
/** Where the tiers begin in the `combined` scheme. They must fall: hot above warm above cool. */
export type CombinedThresholds = {
  /** Hot from here, 0 to 100. */
  hot: number;
  /** Warm from here, 0 to 100. */
  warm: number;
  /** Cool from here, 0 to 100; cold below. */
  cool: number;
};
/** Where the tiers begin in the `combined` scheme. They must fall: hot above warm above cool. */
export type CombinedThresholdsInput = {
  /** Hot from here, 0 to 100. */
  hot?: number;
  /** Warm from here, 0 to 100. */
  warm?: number;
  /** Cool from here, 0 to 100; cold below. */
  cool?: number;
};
/** Parts of the rules to save. At least one. */
export type ConfigDraft = {
  /** Fit; what it leaves out gets its default. */
  fit?: (FitConfigInput | null);
  /** Engagement; what it leaves out gets its default. */
  engagement?: (EngagementConfigInput | null);
  /** The combination; what it leaves out gets its default. */
  combined?: (CombinedConfigInput | null);
};
/** One version of one part. */
export type ConfigRef = {
  /** Which part. */
  type: ConfigType;
  /** Which version. */
  version: number;
};
/** One part of the rules. */
export type ConfigState = {
  /** What is in force. */
  active: AnyConfigVersion;
  /** What is being worked on. */
  draft: (AnyConfigVersion | null);
};
/** Whether a version counts. */
export type ConfigStatus = ("draft" | "active" | "superseded");
/** A part of the scoring rules, with versions of its own. */
export type ConfigType = ("fit" | "engagement" | "combined");
/** Which versions of the rules. */
export type ConfigVersions = {
  /** Of fit. */
  fit: number;
  /** Of engagement. */
  engagement: number;
  /** Of the combination. */
  combined: number;
};
/** A connector. */
export type Connector = {
  /** The connector. */
  id: ConnectorId;
  /** The kind of system. */
  type: ConnectorType;
  /** Its name, unique in the organization. */
  name: string;
  /** Where it stands. */
  status: ConnectorStatus;
  /** Why it fails, or why its last run is not complete; null when all is well. */
  problem: (ConnectorProblem | null);
  /** What it was told. */
  settings: ConnectorSettings;
  /** A schedule of its own, as a cron expression in the organization's time zone; null when it is synchronised with the organization's other connectors, every four hours. */
  schedule: string | null;
  /** Up to when the vendor's changes have been read. */
  inputsThrough: (Timestamp | null);
  /** When its last run ended. */
  lastSyncedAt: (Timestamp | null);
  /** When it was created. */
  createdAt: Timestamp;
  /** When it was authorised last. */
  connectedAt: (Timestamp | null);
};
/** A connection to one outside system. */
export type ConnectorId = string;
/** One page of a list. */
export type ConnectorPage = {
  /** The items of this page, in the list's order. */
  items: Array<Connector>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Why something outside did not work. The vendor's own words are in the server's log. */
export type ConnectorProblem = ("auth_required" | "rate_limited" | "quota_exhausted" | "unavailable" | "timeout" | "malformed" | "permission" | "invalid_request" | "cancelled" | "internal");
/** How a connector is. */
export type ConnectorReport = {
  /** The connector. */
  connector: Connector;
  /** The latest run, under way or ended; null before the first. */
  lastRun: (SyncRun | null);
  /** The job of the run that is under way; null when none is. */
  job: (Job | null);
  /** When the next run begins by itself; null when none is planned. */
  nextRunAt: (Timestamp | null);
  /** Records set aside that wait for a decision. */
  quarantined: number;
};
/** What a connector needs to know. Which members apply depends on its type; one that does not is refused. */
export type ConnectorSettings = {
  /** Salesforce: where to sign in. Not given: `https://login.salesforce.com`. Another is for sandboxes and custom domains, and, where the operator allows it, for a stand-in, by `http` and on this machine too. */
  loginUrl: string | null;
};
/** What a connector needs to know. Which members apply depends on its type; one that does not is refused. */
export type ConnectorSettingsInput = {
  /** Salesforce: where to sign in. Not given: `https://login.salesforce.com`. Another is for sandboxes and custom domains, and, where the operator allows it, for a stand-in, by `http` and on this machine too. */
  loginUrl?: string | null;
};
/** Where a connector stands. */
export type ConnectorStatus = ("pending" | "connected" | "auth_required" | "failed" | "disconnected");
/** A kind of outside system. */
export type ConnectorType = "salesforce";
/** A kind of system that can be connected. */
export type ConnectorTypeInfo = {
  /** The kind. */
  type: ConnectorType;
  /** Its name. */
  name: string;
  /** The version of our connector. */
  version: string;
  /** How it is authorised. */
  auth: AuthKind;
  /** Which records it brings. */
  entities: Array<RecordKind>;
  /** What `settings` may hold. */
  settings: Array<SettingInfo>;
};
/** A whole list that is short by nature. */
export type ConnectorTypeInfoList = {
  /** All items. */
  items: Array<ConnectorTypeInfo>;
};
/** A person's part in a deal. */
export type ContactRole = {
  /** The person. */
  person: PersonRef;
  /** The part, as the source writes it. */
  role: string | null;
  /** Whether this is the main contact. */
  isPrimary: boolean;
  /** The person's engagement, 0 to 100. */
  engagement: number | null;
};
/** A currency: three upper-case letters, ISO 4217. */
export type Currency = string;
/** What one unit of a currency is worth in another, and who says so. */
export type CurrencyRate = {
  /** The currency of the figures. */
  currency: Currency;
  /** What one unit of it is worth in the currency asked for, as a decimal such as `1.0842`. */
  rate: string;
  /** Of which day. */
  date: string;
  /** Whose, up to 100 characters. */
  source: string;
};
/** The caller. */
export type CurrentSession = {
  /** The organization this credential speaks for. */
  organization: Organization;
  /** Who calls. */
  actor: Actor;
  /** The caller's e-mail address; null for an API key. */
  email: string | null;
  /** The caller's role. */
  role: Role;
  /** What that role permits, to show and hide buttons by. */
  permissions: Array<Permission>;
  /** The session; null for an API key and for sessions that an outside issuer keeps. */
  sessionId: (SessionId | null);
  /** When the credential ends by itself; null when never. */
  expiresAt: (Timestamp | null);
};
/** Where a list goes on: the `nextCursor` of the page before. Opaque, and sealed to the organization, the caller, the method and its filters; used with anything else, INVALID_PARAMS. */
export type Cursor = string;
/** A custom attribute that should have one of some values. */
export type CustomAttribute = {
  /** The attribute's name, 1 to 200 characters. */
  field: string;
  /** The values that fit; one is enough. Texts are compared without regard to case. */
  values: Array<AttributeValue>;
  /** Its weight among the custom attributes, 0 to 1000. */
  weight: number;
};
/** A candidate who is none any more. */
export type DismissedCandidate = {
  /** The group. */
  groupId: BuyingGroupId;
  /** The candidate. */
  personId: (PersonId | null);
  /** The candidate's address, where nobody has it yet. */
  discoveredEmail: string | null;
};
/** How activities become a person's, an account's and an opportunity's engagement.
 * 
 * An activity is worth `weight · quality · 2^(−age / halfLifeDays)` points; per channel the sum is capped, and a person's score is the sum of the channels, at most 100. */
export type EngagementConfig = {
  /** Days after which an activity is worth half, 0.001 to 3650. */
  halfLifeDays: number;
  /** Activity types by name. `meeting_recorded` cannot be among them: it is never scored. */
  types: TypeRules;
  /** What counts for a type that is not in `types`. */
  unknownType: TypeRule;
  /** The most each channel can add to a person's score. */
  caps: ChannelCaps;
  /** From people to their account. */
  account: RollUp;
  /** From contacts to their opportunity; `max-breadth` is not offered here. */
  opportunity: RollUp;
  /** What a person counts in a weighted average, by title. */
  seniority: SeniorityWeights;
  /** How an opportunity's pace through its stages changes its score. */
  velocity: Velocity;
};
/** How activities become a person's, an account's and an opportunity's engagement.
 * 
 * An activity is worth `weight · quality · 2^(−age / halfLifeDays)` points; per channel the sum is capped, and a person's score is the sum of the channels, at most 100. */
export type EngagementConfigInput = {
  /** Days after which an activity is worth half, 0.001 to 3650. */
  halfLifeDays?: number;
  /** Activity types by name. `meeting_recorded` cannot be among them: it is never scored. */
  types?: TypeRules;
  /** What counts for a type that is not in `types`. */
  unknownType?: TypeRule;
  /** The most each channel can add to a person's score. */
  caps?: ChannelCapsInput;
  /** From people to their account. */
  account?: RollUpInput;
  /** From contacts to their opportunity; `max-breadth` is not offered here. */
  opportunity?: RollUpInput;
  /** What a person counts in a weighted average, by title. */
  seniority?: SeniorityWeightsInput;
  /** How an opportunity's pace through its stages changes its score. */
  velocity?: VelocityInput;
};
/** One part of the rules, by its own type. */
export type EngagementConfigState = {
  /** What is in force. */
  active: EngagementConfigVersion;
  /** What is being worked on. */
  draft: (EngagementConfigVersion | null);
  /** What would be in force had nobody changed anything. */
  default: EngagementConfig;
};
/** One version of one part of the scoring rules. Active and former versions never change. */
export type EngagementConfigVersion = {
  /** Its number within the part, from 1. */
  version: number;
  /** Whether it counts. */
  status: ConfigStatus;
  /** SHA-256 of its canonical JSON, in hex: equal rules, equal hashes. */
  hash: string;
  /** The rules. */
  config: EngagementConfig;
  /** What its author said about it. */
  note: string | null;
  /** Who wrote it; null for the built-in defaults. */
  createdBy: (Actor | null);
  /** When it was saved. */
  createdAt: Timestamp;
  /** When it became active; null for a draft. */
  activatedAt: (Timestamp | null);
};
/** Why a person's engagement is what it is. The net values add up to the score. */
export type EngagementExplanation = {
  /** The score. */
  score: number;
  /** What counts, strongest first. */
  lines: Array<EngagementLine>;
};
/** What the activities of one type add to a person's engagement.
 * 
 * `base − qualityLoss − decayLoss − capLoss − clampLoss = net`, exactly. */
export type EngagementLine = {
  /** The type; null for all types that the configuration does not know. */
  activityType: (ActivityType | null);
  /** The channel. */
  channel: Channel;
  /** How many activities. */
  count: number;
  /** The oldest of them. */
  oldestAt: Timestamp;
  /** The newest of them. */
  newestAt: Timestamp;
  /** Count times weight. */
  base: number;
  /** The type's quality, 0 to 1. */
  quality: number;
  /** What quality takes. */
  qualityLoss: number;
  /** What age takes. */
  decayLoss: number;
  /** What the channel's cap takes. */
  capLoss: number;
  /** What the limit of 100 takes. */
  clampLoss: number;
  /** What is left, and adds to the score. */
  net: number;
};
/** How many records of one kind came from a connector. */
export type EntityCount = {
  /** The kind of record. */
  entity: RecordKind;
  /** How many are here, not counting those gone at the vendor. */
  stored: number;
  /** How many are gone at the vendor. */
  deleted: number;
  /** How many are set aside and wait for a decision. */
  quarantined: number;
};
/** A whole list that is short by nature. */
export type EntityCountList = {
  /** All items. */
  items: Array<EntityCount>;
};
/** A scored entity and what is behind it. */
export type EntityDetail = {
  /** The entity with its scores. */
  entity: EntityRow;
  /** The three strongest reasons, strongest first. */
  reasons: Array<Reason>;
  /** Of an account or opportunity: the ten people whose activity counts most, best first. Empty for a person. */
  people: Array<EntityRow>;
  /** The latest changes of its tier, newest first, up to 20. */
  tierHistory: Array<TierChange>;
  /** The versions of the rules that the scores were computed by. */
  config: ConfigVersions;
};
/** An account, a person or an opportunity; the field beside it says which. */
export type EntityId = string;
/** How records of one kind are made. */
export type EntityMappings = {
  /** The kind of record. */
  entity: RecordKind;
  /** The mappings in order. Where two lead to one target, the first that has a value wins. */
  fields: Array<FieldMapping>;
  /** Whether these are the connector's defaults, untouched. */
  isDefault: boolean;
  /** When they were saved; null for the defaults. */
  updatedAt: (Timestamp | null);
};
/** A whole list that is short by nature. */
export type EntityMappingsList = {
  /** All items. */
  items: Array<EntityMappings>;
};
/** A scored person, account or opportunity. */
export type EntityRow = {
  /** The kind. */
  entityType: EntityType;
  /** Which one. */
  id: EntityId;
  /** Its name. */
  name: string;
  /** A second line to show: an account's domain, a person's title, an opportunity's stage. */
  detail: string | null;
  /** A person's or opportunity's account; null for accounts. */
  account: (AccountRef | null);
  /** Its scores. */
  scores: Scores;
};
/** One page of a list. */
export type EntityRowPage = {
  /** The items of this page, in the list's order. */
  items: Array<EntityRow>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** In which order scored entities come. */
export type EntitySort = ("combined" | "fit" | "engagement" | "name" | "next_transition");
/** A kind of thing that has scores. */
export type EntityType = ("person" | "account" | "opportunity");
/** The schema of every error's `data`, for the document. */
export type ErrorData = {
  /** The error's name in tRPC. */
  code: Code;
  /** The HTTP status that the error corresponds to. */
  httpStatus: number;
  /** The method that was called; empty when the call never reached one. */
  path: string;
  /** Which refusal, in snake_case. */
  reason: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** When to try again at the earliest. */
  retryAfterMs?: number | null;
  /** With INVALID_PARAMS: every field that was not as it must be. */
  fields?: Array<FieldError> | null;
  /** What the refusal adds. */
  details?: Record<string, unknown> | null;
  /** The request, as in the server's log. */
  requestId: string;
};
/** Why scores are what they are. */
export type Explanation = {
  /** The entity with its scores. */
  entity: EntityRow;
  /** The instant that is explained. */
  asOf: Timestamp;
  /** The versions of the rules. */
  config: ConfigVersions;
  /** Why the fit; null when there is none. */
  fit: (FitExplanation | null);
  /** Of a person: why the engagement. Null for accounts and opportunities. */
  engagement: (EngagementExplanation | null);
  /** Of an account or opportunity: how people's engagement became its own. Null for people, and when there is nobody. */
  rollUp: (RollUpExplanation | null);
  /** How both became one; null when either is missing. */
  combined: (CombinedExplanation | null);
  /** Why the tier. */
  tier: TierExplanation;
  /** The three strongest reasons, strongest first. */
  reasons: Array<Reason>;
};
/** How exported weeks are written. */
export type ExportFormat = ("csv" | "json_lines");
/** Some exported weeks. */
export type ExportedWeeks = {
  /** The lines, each with its end. */
  text: string;
  /** How many weeks they hold. */
  weeks: number;
  /** Give it back as `after` for the next lines; null after the last ones. */
  next: (Cursor | null);
};
/** One field that was not as it must be. */
export type FieldError = {
  /** Where: field names and indexes joined by dots, empty for the params object itself. */
  path: string;
  /** Which rule was broken: `required`, `unknown`, `type`, `range`, `length`, … */
  rule: string;
  /** The rule in words. */
  message: string;
};
/** One vendor field's way into one of ours. */
export type FieldMapping = {
  /** The vendor's name, such as `NumberOfEmployees` or `Owner.Email`. An object that has no such field skips the mapping. */
  sourceField: string;
  /** A name from `fieldMapping.listTargetFields`, or `attributes.NAME` (for activities `properties.NAME`). */
  targetField: string;
  /** What to do to the value on its way. */
  transform: Transform;
  /** Whether a record without a value is set aside. */
  required: boolean;
};
/** One vendor field's way into one of ours. */
export type FieldMappingInput = {
  /** The vendor's name, such as `NumberOfEmployees` or `Owner.Email`. An object that has no such field skips the mapping. */
  sourceField: string;
  /** A name from `fieldMapping.listTargetFields`, or `attributes.NAME` (for activities `properties.NAME`). */
  targetField: string;
  /** What to do to the value on its way. */
  transform?: Transform;
  /** Whether a record without a value is set aside. */
  required?: boolean;
};
/** The type of a field, as far as mapping cares. */
export type FieldType = ("text" | "number" | "boolean" | "date" | "date_time" | "compound");
/** What was spent and sold, in minor units of the currency that is said beside it. */
export type Figures = {
  /** What was spent. */
  adSpend: MinorUnits;
  /** What was sold. */
  sales: MinorUnits;
  /** Sales for each unit spent, of a sum the ratio of the sums; null when nothing was spent. */
  roas: (Ratio | null);
};
/** A change of figures. */
export type FiguresChange = {
  /** Of what was spent. */
  adSpend: AmountChange;
  /** Of what was sold. */
  sales: AmountChange;
  /** Of the ROAS, as a difference; null unless there are both. */
  roas: (Ratio | null);
};
/** How an account's likeness to the ideal customer profile is measured.
 * 
 * A dimension without a wish is not configured and leaves the sum; when none is configured, or all weights are 0, there is no fit score. */
export type FitConfig = {
  /** The ideal customer profile. */
  icp: IdealProfile;
  /** What each dimension weighs; normalised by the sum of those configured. */
  weights: FitWeights;
};
/** How an account's likeness to the ideal customer profile is measured.
 * 
 * A dimension without a wish is not configured and leaves the sum; when none is configured, or all weights are 0, there is no fit score. */
export type FitConfigInput = {
  /** The ideal customer profile. */
  icp?: IdealProfileInput;
  /** What each dimension weighs; normalised by the sum of those configured. */
  weights?: FitWeightsInput;
};
/** One part of the rules, by its own type. */
export type FitConfigState = {
  /** What is in force. */
  active: FitConfigVersion;
  /** What is being worked on. */
  draft: (FitConfigVersion | null);
  /** What would be in force had nobody changed anything. */
  default: FitConfig;
};
/** One version of one part of the scoring rules. Active and former versions never change. */
export type FitConfigVersion = {
  /** Its number within the part, from 1. */
  version: number;
  /** Whether it counts. */
  status: ConfigStatus;
  /** SHA-256 of its canonical JSON, in hex: equal rules, equal hashes. */
  hash: string;
  /** The rules. */
  config: FitConfig;
  /** What its author said about it. */
  note: string | null;
  /** Who wrote it; null for the built-in defaults. */
  createdBy: (Actor | null);
  /** When it was saved. */
  createdAt: Timestamp;
  /** When it became active; null for a draft. */
  activatedAt: (Timestamp | null);
};
/** A dimension of fit. */
export type FitDimension = ("industry" | "company_size" | "revenue" | "custom_attributes");
/** Why the fit is what it is. The contributions add up to the score. */
export type FitExplanation = {
  /** The score. */
  score: number;
  /** The share of the configured weight whose inputs are known, 0 to 1. */
  coverage: number;
  /** The score if all that is missing turned out worst. */
  low: number;
  /** The score if all that is missing turned out best. */
  high: number;
  /** One line for each configured dimension. */
  lines: Array<FitLine>;
};
/** What one dimension adds to the fit. */
export type FitLine = {
  /** Which dimension. */
  dimension: FitDimension;
  /** What is known, as text; null when nothing is, which counts as 0 and lowers the coverage. */
  input: string | null;
  /** How well it fits, 0 to 100. */
  points: number;
  /** Its configured weight, before it is divided by the sum of the weights. */
  weight: number;
  /** What it adds to the score. */
  contribution: number;
  /** What it could still add if what is missing turned out best. */
  open: number;
};
/** What each dimension of fit weighs, 0 to 1000. */
export type FitWeights = {
  /** Industry, 0 to 1000. */
  industry: number;
  /** Number of employees, 0 to 1000. */
  companySize: number;
  /** Annual revenue, 0 to 1000. */
  revenue: number;
  /** All custom attributes together, 0 to 1000. */
  customAttributes: number;
};
/** What each dimension of fit weighs, 0 to 1000. */
export type FitWeightsInput = {
  /** Industry, 0 to 1000. */
  industry?: number;
  /** Number of employees, 0 to 1000. */
  companySize?: number;
  /** Annual revenue, 0 to 1000. */
  revenue?: number;
  /** All custom attributes together, 0 to 1000. */
  customAttributes?: number;
};
/** Somebody who might fill what a group lacks. */
export type GroupCandidate = {
  /** Who; null for an address that nobody has yet. */
  person: (PersonRef | null);
  /** The address, for one that nobody has yet. */
  discoveredEmail: string | null;
  /** Why they are a candidate at all. */
  origin: CandidateOrigin;
  /** The missing role they would fill best; `unknown` when nothing speaks for any. */
  role: BuyingRole;
  /** How likely that is. */
  confidence: number;
  /** 0 to 1; the parts of the reasons add up to it, but for rounding. */
  rank: number;
  /** Why, the weightiest first. */
  reasons: Array<CandidateReason>;
  /** What speaks for which role, the weightiest first. */
  evidence: Array<RoleEvidence>;
  /** Their engagement, 0 to 100; null until a scoring run has seen them. */
  engagement: number | null;
  /** When they did something last. */
  lastActivityAt: (Timestamp | null);
};
/** What a group lacks, and who might fill it. */
export type GroupCandidates = {
  /** The roles with fewer members than they need. */
  missing: Array<BuyingRole>;
  /** Best first. */
  items: Array<GroupCandidate>;
};
/** A member of a buying group. */
export type GroupMember = {
  /** Who. */
  person: PersonRef;
  /** Their part. */
  role: BuyingRole;
  /** How sure that is; 1 when somebody confirmed it. */
  confidence: number;
  /** What speaks loudest for it; null when nothing does. */
  source: (RoleSource | null);
  /** What the evidence says by itself, also beside a confirmation. */
  detectedRole: BuyingRole;
  /** How sure the evidence is, before the correction that confirmations taught. */
  detectedConfidence: number;
  /** What speaks for which role, the weightiest first. */
  evidence: Array<RoleEvidence>;
  /** How they came in. */
  origin: MemberOrigin;
  /** Whether they were found as a candidate. */
  isDiscovered: boolean;
  /** Where they were found, if they were. */
  discoveredFrom: (CandidateOrigin | null);
  /** Who let them in; null when a sync did. */
  addedBy: (Actor | null);
  /** When they came in. */
  addedAt: Timestamp;
  /** Who confirmed the role; null while nobody has. */
  confirmedBy: (Actor | null);
  /** When. */
  confirmedAt: (Timestamp | null);
  /** Their engagement, 0 to 100; null until a scoring run has seen them. */
  engagement: number | null;
  /** When they did something last. */
  lastActivityAt: (Timestamp | null);
};
/** One page of a list. */
export type GroupMemberPage = {
  /** The items of this page, in the list's order. */
  items: Array<GroupMember>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** A campaign group's budget. */
export type GroupPace = {
  /** The campaign group. */
  campaignGroupId: CampaignGroupId;
  /** Whose it is. */
  clientId: ClientId;
  /** Its name. */
  name: string;
  /** The currency of the amounts. */
  currency: Currency;
  /** How fast its budget is spent. */
  pace: BudgetPace;
};
/** How far a group is: `forming` below 34 %, `developing` below 67 %, `established` below 100 %. */
export type GroupStatus = ("forming" | "developing" | "established" | "complete");
/** In which order accounts with groups come. */
export type GroupedAccountSort = ("name" | "combined");
/** How the service is. */
export type HealthReport = {
  /** All in all. */
  status: HealthStatus;
  /** Whether the database answers. */
  database: HealthStatus;
  /** Whether long work is being done. */
  worker: HealthStatus;
  /** The server's time. */
  time: Timestamp;
};
/** How well something works. */
export type HealthStatus = ("ok" | "degraded" | "unavailable");
/** What somebody earned in a week. */
export type HeatCell = {
  /** Points before decay. */
  points: number;
  /** 0 for none, else 1 to 4: the quarter of the group's cells with points that this one is in. */
  intensity: number;
};
/** Who was active when: member by week. */
export type HeatMap = {
  /** The weeks, oldest first; the last one is the present one. */
  weeks: Array<HeatWeek>;
  /** The members, the surest of their role first. */
  rows: Array<HeatRow>;
};
/** A member's row of a heat map. */
export type HeatRow = {
  /** Who. */
  person: PersonRef;
  /** A cell for each week. */
  cells: Array<HeatCell>;
};
/** A week of a heat map. */
export type HeatWeek = {
  /** The year it belongs to, by ISO 8601. */
  year: number;
  /** Its number in that year. */
  week: number;
  /** Its Monday. */
  monday: string;
};
/** The ideal customer profile. */
export type IdealProfile = {
  /** Industries that fit, compared trimmed and without regard to case. Empty: industry does not count. */
  industries: Array<string>;
  /** Number of employees that fits. Outside, points fall to 0 at no employees and at twice the maximum. Null: size does not count. */
  employees: (Range | null);
  /** Annual revenue that fits, in whole units of the organization's currency, falling off like employees. Null: revenue does not count. */
  revenue: (Range | null);
  /** Custom attributes that fit. Empty: they do not count. */
  customAttributes: Array<CustomAttribute>;
};
/** The ideal customer profile. */
export type IdealProfileInput = {
  /** Industries that fit, compared trimmed and without regard to case. Empty: industry does not count. */
  industries?: Array<string>;
  /** Number of employees that fits. Outside, points fall to 0 at no employees and at twice the maximum. Null: size does not count. */
  employees?: (Range | null);
  /** Annual revenue that fits, in whole units of the organization's currency, falling off like employees. Null: revenue does not count. */
  revenue?: (Range | null);
  /** Custom attributes that fit. Empty: they do not count. */
  customAttributes?: Array<CustomAttribute>;
};
/** What applying a plan does to a row of the file. */
export type ImportAction = ("insert" | "change" | "same" | "reject");
/** What a column of the file is. */
export type ImportColumn = ("client" | "channel" | "group" | "campaign" | "week" | "spend" | "sales" | "currency");
/** How many rows of the file come to what. */
export type ImportCounts = {
  /** Weeks that have no figures yet. */
  insert: number;
  /** Weeks that have others. */
  change: number;
  /** Weeks that have the same. */
  same: number;
  /** Rows that are not taken. */
  reject: number;
};
/** What comes first in a date with slashes. */
export type ImportDates = ("day_first" | "month_first");
/** What separates the cells of a file. */
export type ImportDelimiter = ("comma" | "semicolon" | "tab");
/** Which header of the file a column has. */
export type ImportHeader = {
  /** What the column is. */
  column: ImportColumn;
  /** Its header, as written in the file. */
  header: string;
};
/** Which sign starts the decimals; the other one groups thousands. */
export type ImportNumbers = ("decimal_point" | "decimal_comma");
/** A plan. */
export type ImportPlan = {
  /** Under which it is kept. */
  importId: MetricsImportId;
  /** What it would do, as a hash: give it back to apply exactly this. */
  planHash: string;
  /** How the file was read. */
  reading: ImportReading;
  /** What it comes to. */
  counts: ImportCounts;
  /** Row by row, rejected ones first, up to `limit`. */
  rows: Array<PlannedRow>;
};
/** How the file was read. */
export type ImportReading = {
  /** What separates cells. */
  delimiter: ImportDelimiter;
  /** Which sign starts decimals; null when no number has any. */
  numbers: (ImportNumbers | null);
  /** What comes first in a date; null when no date leaves it open. */
  dates: (ImportDates | null);
  /** What each column is; null for one that is not read. */
  columns: Array<(ImportColumn | null)>;
  /** The headers of columns that are not read. */
  ignored: Array<string>;
  /** How many rows there are below the header. */
  rows: number;
};
/** What a row of the file is. */
export type ImportRowsPer = ("week" | "day");
/** Where an import stands. */
export type ImportStatus = ("planned" | "applied" | "undone");
/** A key with its secret. */
export type IssuedApiKey = {
  /** The key. */
  apiKey: ApiKey;
  /** The whole key, as it is sent in `Authorization: Bearer`. Shown this once: the server keeps only its hash. */
  secret: string;
};
/** A piece of long work. */
export type Job = {
  /** The job. */
  id: JobId;
  /** What it does. */
  kind: JobKind;
  /** Where it stands. */
  status: JobStatus;
  /** Why nobody is at it; null while a worker is, and once it has ended. */
  waiting: (JobWait | null);
  /** How far it is. */
  progress: JobProgress;
  /** Which attempt this is, from 1; 0 before the first. */
  attempt: number;
  /** The connector it works for, if one. */
  connectorId: (ConnectorId | null);
  /** The job that started it, if one. */
  parentId: (JobId | null);
  /** Who started it. */
  createdBy: (Actor | null);
  /** When it was asked for. */
  createdAt: Timestamp;
  /** When a worker first took it. */
  startedAt: (Timestamp | null);
  /** When it ended; null while it has not. */
  finishedAt: (Timestamp | null);
  /** When somebody asked it to stop. */
  cancelRequestedAt: (Timestamp | null);
  /** What it brought about, once it has ended. */
  outcome: (JobOutcome | null);
  /** Why it did not succeed. */
  error: (JobError | null);
};
/** Why a job did not succeed. */
export type JobError = {
  /** A word for programs, such as `auth_required`, `quota_exhausted` or `internal`. */
  code: string;
  /** A sentence for people. */
  message: string;
};
/** A piece of long work. */
export type JobId = string;
/** What a job does. */
export type JobKind = ("connector_sync" | "scheduled_sync" | "scoring_run" | "buying_groups");
/** What a job brought about. */
export type JobOutcome = ({
  kind: "connector_sync";
  /** The run, as in `connector.getSyncHistory`. */
  syncRunId: SyncRunId;
  /** What became of the records, by kind. */
  entities: Array<SyncCounts>;
} | {
  kind: "scheduled_sync";
  /** Connectors looked at. */
  processed: number;
  /** Of these, synchronised. */
  succeeded: number;
  /** Of these, not. */
  failed: number;
} | {
  kind: "scoring_run";
  /** The run, as in `scoring.getLastScoringRun`. */
  scoringRunId: ScoringRunId;
  /** Activities read. */
  activities: number;
  /** People scored. */
  people: number;
  /** Accounts scored. */
  accounts: number;
  /** Opportunities scored. */
  opportunities: number;
  /** Entities whose tier is not the one it was before. */
  tierChanges: number;
} | {
  kind: "buying_groups";
  /** Accounts looked at. */
  accounts: number;
  /** Groups that were made. */
  created: number;
  /** Members who came in, or of whom something changed. */
  changed: number;
  /** Members whom no purchase names any more. */
  left: number;
});
/** One page of a list. */
export type JobPage = {
  /** The items of this page, in the list's order. */
  items: Array<Job>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** What a job is doing at present. Which phases there are depends on the kind. */
export type JobPhase = ("authenticating" | "syncing" | "writing" | "finalizing" | "folding" | "rolling_up" | "tiers" | "publishing" | "regrouping");
/** How far a job is. */
export type JobProgress = {
  /** What it is doing; null before it began. */
  phase: (JobPhase | null);
  /** Records or activities done so far. */
  done: number;
  /** How many there are in all, where known. */
  total: number | null;
  /** How many a second, over the whole run so far. */
  rate: number | null;
  /** Seconds to go at that rate, where the total is known. */
  etaSeconds: number | null;
};
/** Where a job stands. */
export type JobStatus = ("queued" | "running" | "complete" | "partial" | "auth_required" | "failed" | "cancelled" | "parked");
/** What a job waits for. */
export type JobWait = {
  /** Why nobody is at it. */
  reason: JobWaitReason;
  /** No worker takes it before; null where nothing but a worker is missing. */
  until: (Timestamp | null);
};
/** Why nobody is at a job. */
export type JobWaitReason = ("planned" | "retry_after_failure" | "its_jobs" | "no_free_worker" | "worker_lost");
/** The latest scoring run. */
export type LastScoringRun = {
  /** The run; null before the first. */
  run: (ScoringRun | null);
};
/** High or low. */
export type Level = ("low" | "high");
/** One message of a live query. */
export type LiveAnyValue = ({
  /** Where this state is in the row of states; to be given as `resume` after a broken connection. */
  seq: number;
  /** The result as it is now. */
  result: unknown;
} | {
  /** As above. */
  seq: number;
  /** A JSON Patch (RFC 6902) of `add`, `remove` and `replace`. */
  patch: Array<PatchOperation>;
} | {
  /** Always true. */
  reset: boolean;
} | {
  /** Always true. */
  end: boolean;
});
/** One message of a live query. */
export type LiveJob = ({
  /** Where this state is in the row of states; to be given as `resume` after a broken connection. */
  seq: number;
  /** The result as it is now. */
  result: Job;
} | {
  /** As above. */
  seq: number;
  /** A JSON Patch (RFC 6902) of `add`, `remove` and `replace`. */
  patch: Array<PatchOperation>;
} | {
  /** Always true. */
  reset: boolean;
} | {
  /** Always true. */
  end: boolean;
});
/** Fit against engagement. */
export type MatrixData = {
  /** Which kind. */
  entityType: EntityType;
  /** The points, best combined score first. Only what has both a fit and an engagement has one. */
  points: Array<MatrixPoint>;
  /** How many points there would be without the limit. */
  total: number;
  /** How many have no point because fit or engagement cannot be said. */
  unplaced: number;
  /** How many are in which quadrant. */
  quadrants: Array<QuadrantCount>;
  /** How many have which tier. */
  tiers: Array<TierCount>;
  /** From where on fit counts as high, give or take the band. */
  fitThreshold: number;
  /** From where on engagement counts as high, give or take the band. */
  engagementThreshold: number;
  /** How far beyond a threshold a score must go to change sides. */
  band: number;
  /** Up to when all connected sources had been read. */
  inputsThrough: (Timestamp | null);
  /** When the scores were computed; null before the first scoring run. */
  scoredAt: (Timestamp | null);
};
/** One point of the matrix. */
export type MatrixPoint = {
  /** Which one. */
  id: EntityId;
  /** Its name. */
  name: string;
  /** The fit, 0 to 100. */
  fit: number;
  /** The engagement, 0 to 100. */
  engagement: number;
  /** The combined score, 0 to 100. */
  combined: number;
  /** The quadrant. Near a threshold it may be another than the position says: see `band`. */
  quadrant: (Quadrant | null);
  /** The tier. */
  tier: (Tier | null);
};
/** How many points a matrix has at most: 1 to 5000. */
export type MatrixSize = number;
/** The three numbers of `max-breadth`. */
export type MaxBreadth = {
  /** People at this many points or more count, 0 to 100. */
  qualifying: number;
  /** Added for each of them beyond the first, 0 to 100. */
  perPerson: number;
  /** Added at most, 0 to 100. */
  atMost: number;
};
/** The three numbers of `max-breadth`. */
export type MaxBreadthInput = {
  /** People at this many points or more count, 0 to 100. */
  qualifying?: number;
  /** Added for each of them beyond the first, 0 to 100. */
  perPerson?: number;
  /** Added at most, 0 to 100. */
  atMost?: number;
};
/** A member of the organization. */
export type Member = {
  /** The user. */
  userId: UserId;
  /** The user's e-mail address. */
  email: string;
  /** The user's name, where known. */
  name: string | null;
  /** The role in this organization. */
  role: Role;
  /** Since when they are a member. */
  joinedAt: Timestamp;
  /** Whether this is the caller. */
  isYou: boolean;
  /** Whether this is the only admin, who can be neither removed nor demoted. */
  isLastAdmin: boolean;
};
/** How a member came into a group. */
export type MemberOrigin = ("detected" | "added" | "accepted");
/** One page of a list. */
export type MemberPage = {
  /** The items of this page, in the list's order. */
  items: Array<Member>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Something to look at. */
export type MetricsAlert = {
  /** What it is about. */
  kind: AlertKind;
  /** At which level. */
  level: MetricsLevel;
  /** Which campaign group or campaign. */
  id: PlaceId;
  /** Whose it is. */
  clientId: ClientId;
  /** Its name. */
  name: string;
  /** Which week, where the week is the matter. */
  weekStart: string | null;
  /** Since when. */
  since: Timestamp;
  /** What would put it right. */
  action: AlertAction;
  /** By how much, in minor units of `currency`; null where there is no amount. */
  amount: (MinorUnits | null);
  /** The currency of the amount. */
  currency: Currency;
};
/** A whole list that is short by nature. */
export type MetricsAlertList = {
  /** All items. */
  items: Array<MetricsAlert>;
};
/** An import. */
export type MetricsImport = {
  /** The import. */
  id: MetricsImportId;
  /** Where it stands. */
  status: ImportStatus;
  /** What the file was called. */
  fileName: string | null;
  /** The plan's hash. */
  planHash: string;
  /** What the plan came to. */
  counts: ImportCounts;
  /** Who made the plan. */
  createdBy: Actor;
  /** When. */
  createdAt: Timestamp;
  /** When it was applied. */
  appliedAt: (Timestamp | null);
  /** When it was undone. */
  undoneAt: (Timestamp | null);
};
/** An import of weekly figures. */
export type MetricsImportId = string;
/** One page of a list. */
export type MetricsImportPage = {
  /** The items of this page, in the list's order. */
  items: Array<MetricsImport>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** A level of the tree that figures roll up in. */
export type MetricsLevel = ("client" | "client_channel" | "campaign_group" | "campaign");
/** How fast budgets are spent. */
export type MetricsPacing = {
  /** The week's Monday. */
  week: string;
  /** How many minutes of the week have passed, of 10080. */
  minutesElapsed: number;
  /** All of a currency together. */
  totals: Array<TotalPace>;
  /** The groups with a budget, fastest first. */
  items: Array<GroupPace>;
};
/** Where a week's figures came from. */
export type MetricsSource = ("manual" | "import");
/** What some weeks add up to. */
export type MetricsSummary = {
  /** The Monday of the first week. */
  from: string;
  /** The Monday of the last week. */
  to: string;
  /** What the items are. */
  level: MetricsLevel;
  /** The instant of `then`. */
  knownAt: (Timestamp | null);
  /** The place asked for, currency by currency. */
  totals: Array<SummaryTotal>;
  /** The places of that level below it, most spend first. */
  items: Array<SummaryLine>;
  /** How many items are not shown. */
  others: number;
  /** The rates that were used. */
  rates: Array<CurrencyRate>;
};
/** An amount in a currency's smallest unit, within ±2^53. */
export type MinorUnits = number;
/** An amount of money, exact. */
export type Money = {
  /** The amount in the currency's smallest unit, such as cents. JPY has none: there it is yen. */
  minor: MinorUnits;
  /** The currency, ISO 4217. */
  currency: Currency;
};
/** An OpenRPC document. */
export type OpenRpcDocument = {
  /** The version of OpenRPC it is written in. */
  openrpc: string;
  /** The API's title and version, and its limits. */
  info: OpenRpcInfo;
  /** The methods, by name. */
  methods: Array<Record<string, unknown>>;
  /** The schemas they share. */
  components: Record<string, unknown>;
};
/** What the document is about. */
export type OpenRpcInfo = {
  /** The API's name. */
  title: string;
  /** The version of the server's software. */
  version: string;
  /** The limits that hold for every method. */
  description: string;
};
/** An opportunity and what belongs to it. */
export type OpportunityDetail = {
  /** The opportunity. */
  opportunity: OpportunityRow;
  /** The stages it has been in, the oldest first. */
  stages: Array<StageEntry>;
  /** The people with a part in it, the main contact first. */
  contacts: Array<ContactRole>;
  /** Fields of the source that have no place of their own. */
  attributes: Record<string, unknown>;
  /** Where the record comes from. */
  sources: Array<SourceRef>;
  /** When the deal was created at the source, else when it became known here. */
  createdAt: Timestamp;
};
/** An opportunity: a deal. */
export type OpportunityId = string;
/** A deal. */
export type OpportunityRow = {
  /** The opportunity. */
  id: OpportunityId;
  /** Its name. */
  name: string;
  /** The company, where known. */
  account: (AccountRef | null);
  /** The stage, as the source writes it. */
  stage: string;
  /** Since when it is in this stage. */
  stageEnteredAt: (Timestamp | null);
  /** Whether it is under way, and how it ended. */
  status: OpportunityStatus;
  /** What it is worth. */
  amount: (Money | null);
  /** When it is expected to close, or closed. */
  closeDate: string | null;
  /** Its scores; null until a scoring run has seen it. */
  scores: (Scores | null);
  /** When the record changed here last. */
  updatedAt: Timestamp;
};
/** One page of a list. */
export type OpportunityRowPage = {
  /** The items of this page, in the list's order. */
  items: Array<OpportunityRow>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** In which order opportunities come. */
export type OpportunitySort = ("name" | "combined" | "close_date" | "updated");
/** Whether a deal is under way, and how it ended. */
export type OpportunityStatus = ("open" | "won" | "lost");
/** The deals of an account in short. */
export type OpportunitySummary = {
  /** Under way. */
  open: number;
  /** Won. */
  won: number;
  /** Lost. */
  lost: number;
  /** What those under way are worth, one sum per currency. */
  openAmounts: Array<Money>;
  /** Up to ten: those under way first, then the latest. */
  items: Array<OpportunityRow>;
};
/** The organization in short. */
export type Organization = {
  /** The organization. */
  id: TenantId;
  /** Its name. */
  name: string;
  /** Its short name in addresses. */
  slug: string;
};
/** How a budget stands. */
export type PaceTrack = ("under" | "on" | "over");
/** How many items a page has at most: 1 to 100. */
export type PageSize = number;
/** One change of a JSON Patch. */
export type PatchOperation = ({
  op: "add";
  /** Where, as a JSON Pointer. */
  path: string;
  /** What. */
  value: unknown;
} | {
  op: "remove";
  /** Which, as a JSON Pointer. */
  path: string;
} | {
  op: "replace";
  /** Which, as a JSON Pointer. */
  path: string;
  /** By what. */
  value: unknown;
});
/** The people of an account in short. */
export type PeopleSummary = {
  /** How many there are. */
  total: number;
  /** How many have which tier. */
  tiers: Array<TierCount>;
  /** The ten most engaged, best first. */
  top: Array<PersonRow>;
};
/** Sums as known at one instant. Null where nothing is known, which is not zero. */
export type PeriodSums = {
  /** Of the weeks asked for. */
  period: (Figures | null);
  /** Of as many weeks directly before. */
  previous: (Figures | null);
  /** Of the last week. */
  week: (Figures | null);
  /** Of the week before the last. */
  weekBefore: (Figures | null);
  /** The weeks asked for against those before; null unless something is known of both. */
  againstPrevious: (FiguresChange | null);
  /** The last week against the one before; null unless something is known of both. */
  weekOverWeek: (FiguresChange | null);
};
/** Something a role permits. */
export type Permission = ("read_records" | "read_scores" | "read_metrics" | "read_connectors" | "read_scoring_config" | "read_team" | "read_jobs" | "manage_own_sessions" | "trigger_sync" | "run_scoring" | "cancel_jobs" | "edit_field_mappings" | "record_activities" | "confirm_buying_group_roles" | "enter_weekly_metrics" | "assign_campaigns" | "configure_scoring" | "manage_connectors" | "authorize_connectors" | "write_back" | "edit_role_templates" | "invite_members" | "remove_members" | "change_roles" | "manage_api_keys" | "read_audit_log" | "edit_settings" | "manage_domains" | "manage_sso" | "delete_data");
/** A person and what belongs to them. */
export type PersonDetail = {
  /** The person. */
  person: PersonRow;
  /** Fields of the source that have no place of their own. */
  attributes: Record<string, unknown>;
  /** Where the record comes from. */
  sources: Array<SourceRef>;
  /** The deals in which the person has a part: those under way first, up to 100. */
  opportunities: Array<OpportunityRow>;
  /** How many activities of the person count. */
  activityCount: number;
  /** When the person became known here. */
  createdAt: Timestamp;
};
/** A person: a contact or a lead. */
export type PersonId = string;
/** A person, to name and link. */
export type PersonRef = {
  /** The person. */
  id: PersonId;
  /** First and last name; the e-mail address, or `unknown`, where there is none. */
  name: string;
  /** The job title. */
  title: string | null;
};
/** A contact or a lead. */
export type PersonRow = {
  /** The person. */
  id: PersonId;
  /** First and last name; the e-mail address, or `unknown`, where there is none. */
  name: string;
  /** First name. */
  firstName: string | null;
  /** Last name. */
  lastName: string | null;
  /** E-mail address, in lower case. */
  email: string | null;
  /** Job title. */
  title: string | null;
  /** How senior, read from the title. */
  seniority: (Seniority | null);
  /** Phone number, as the source writes it. */
  phone: string | null;
  /** The company, where known. */
  account: (AccountRef | null);
  /** Whether this is a lead that has not been converted. */
  isLead: boolean;
  /** The lead's status, as the source writes it. */
  leadStatus: string | null;
  /** Whether the person wants no e-mail. */
  optedOut: boolean;
  /** The person's scores; null until a scoring run has seen them. */
  scores: (Scores | null);
  /** When the record changed here last. */
  updatedAt: Timestamp;
};
/** One page of a list. */
export type PersonRowPage = {
  /** The items of this page, in the list's order. */
  items: Array<PersonRow>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** In which order people come. */
export type PersonSort = ("name" | "combined" | "updated");
/** A client, a client's channel, a campaign group or a campaign; the field beside it says which. */
export type PlaceId = string;
/** A row of the file. */
export type PlannedRow = {
  /** The line where it starts, from 1. */
  line: number;
  /** How many rows of the file it stands for: several, where days are summed. */
  lines: number;
  /** What applying does. */
  action: ImportAction;
  /** The campaign; null for a rejected row. */
  campaignId: (CampaignId | null);
  /** The week's Monday; null for a rejected row. */
  weekStart: string | null;
  /** The currency of its figures, which is the client's; null for a rejected row. */
  currency: (Currency | null);
  /** What is there. */
  before: (Figures | null);
  /** What would be. */
  after: (Figures | null);
  /** Why the row is rejected. */
  reason: string | null;
};
/** What became of one of the vendor's records. */
export type PreviewedRecord = {
  /** The record as the vendor has it. */
  source: Record<string, unknown>;
  /** The record as it would be here; null when it would be set aside. */
  record: Record<string, unknown> | null;
  /** Why it would be set aside: the field and the rule. */
  problem: string | null;
};
/** A whole list that is short by nature. */
export type PreviewedRecordList = {
  /** All items. */
  items: Array<PreviewedRecord>;
};
/** The pair of axes: fit and engagement, each high or low. */
export type Quadrant = ("fast-track" | "investigate" | "nurture" | "deprioritize");
/** How many are in a quadrant. */
export type QuadrantCount = {
  /** The quadrant. */
  quadrant: Quadrant;
  /** How many. */
  count: number;
};
/** From `min` to `max`, both included. */
export type Range = {
  /** The least that fits, 0 to 10^15. */
  min: number;
  /** The most that fits, `min` to 10^15. */
  max: number;
};
/** A ratio with at most four decimals. */
export type Ratio = number;
/** One of the strongest reasons for a score, to show in a line. */
export type Reason = {
  /** A short sentence, in English. */
  text: string;
  /** What it adds to the combined score, about. */
  contribution: number;
};
/** A kind of record that connectors bring. */
export type RecordKind = ("account" | "person" | "opportunity" | "activity");
/** How far the statements of a source can be taken at their word. */
export type Reliability = {
  /** The source; null for what all of them say together, which is what is shown. */
  source: (RoleSource | null);
  /** How many statements. */
  count: number;
  /** The bins with statements in them, ascending. */
  bins: Array<ReliabilityBin>;
  /** The mean squared distance of statement and truth: 0 is perfect. */
  brier: number;
  /** The mean distance of what a bin states and how much of it was right. */
  expectedError: number;
};
/** What was stated within ten points of confidence, against what was confirmed. */
export type ReliabilityBin = {
  /** The lower end; the upper one is 0.1 above. */
  from: number;
  /** How many statements. */
  count: number;
  /** What they stated, in the mean. */
  stated: number;
  /** How many of them were right. */
  right: number;
};
/** A campaign that is no more. */
export type RemovedCampaign = {
  /** Which it was. */
  campaignId: CampaignId;
  /** Of how many weeks figures were taken away. */
  weeksRemoved: number;
};
/** A campaign group that is no more. */
export type RemovedCampaignGroup = {
  /** Which it was. */
  campaignGroupId: CampaignGroupId;
  /** Of how many weeks figures were taken away. */
  weeksRemoved: number;
};
/** A client that is no more. */
export type RemovedClient = {
  /** Which it was. */
  clientId: ClientId;
  /** Of how many weeks figures were taken away. */
  weeksRemoved: number;
};
/** A client's channel that is no more. */
export type RemovedClientChannel = {
  /** Which it was. */
  clientChannelId: ClientChannelId;
  /** Of how many weeks figures were taken away. */
  weeksRemoved: number;
};
/** A member who is one no more. */
export type RemovedGroupMember = {
  /** The group. */
  groupId: BuyingGroupId;
  /** The person. */
  personId: PersonId;
};
/** A member who is one no more. */
export type RemovedMember = {
  /** The user. */
  userId: UserId;
  /** How many of their sessions were ended. */
  sessionsEnded: number;
};
/** A template that is no more. */
export type RemovedTemplate = {
  /** The template. */
  templateId: RoleTemplateId;
  /** What measures its groups by the default. */
  job: StartedJob;
};
/** A week without figures. */
export type RemovedWeek = {
  /** The week's Monday. */
  weekStart: string;
  /** Since when the figures are not known any more. */
  recordedAt: Timestamp;
};
/** A week whose figures became others. */
export type RestatedWeek = {
  /** What it is about. */
  level: MetricsLevel;
  /** Which. */
  id: PlaceId;
  /** Whose it is. */
  clientId: ClientId;
  /** Its name. */
  name: string;
  /** The currency of its figures. */
  currency: Currency;
  /** The week's Monday. */
  weekStart: string;
  /** When it was changed last. */
  recordedAt: Timestamp;
  /** As known at `after`. */
  before: Figures;
  /** As known at `knownAt`; null when the figures were taken away. */
  now: (Figures | null);
  /** From the one to the other. */
  change: (FiguresChange | null);
};
/** A whole list that is short by nature. */
export type RestatedWeekList = {
  /** All items. */
  items: Array<RestatedWeek>;
};
/** A change of ROAS, explained. */
export type RoasAttribution = {
  /** The currency of the figures. */
  currency: Currency;
  /** The ROAS of the earlier period. */
  before: Ratio;
  /** The ROAS of the later period. */
  after: Ratio;
  /** What the change consists of. */
  effects: RoasEffects;
  /** Part by part. */
  parts: Array<AttributionPart>;
};
/** A whole list that is short by nature. */
export type RoasAttributionList = {
  /** All items. */
  items: Array<RoasAttribution>;
};
/** Effects on ROAS. */
export type RoasEffects = {
  /** Of spending more or less. */
  spend: Ratio;
  /** Of selling more or less. */
  sales: Ratio;
  /** Of spending it elsewhere. */
  mix: Ratio;
};
/** What a member or a key may do. Each role includes the ones before it. */
export type Role = ("viewer" | "manager" | "admin");
/** One thing that speaks for a role. */
export type RoleEvidence = {
  /** Where it comes from. */
  source: RoleSource;
  /** The role. */
  role: BuyingRole;
  /** How sure the source is; how far each source is believed comes on top. */
  confidence: number;
  /** The rule or the record it came from. */
  rule: string;
};
/** How far one role of the template is filled. */
export type RoleFill = {
  /** The role. */
  role: BuyingRole;
  /** What it counts beside the others. */
  weight: number;
  /** Whether the group cannot do without it. */
  required: boolean;
  /** How many members fill it. */
  minimum: number;
  /** How many members it has. */
  members: number;
  /** How full it is, a member counting one. */
  byCount: number;
  /** How full it is, a member counting as much as their role is sure. */
  byConfidence: number;
  /** The engagement of its most engaged member. */
  bestEngagement: number | null;
  /** Whether that is 20 points or more. */
  engaged: boolean;
};
/** What a contact role of the CRM means. */
export type RoleName = {
  /** The name as the CRM writes it. Case, spaces and punctuation do not tell names apart. */
  name: string;
  /** The role; `unknown` for a name that says nothing. */
  role: BuyingRole;
  /** How sure one can be of it, 0 to 1. */
  confidence: number;
};
/** The organization's own names of contact roles, and the built-in ones. An own name comes before a built-in one. */
export type RoleNames = {
  /** The organization's own. */
  own: Array<RoleName>;
  /** What holds for every other name. */
  builtIn: Array<RoleName>;
};
/** What a template asks for one role. */
export type RoleNeed = {
  /** The role. */
  role: BuyingRole;
  /** What it counts beside the others: 0 to 1000. */
  weight: number;
  /** Whether a group cannot do without it. */
  required: boolean;
  /** How many members fill it: 1 to 100. */
  minimum: number;
};
/** What a template asks for one role. */
export type RoleNeedInput = {
  /** The role. */
  role: BuyingRole;
  /** What it counts beside the others: 0 to 1000. */
  weight: number;
  /** Whether a group cannot do without it. */
  required?: boolean;
  /** How many members fill it: 1 to 100. */
  minimum?: number;
};
/** Where evidence for a role comes from. */
export type RoleSource = ("confirmed" | "sf_contact_role" | "title_parse" | "delivrai" | "engagement_pattern");
/** What a complete group looks like. */
export type RoleTemplate = {
  /** The template. */
  id: RoleTemplateId;
  /** Its name. */
  name: string;
  /** Whose groups it is for; null for the default, which is for groups without a tag and for tags without a template. */
  solutionTag: (SolutionTag | null);
  /** Whether it is the default. */
  isDefault: boolean;
  /** Its roles. */
  roles: Array<RoleNeed>;
  /** Counts up with each change. */
  version: number;
  /** Who changed it last; null for the built-in one. */
  updatedBy: (Actor | null);
  /** When it changed last. */
  updatedAt: Timestamp;
};
/** A template of what a complete buying group looks like. */
export type RoleTemplateId = string;
/** A whole list that is short by nature. */
export type RoleTemplateList = {
  /** All items. */
  items: Array<RoleTemplate>;
};
/** How the scores of several people become one. */
export type RollUp = {
  /** The rule in use; the numbers of the others stay for a change of mind. */
  method: RollUpMethod;
  /** `champion`: what the strongest person weighs, 0 to 1. */
  championWeight: number;
  /** `max-breadth`: its three numbers. */
  maxBreadth: MaxBreadth;
};
/** Why an account's or opportunity's engagement is what it is. The contributions add up to the score. */
export type RollUpExplanation = {
  /** The score. */
  score: number;
  /** The lines, strongest first. */
  lines: Array<RollUpLine>;
  /** How many people have a part but no line, because they add nothing. */
  silentPeople: number;
};
/** How the scores of several people become one. */
export type RollUpInput = {
  /** The rule in use; the numbers of the others stay for a change of mind. */
  method: RollUpMethod;
  /** `champion`: what the strongest person weighs, 0 to 1. */
  championWeight?: number;
  /** `max-breadth`: its three numbers. */
  maxBreadth?: MaxBreadthInput;
};
/** What one person, or one adjustment, adds. */
export type RollUpLine = {
  /** What this line is. */
  part: RollUpPart;
  /** The person; null for an adjustment. */
  person: (PersonRef | null);
  /** The person's own engagement. */
  score: number | null;
  /** What it adds; an adjustment can take away. */
  contribution: number;
};
/** A rule from several people's scores to one. */
export type RollUpMethod = ("champion" | "weighted-average" | "max-breadth");
/** What a line of a roll-up is. */
export type RollUpPart = ("top" | "rest" | "weighted" | "breadth" | "velocity" | "limit");
/** A key and its successor. */
export type RolledApiKey = {
  /** The new key. */
  apiKey: ApiKey;
  /** The whole new key. Shown this once. */
  secret: string;
  /** The old key, with its new `expiresAt`. */
  previous: ApiKey;
};
/** How many sample records a preview shows at most: 1 to 20. */
export type SampleSize = number;
/** A template that was saved. */
export type SavedTemplate = {
  /** The template. */
  template: RoleTemplate;
  /** What measures its groups by it. */
  job: StartedJob;
};
/** What was last computed for one person, account or opportunity. Null is "cannot be said", which is not zero. */
export type Scores = {
  /** Likeness to the ideal customer profile, 0 to 100; null when no dimension of it is configured, or when there is no account to inherit it from. */
  fit: number | null;
  /** The fit if every unknown input turned out to match nothing: the least it can become. */
  fitLow: number | null;
  /** The fit if every unknown input turned out ideal: the most it can become. */
  fitHigh: number | null;
  /** The share of the configured fit weight whose inputs are known, 0 to 1. */
  coverage: number | null;
  /** Decayed activity, 0 to 100; null when there is nobody whose activity could count. */
  engagement: number | null;
  /** Fit and engagement weighed together, 0 to 100. */
  combined: number | null;
  /** Which of the four quadrants, by fit and engagement. */
  quadrant: (Quadrant | null);
  /** The tier; null until both axes have a value. */
  tier: (Tier | null);
  /** Since when this tier holds, in event time: it does not depend on when scoring ran. */
  since: (Timestamp | null);
  /** When the tier changes next if nobody does anything; null when never. */
  nextTransitionAt: (Timestamp | null);
  /** The latest activity that counts. */
  lastActivityAt: (Timestamp | null);
  /** Up to when all connected sources had been read: later events may be missing. Null without a connected source. */
  inputsThrough: (Timestamp | null);
  /** When the scores were computed. */
  scoredAt: Timestamp;
};
/** One run of scoring. */
export type ScoringRun = {
  /** The run. */
  id: ScoringRunId;
  /** The job that carries it. */
  jobId: (JobId | null);
  /** What started it. */
  trigger: ScoringTrigger;
  /** How it stands. */
  status: ScoringRunStatus;
  /** Why it failed, as a word for programs. */
  reason: string | null;
  /** The instant as of which everything is scored. */
  asOf: Timestamp;
  /** Up to when all connected sources had been read. */
  inputsThrough: (Timestamp | null);
  /** Activities read. */
  activitiesRead: number;
  /** People scored. */
  peopleScored: number;
  /** Accounts scored. */
  accountsScored: number;
  /** Opportunities scored. */
  opportunitiesScored: number;
  /** Entities whose tier is not the one it was before. */
  tierChanges: number;
  /** SHA-256 over all scores, in hex: equal inputs, rules and instant give equal hashes. Null until complete. */
  stateHash: string | null;
  /** When it began. */
  startedAt: Timestamp;
  /** When it ended; null while it runs. */
  finishedAt: (Timestamp | null);
};
/** One run of scoring. */
export type ScoringRunId = string;
/** How a scoring run stands. */
export type ScoringRunStatus = ("running" | "complete" | "failed" | "cancelled");
/** What started a scoring run. */
export type ScoringTrigger = ("manual" | "schedule" | "sync" | "config");
/** How senior a person is, read from the title. */
export type Seniority = ("other" | "manager" | "director" | "vp" | "c_level");
/** What a person counts in a weighted average, 0.001 to 100. */
export type SeniorityWeights = {
  /** C-level, president, founder, 0.001 to 100. */
  cLevel: number;
  /** Vice president, 0.001 to 100. */
  vp: number;
  /** Director, head of, 0.001 to 100. */
  director: number;
  /** Manager, lead, 0.001 to 100. */
  manager: number;
  /** Everybody else, and no title, 0.001 to 100. */
  other: number;
};
/** What a person counts in a weighted average, 0.001 to 100. */
export type SeniorityWeightsInput = {
  /** C-level, president, founder, 0.001 to 100. */
  cLevel?: number;
  /** Vice president, 0.001 to 100. */
  vp?: number;
  /** Director, head of, 0.001 to 100. */
  director?: number;
  /** Manager, lead, 0.001 to 100. */
  manager?: number;
  /** Everybody else, and no title, 0.001 to 100. */
  other?: number;
};
/** A signed-in session. */
export type SessionId = string;
/** Something that a connector may be told. */
export type SettingInfo = {
  /** The member of `settings`. */
  name: string;
  /** A name to show. */
  label: string;
  /** What it does. */
  description: string;
  /** Whether it must be given. */
  required: boolean;
  /** What holds when it is not given. */
  default: string | null;
};
/** A share with at most six decimals; 1 is the whole. */
export type Share = number;
/** Shares of all there is in the currency; null when there is nothing to have a share of. */
export type Shares = {
  /** Of what was spent. */
  adSpend: (Share | null);
  /** Of what was sold. */
  sales: (Share | null);
};
/** What a group is about, such as a product: lower-case letters, digits and hyphens. */
export type SolutionTag = string;
/** A field that the vendor offers. */
export type SourceField = {
  /** The vendor's object, such as `Contact`; one kind of record may come from several. */
  object: string;
  /** The vendor's name of the field. */
  name: string;
  /** The vendor's label, to show. */
  label: string;
  /** Its type. */
  type: FieldType;
  /** Whether it is a custom field. */
  custom: boolean;
};
/** A whole list that is short by nature. */
export type SourceFieldList = {
  /** All items. */
  items: Array<SourceField>;
};
/** Where a record comes from. */
export type SourceRef = {
  /** The connector. */
  connectorId: ConnectorId;
  /** The connector's name. */
  connectorName: string;
  /** The record's id at the vendor. */
  externalId: string;
  /** When it changed there last. */
  modifiedAt: (Timestamp | null);
};
/** A stage that a deal entered. */
export type StageEntry = {
  /** The stage, as the source writes it. */
  stage: string;
  /** When it was entered. */
  enteredAt: Timestamp;
};
/** Work that was asked for. */
export type StartedJob = {
  /** The job; follow it with `job.get`. */
  job: Job;
  /** Whether the same work was under way already, and this call joined it. */
  joined: boolean;
};
/** One place's line of a summary. */
export type SummaryLine = {
  /** What it is. */
  level: MetricsLevel;
  /** Which. */
  id: PlaceId;
  /** What it lies below; null for a client. */
  parentId: (PlaceId | null);
  /** Whose it is. */
  clientId: ClientId;
  /** Its name; the channel's, for a client on a channel. */
  name: string;
  /** The currency of its figures. */
  currency: Currency;
  /** Whether figures may be put in. */
  isActive: boolean;
  /** A campaign's target. */
  targetRoas: (TargetRoas | null);
  /** Sales against what the targets of the campaigns ask for the money spent; null without targets or spend. */
  targetAttainment: (Ratio | null);
  /** As known now. */
  now: PeriodSums;
  /** As known at `knownAt`. */
  then: (PeriodSums | null);
  /** The part of this period's figures that nothing below accounts for. A campaign's are all its own. */
  unallocated: (Figures | null);
  /** The place's share of everything in its currency. */
  share: Shares;
};
/** The sums of one currency. */
export type SummaryTotal = {
  /** The currency. */
  currency: Currency;
  /** As known now. */
  now: PeriodSums;
  /** As known at `knownAt`. */
  then: (PeriodSums | null);
  /** What of this period is known only above the items' level: the total less all items and others. */
  unallocated: (Figures | null);
  /** The items that are not shown, together; null when all are. */
  others: (Figures | null);
};
/** What became of the records of one kind. */
export type SyncCounts = {
  /** The kind of record. */
  entity: RecordKind;
  /** Records read from the vendor. */
  read: number;
  /** New here. */
  inserted: number;
  /** Known here, and changed. */
  updated: number;
  /** Known here, and the same. */
  unchanged: number;
  /** Set aside with a reason because they break a rule. */
  quarantined: number;
  /** Gone at the vendor, and therefore here. */
  deleted: number;
};
/** How much a sync reads. */
export type SyncMode = ("full" | "incremental");
/** One run of a connector's synchronisation. */
export type SyncRun = {
  /** The run. */
  id: SyncRunId;
  /** The connector. */
  connectorId: ConnectorId;
  /** The job that carries it, to follow or cancel. */
  jobId: (JobId | null);
  /** How much it reads. */
  mode: SyncMode;
  /** What started it. */
  trigger: SyncTrigger;
  /** How far it is, or how it ended. */
  status: SyncStatus;
  /** Why it is not complete. */
  reason: (ConnectorProblem | null);
  /** When it can go on, where the vendor named a time. */
  resumeAt: (Timestamp | null);
  /** When it began. */
  startedAt: Timestamp;
  /** When it ended; null while it runs. */
  finishedAt: (Timestamp | null);
  /** Up to when the vendor's changes are known to be read. */
  watermark: (Timestamp | null);
  /** What became of the records, by kind; grows while it runs. */
  entities: Array<SyncCounts>;
};
/** One run of a connector's synchronisation. */
export type SyncRunId = string;
/** One page of a list. */
export type SyncRunPage = {
  /** The items of this page, in the list's order. */
  items: Array<SyncRun>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** How far a run is, or how it ended. */
export type SyncStatus = ("authenticating" | "syncing" | "writing" | "finalizing" | "complete" | "partial" | "auth_required" | "failed" | "cancelled");
/** What started a run. */
export type SyncTrigger = ("manual" | "schedule");
/** A field of ours. */
export type TargetField = {
  /** Its name. */
  name: string;
  /** Its type. */
  type: FieldType;
};
/** A whole list that is short by nature. */
export type TargetFieldList = {
  /** All items. */
  items: Array<TargetField>;
};
/** The return on ad spend that is aimed at: sales for each unit spent, more than 0, with at most four decimals. */
export type TargetRoas = number;
/** An organization. */
export type Tenant = {
  /** The organization. */
  id: TenantId;
  /** Its name. */
  name: string;
  /** Its short name in addresses. */
  slug: string;
  /** What its people may change. */
  settings: TenantSettings;
  /** When it was created. */
  createdAt: Timestamp;
  /** When its name or settings changed last. */
  updatedAt: Timestamp;
};
/** An organization. */
export type TenantId = string;
/** An organization's settings. */
export type TenantSettings = {
  /** The currency of revenue and of sums over several currencies. */
  currency: Currency;
  /** The time zone of schedules and weeks, by its IANA name. */
  timeZone: string;
};
/** How much attention something deserves now. */
export type Tier = ("hot" | "warm" | "cool" | "cold");
/** What a tier asks for. */
export type TierAction = ("to_sales" | "check_data" | "nurture" | "watch");
/** A change of the tier. */
export type TierChange = {
  /** When, in event time. */
  at: Timestamp;
  /** The tier before; null the first time. */
  from: (Tier | null);
  /** The tier after. */
  to: Tier;
  /** The quadrant after, in the scheme that has quadrants. */
  quadrant: (Quadrant | null);
  /** The fit at that moment. */
  fit: number | null;
  /** The engagement at that moment. */
  engagement: number | null;
};
/** How many entities have a tier. */
export type TierCount = {
  /** The tier; null counts those without one. */
  tier: (Tier | null);
  /** How many. */
  count: number;
};
/** Why the tier is what it is. */
export type TierExplanation = {
  /** The tier; null while it cannot be said. */
  tier: (Tier | null);
  /** The quadrant; null while an axis has no value. */
  quadrant: (Quadrant | null);
  /** What to do about it. */
  action: (TierAction | null);
  /** Since when, in event time. */
  since: (Timestamp | null);
  /** When it changes next if nobody does anything; null when never. */
  nextTransitionAt: (Timestamp | null);
  /** Why, for each axis that decides. */
  axes: Array<AxisReason>;
};
/** What decides the tier. */
export type TierScheme = ("quadrant" | "combined");
/** Something that happened, on a timeline. */
export type TimelineItem = ({
  kind: "activity";
  /** When. */
  at: Timestamp;
  /** What. */
  activity: ActivityRow;
} | {
  kind: "stage_change";
  /** When. */
  at: Timestamp;
  /** The deal. */
  opportunityId: OpportunityId;
  /** The deal's name. */
  opportunityName: string;
  /** The stage it entered, as the source writes it. */
  stage: string;
} | {
  kind: "tier_change";
  /** When, in event time. */
  at: Timestamp;
  /** The kind of thing whose tier changed. */
  entityType: EntityType;
  /** The tier before; null the first time. */
  fromTier: (Tier | null);
  /** The tier after. */
  toTier: Tier;
  /** The quadrant after, in the scheme that has quadrants. */
  toQuadrant: (Quadrant | null);
  /** The fit at that moment. */
  fit: number | null;
  /** The engagement at that moment. */
  engagement: number | null;
});
/** One page of a list. */
export type TimelineItemPage = {
  /** The items of this page, in the list's order. */
  items: Array<TimelineItem>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** What a timeline shows. */
export type TimelineKind = ("activity" | "stage_change" | "tier_change");
/** An instant (RFC 3339). Written in UTC with milliseconds and `Z`; read with any offset. */
export type Timestamp = string;
/** The budgets of one currency together. */
export type TotalPace = {
  /** The currency. */
  currency: Currency;
  /** How many budgets. */
  groups: number;
  /** How fast they are spent. */
  pace: BudgetPace;
};
/** What may be done to a value on its way. */
export type Transform = ({
  kind: "none";
} | {
  kind: "lowercase";
} | {
  kind: "uppercase";
} | {
  kind: "trim";
} | {
  kind: "domain";
} | {
  kind: "number";
} | {
  kind: "date";
} | {
  kind: "boolean";
} | {
  kind: "map";
  /** From the vendor's text to ours, 1 to 1000 entries. */
  table: Record<string, string>;
} | {
  kind: "template";
  /** Such as `{FirstName} {LastName}`, up to 1000 characters. */
  template: string;
});
/** One week of a trend. */
export type TrendPoint = {
  /** The week's Monday. */
  weekStart: string;
  /** As known now; null for a gap. */
  now: (Figures | null);
  /** As known at `knownAt`; null for a gap, or when no instant was given. */
  then: (Figures | null);
};
/** The weeks of one currency. */
export type TrendSeries = {
  /** The currency. */
  currency: Currency;
  /** Every week asked for, in order. */
  points: Array<TrendPoint>;
};
/** A whole list that is short by nature. */
export type TrendSeriesList = {
  /** All items. */
  items: Array<TrendSeries>;
};
/** What an activity of one type is worth: weight times quality. */
export type TypeRule = {
  /** The channel whose cap it shares. */
  channel: Channel;
  /** How much it says about intent, 0 to 1. */
  quality: number;
  /** Points before quality, 0 to 1000. */
  weight: number;
};
/** What activities are worth, by the name of their type. At most 1000 types. */
export type TypeRules = Record<string, TypeRule>;
/** Figures of a week that were put in. */
export type UpsertedWeek = {
  /** The week as it is now. */
  week: WeeklyMetric;
  /** False when the same figures were there already. */
  changed: boolean;
};
/** What became of many weeks. */
export type UpsertedWeeks = {
  /** How many had no figures before. */
  inserted: number;
  /** How many had others. */
  changed: number;
  /** How many had the same. */
  same: number;
};
/** A user in short. */
export type User = {
  /** The user. */
  id: UserId;
  /** E-mail address. */
  email: string;
  /** Name, where known. */
  name: string | null;
};
/** A user: one human, over all the organizations they belong to. */
export type UserId = string;
/** One page of a list. */
export type UserPage = {
  /** The items of this page, in the list's order. */
  items: Array<User>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** A role. */
export type UserRole = {
  /** The user; null for an API key asking about itself. */
  userId: (UserId | null);
  /** The role in this organization. */
  role: Role;
};
/** How an opportunity's pace through its stages changes its score.
 * 
 * `bonus = clamp(expectedDaysPerStage / max(days in the stage, 1) − 1, −1, 1) · weight · 100`. */
export type Velocity = {
  /** How long a stage should take, 0.001 to 3650 days. */
  expectedDaysPerStage: number;
  /** The largest change, as a share of 100 points, 0 to 1. */
  weight: number;
  /** Since when the days count. */
  basis: VelocityBasis;
};
/** Since when an opportunity's days count. */
export type VelocityBasis = ("stage" | "creation");
/** How an opportunity's pace through its stages changes its score.
 * 
 * `bonus = clamp(expectedDaysPerStage / max(days in the stage, 1) − 1, −1, 1) · weight · 100`. */
export type VelocityInput = {
  /** How long a stage should take, 0.001 to 3650 days. */
  expectedDaysPerStage?: number;
  /** The largest change, as a share of 100 points, 0 to 1. */
  weight?: number;
  /** Since when the days count. */
  basis?: VelocityBasis;
};
/** Which version answers. */
export type VersionReport = {
  /** The name of the software. */
  name: string;
  /** Its version. */
  version: string;
  /** SHA-256 of the API's document, in hex: equal hashes, equal API. Also in the reply header `x-schema-hash`. */
  schemaHash: string;
};
/** Figures of one week at one place, about to be put in. */
export type Week = {
  /** The campaign. */
  campaignId?: (CampaignId | null);
  /** Instead of a campaign: the group. */
  campaignGroupId?: (CampaignGroupId | null);
  /** Instead of a campaign: the client on the channel. */
  clientChannelId?: (ClientChannelId | null);
  /** Instead of a campaign: the client. */
  clientId?: (ClientId | null);
  /** The week's Monday. */
  weekStart: string;
  /** What was spent: zero to 1,000,000,000,000,000 minor units. */
  adSpend: Money;
  /** What was sold, within the same bounds. */
  sales: Money;
};
/** A week and the one before it. */
export type WeekChange = {
  /** The week. */
  week: (Figures | null);
  /** The week before it. */
  weekBefore: (Figures | null);
  /** From that to this; null unless something is known of both. */
  change: (FiguresChange | null);
};
/** One place's week against the week before it. */
export type WeekOverWeekLine = {
  /** What it is. */
  level: MetricsLevel;
  /** Which. */
  id: PlaceId;
  /** Whose it is. */
  clientId: ClientId;
  /** Its name. */
  name: string;
  /** The currency of its figures. */
  currency: Currency;
  /** As known now. */
  now: WeekChange;
  /** As known at `knownAt`. */
  then: (WeekChange | null);
};
/** A whole list that is short by nature. */
export type WeekOverWeekLineList = {
  /** All items. */
  items: Array<WeekOverWeekLine>;
};
/** One writing of a week's figures. */
export type WeekRevision = {
  /** When it became known. */
  recordedAt: Timestamp;
  /** What was spent, in the client's currency; null when the figures were taken away. */
  adSpend: (Money | null);
  /** What was sold, in the client's currency; null when the figures were taken away. */
  sales: (Money | null);
  /** Sales for each unit spent. */
  roas: (Ratio | null);
  /** Where the figures came from. */
  source: MetricsSource;
  /** Who put them in. */
  recordedBy: Actor;
  /** The import they came with. */
  importId: (MetricsImportId | null);
};
/** One page of a list. */
export type WeekRevisionPage = {
  /** The items of this page, in the list's order. */
  items: Array<WeekRevision>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Figures of one week: of a campaign, or what is known only higher up. */
export type WeeklyMetric = {
  /** At which level the figures are known. */
  level: MetricsLevel;
  /** The client. */
  clientId: ClientId;
  /** The client on the channel; null for figures of the client itself. */
  clientChannelId: (ClientChannelId | null);
  /** The campaign group; null for figures of a level above. */
  campaignGroupId: (CampaignGroupId | null);
  /** The campaign; null for figures of a level above. */
  campaignId: (CampaignId | null);
  /** The week's Monday, in the organization's time zone. */
  weekStart: string;
  /** What was spent. */
  adSpend: Money;
  /** What was sold. */
  sales: Money;
  /** Sales for each unit spent; null when nothing was spent. */
  roas: (Ratio | null);
  /** Where the figures came from. */
  source: MetricsSource;
  /** Whether so many days have passed since the week's end that changes are not expected any more. */
  settled: boolean;
  /** When these figures became known. */
  recordedAt: Timestamp;
};
/** One page of a list. */
export type WeeklyMetricPage = {
  /** The items of this page, in the list's order. */
  items: Array<WeeklyMetric>;
  /** Give it back as `cursor` for the next page; null on the last one. */
  nextCursor: (Cursor | null);
  /** How many items the whole list has, when it was asked for with `includeTotal`. */
  total?: number | null;
};
/** Why an axis is high or low. */
export type Why = ("above" | "below" | "within_band" | "unknown");

/** Every method, by its name on the wire. */
export interface Methods {
  /** One account with its attributes, and its people and deals in short. */
  "account.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The account. */
      accountId: AccountId;
    };
    result: AccountDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_account";
  };
  /** The accounts, filtered and ordered. */
  "account.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only accounts whose name begins with this, in any case. */
      search?: string | null;
      /** Only the accounts with this web domain. */
      domain?: string | null;
      /** Only accounts of this tier. */
      tier?: (Tier | null);
      /** Only accounts of this industry, exactly as the source writes it. */
      industry?: string | null;
      /** The order. */
      sort?: AccountSort;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: AccountRowPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** What happened at an account, newest first: what its people did, stages its deals entered, changes of its tier. */
  "account.timeline": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The account. */
      accountId: AccountId;
      /** Only these kinds of items; all, when empty or not given. */
      kinds?: Array<TimelineKind>;
      /** Only from this instant on. */
      from?: (Timestamp | null);
      /** Only before this instant. */
      to?: (Timestamp | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: TimelineItemPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_account";
  };
  /** One activity, also one that was taken back: `retractedAt` says so. */
  "activity.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The activity. */
      activityId: ActivityId;
    };
    result: ActivityRow;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_activity";
  };
  /** The activity log, what happened last first. */
  "activity.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only what this person did. */
      personId?: (PersonId | null);
      /** Only what happened at this account. */
      accountId?: (AccountId | null);
      /** Only activities of this type. */
      type?: (ActivityType | null);
      /** Only activities on this channel. */
      channel?: (Channel | null);
      /** Only what happened from this instant on. */
      from?: (Timestamp | null);
      /** Only what happened before this instant. */
      to?: (Timestamp | null);
      /** Whether to show activities that were taken back as well. */
      includeRetracted?: boolean;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: ActivityRowPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Records something that a person did. It counts in the scores from the next scoring run on.
   * 
   * The log is append-only: what is recorded stays. Repeat a call only with the same `idempotencyKey`, or it counts twice. */
  "activity.record": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** What was done. */
      type: ActivityType;
      /** When it happened. */
      occurredAt: Timestamp;
      /** Who did it. At least one of `personId` and `accountId` is needed; only a person's activities count in scores. */
      personId?: (PersonId | null);
      /** Where they work; the person's own account, when not given. */
      accountId?: (AccountId | null);
      /** A line about it, up to 500 characters. */
      subject?: string | null;
      /** Whatever else is worth keeping, up to 50 members. */
      properties?: Record<string, unknown>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ActivityRow;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_person" | "no_such_account" | "in_the_future";
  };
  /** Creates an API key. The reply holds its secret, and nothing ever will again.
   * 
   * A repeat creates another key: `idempotencyKey` is not taken, because keeping the reply would mean keeping the secret. */
  "apiKey.create": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** What it is for, 1 to 100 characters. */
      name: string;
      /** What it may do. */
      role: Role;
      /** When it ends by itself; never, when not given. */
      expiresAt?: (Timestamp | null);
    };
    result: IssuedApiKey;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "already_expired";
  };
  /** The organization's API keys, newest first, revoked ones included. Never their secrets. */
  "apiKey.list": {
    effect: "query";
    caller: "admin";
    params: {
      /** Only keys of this status. */
      status?: (ApiKeyStatus | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: ApiKeyPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** Ends a key at once. Its next call is refused, and what it watches is closed.
   * 
   * Revoking a key that was revoked before changes nothing. */
  "apiKey.revoke": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The key. */
      apiKeyId: ApiKeyId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ApiKey;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_api_key";
  };
  /** Replaces a key: creates its successor with the same name, role and expiry, and ends the old one after a while in which both work.
   * 
   * Like `apiKey.create`, it takes no `idempotencyKey`. */
  "apiKey.roll": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The key to replace. */
      apiKeyId: ApiKeyId;
      /** How long the old key goes on working: 0 to 604800 seconds (a week). An hour when not given. */
      overlapSeconds?: number;
    };
    result: RolledApiKey;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_api_key" | "api_key_ended";
  };
  /** Everything done to one thing, newest first. A thing that never was has an empty history. */
  "audit.getByResource": {
    effect: "query";
    caller: "admin";
    params: {
      /** The kind of thing, such as `connector`. */
      resource: string;
      /** Which one. */
      resourceId: string;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: AuditEntryPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** The audit log, newest first: every mutation, done or refused. Reading is not logged. */
  "audit.list": {
    effect: "query";
    caller: "admin";
    params: {
      /** Only what this user did. */
      userId?: (UserId | null);
      /** Only this action, such as `connector.create`. */
      action?: string | null;
      /** Only with this outcome. */
      outcome?: (AuditOutcome | null);
      /** Only from this instant on. */
      from?: (Timestamp | null);
      /** Only before this instant. */
      to?: (Timestamp | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: AuditEntryPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** Makes a candidate a member. An address that nobody had becomes a person of the account. Their role is found out as every member's; one that is given is confirmed by that. */
  "buyingGroup.acceptCandidate": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** The candidate; leave it out for an address that nobody has yet. */
      personId?: (PersonId | null);
      /** The candidate's address, where nobody has it yet. */
      discoveredEmail?: string | null;
      /** Their role, if you know it. */
      role?: (BuyingRole | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: GroupMember;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_group" | "no_such_candidate" | "already_dismissed" | "unknown_role";
  };
  /** Adds a person of the account, or of no account, to its group. Their role is found out as every member's; one that is given is confirmed by that. */
  "buyingGroup.addMember": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** The person. */
      personId: PersonId;
      /** Their role, if you know it. */
      role?: (BuyingRole | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: GroupMember;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_group" | "no_such_person" | "member_of_another_account" | "already_member" | "unknown_role";
  };
  /** Compares what was stated about members with what people then confirmed, and learns the correction that would have been right, so that 70 % means about 70 %. It takes at least 100 confirmed members to learn anything.
   * 
   * With `apply` the correction is kept: every group is looked at again, and members are shown as sure as it says. What was corrected before is learnt anew from what the evidence said by itself, so calibrating twice changes nothing more. People choose whom they confirm; what is learnt from that is no random sample. */
  "buyingGroup.calibrate": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** Whether to keep the correction; else it is only shown. */
      apply: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: CalibrationReport;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** Says which part a member plays. From then on that is certain: no sync and no evidence changes it, only confirming another role does. */
  "buyingGroup.confirmMemberRole": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** The person. */
      personId: PersonId;
      /** Their role. */
      role: BuyingRole;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: GroupMember;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_group" | "no_such_member" | "already_confirmed" | "unknown_role";
  };
  /** Makes a buying group of an account, for a solution tag or at large, and lets in whom the CRM or an intent vendor names in a purchase.
   * 
   * An account in which they name somebody gets its group at large by itself, after each sync. */
  "buyingGroup.create": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The account. */
      accountId: AccountId;
      /** What the group is about; the account's group at large when left out. */
      solutionTag?: (SolutionTag | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: BuyingGroupDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_account" | "group_exists";
  };
  /** Takes a candidate off a group's list for good, and keeps every sync from letting them in. Adding them as a member undoes it. */
  "buyingGroup.dismissCandidate": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** The candidate; leave it out for an address that nobody has yet. */
      personId?: (PersonId | null);
      /** The candidate's address, where nobody has it yet. */
      discoveredEmail?: string | null;
      /** What you want to say about it, up to 1000 characters. */
      reason?: string | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: DismissedCandidate;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_group" | "no_such_candidate" | "already_dismissed" | "unknown_role";
  };
  /** Who might fill what a group lacks, best first, each with reasons.
   * 
   * People of the account who are active, people whose address is of the account's domain, and addresses of it that were seen in mail, meetings or the intent stream and belong to nobody known yet. Members are no candidates, nor is who was dismissed or taken out. Nobody, when nothing is missing. */
  "buyingGroup.getCandidates": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** How many at most: 1 to 100. */
      limit?: number;
    };
    result: GroupCandidates;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_group";
  };
  /** A group with its template, and how far each role of it is filled. */
  "buyingGroup.getDetail": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
    };
    result: BuyingGroupDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_group";
  };
  /** Who was active when: the members of a group week by week, as a heat map.
   * 
   * Weeks are ISO weeks in the organization's time zone. A cell's points are those earned in that week, before decay; how hot it is says its rank among the group's cells that have points. */
  "buyingGroup.getMemberEngagement": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** How many weeks, the present one included: 1 to 52. */
      weeks?: number;
    };
    result: HeatMap;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_group";
  };
  /** The members of a group, the surest of their role first, each with the evidence for it. */
  "buyingGroup.getMembers": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: GroupMemberPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_group";
  };
  /** The accounts that have a buying group, with their groups.
   * 
   * Filters choose accounts by any one of their groups; all groups of an account are shown. */
  "buyingGroup.listAccountsWithGroups": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only accounts with a group that is so far. */
      status?: (GroupStatus | null);
      /** Only accounts with a group of this tag. */
      solutionTag?: (SolutionTag | null);
      /** Only accounts with a group that lacks this role. */
      missing?: (BuyingRole | null);
      /** Only accounts of this tier. */
      tier?: (Tier | null);
      /** The order. */
      sort?: GroupedAccountSort;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: AccountWithGroupsPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** The buying groups of an account: the one at large first, then one for each solution tag that has one. */
  "buyingGroup.listByAccount": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The account. */
      accountId: AccountId;
    };
    result: BuyingGroupList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_account";
  };
  /** What the CRM's contact roles mean. */
  "buyingGroup.listRoleNames": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: RoleNames;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** The templates: the default first, then one for each solution tag that has its own. */
  "buyingGroup.listTemplates": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: RoleTemplateList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Takes a member out of a group. No sync brings them back; adding them again does. */
  "buyingGroup.removeMember": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The group. */
      groupId: BuyingGroupId;
      /** The person. */
      personId: PersonId;
      /** What you want to say about it, up to 1000 characters. */
      reason?: string | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedGroupMember;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_group" | "no_such_member";
  };
  /** Removes the template of a solution tag. The tag's groups are then measured by the default. */
  "buyingGroup.removeTemplate": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The template. */
      templateId: RoleTemplateId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedTemplate;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_template" | "last_template" | "default_needed";
  };
  /** Says what the organization's own contact roles mean, replacing what was said before, and looks at all groups again. */
  "buyingGroup.saveRoleNames": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** All own names, up to 200; none to go back to the built-in ones. */
      own: Array<RoleName>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: StartedJob;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "blank_name" | "duplicate_name" | "no_confidence";
  };
  /** Saves a template: a new one for a tag, or an existing one with another name, tag or roles. Its groups are measured by it at once when they are looked at, and in lists when the job has been over them. */
  "buyingGroup.saveTemplate": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** Its name, up to 100 characters. */
      name: string;
      /** Its roles, each once. */
      roles: Array<RoleNeedInput>;
      /** The template; leave it out for a new one. */
      templateId?: (RoleTemplateId | null);
      /** Whose groups it is for; the default has none. */
      solutionTag?: (SolutionTag | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: SavedTemplate;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_template" | "tag_taken" | "default_needed" | "weights_all_zero" | "duplicate_role" | "unknown_role";
  };
  /** Makes a campaign. */
  "campaign.create": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign group. */
      campaignGroupId: CampaignGroupId;
      /** Its name, 1 to 200 characters. */
      name: string;
      /** The return on ad spend that is aimed at. */
      targetRoas?: (TargetRoas | null);
      /** What the channel calls it, 1 to 200 characters. */
      externalId?: string | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Campaign;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "name_taken" | "client_read_only" | "parent_inactive" | "has_weeks";
  };
  /** One campaign. */
  "campaign.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The campaign. */
      campaignId: CampaignId;
    };
    result: Campaign;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_campaign" | "no_such_campaign_group" | "name_taken" | "client_read_only" | "parent_inactive" | "has_weeks";
  };
  /** The campaigns of clients you may see, by name. */
  "campaign.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only this client's. */
      clientId?: (ClientId | null);
      /** Only those of this client on this channel. */
      clientChannelId?: (ClientChannelId | null);
      /** Only those of this group. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Only those that the channel calls so. */
      externalId?: string | null;
      /** Only active ones, or only those that are not. */
      isActive?: boolean | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: CampaignPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Removes a campaign.
   * 
   * Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with `knownAt`. */
  "campaign.remove": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign. */
      campaignId: CampaignId;
      /** Whether figures may be taken away with it. */
      force?: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedCampaign;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "name_taken" | "client_read_only" | "parent_inactive" | "has_weeks";
  };
  /** Lets a campaign rest, or takes it up again. Nothing is deleted: its figures stay and count. */
  "campaign.setActive": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign. */
      campaignId: CampaignId;
      /** Whether figures may be put in. */
      isActive: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Campaign;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "name_taken" | "client_read_only" | "parent_inactive" | "has_weeks";
  };
  /** Changes a campaign's name, target or outside id. What is not given stays as it is. */
  "campaign.update": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign. */
      campaignId: CampaignId;
      /** The new name. */
      name?: string | null;
      /** The new target. */
      targetRoas?: (TargetRoas | null);
      /** The new outside id. */
      externalId?: string | null;
      /** What it is to have no more. */
      clear?: Array<CampaignField>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Campaign;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "name_taken" | "client_read_only" | "parent_inactive" | "has_weeks";
  };
  /** Makes a campaign group. */
  "campaignGroup.create": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client on the channel. */
      clientChannelId: ClientChannelId;
      /** Its name, 1 to 200 characters. */
      name: string;
      /** What all its campaigns together may spend in a week: more than zero, in the client's currency. */
      weeklyBudget?: (Money | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: CampaignGroup;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign_group" | "no_such_client_channel" | "name_taken" | "client_read_only" | "parent_inactive" | "currency_not_used" | "not_empty" | "has_weeks";
  };
  /** One campaign group. */
  "campaignGroup.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The campaign group. */
      campaignGroupId: CampaignGroupId;
    };
    result: CampaignGroup;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_campaign_group" | "no_such_client_channel" | "name_taken" | "client_read_only" | "parent_inactive" | "currency_not_used" | "not_empty" | "has_weeks";
  };
  /** The campaign groups of clients you may see, by name. */
  "campaignGroup.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only this client's. */
      clientId?: (ClientId | null);
      /** Only those of this client on this channel. */
      clientChannelId?: (ClientChannelId | null);
      /** Only active ones, or only those that are not. */
      isActive?: boolean | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: CampaignGroupPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Removes a campaign group. Everything below it has to be removed before.
   * 
   * Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with `knownAt`. */
  "campaignGroup.remove": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign group. */
      campaignGroupId: CampaignGroupId;
      /** Whether figures may be taken away with it. */
      force?: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedCampaignGroup;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign_group" | "no_such_client_channel" | "name_taken" | "client_read_only" | "parent_inactive" | "currency_not_used" | "not_empty" | "has_weeks";
  };
  /** Lets a campaign group rest, or takes it up again. Nothing is deleted: its figures stay and count. */
  "campaignGroup.setActive": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign group. */
      campaignGroupId: CampaignGroupId;
      /** Whether figures may be put in. */
      isActive: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: CampaignGroup;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign_group" | "no_such_client_channel" | "name_taken" | "client_read_only" | "parent_inactive" | "currency_not_used" | "not_empty" | "has_weeks";
  };
  /** Changes a campaign group's name or budget. What is not given stays as it is. */
  "campaignGroup.update": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The campaign group. */
      campaignGroupId: CampaignGroupId;
      /** The new name. */
      name?: string | null;
      /** The new budget. */
      weeklyBudget?: (Money | null);
      /** What it is to have no more. */
      clear?: Array<CampaignGroupField>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: CampaignGroup;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign_group" | "no_such_client_channel" | "name_taken" | "client_read_only" | "parent_inactive" | "currency_not_used" | "not_empty" | "has_weeks";
  };
  /** One advertising channel. */
  "channel.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The channel. */
      channelId: ChannelId;
    };
    result: AdChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_channel";
  };
  /** Every advertising channel, by name. */
  "channel.list": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: AdChannelList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Takes on a client. */
  "client.create": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** Its name, 1 to 200 characters. */
      name: string;
      /** The currency of all its figures; the organization's, when not given. */
      currency?: (Currency | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Client;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client" | "name_taken" | "client_read_only" | "limited_to_clients" | "not_empty" | "has_weeks";
  };
  /** One client. */
  "client.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The client. */
      clientId: ClientId;
    };
    result: Client;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "name_taken" | "client_read_only" | "limited_to_clients" | "not_empty" | "has_weeks";
  };
  /** The clients you may see, by name. */
  "client.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only clients whose name begins with this, in any case. */
      search?: string | null;
      /** Only active ones, or only those that are not. */
      isActive?: boolean | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: ClientPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Removes a client. Everything below it has to be removed before.
   * 
   * Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with `knownAt`. */
  "client.remove": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client. */
      clientId: ClientId;
      /** Whether figures may be taken away with it. */
      force?: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedClient;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client" | "name_taken" | "client_read_only" | "limited_to_clients" | "not_empty" | "has_weeks";
  };
  /** Lets a client rest, or takes it up again. Nothing is deleted: its figures stay and count. */
  "client.setActive": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client. */
      clientId: ClientId;
      /** Whether figures may be put in. */
      isActive: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Client;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client" | "name_taken" | "client_read_only" | "limited_to_clients" | "not_empty" | "has_weeks";
  };
  /** Changes a client's name or currency. What is not given stays as it is.
   * 
   * The currency can be another only as long as there are no figures: nothing is converted. */
  "client.update": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client. */
      clientId: ClientId;
      /** The new name. */
      name?: string | null;
      /** The new currency. */
      currency?: (Currency | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Client;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client" | "name_taken" | "client_read_only" | "limited_to_clients" | "not_empty" | "has_weeks";
  };
  /** Puts a client on a channel. */
  "clientChannel.create": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client. */
      clientId: ClientId;
      /** The channel. */
      channelId: ChannelId;
      /** How many days after its end a week counts as settled: 0 to 365, 14 when not given. */
      settlesAfterDays?: number | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ClientChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client_channel" | "no_such_client" | "no_such_channel" | "channel_taken" | "client_read_only" | "parent_inactive" | "not_empty" | "has_weeks";
  };
  /** One client's channel. */
  "clientChannel.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The client on the channel. */
      clientChannelId: ClientChannelId;
    };
    result: ClientChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client_channel" | "no_such_client" | "no_such_channel" | "channel_taken" | "client_read_only" | "parent_inactive" | "not_empty" | "has_weeks";
  };
  /** On which channels clients are, in the order in which that was said. */
  "clientChannel.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only this client's. */
      clientId?: (ClientId | null);
      /** Only on this channel. */
      channelId?: (ChannelId | null);
      /** Only active ones, or only those that are not. */
      isActive?: boolean | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: ClientChannelPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Removes a client's channel. Everything below it has to be removed before.
   * 
   * Figures of its own are in the way; with `force` they are taken away with it. What was known before stays to be seen with `knownAt`. */
  "clientChannel.remove": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client on the channel. */
      clientChannelId: ClientChannelId;
      /** Whether figures may be taken away with it. */
      force?: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedClientChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client_channel" | "no_such_client" | "no_such_channel" | "channel_taken" | "client_read_only" | "parent_inactive" | "not_empty" | "has_weeks";
  };
  /** Lets a client's channel rest, or takes it up again. Nothing is deleted: its figures stay and count. */
  "clientChannel.setActive": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client on the channel. */
      clientChannelId: ClientChannelId;
      /** Whether figures may be put in. */
      isActive: boolean;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ClientChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client_channel" | "no_such_client" | "no_such_channel" | "channel_taken" | "client_read_only" | "parent_inactive" | "not_empty" | "has_weeks";
  };
  /** Puts a client from one channel on another, or lets its weeks settle sooner or later. What is not given stays as it is. */
  "clientChannel.update": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The client on the channel. */
      clientChannelId: ClientChannelId;
      /** The channel it should have been. */
      channelId?: (ChannelId | null);
      /** How many days after its end a week counts as settled: 0 to 365. */
      settlesAfterDays?: number | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ClientChannel;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_client_channel" | "no_such_client" | "no_such_channel" | "channel_taken" | "client_read_only" | "parent_inactive" | "not_empty" | "has_weeks";
  };
  /** Completes an authorisation with what the vendor sent back. The connector is connected afterwards.
   * 
   * Only who began it can complete it, and once. */
  "connector.completeAuth": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The `code` that the browser brought back. */
      code: string;
      /** The `state` that the browser brought back. */
      state: string;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Connector;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "state_not_valid" | "code_refused" | "vendor_unavailable" | "vendor_timeout" | "vendor_rate_limited" | "vendor_quota_exhausted" | "vendor_answer_not_understood" | "vendor_permission_missing" | "vendor_request_refused";
  };
  /** Creates a connector. It waits to be authorised: `connector.getAuthUrl` is next. */
  "connector.create": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The kind of system. */
      type: ConnectorType;
      /** A name, unique in the organization, 1 to 100 characters. */
      name: string;
      /** What it needs to know. */
      settings?: ConnectorSettingsInput;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Connector;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "name_taken" | "setting_not_allowed";
  };
  /** Disconnects a connector: forgets its authorisation and stops its runs. Its records and scores stay.
   * 
   * Authorise it again to go on where it stopped. */
  "connector.disconnect": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Connector;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector";
  };
  /** Begins an authorisation: the address to send the admin's browser to.
   * 
   * The vendor sends the browser back to `redirectUri` with `code` and `state`; give both to `connector.completeAuth` within ten minutes. Each call begins anew; an authorisation that was begun before stays possible until it expires. */
  "connector.getAuthUrl": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** Where the vendor shall send the browser back to: one of the addresses that the operator registered. */
      redirectUri: string;
    };
    result: AuthUrl;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector" | "not_authorised_in_browser" | "setting_not_allowed" | "not_registered" | "redirect_not_allowed";
  };
  /** How many records of each kind came from a connector and are here now. */
  "connector.getEntityCounts": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
    };
    result: EntityCountList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_connector";
  };
  /** One connector with its latest run and what is under way. */
  "connector.getStatus": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
    };
    result: ConnectorReport;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_connector";
  };
  /** A connector's runs, newest first. */
  "connector.getSyncHistory": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: SyncRunPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_connector";
  };
  /** The organization's connectors, by name. Disconnected ones too, because their records are still here. */
  "connector.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only connectors of this kind. */
      type?: (ConnectorType | null);
      /** Only connectors that stand so. */
      status?: (ConnectorStatus | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: ConnectorPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Starts a sync, or joins the one that is under way. Follow it with `job.get`. */
  "connector.triggerSync": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** How much to read. Incremental when not given; the first run is always full. A run under way is joined as it is. */
      mode?: SyncMode;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: StartedJob;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector" | "not_connected";
  };
  /** The kinds of systems that can be connected, with what each brings and asks for. */
  "connector.types": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: ConnectorTypeInfoList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** A connector's mappings, for each kind of record it brings. */
  "fieldMapping.getMappings": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** Only this kind of record. */
      entity?: (RecordKind | null);
    };
    result: EntityMappingsList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_connector";
  };
  /** The vendor's fields for a kind of record, your own custom fields included. Asks the vendor. */
  "fieldMapping.listSourceFields": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** The kind of record. */
      entity: RecordKind;
    };
    result: SourceFieldList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_connector" | "not_connected" | "authorisation_needed" | "vendor_unavailable" | "vendor_timeout" | "vendor_rate_limited" | "vendor_quota_exhausted" | "vendor_answer_not_understood" | "vendor_permission_missing" | "vendor_request_refused";
  };
  /** Our fields for a kind of record: what a mapping may lead to. Beside them, any `attributes.NAME` (for activities `properties.NAME`). */
  "fieldMapping.listTargetFields": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The kind of record. */
      entity: RecordKind;
    };
    result: TargetFieldList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** What mappings would make of a few of the vendor's records. Asks the vendor, stores nothing. */
  "fieldMapping.preview": {
    effect: "query";
    caller: "manager";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** The kind of record. */
      entity: RecordKind;
      /** The mappings to try, 1 to 200; those in force when not given. */
      fields?: Array<FieldMappingInput> | null;
      /** How many records to try them on, 1 to 20. */
      sampleSize?: SampleSize;
    };
    result: PreviewedRecordList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector" | "not_connected" | "authorisation_needed" | "vendor_unavailable" | "vendor_timeout" | "vendor_rate_limited" | "vendor_quota_exhausted" | "vendor_answer_not_understood" | "vendor_permission_missing" | "vendor_request_refused" | "mapping_not_usable";
  };
  /** Returns to the connector's default mappings, of one kind of record or of all. */
  "fieldMapping.resetToDefaults": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** The kind of record; all, when not given. */
      entity?: (RecordKind | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: EntityMappingsList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector";
  };
  /** Replaces the mappings of one kind of record. They hold from the next run on; records already here change with a full sync. */
  "fieldMapping.saveMappings": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The connector. */
      connectorId: ConnectorId;
      /** The kind of record. */
      entity: RecordKind;
      /** The mappings in order, 1 to 200. */
      fields: Array<FieldMappingInput>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: EntityMappings;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_connector" | "mapping_not_usable";
  };
  /** Asks a job to stop. It stops at the end of the page or step it is at, and keeps what it has done.
   * 
   * A job that waits is stopped at once. Asking twice changes nothing. */
  "job.cancel": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The job. */
      jobId: JobId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Job;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_job" | "already_finished";
  };
  /** One job with its progress. */
  "job.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The job. */
      jobId: JobId;
    };
    result: Job;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_job";
  };
  /** The organization's jobs, newest first. */
  "job.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only jobs of this kind. */
      kind?: (JobKind | null);
      /** Only jobs that stand so. */
      status?: (JobStatus | null);
      /** Only jobs for this connector. */
      connectorId?: (ConnectorId | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: JobPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Follows a job to its end: the job now, and again whenever it comes forward.
   * 
   * The messages are those of `live.watch`, with the job as result. After the state in which the job has ended comes `{end}`, and the subscription is over. */
  "job.watch": {
    effect: "subscription";
    caller: "viewer";
    params: {
      /** The job. */
      jobId: JobId;
      /** The `seq` of the last message of an earlier watch of the same job. */
      resume?: number | null;
    };
    result: string;
    message: LiveJob;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_job" | "rights_ended" | "too_slow";
  };
  /** Sends a query's result now, and again whenever it changes.
   * 
   * The first message is `{seq, result}`. Each further one is `{seq, patch}`, a JSON Patch (RFC 6902) against the last state, or `{seq, result}` where that is shorter; a state that is the same as before is not sent. After a broken connection give the last `seq` as `resume`, at whichever server: what was missed is sent, or `{reset}` and the whole result where that cannot be told any more.
   * 
   * A watch follows the data, not the clock: what differs only because time has passed is not sent by itself. Rights are read again whenever the query is; when they end, so does the watch, with FORBIDDEN. A query's own refusals (such as a record that is not there any more) end it with the same error as a call.
   * 
   * One WebSocket carries at most 50 subscriptions, those of `job.watch` included, unless the server's operator has set another limit. It is cut when nothing came from it for 50 seconds, not even the answer to a ping. */
  "live.watch": {
    effect: "subscription";
    caller: "viewer";
    params: {
      /** The query, such as `account.list`. */
      method: string;
      /** Its params, as in a call. */
      params?: Record<string, unknown>;
      /** The `seq` of the last message of an earlier watch of the same query with the same params. */
      resume?: number | null;
    };
    result: string;
    message: LiveAnyValue;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "unknown_method" | "not_a_query" | "result_too_large" | "rights_ended" | "too_slow";
  };
  /** Why the ROAS of one period is another than that of the period before: how much of the change comes from spending more or less, from selling more or less, and from spending it elsewhere. The three add up to the change exactly. */
  "metrics.attribution": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The Monday of the later period's first week. The earlier period are as many weeks directly before. */
      from: string;
      /** The Monday of the later period's last week. */
      to: string;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** What the parts are; campaigns, when not given. */
      level?: (MetricsLevel | null);
      /** As known at this instant; as known now, when not given. */
      knownAt?: (Timestamp | null);
    };
    result: RoasAttributionList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign" | "not_a_monday" | "period_not_possible" | "level_above" | "no_rate" | "rate_not_possible" | "sum_too_large";
  };
  /** The figures of campaigns as text that `metricsImport.plan` reads back: weeks latest first, page by page.
   * 
   * Put the `text` of all pages one after the other; only the first has the header. What is known only above the level of campaigns is not in it. */
  "metrics.export": {
    effect: "query";
    caller: "viewer";
    params: {
      /** How it is written. */
      format: ExportFormat;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** Only weeks that start on this day or later. */
      from?: string | null;
      /** Only weeks that start on this day or earlier. */
      to?: string | null;
      /** How many weeks a page has at most, 1 to 5000. */
      limit?: MatrixSize;
      /** Where to go on. */
      after?: (Cursor | null);
    };
    result: ExportedWeeks;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign";
  };
  /** What somebody should look at: one alert for each cause that holds.
   * 
   * Alerts are folded from the log of all figures, so the same log gives the same alerts at any time and `knownAt` shows those of then. They look eight weeks back. Budgets are judged at each new figure and each midnight. */
  "metrics.listAlerts": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** Only alerts of these kinds. */
      kinds?: Array<AlertKind>;
      /** The alerts of this instant; the present ones, when not given. */
      knownAt?: (Timestamp | null);
      /** How many at most, 1 to 5000. */
      limit?: MatrixSize;
    };
    result: MetricsAlertList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign";
  };
  /** Whether the weekly budgets of campaign groups are spent at the right speed, and where they will end.
   * 
   * The pace is the part of the budget that is spent against the part of the week that has passed, by the clock of the organization's time zone; on the first day the day counts as passed. A budget counts once, however many campaigns share it. */
  "metrics.pacing": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** The week's Monday; the present week's, when not given. */
      week?: string | null;
      /** As known at this instant; as known now, when not given. */
      knownAt?: (Timestamp | null);
    };
    result: MetricsPacing;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign" | "not_a_monday" | "period_not_possible" | "level_above" | "no_rate" | "rate_not_possible" | "sum_too_large";
  };
  /** Weeks whose figures became others after an instant, latest change first. A first report is no restatement. */
  "metrics.restatements": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Changes after this instant. */
      after: Timestamp;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** Changes up to this instant; up to now, when not given. */
      knownAt?: (Timestamp | null);
      /** How many at most, 1 to 5000. */
      limit?: MatrixSize;
    };
    result: RestatedWeekList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign";
  };
  /** What some weeks add up to: the organization, a client, or anything below it, with the same number of weeks before, and week over week.
   * 
   * Everything foots to the last minor unit: a total is the sum of `items`, of `others`, and of `unallocated`, which is known only higher up. Different currencies are never added; say `currency` and `rates` to have them in one. With `knownAt`, what was known then stands beside what is known now. */
  "metrics.summary": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The Monday of the first week. */
      from: string;
      /** The Monday of the last week. */
      to: string;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** What the items are; when not given, what lies directly below the place asked for. */
      level?: (MetricsLevel | null);
      /** As known at this instant, beside as known now. */
      knownAt?: (Timestamp | null);
      /** Everything in this currency. */
      currency?: (Currency | null);
      /** The rates for it, up to 50. */
      rates?: Array<CurrencyRate>;
      /** How many items at most, those with most spend first; the rest is summed up in `others`. */
      limit?: MatrixSize;
    };
    result: MetricsSummary;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign" | "not_a_monday" | "period_not_possible" | "level_above" | "no_rate" | "rate_not_possible" | "sum_too_large";
  };
  /** Week by week, currency by currency. A week of which nothing is known is a gap and not zero. */
  "metrics.trend": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The Monday of the first week. */
      from: string;
      /** The Monday of the last week. */
      to: string;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** As known at this instant, beside as known now. */
      knownAt?: (Timestamp | null);
    };
    result: TrendSeriesList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign" | "not_a_monday" | "period_not_possible" | "level_above" | "no_rate" | "rate_not_possible" | "sum_too_large";
  };
  /** One week against the week before it, place by place, as known now and as known at another instant. */
  "metrics.weekOverWeek": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The week's Monday. */
      week: string;
      /** Of this client only. */
      clientId?: (ClientId | null);
      /** Of this client on this channel only. */
      clientChannelId?: (ClientChannelId | null);
      /** Of this campaign group only. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Of this campaign only. */
      campaignId?: (CampaignId | null);
      /** What the items are; when not given, what lies directly below the place asked for. */
      level?: (MetricsLevel | null);
      /** As known at this instant, beside as known now. */
      knownAt?: (Timestamp | null);
      /** How many items at most, those with most spend first. */
      limit?: MatrixSize;
    };
    result: WeekOverWeekLineList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_client" | "no_such_client_channel" | "no_such_campaign_group" | "no_such_campaign" | "not_a_monday" | "period_not_possible" | "level_above" | "no_rate" | "rate_not_possible" | "sum_too_large";
  };
  /** Writes what a plan shows, and exactly that; refused if anything it was made of has changed. */
  "metricsImport.apply": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The plan. */
      importId: MetricsImportId;
      /** Its hash, as it was shown. */
      planHash: string;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: MetricsImport;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_import" | "plan_stale" | "not_applied" | "changed_since" | "client_read_only" | "inactive";
  };
  /** Imports and plans, latest first. */
  "metricsImport.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only those that stand there. */
      status?: (ImportStatus | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: MetricsImportPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Reads a file of weekly figures and says, row by row, what applying it would do. Nothing is written but the plan.
   * 
   * How the file is written (what separates cells, what its numbers and dates mean, which column is what) is decided for the whole file; what the file leaves open is refused until it is said. Campaigns are found by their names; rows of others are rejected one by one. */
  "metricsImport.plan": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The file's text. */
      text?: string | null;
      /** Instead of a text: the file's bytes in base64, for a file that may not be UTF-8. */
      base64?: string | null;
      /** What the file is called, up to 200 characters. */
      fileName?: string | null;
      /** What separates cells. */
      delimiter?: (ImportDelimiter | null);
      /** Which sign starts decimals. */
      numbers?: (ImportNumbers | null);
      /** What 03/04/2026 is. */
      dates?: (ImportDates | null);
      /** What a row is; a week, when not given. */
      rowsPer?: (ImportRowsPer | null);
      /** Headers of columns that are not known by their usual names, up to 8. */
      columns?: Array<ImportHeader>;
      /** The client of every row, for a file without that column. */
      client?: string | null;
      /** The channel of every row, for a file without that column. */
      channel?: string | null;
      /** The campaign group of every row, for a file without that column. */
      group?: string | null;
      /** The currency of every row, for a file that names none; each client's own, when not given. */
      currency?: (Currency | null);
      /** Whether amounts finer than a minor unit are rounded instead of rejected. */
      round?: boolean;
      /** How many rows the reply shows at most; rejected ones first. */
      limit?: MatrixSize;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ImportPlan;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "not_utf8" | "not_base64" | "no_rows" | "line_too_long" | "too_large" | "bad_quotes" | "ambiguous_delimiter" | "missing_columns" | "column_twice" | "header_not_there" | "header_currencies" | "ambiguous_number" | "mixed_numbers" | "ambiguous_date" | "mixed_dates";
  };
  /** Puts every week of an import back to the figures it had before; refused if any of them was changed since. */
  "metricsImport.undo": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The import. */
      importId: MetricsImportId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: MetricsImport;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_import" | "plan_stale" | "not_applied" | "changed_since" | "client_read_only" | "inactive";
  };
  /** One opportunity with its stages, contacts and attributes. */
  "opportunity.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The opportunity. */
      opportunityId: OpportunityId;
    };
    result: OpportunityDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_opportunity";
  };
  /** The opportunities, filtered and ordered. */
  "opportunity.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only opportunities whose name begins with this, in any case. */
      search?: string | null;
      /** Only opportunities of this account. */
      accountId?: (AccountId | null);
      /** Only opportunities in this stage, exactly as the source writes it. */
      stage?: string | null;
      /** Only open, won or lost ones. */
      status?: (OpportunityStatus | null);
      /** Only opportunities of this tier. */
      tier?: (Tier | null);
      /** The order. */
      sort?: OpportunitySort;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: OpportunityRowPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** What happened to an opportunity, newest first: stages it entered, what its contacts did, changes of its tier. */
  "opportunity.timeline": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The opportunity. */
      opportunityId: OpportunityId;
      /** Only these kinds of items; all, when empty or not given. */
      kinds?: Array<TimelineKind>;
      /** Only from this instant on. */
      from?: (Timestamp | null);
      /** Only before this instant. */
      to?: (Timestamp | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: TimelineItemPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_opportunity";
  };
  /** One person with attributes and deals. Who was merged into another is shown as that other. */
  "person.get": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The person. */
      personId: PersonId;
    };
    result: PersonDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_person";
  };
  /** The people, filtered and ordered. Who was merged into another does not appear. */
  "person.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only people whose last name begins with this, in any case. */
      search?: string | null;
      /** Only the person with this e-mail address, in any case. */
      email?: string | null;
      /** Only people of this account. */
      accountId?: (AccountId | null);
      /** Only people of this tier. */
      tier?: (Tier | null);
      /** Only people of this seniority. */
      seniority?: (Seniority | null);
      /** Only leads (true) or only contacts (false). */
      isLead?: boolean | null;
      /** The order. */
      sort?: PersonSort;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: PersonRowPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** What a person did and how their tier changed, newest first. */
  "person.timeline": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The person. */
      personId: PersonId;
      /** Only these kinds of items; all, when empty or not given. A person has no stage changes. */
      kinds?: Array<TimelineKind>;
      /** Only from this instant on. */
      from?: (Timestamp | null);
      /** Only before this instant. */
      to?: (Timestamp | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: TimelineItemPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_person";
  };
  /** The OpenRPC document of this API: every method with its params, reply, errors and an example.
   * 
   * The same document as `GET /openrpc.json`. Nothing in it depends on who asks. */
  "rpc.discover": {
    effect: "query";
    caller: "public";
    params: Record<string, never>;
    result: OpenRpcDocument;
    reason: "invalid_params";
  };
  /** Why an entity's scores are what they are. Every list of lines adds up to its score exactly, in thousandths of a point.
   * 
   * Computed from the log at the instant the scores were computed, by the rules they were computed by. */
  "scoring.explain": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which kind. */
      entityType: EntityType;
      /** Which one. */
      entityId: EntityId;
    };
    result: Explanation;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_entity" | "not_scored";
  };
  /** One entity's scores with the strongest reasons, the people behind them, and the history of its tier. */
  "scoring.getEntityDetail": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which kind. */
      entityType: EntityType;
      /** Which one. */
      entityId: EntityId;
    };
    result: EntityDetail;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_entity" | "not_scored";
  };
  /** Entities of one kind with their scores, best first. */
  "scoring.getEntityList": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which kind. */
      entityType: EntityType;
      /** Only this tier. */
      tier?: (Tier | null);
      /** Only this quadrant. */
      quadrant?: (Quadrant | null);
      /** Only people and opportunities of this account. Without effect on accounts. */
      accountId?: (AccountId | null);
      /** Only those whose name begins with this, in any case; people by last name. */
      search?: string | null;
      /** The order. */
      sort?: EntitySort;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: EntityRowPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** The latest scoring run, under way or ended. */
  "scoring.getLastScoringRun": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: LastScoringRun;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Fit against engagement for one kind of thing: the points of a scatter plot, the lines that cut it, and how many are where.
   * 
   * When there are more than `limit`, the best by combined score are shown; the counts are always of all. */
  "scoring.getMatrixData": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which kind. */
      entityType: EntityType;
      /** Only this tier's points. The counts are not affected. */
      tier?: (Tier | null);
      /** How many points at most, 1 to 5000. */
      limit?: MatrixSize;
    };
    result: MatrixData;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Computes all scores now, or joins the run that is under way. Follow it with `job.get`.
   * 
   * Scores are also computed after each sync and each activation of rules: this is for the impatient. */
  "scoring.runScoring": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: StartedJob;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** Puts drafts in force, all at the same instant, and starts a scoring run with them. */
  "scoringConfig.activate": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The drafts, at most one for each part. */
      versions: Array<ConfigRef>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Activated;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_version" | "not_a_draft";
  };
  /** All rules in force, their drafts, and the defaults to compare with or return to. */
  "scoringConfig.getAllConfigs": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: AllConfigs;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** One part of the rules: what is active, and the draft if there is one. */
  "scoringConfig.getConfig": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which part. */
      type: ConfigType;
    };
    result: ConfigState;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** The versions of one part of the rules, newest first. */
  "scoringConfig.listVersions": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Which part. */
      type: ConfigType;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: AnyConfigVersionPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Saves drafts of one, two or all three parts of the rules, replacing the drafts there were. Nothing is scored by them until they are activated.
   * 
   * A rule that cannot hold is refused with INVALID_PARAMS naming its path, such as `config.combined.fitThreshold`. */
  "scoringConfig.saveDraft": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The parts to save. */
      config: ConfigDraft;
      /** What you want to say about it, up to 1000 characters. */
      note?: string | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: AnyConfigVersionList;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low";
  };
  /** Who the caller is, in which organization, and what they may do there.
   * 
   * Rights are read anew with each call: what this says holds now, whatever the token said when it was issued. */
  "session.current": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: CurrentSession;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Whether the service works, as far as a caller is concerned.
   * 
   * Answers without a credential, and quickly, even when the database is away: then `status` is `unavailable`. */
  "system.health": {
    effect: "query";
    caller: "public";
    params: Record<string, never>;
    result: HealthReport;
    reason: "invalid_params";
  };
  /** Which version answers. */
  "system.version": {
    effect: "query";
    caller: "public";
    params: Record<string, never>;
    result: VersionReport;
    reason: "invalid_params";
  };
  /** Limits a manager or viewer to named clients, or lifts the limit.
   * 
   * A limited member sees these clients, and what is below them, in every list, sum, export and live query, and no other. An empty list shows them no client at all. It holds from the member's next call on. */
  "team.assignClients": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The member. */
      userId: UserId;
      /** The clients, up to 500; null for every client. It has to be said: a call that leaves it out is refused, so that nobody lifts a limit by forgetting it. */
      clients: Array<ClientGrant> | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: ClientAssignment;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_member" | "no_such_client" | "member_is_admin" | "above_role" | "client_twice";
  };
  /** Gives a member another role. It holds from the member's next call on.
   * 
   * The last admin cannot be given a lower role. */
  "team.changeRole": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The member. */
      userId: UserId;
      /** The new role. Giving the same role again changes nothing. */
      role: Role;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Member;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_member" | "last_admin" | "role_kept_outside";
  };
  /** Which clients a member is limited to. */
  "team.getAssignment": {
    effect: "query";
    caller: "admin";
    params: {
      /** The member. */
      userId: UserId;
    };
    result: ClientAssignment;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_member" | "no_such_client" | "member_is_admin" | "above_role" | "client_twice";
  };
  /** The members of the organization with their roles, by name. */
  "team.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only members with this role. */
      role?: (Role | null);
      /** Only members whose name or e-mail address begins with this, in any case. */
      search?: string | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: MemberPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Removes a member from the organization and ends their sessions in it.
   * 
   * The user's account and their other organizations stay. The last admin cannot be removed. A member who signs in through an outside issuer has to be removed there first: their next token would make them a member again. */
  "team.remove": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The member. */
      userId: UserId;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedMember;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_member" | "last_admin" | "role_kept_outside";
  };
  /** The caller's organization with its settings. */
  "tenant.getCurrent": {
    effect: "query";
    caller: "viewer";
    params: Record<string, never>;
    result: Tenant;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Changes the organization's name or settings. What is not given stays as it is.
   * 
   * A new currency does not convert anything: amounts keep the currency they came with. */
  "tenant.updateSettings": {
    effect: "mutation";
    caller: "admin";
    params: {
      /** The new name, 1 to 200 characters. */
      name?: string | null;
      /** The new currency. */
      currency?: (Currency | null);
      /** The new time zone, by its IANA name such as `Europe/Berlin`. */
      timeZone?: string | null;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: Tenant;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "unknown_time_zone";
  };
  /** The role of one user in the organization; the caller's own when no user is named.
   * 
   * An API key has no user: without `userId` it gets the key's own role, and `userId` is null. */
  "user.getRole": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The user; the caller when not given. */
      userId?: (UserId | null);
    };
    result: UserRole;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "no_such_user";
  };
  /** The users of the organization by name, to choose from.
   * 
   * For roles and dates use `team.list`. */
  "user.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only users whose name or e-mail address begins with this, in any case. */
      search?: string | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
      /** Whether to count the whole list as well. */
      includeTotal?: boolean;
    };
    result: UserPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Weeks with figures, latest first. */
  "weeklyMetric.list": {
    effect: "query";
    caller: "viewer";
    params: {
      /** Only this client's. */
      clientId?: (ClientId | null);
      /** Only those of this client on this channel, and of what is below. */
      clientChannelId?: (ClientChannelId | null);
      /** Only those of this group and of its campaigns. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Only those of this campaign. */
      campaignId?: (CampaignId | null);
      /** Only weeks that start on this day or later. */
      from?: string | null;
      /** Only weeks that start on this day or earlier. */
      to?: string | null;
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: WeeklyMetricPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Everything that was ever known of a week at a place, latest first. */
  "weeklyMetric.listRevisions": {
    effect: "query";
    caller: "viewer";
    params: {
      /** The week's Monday. */
      weekStart: string;
      /** The campaign. */
      campaignId?: (CampaignId | null);
      /** Instead of a campaign: the group. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Instead of a campaign: the client on the channel. */
      clientChannelId?: (ClientChannelId | null);
      /** Instead of a campaign: the client. */
      clientId?: (ClientId | null);
      /** How many at most. */
      pageSize?: PageSize;
      /** Where to go on. */
      cursor?: (Cursor | null);
    };
    result: WeekRevisionPage;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable";
  };
  /** Takes a week's figures away. The revisions stay, to be seen with `knownAt`. */
  "weeklyMetric.remove": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The week's Monday. */
      weekStart: string;
      /** The campaign. */
      campaignId?: (CampaignId | null);
      /** Instead of a campaign: the group. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Instead of a campaign: the client on the channel. */
      clientChannelId?: (ClientChannelId | null);
      /** Instead of a campaign: the client. */
      clientId?: (ClientId | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: RemovedWeek;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_week" | "client_read_only";
  };
  /** Puts in a week's figures, or changes them. What was there stays as an earlier revision; the same figures again are none.
   * 
   * Figures belong to a campaign. What is known only higher up (a fee for the whole client) is put in there instead, and counts beside what the campaigns report: name exactly one of `campaignId`, `campaignGroupId`, `clientChannelId` and `clientId`. */
  "weeklyMetric.upsert": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The week's Monday. */
      weekStart: string;
      /** What was spent, in the client's currency: zero to 1,000,000,000,000,000 minor units. To correct a week, put in what is right. */
      adSpend: Money;
      /** What was sold, in the client's currency, within the same bounds. */
      sales: Money;
      /** The campaign. */
      campaignId?: (CampaignId | null);
      /** Instead of a campaign: the group, for figures known only of all of it. */
      campaignGroupId?: (CampaignGroupId | null);
      /** Instead of a campaign: the client on the channel. */
      clientChannelId?: (ClientChannelId | null);
      /** Instead of a campaign: the client. */
      clientId?: (ClientId | null);
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: UpsertedWeek;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "no_such_client_channel" | "no_such_client" | "client_read_only" | "inactive" | "not_a_monday" | "week_out_of_range" | "negative_amount" | "amount_too_large" | "currency_not_used" | "week_twice";
  };
  /** Puts in the figures of many weeks at once: all of them, or, if one is refused, none. */
  "weeklyMetric.upsertMany": {
    effect: "mutation";
    caller: "manager";
    params: {
      /** The weeks, 1 to 1000; no two of the same place and week. */
      weeks: Array<Week>;
      /** Makes a repeat harmless: within 72 hours the same key and params return the first reply byte for byte; the same key with other params is refused with CONFLICT. */
      idempotencyKey?: string;
    };
    result: UpsertedWeeks;
    reason: "invalid_params" | "unauthenticated" | "database_unavailable" | "role_too_low" | "no_such_campaign" | "no_such_campaign_group" | "no_such_client_channel" | "no_such_client" | "client_read_only" | "inactive" | "not_a_monday" | "week_out_of_range" | "negative_amount" | "amount_too_large" | "currency_not_used" | "week_twice";
  };
}

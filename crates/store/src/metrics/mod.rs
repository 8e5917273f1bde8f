//! Clients, what runs for them on which channel, and what each week brought in.
//!
//! Every query here says itself whose rows it means: the tenant's, and of those the clients that the caller may see. Row
//! security says the same again. What weeks, ratios and roll-ups are is `ad_metrics`' business.

mod campaigns;
mod channels;
mod client_channels;
mod clients;
mod grants;
mod groups;
mod import_plan;
mod imports;
mod level;
mod log;
mod place;
mod sums;
mod tree;
mod weeks;
mod weeks_write;

pub use campaigns::{
    Campaign, CampaignChange, CampaignFilter, NewCampaign, create_campaign, get_campaign, list_campaigns,
    remove_campaign, set_campaign_active, update_campaign,
};
pub use channels::{Channel, get_channel, list_channels};
pub use client_channels::{
    ClientChannel, ClientChannelFilter, create_client_channel, get_client_channel, list_client_channels,
    remove_client_channel, set_client_channel_active, update_client_channel,
};
pub use clients::{
    Client, ClientFilter, create_client, get_client, list_clients, remove_client, set_client_active,
    update_client,
};
pub use grants::{AssignError, Assignment, ClientGrant, assign_clients, get_assignment};
pub use groups::{
    CampaignGroup, CampaignGroupFilter, GroupChange, NewCampaignGroup, create_campaign_group,
    get_campaign_group, list_campaign_groups, remove_campaign_group, set_campaign_group_active,
    update_campaign_group,
};
pub use import_plan::{ImportFile, PlanError, Planned, plan_import};
pub use imports::{Import, ImportError, apply_import, list_imports, undo_import};
pub use level::{Changed, EntityError, Level, Removed};
pub use log::{LoggedRevision, revision_log, revisions_of_changed};
pub use place::{Place, find_places};
pub use sums::{OwnSum, SumWeeks, own_sums};
pub use tree::{TreeNode, TreeWithSums, load_tree, load_tree_with_sums, local_now};
pub use weeks::{Revision, RevisionRow, WeekFilter, WeekRow, list_revisions, list_weeks};
pub use weeks_write::{GivenWeek, NewWeek, Source, WrittenWeek, remove_week, upsert_week, upsert_weeks};

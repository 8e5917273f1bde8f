//! Weekly figures from a CSV file as plan → apply → undo. This is the plan: bytes in, an answer for every row out.
//!
//! The file is pushed through twice, in pieces of any size, so that it never has to lie in memory:
//!
//! 1. [`Survey`] decides *for the whole file* what it is: its delimiter, which column is what, whether 1.234 is more
//!    than a thousand, whether 03/04 is in March. What the file does not decide, a [`Hints`] must: nothing is guessed.
//! 2. [`Reading`] turns it into a [`Sheet`] of 32 bytes a row. Its [`Sheet::paths`] name the campaigns, which
//!    the caller resolves into its own, once each.
//! 3. [`Planner`] hands out the weeks it wants to know in batches and answers row by row: [`Answer`]. Its [`Plan`] has
//!    a hash over the answers, and so over the file and what was there before; the same hash means the same effect.
//!
//! Knows no database and no file system; whether a campaign exists, may be seen or may be made is the caller's.

mod date;
mod header;
mod hints;
mod lexer;
mod number;
mod path;
mod planner;
mod reading;
mod refused;
mod resolve;
mod survey;
mod undo;

pub use header::Column;
pub use hints::{DateOrder, Delimiter, Hints, Layout, Limits, NumberFormat, RowsPer};
pub use path::CampaignPath;
pub use planner::{Answer, Counts, Key, Plan, PlanHash, PlanStale, PlannedRow, Planner};
pub use reading::{Reading, Resolution, Sheet};
pub use refused::{FileRefused, RowReason};
pub use survey::Survey;
pub use undo::{Applied, UndoAnswer, undo};

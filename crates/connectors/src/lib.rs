//! The outside world: vendors' APIs become canonical records here, through one contract that every vendor keeps.
//! It knows vendors and HTTP; it knows no database, no tenant and no scoring.

pub mod egress;
pub mod mapping;
pub mod oauth;
pub mod salesforce;

mod connector;
mod credentials;
mod descriptor;
mod error;
mod page;
mod quality;
mod registry;
mod row;
mod session;

pub use connector::{AuthStart, Connector, Context, Cursor, Grant, OAuthApp, Scope};
pub use credentials::{Credentials, Secret, UnreadableCredentials};
pub use descriptor::{AuthKind, Descriptor, FieldType, Health, RatePlan, SourceField};
pub use error::{Actor, ConnectorError};
pub use mapping::{FieldMapping, MappingProblem, Mappings, Transform};
pub use page::{Folded, Page, Preview, Quarantined, Records};
pub use registry::Registry;
pub use session::{CredentialSink, Session, Unsaved};

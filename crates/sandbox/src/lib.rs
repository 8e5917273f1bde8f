//! Stand-ins for the vendors Fairlead talks to: servers on loopback that answer as the vendor's public documentation says,
//! with seeded data and a menu of faults. For the demo and the tests. Knows nothing of our domain and no other crate of ours.
pub mod salesforce;

pub use salesforce::{Salesforce, SalesforceHandle, SalesforceOptions};

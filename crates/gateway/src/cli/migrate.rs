//! `fairlead migrate`: brings the database's schema to this program's version.

use clap::Args;

use super::{Common, database, exit::Failure, log};

/// Brings the database to this version. Serving processes with an older schema go on meanwhile. Of the settings it needs
/// `database_owner_url` only, or the data folder of a private database.
#[derive(Args, Debug)]
pub(crate) struct Migrate {
    #[command(flatten)]
    common: Common,
}

impl Migrate {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load_database()?;
        log::start(&config.log);
        let done = database::open(&config.database, &config.data_dir).await?.migrate().await?;
        for name in &done {
            println!("{name}");
        }
        eprintln!("{} migrations run", done.len());
        Ok(())
    }
}

//! Rules of the house that no compiler knows. Each check returns what it found; none stops at the first.

mod dependencies;
mod files;

use anyhow::bail;

pub(crate) fn tidy() -> anyhow::Result<()> {
    let mut found = dependencies::check()?;
    found.extend(files::check()?);
    for line in &found {
        eprintln!("tidy: {line}");
    }
    if !found.is_empty() {
        bail!("{} things to tidy", found.len());
    }
    Ok(())
}

//! The committed contract in `api-schema/`: the OpenRPC document and the TypeScript types, both generated, never edited.

use std::fs;

use anyhow::{Context, bail};

use crate::{run, typescript};

/// Writes the files, or with `check` says which of them differ from what they should be.
pub(crate) fn schema(check: bool) -> anyhow::Result<()> {
    let document = api::document();
    let files = [
        ("api-schema/openrpc.json", api::document_text()),
        ("api-schema/typescript/types.ts", typescript::types(&document)?),
    ];
    let mut stale = Vec::new();
    for (path, content) in files {
        let place = run::root().join(path);
        if fs::read_to_string(&place).is_ok_and(|committed| committed == content) {
            continue;
        }
        if check {
            stale.push(path);
            continue;
        }
        let folder = place.parent().expect("a file lies in a folder");
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        fs::write(&place, content).with_context(|| format!("{path} cannot be written"))?;
        println!("wrote {path}");
    }
    if !stale.is_empty() {
        bail!(
            "{} differ from the methods' declarations; run `cargo xtask schema` and commit",
            stale.join(" and ")
        );
    }
    Ok(())
}

//! Rebuilds the crate when a migration changes, and names the set of migrations by a hash for the test template.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() {
    let root = Path::new("../../migrations");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    for folder in std::fs::read_dir(root).expect("the workspace has a migrations folder").flatten() {
        for name in ["up.sql", "down.sql"] {
            files.push(folder.path().join(name));
        }
    }
    files.sort();
    println!("cargo:rustc-env=FAIRLEAD_MIGRATIONS_HASH={:016x}", hash_of(&files));
}

fn hash_of(files: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        file.file_name().hash(&mut hasher);
        std::fs::read(file).expect("each migration has up.sql and down.sql").hash(&mut hasher);
    }
    hasher.finish()
}

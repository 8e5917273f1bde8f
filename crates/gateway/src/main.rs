//! The `fairlead` binary. Its commands live in the library, where tests reach them.

use std::process::ExitCode;

fn main() -> ExitCode {
    gateway::cli::main()
}

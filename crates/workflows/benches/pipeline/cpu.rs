//! Processor time of the three who share the machine: the worker (this process), PostgreSQL with all its processes, and
//! the stand-in. All zero where there is no /proc.

use std::path::Path;

/// Seconds used so far.
#[derive(Clone, Copy)]
pub(crate) struct Cpu {
    worker: f64,
    postgres: f64,
    stand_in: f64,
}

impl Cpu {
    /// `postgres` is the server's folder, `stand_in` the process.
    pub(crate) fn now(postgres: &Path, stand_in: u32) -> Self {
        let pid_file = std::fs::read_to_string(postgres.join("data/postmaster.pid")).unwrap_or_default();
        let postmaster = pid_file.lines().next().unwrap_or_default();
        let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let children = all.filter_map(|process| {
            let fields = fields(&process.file_name().into_string().ok()?);
            (fields.get(1)? == postmaster).then(|| seconds(&fields, 2))
        });
        // The server's own time and that of its processes which have ended.
        let ended = seconds(&fields(postmaster), 4);
        Self {
            worker: seconds(&fields("self"), 2),
            postgres: ended + children.sum::<f64>(),
            stand_in: seconds(&fields(&stand_in.to_string()), 2),
        }
    }

    /// Microseconds for each of `records` since `before`.
    pub(crate) fn print(&self, before: &Self, records: f64) {
        let each = |now: f64, before: f64| (now - before) / records * 1e6;
        println!(
            "  processor time a record: PostgreSQL {:.1} µs, worker {:.1} µs, stand-in {:.1} µs",
            each(self.postgres, before.postgres),
            each(self.worker, before.worker),
            each(self.stand_in, before.stand_in)
        );
    }
}

/// Of /proc/PID/stat, from the process's state on.
fn fields(pid: &str) -> Vec<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().map(str::to_owned).collect()
}

/// In user and system mode, and for `times` 4 also of its children that have ended; the kernel counts in hundredths.
fn seconds(fields: &[String], times: usize) -> f64 {
    fields.iter().skip(11).take(times).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

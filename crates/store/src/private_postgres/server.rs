//! One server in one folder: initialise, start or join, and stop with its last user.
//!
//! Every user of the server leaves a file named by its process (and a count) in `users/`. A shell in the background looks
//! once a second whether one of them is alive, and stops the server when none has been for the time it lingers:
//! a user that was killed leaves nothing running.

use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::find::Binaries;
use super::users::{User, reachable};
use super::{PrivatePostgresError as Error, PrivatePostgresOptions};

/// A socket's path may be no longer than this.
const LONGEST_SOCKET: usize = 107;
const SOCKET: &str = ".s.PGSQL.5432";
pub(super) const LOG: &str = "log";
/// One process may use the same server more than once.
static CLAIMS: AtomicU64 = AtomicU64::new(0);
const START_LIMIT: Duration = Duration::from_secs(60);

/// Runs as the user who started the server, so that it may signal both sides. $1 users folder, $2 server's pid,
/// $3 seconds to linger.
const WATCH: &str = r#"
idle=0
while kill -0 "$2" 2>/dev/null; do
  alive=
  for user in "$1"/*; do
    name=${user##*/}
    if kill -0 "${name%%.*}" 2>/dev/null; then alive=1; else rm -f "$user"; fi
  done
  if [ -n "$alive" ]; then idle=0; else idle=$((idle + 1)); fi
  if [ "$idle" -gt "$3" ]; then kill -INT "$2"; exit; fi
  sleep 1
done
"#;

pub(super) struct Server {
    folder: PathBuf,
    sockets: PathBuf,
    options: PrivatePostgresOptions,
    user: Option<User>,
    claim: PathBuf,
    left: bool,
    /// Some where this process started it and so has to reap it.
    child: Option<Child>,
}

impl Server {
    pub(super) fn start(options: &PrivatePostgresOptions) -> Result<Self, Error> {
        let asked = std::path::absolute(&options.folder)
            .map_err(|error| Error::Folder(options.folder.clone(), error.to_string()))?;
        let user = User::to_drop_to()?;
        let folder = reachable(&asked, user.as_ref());
        prepare(&folder, user.as_ref()).map_err(|error| Error::Folder(folder.clone(), error.to_string()))?;
        let sockets = socket_folder(&folder, user.as_ref())?;
        let claim = folder.join("users").join(format!(
            "{}.{}",
            std::process::id(),
            CLAIMS.fetch_add(1, Ordering::Relaxed)
        ));
        let options = options.clone();
        let mut server = Self { folder, sockets, options, user, claim, left: false, child: None };
        let locked = server.lock()?;
        if !server.runs() {
            let log = File::create(server.log()).map_err(|error| server.unusable(&error))?;
            server.initialise_and_spawn(log)?;
        }
        server.register()?;
        drop(locked);
        Ok(server)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn socket_folder(&self) -> &Path {
        &self.sockets
    }

    fn log(&self) -> PathBuf {
        self.folder.join(LOG)
    }

    /// Whether the server has died, by whatever hand. One that is busy with its own recovery has not.
    pub(super) fn has_died(&mut self) -> bool {
        if let Some(child) = &mut self.child {
            // Also reaps it: until then its pid would look alive to its successor.
            return matches!(child.try_wait(), Ok(Some(_)));
        }
        // As long as it lives it listens. Its pid says less: it may be another's by now.
        UnixStream::connect(self.sockets.join(SOCKET)).is_err()
    }

    /// Starts a server that has died again, unless another of its users was faster.
    pub(super) fn revive(&mut self) -> Result<(), Error> {
        let _locked = self.lock()?;
        self.child = None;
        if self.runs() {
            return Ok(());
        }
        // What the dead one said last stays readable.
        let log = OpenOptions::new().create(true).append(true).open(self.log());
        let log = log.map_err(|error| self.unusable(&error))?;
        self.initialise_and_spawn(log)
    }

    /// Gives up this process's claim; the last one stops the server, unless it lingers and `now` is false.
    pub(super) fn leave(&mut self, now: bool) {
        if std::mem::replace(&mut self.left, true) {
            return;
        }
        let Ok(_locked) = self.lock() else { return };
        let _ = std::fs::remove_file(&self.claim);
        if (self.options.linger_seconds > 0 && !now) || self.has_users() {
            self.leave_child();
            return;
        }
        if self.has_died() {
            return;
        }
        let Some(pid) = self.pid() else { return };
        signal("INT", pid);
        if let Some(child) = &mut self.child {
            let _ = child.wait();
        } else {
            let until = Instant::now() + Duration::from_secs(10);
            while self.pid().is_some() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// It goes on without us. Should it die while we live, a zombie would look alive to its successor.
    fn leave_child(&mut self) {
        if let Some(mut child) = self.child.take() {
            std::thread::spawn(move || child.wait());
        }
    }

    fn initialise_and_spawn(&mut self, log: File) -> Result<(), Error> {
        let (options, user) = (self.options.clone(), self.user.clone());
        let user = user.as_ref();
        let made_by = std::fs::read_to_string(self.folder.join("data/PG_VERSION")).ok();
        let made_by = made_by.as_deref().map(str::trim);
        let programs = Binaries::find_or_fetch(&self.folder.join("programs"), user, made_by, options.fetch)?;
        if made_by.is_none() {
            self.initialise(&programs, user)?;
        }
        let mut command = self.command(&programs, "postgres", user);
        command.arg("-D").arg(self.folder.join("data")).arg("-k").arg(&self.sockets);
        for setting in settings(options.throwaway) {
            command.args(["-c", setting]);
        }
        // A group of its own: an interrupt typed at the program must not reach the server behind its back.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut child =
            command.spawn().map_err(|error| Error::Start(programs.0.clone(), error.to_string()))?;
        self.wait_until_ready(&mut child)?;
        self.watch(child.id(), options.linger_seconds);
        self.child = Some(child);
        Ok(())
    }

    fn initialise(&self, programs: &Binaries, user: Option<&User>) -> Result<(), Error> {
        // Into another name first, so that an interrupted one is not taken for a database.
        let fresh = self.folder.join("data.new");
        let data = self.folder.join("data");
        let mut said = String::new();
        for locale in ["C.UTF-8", "en_US.UTF-8", "C"] {
            let _ = std::fs::remove_dir_all(&fresh);
            let mut command = self.command(programs, "initdb", user);
            command.arg("-D").arg(&fresh).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
            let output = command
                .arg(format!("--locale={locale}"))
                .output()
                .map_err(|error| Error::InitDb(error.to_string()))?;
            if output.status.success() {
                let _ = std::fs::remove_dir_all(&data);
                return std::fs::rename(&fresh, &data).map_err(|error| self.unusable(&error));
            }
            said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " / ");
        }
        Err(Error::InitDb(said))
    }

    fn command(&self, programs: &Binaries, name: &str, user: Option<&User>) -> Command {
        let mut command = Command::new(programs.0.join(name));
        command.current_dir(&self.folder).env("LC_ALL", "C").env("HOME", &self.folder).env("TZ", "UTC");
        if let Some(user) = user {
            command.uid(user.uid).gid(user.gid);
        }
        command
    }

    fn wait_until_ready(&self, child: &mut Child) -> Result<(), Error> {
        let until = Instant::now() + START_LIMIT;
        while Instant::now() < until {
            if self.runs() {
                return Ok(());
            }
            if let Ok(Some(status)) = child.try_wait() {
                let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                let last = log.trim().lines().rev().take(2).collect::<Vec<_>>().join(" / ");
                return Err(Error::Start(self.folder.clone(), format!("{status}: {last}")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        Err(Error::Start(self.folder.clone(), format!("not ready after {} s", START_LIMIT.as_secs())))
    }

    /// Whether the server says it is ready and its socket answers.
    fn runs(&self) -> bool {
        self.postmaster().is_some_and(|(_, ready)| ready)
            && UnixStream::connect(self.sockets.join(SOCKET)).is_ok()
    }

    fn pid(&self) -> Option<u32> {
        self.postmaster().map(|(pid, _)| pid)
    }

    /// First line of postmaster.pid is the pid, the eighth the state.
    fn postmaster(&self) -> Option<(u32, bool)> {
        let text = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        let pid = text.lines().next()?.trim().parse().ok()?;
        Some((pid, text.lines().nth(7).is_some_and(|state| state.trim() == "ready")))
    }

    fn watch(&self, pid: u32, linger_seconds: u32) {
        // Two looks at least: a user that has just left and one that comes may miss each other by a second.
        let linger = linger_seconds.max(2).to_string();
        let mut shell = Command::new("sh");
        shell
            .args(["-c", WATCH, "fairlead-postgres-watch"])
            .arg(self.users())
            .arg(pid.to_string())
            .arg(linger);
        shell
            .process_group(0)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        match shell.spawn() {
            // Reaped here when the server stops; nobody waits for the thread.
            Ok(mut watch) => drop(std::thread::spawn(move || watch.wait())),
            Err(error) => {
                tracing::warn!(%error, "nobody will stop the private PostgreSQL if this process is killed")
            }
        }
    }

    fn register(&self) -> Result<(), Error> {
        std::fs::write(&self.claim, "").map_err(|error| self.unusable(&error))
    }

    fn has_users(&self) -> bool {
        let users = std::fs::read_dir(self.users()).into_iter().flatten().flatten();
        users.filter_map(|user| user.file_name().to_str()?.split('.').next()?.parse().ok()).any(is_alive)
    }

    fn users(&self) -> PathBuf {
        self.folder.join("users")
    }

    fn lock(&self) -> Result<File, Error> {
        let lock = File::create(self.folder.join("lock")).map_err(|error| self.unusable(&error))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => lock.lock().map_err(|error| self.unusable(&error))?,
            Err(TryLockError::Error(error)) => return Err(self.unusable(&error)),
            Ok(()) => {}
        }
        Ok(lock)
    }

    fn unusable(&self, error: &std::io::Error) -> Error {
        Error::Folder(self.folder.clone(), error.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.leave(false);
    }
}

/// A name for a folder that fits anywhere.
pub(super) fn name_of(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn prepare(folder: &Path, user: Option<&User>) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    std::fs::create_dir_all(folder.join("users"))?;
    if let Some(user) = user {
        chown(folder, Some(user.uid), Some(user.gid))?;
    }
    // Whoever reaches the socket is trusted, so only the owner may.
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// The folder itself, or a short one under the temporary folder when the socket's path would be too long.
fn socket_folder(folder: &Path, user: Option<&User>) -> Result<PathBuf, Error> {
    if folder.join(SOCKET).as_os_str().len() <= LONGEST_SOCKET {
        return Ok(folder.to_owned());
    }
    let short = Path::new("/tmp").join(format!("fairlead-{}", name_of(folder)));
    let failed = |error: std::io::Error| Error::Folder(short.clone(), error.to_string());
    match std::fs::create_dir(&short) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let ours = folder.metadata().map_err(failed)?.uid();
    let meta = std::fs::symlink_metadata(&short).map_err(failed)?;
    let is_root = user.is_some();
    if !meta.is_dir() || (meta.uid() != ours && !(is_root && meta.uid() == 0)) {
        return Err(Error::Folder(short, "it belongs to somebody else".into()));
    }
    if let Some(user) = user {
        chown(&short, Some(user.uid), Some(user.gid)).map_err(failed)?;
    }
    std::fs::set_permissions(&short, std::fs::Permissions::from_mode(0o700)).map_err(failed)?;
    Ok(short)
}

fn settings(throwaway: bool) -> &'static [&'static str] {
    if throwaway {
        &[
            "listen_addresses=",
            "max_connections=400",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "autovacuum=off",
            "shared_buffers=128MB",
        ]
    } else {
        &[
            "listen_addresses=",
            "max_connections=200",
            "shared_buffers=256MB",
            "max_wal_size=4GB",
            "jit=off",
            // After a first sync the planner still takes the tables for empty until they have been analysed.
            "autovacuum_naptime=10s",
        ]
    }
}

fn is_alive(pid: u32) -> bool {
    signal("0", pid)
}

fn signal(name: &str, pid: u32) -> bool {
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -\"$1\" \"$2\" 2>/dev/null", "signal", name]).arg(pid.to_string());
    shell.status().is_ok_and(|status| status.success())
}

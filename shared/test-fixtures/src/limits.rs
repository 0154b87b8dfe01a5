//! The limits under which this process is that a program may not start or work under.

use std::{fs, path::Path};

use rustix::process::{Resource, getrlimit};

/// Processes and threads of a user below which the limit of them may be why an interpreter
/// does not start.
const FEW_PROCESSES: u64 = 64;

/// ", under `ulimit -v 1000`": those of addresses, of time on a core, and of few processes.
pub fn under() -> String {
    let memory = getrlimit(Resource::As).current;
    let memory = memory.map(|limit| format!(", under `ulimit -v {}`", limit / 1024));
    let seconds = getrlimit(Resource::Cpu).current;
    let seconds = seconds.map(|limit| format!(", under `ulimit -t {limit}`"));
    memory.unwrap_or_default() + &seconds.unwrap_or_default() + &under_few_processes()
}

/// ", under `ulimit -u 10`, under `pids.max 10` of its cgroup", where so few are allowed.
pub(crate) fn under_few_processes() -> String {
    let of_user = getrlimit(Resource::Nproc).current;
    let few = |limit: &u64| *limit < FEW_PROCESSES;
    let of_user = of_user
        .filter(few)
        .map(|limit| format!(", under `ulimit -u {limit}`"));
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let of_group = least_of_groups(&groups, Path::new("/sys/fs/cgroup")).filter(few);
    let of_group =
        of_group.map(|limit| format!(", under `pids.max {limit}` of its cgroup"));
    of_user.unwrap_or_default() + &of_group.unwrap_or_default()
}

/// The least number of processes and threads that any of these groups may have, which are
/// lines of /proc/self/cgroup, or one above them.
fn least_of_groups(groups: &str, mounted: &Path) -> Option<u64> {
    let limits = groups.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        let (controllers, group) = rest.split_once(':')?;
        let root = match controllers {
            "" => mounted.to_owned(),
            "pids" => mounted.join("pids"),
            _ => return None,
        };
        let group = root.join(group.trim_start_matches('/'));
        let groups = group
            .ancestors()
            .take_while(|group| group.starts_with(&root));
        let limit = |group: &Path| {
            let limit = fs::read_to_string(group.join("pids.max")).ok()?;
            limit.trim().parse().ok()
        };
        groups.filter_map(limit).min()
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_time_is_one() {
        let is_limited = getrlimit(Resource::Cpu).current.is_some();
        assert_eq!(under().contains("ulimit -t"), is_limited);
    }

    #[test]
    fn the_least_of_a_group_and_those_above_counts() {
        let mounted = tempfile::tempdir().expect("a folder");
        let limit = |group: &str, limit: &str| {
            let group = mounted.path().join(group);
            fs::create_dir_all(&group).expect("it can be made");
            fs::write(group.join("pids.max"), limit).expect("it can be written");
        };
        let least = |groups: &str| least_of_groups(groups, mounted.path());
        assert_eq!(least("8:pids:/a/b\n0::/c\n"), None);
        limit("pids/a", "12\n");
        limit("pids/a/b", "max\n");
        assert_eq!(least("8:pids:/a/b\n7:memory:/d\n0::/c\n"), Some(12));
        assert_eq!(least("8:pids:/\n0::/c\n"), None);
        limit("c", "9\n");
        assert_eq!(least("8:pids:/a/b\n0::/c\n"), Some(9));
        assert_eq!(least("0::/c/e\n"), Some(9));
    }
}

//! The domain of the variant `iceoryx2`: a directory of the trial's own, and names in
//! `/dev/shm` that nobody else has.
//!
//! The package removes what a killed process has left when the next node of the same domain
//! begins or ends, and here there is none: so the stage does it, and the next run where this
//! one is killed, too.

use anyhow::{Context, Result};
use test_fixtures::temporary::{self, TemporaryDir};

use crate::Domain;

/// Longer paths leave too little for the names of sockets below them: a socket's address
/// has room for 107 bytes (`unix(7)`).
const LONGEST: usize = 14;

/// What the files of a domain take, at most.
const FILES: u64 = 4 << 20;

/// A domain that nobody else has, and the directory: all that is in the domain is removed
/// when that is dropped.
///
/// # Errors
/// No directory can be made.
pub(crate) fn make() -> Result<(Domain, TemporaryDir)> {
    // Some hundred small files are made and removed, and no disk is to be measured.
    let mut parent = temporary::roomy(FILES)?;
    if parent.as_os_str().len() > LONGEST {
        parent = "/tmp".into();
    }
    let root = TemporaryDir::new_in(&parent)?;
    let path = root.path().to_str().context("TMPDIR is no UTF-8")?;
    let domain = Domain {
        root: path.to_owned(),
        prefix: root.prefix(),
    };
    Ok((domain, root))
}

#[cfg(all(test, feature = "iceoryx2"))]
mod tests {
    use std::{
        env, fs,
        io::{BufRead, BufReader},
        process::{Command, Stdio},
        thread,
        time::Duration,
    };

    use anyhow::bail;
    use iceoryx2::prelude::*;
    use test_fixtures::{Model, Variant, job_args, temporary::IN_MEMORY};

    use super::*;
    use crate::SharedMemory;

    /// In the environment of a process that is to be killed: the root and the prefix.
    const DOMAIN: [&str; 2] = ["DOMAIN_ROOT", "DOMAIN_PREFIX"];

    fn node(domain: &Domain) -> Result<Node<ipc_threadsafe::Service>> {
        let mut config = Config::default();
        config
            .global
            .set_root_path(&iceoryx2::prelude::Path::try_from(&*domain.root)?);
        config.global.prefix = FileName::try_from(&*domain.prefix)?;
        Ok(NodeBuilder::new().config(&config).create()?)
    }

    /// What has a name of this domain in memory.
    fn names(domain: &Domain) -> Vec<String> {
        let names = fs::read_dir(IN_MEMORY).into_iter().flatten().flatten();
        names
            .filter_map(|name| name.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_prefix(&domain.prefix)?.to_owned()))
            .collect()
    }

    #[test]
    fn what_a_killed_process_leaves_is_removed_by_the_next_node() -> Result<()> {
        if let [Ok(root), Ok(prefix)] = DOMAIN.map(env::var) {
            let node = node(&Domain { root, prefix })?;
            let samples = node
                .service_builder(&"killed".try_into()?)
                .publish_subscribe::<[f64]>()
                .create()?;
            let _publisher = samples.publisher_builder().create()?;
            println!("\nis there");
            thread::sleep(Duration::from_secs(60));
            return Ok(());
        }
        let (domain, directory) = make()?;
        let name = thread::current().name().expect("tests have one").to_owned();
        let mut child = Command::new(env::current_exe()?)
            .args(["--exact", &name, "--nocapture"])
            .envs(DOMAIN.into_iter().zip([&domain.root, &domain.prefix]))
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let is_there = output.lines().map_while(Result::ok);
        assert!(is_there.into_iter().any(|line| line == "is there"));
        child.kill()?;
        child.wait()?;
        let left = names(&domain);
        assert!(left.iter().any(|name| name.ends_with(".data")), "{left:?}");
        drop(node(&domain)?);
        // The count of nodes is kept for those that come later.
        let [count] = &*names(&domain) else {
            bail!("{:?} are left", names(&domain));
        };
        assert!(count.ends_with(".global_mgmt"), "{count}");
        let root = domain.root.clone();
        drop(directory);
        assert!(names(&domain).is_empty());
        assert!(!fs::exists(root)?);
        Ok(())
    }

    #[test]
    fn a_full_queue_drops_until_its_reader_is_connected() -> Result<()> {
        let (domain, _directory) = make()?;
        let node = node(&domain)?;
        let samples = node
            .service_builder(&"unconnected".try_into()?)
            .publish_subscribe::<f64>()
            .enable_safe_overflow(false)
            .subscriber_max_buffer_size(1)
            .create()?;
        let subscriber = samples.subscriber_builder().create()?;
        let publisher = samples.publisher_builder();
        let strategy = BackpressureStrategy::RetryUntilDelivered;
        let publisher = publisher.backpressure_strategy(strategy).create()?;
        // How many received it. The second is dropped, though it should be tried again.
        assert_eq!(publisher.send_copy(1.0)?, 1);
        assert_eq!(publisher.send_copy(2.0)?, 0);
        let first = subscriber.receive()?;
        assert_eq!(first.as_deref(), Some(&1.0));
        drop(first);
        // From now on it would wait.
        assert_eq!(publisher.send_copy(3.0)?, 1);
        assert_eq!(subscriber.receive()?.as_deref(), Some(&3.0));
        // And what it has not looked at yet is gone with a publisher that it is not connected to.
        let another = samples.publisher_builder().create()?;
        assert_eq!(another.send_copy(4.0)?, 1);
        drop(another);
        assert!(subscriber.receive()?.is_none());
        Ok(())
    }

    #[test]
    fn without_the_feature_it_is_a_row_that_says_so() -> Result<()> {
        let variants = SharedMemory::variants();
        let built = variants.iter().find(|variant| variant.name == "iceoryx2");
        let built = built.context("it is a variant")?;
        let args = job_args::<SharedMemory>(&[""; 0])?;
        assert!(built.runner(&args).is_ok());
        let unbuilt = Variant {
            unbuilt: Some("iceoryx2"),
            ..*built
        };
        let why = unbuilt.runner(&args).expect_err("it is not here");
        assert_eq!(why, "not built: add `--features iceoryx2` to `cargo run`");
        Ok(())
    }
}

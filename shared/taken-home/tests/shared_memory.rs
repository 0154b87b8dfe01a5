//! `fill`, with the alphabet's letters in threads, and with halves in processes.

use std::{
    env, io,
    ops::Range,
    process::{Command, Output},
};

use taken_home::shared_memory;

/// Longer than two chunks.
const LEN: usize = 150_000;
const WORKERS: usize = 3;
/// In a worker process: its part, and whether it is to panic.
const PART: &str = "TAKEN_HOME_PART";

fn letter(place: usize) -> char {
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'][place % 7]
}

fn half(place: usize) -> f64 {
    place as f64 / 2.0
}

/// Has this program's own test `name` be a worker process.
fn worker(name: &str, part: Range<usize>, panics: bool) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args(["--exact", name])
        .stderr(std::process::Stdio::null());
    let panics = u8::from(panics && part.start == LEN / WORKERS);
    command.env(PART, format!("{} {} {panics}", part.start, part.end));
    Ok(command)
}

/// In a worker process: its part, and whether it is to panic.
fn order() -> Option<(Range<usize>, bool)> {
    let order = env::var(PART).ok()?;
    let mut words = order.split(' ').map(|word| word.parse().expect("a number"));
    let mut next = || words.next().expect("there are three");
    Some((next()..next(), next() == 1))
}

/// In a worker process: what it does with a stretch of its part.
fn halves(panics: bool) -> impl FnMut(usize, &mut [f64]) {
    move |first, stretch| {
        assert!(!panics, "the second part is not liked");
        for (value, place) in stretch.iter_mut().zip(first..) {
            *value = half(place);
        }
    }
}

/// Holds an array against what is due, but for the parts that are not whole.
fn check_halves(array: &[f64], ends: &[Output], panics: bool) {
    let are_whole: Vec<_> = ends.iter().map(|end| end.status.success()).collect();
    assert_eq!(are_whole, [true, !panics, true]);
    let share = LEN / WORKERS;
    assert!(
        (0..LEN).all(|place| !are_whole[place / share] || array[place] == half(place))
    );
}

/// In a worker process: the name of its service, and the directory of its domain.
const SERVICE: &str = "TAKEN_HOME_SERVICE";
const DOMAIN: &str = "TAKEN_HOME_DOMAIN";

/// A domain of iceoryx2's that nobody else has, and nothing is left of.
mod domain {
    use std::{fs, path};

    use iceoryx2::prelude::*;
    use tempfile::TempDir;

    pub struct Domain {
        root: TempDir,
    }

    impl Domain {
        pub fn new() -> Self {
            let root = tempfile::tempdir().expect("there is a place for it");
            Self { root }
        }

        pub fn root(&self) -> &str {
            self.root.path().to_str().expect("it is UTF-8")
        }
    }

    impl Drop for Domain {
        fn drop(&mut self) {
            let names = fs::read_dir("/dev/shm").expect("it is there");
            for name in names.flatten() {
                let prefix = prefix(self.root());
                if name
                    .file_name()
                    .as_encoded_bytes()
                    .starts_with(prefix.as_bytes())
                {
                    fs::remove_file(name.path()).expect("it is ours");
                }
            }
        }
    }

    pub fn node(root: &str) -> Node<ipc_threadsafe::Service> {
        let mut config = Config::default();
        config
            .global
            .set_root_path(&root.try_into().expect("it is a path"));
        config.global.prefix = (&*prefix(root)).try_into().expect("it is a file's name");
        NodeBuilder::new()
            .config(&config)
            .create()
            .expect("it is the only one")
    }

    /// The root's own name is nobody else's.
    fn prefix(root: &str) -> String {
        let name = path::Path::new(root).file_name().expect("it has one");
        format!("{}-", name.to_str().expect("it is UTF-8"))
    }
}

macro_rules! example {
    (mmap, blocking) => {
        #[test]
        fn mmap() {
            use shared_memory::{memory::Memory, mmap};
            if let Some((part, panics)) = order() {
                // SAFETY: parts don't overlap, and the array is looked at when all workers
                // have ended.
                let end = unsafe { mmap::fill_part(part, halves(panics)) };
                return end.expect("the memory is shared");
            }
            for panics in [false, true] {
                let array = Memory::<f64>::new(LEN).expect("there is memory");
                let start = |part| worker("mmap", part, panics);
                let ends = mmap::fill(&array, WORKERS, start).expect("they start");
                check_halves(&array.freeze().expect("all have ended"), &ends, panics);
            }
        }
    };
    (pipe, blocking) => { example!(@processes pipe); };
    (ring, blocking) => { example!(@processes ring); };
    (iceoryx2, blocking) => {
        #[test]
        fn iceoryx2() {
            use shared_memory::iceoryx2::{fill, fill_part};
            if let Some((part, panics)) = order() {
                let service = env::var(SERVICE).expect("its starter says the name");
                let service = service.as_str().try_into().expect("it is a name");
                let node = domain::node(&env::var(DOMAIN).expect("so is the domain's"));
                fill_part(&node, &service, part, 1000, halves(panics)).expect("somebody reads");
                return;
            }
            let domain = domain::Domain::new();
            let node = domain::node(domain.root());
            for panics in [false, true] {
                let mut array = vec![0.0; LEN];
                let ends = fill(&node, &mut array, WORKERS, 1000, |service, part| {
                    let mut worker = worker("iceoryx2", part, panics)?;
                    worker.env(SERVICE, service.as_str()).env(DOMAIN, domain.root());
                    Ok(worker)
                });
                check_halves(&array, &ends.expect("they start"), panics);
            }
        }
    };
    (@processes $lesson:ident) => {
        #[test]
        fn $lesson() {
            use shared_memory::$lesson;
            if let Some((part, panics)) = order() {
                return $lesson::fill_part(part, 1000, halves(panics)).expect("there is a reader");
            }
            for panics in [false, true] {
                let mut array = vec![0.0; LEN];
                let start = |part| worker(stringify!($lesson), part, panics);
                let ends = $lesson::fill(&mut array, WORKERS, start).expect("they start");
                check_halves(&array, &ends, panics);
            }
        }
    };
    ($lesson:ident, blocking) => {
        #[test]
        fn $lesson() {
            for panics in [false, true] {
                let mut array = vec!['-'; LEN];
                let fill = |first, stretch: &mut [char]| {
                    assert!(!panics || first != 0, "the first part is not liked");
                    for (value, place) in stretch.iter_mut().zip(first..) {
                        *value = letter(place);
                    }
                    stretch.len()
                };
                let ends = shared_memory::$lesson::fill(&mut array, WORKERS, fill);
                let ends = ends.expect("threads start");
                assert_eq!(ends[0].is_err(), panics);
                let filled: usize = ends.into_iter().flatten().sum();
                let is_right = |place: &usize| array[*place] == letter(*place);
                assert_eq!((0..LEN).filter(is_right).count(), filled);
                assert_eq!(filled == LEN, !panics);
            }
        }
    };
}

taken_home::shared_memory!(example);

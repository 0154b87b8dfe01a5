//! What goes wrong, to be cured. The function is there, and the least change is wanted.

use super::exercise;
use crate::{Code, Exercise, Trial};

const PANICS: (&str, &str) = (
    "exit code {}: {}",
    "a thread or task panicked: what is taken, or gone, is to be waited for or kept, and not \
     to be unwrapped",
);

/// A cure, with what its code must have or must not have.
const fn cure(
    about: [&'static str; 5],
    trials: &'static [Trial],
    code: &'static [Code],
) -> Exercise {
    Exercise {
        code,
        ..exercise("hazards", about, trials)
    }
}

pub(super) const ALL: &[Exercise] = &[
    cure(
        [
            "cure_leaked_sender_std",
            "cure a receiver that waits without an end",
            "leaked_sender/std_only/cure",
            "leaked_sender/crossbeam/failing",
            "queue.Queue",
        ],
        &[Trial::new(
            "--hazard leaked-sender --only cure --messages 2000 --workers 2",
            2500,
            &[
                (
                    "killed after {}, its time limit",
                    "after {0} the receiver was still waiting: a channel ends when its last \
                     sender is dropped, and one is left. Whose?",
                ),
                (
                    "resulted in 1, not {}",
                    "one message was received of {0}: when does it stop receiving?",
                ),
                (
                    "resulted in {}, not {}",
                    "{0} messages were received of {1}: does it wait for those that are yet \
                     to come?",
                ),
                (
                    "exit code {}: {}",
                    "a sender panicked since the receiver was gone: when does it stop \
                     receiving?",
                ),
            ],
        )],
        &[
            Code {
                words: &["take(", "take_while(", "recv_timeout"],
                has: false,
                says: "what ends the receiver now is a number or a time that it was told: the \
                       channel still has a sender that nobody uses. Whose?",
            },
            Code {
                words: &["scope.spawn", "spawn_scoped", "thread::spawn", ".spawn("],
                has: true,
                says: "no thread sends any more: the senders are to run beside the receiver",
            },
        ],
    ),
    cure(
        [
            "cure_two_locks_std",
            "cure two threads that wait for each other",
            "two_locks/std_only/cure",
            "two_locks/tokio/failing",
            "threading.Lock",
        ],
        &[Trial::new(
            "--hazard two-locks --only cure --workers 2",
            2500,
            &[
                (
                    "killed after {}, its time limit",
                    "after {0} each of two threads still had what the other waits for: in \
                     which order does each take its locks?",
                ),
                (
                    "resulted in {}, not {}",
                    "the accounts come to {0}, where {1} was to be added: who gave up?",
                ),
                PANICS,
            ],
        )],
        &[
            Code {
                words: &[
                    "*first.lock()",
                    "*second.lock()",
                    "*from.lock()",
                    "*to.lock()",
                    "drop(first);letmutsecond",
                    "drop(first);thread::sleep",
                ],
                has: false,
                says: "each lock is let go of before the other is taken: both threads are to \
                       have both when they add",
            },
            Code {
                words: &[".join()"],
                has: false,
                says: "the second thread waits for the end of the first: they are to run beside \
                       each other",
            },
            Code {
                words: &["sleep(Duration::from_millis(1))"],
                has: true,
                says: "the pause between the two locks is gone: it stands for what a program \
                       does there, and without it, it hangs once in a month",
            },
        ],
    ),
    cure(
        [
            "cure_guard_tokio",
            "cure a lock that is held across an await",
            "guard_across_await/tokio/cure",
            "guard_across_await/smol/failing",
            "threading.Lock",
        ],
        &[Trial::new(
            "--hazard guard-across-await --only cure",
            2500,
            &[
                (
                    "killed after {}, its time limit",
                    "after {0} the thread was still blocked: the future that would unlock is \
                     on it, and is not polled. Where does the guard end?",
                ),
                (
                    "resulted in {}, not {}",
                    "the count is {0}, not {1}: who gave up, or wrote over the other's?",
                ),
                PANICS,
            ],
        )],
        &[
            Code {
                words: &["yield_now().await"],
                has: true,
                says: "nothing is awaited any more: `yield_now` stands for what the task has \
                       to wait for. It is the guard that may not be there meanwhile",
            },
            Code {
                words: &["join!(", "join(", "spawn"],
                has: true,
                says: "one future is awaited after the other: they are to run at the same \
                       time, and the guard is still held across an await",
            },
            Code {
                words: &["Ok(2)"],
                has: false,
                says: "what is returned is no longer what was counted",
            },
        ],
    ),
    cure(
        [
            "cure_futurelock_tokio",
            "cure a future that nobody polls, and that has the lock",
            "futurelock/tokio/cure",
            "futurelock/smol/failing",
            "asyncio.create_task",
        ],
        &[Trial::new(
            "--hazard futurelock --only cure",
            2500,
            &[
                (
                    "killed after {}, its time limit",
                    "after {0} the lock still belonged to a future that nobody polls: who \
                     would poll it while another line is awaited?",
                ),
                (
                    "resulted in 2, not 3",
                    "two of three have added: the one that was given up was to add, too",
                ),
                (
                    "resulted in {}, not {}",
                    "{0} were added, where three futures add one each: which adds twice?",
                ),
                PANICS,
            ],
        )],
        &[Code {
            words: &[
                "=sleep(Duration::from_millis(1))=>",
                "timeout(Duration::from_millis(1),",
            ],
            has: true,
            says: "`= sleep(Duration::from_millis(1)) =>` was not found as it stood. If the \
                       one that waits is given more than a millisecond now, that is luck, as \
                       somebody may hold the lock for longer: who polls it when its time is \
                       over? If it is spelt otherwise, put it back",
        }],
    ),
];

//! Primes by trial division.

use std::{io::Write, ops::Range, process, thread};

use rustix::process::{Signal, getpid, kill_process};

use crate::{FaultKind, Task};

/// Counts the primes of a range, each number by trial division: by 2, then by odd numbers
/// up to its square root. Slow on purpose, and the same in every language.
pub fn count_primes(range: Range<u64>) -> u64 {
    range.filter(|number| is_prime(*number)).count() as u64
}

fn is_prime(number: u64) -> bool {
    if number < 4 {
        return number >= 2;
    }
    if number.is_multiple_of(2) {
        return false;
    }
    let mut divisor = 3;
    while divisor * divisor <= number {
        if number.is_multiple_of(divisor) {
            return false;
        }
        divisor += 2;
    }
    true
}

/// Does a task in this process; what is to go wrong does so halfway.
pub(super) fn perform(task: &Task, attempt: u16) -> u64 {
    if !task.wait.is_zero() {
        thread::sleep(task.wait);
    }
    if task.noop && task.fault.is_none() {
        return 0;
    }
    let Range { start, end } = task.range;
    let middle = start + (end - start) / 2;
    let (first, second) = match task.noop {
        true => (0..0, 0..0),
        false => (start..middle, middle..end),
    };
    let primes = count_primes(first);
    go_wrong(task.fault(attempt));
    primes + count_primes(second)
}

fn go_wrong(fault: Option<FaultKind>) {
    let signal = |signal| {
        // Nothing can refuse a process a signal to itself.
        let _ = kill_process(getpid(), signal);
    };
    match fault {
        Some(FaultKind::Kill) => signal(Signal::KILL),
        Some(FaultKind::Stop) => signal(Signal::STOP),
        Some(FaultKind::Exit) => process::exit(0),
        Some(FaultKind::Abort) => process::abort(),
        Some(FaultKind::Panic) => panic!("asked to panic"),
        Some(FaultKind::FloodStderr) => {
            let line = [b'.'; 1023];
            let mut stderr = std::io::stderr().lock();
            for _ in 0..4096 {
                // Whether anyone reads it is not this task's affair.
                drop(
                    stderr
                        .write_all(&line)
                        .and_then(|()| stderr.write_all(b"\n")),
                );
            }
        }
        // These are about the frame that the worker answers with.
        Some(
            FaultKind::CorruptMagic
            | FaultKind::HugeLength
            | FaultKind::ShortFrame
            | FaultKind::Big,
        )
        | None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_primes() {
        let primes: Vec<_> = (0..30).filter(|number| is_prime(*number)).collect();
        assert_eq!(primes, [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    }

    #[test]
    fn known_counts() {
        assert_eq!(count_primes(0..100_000), 9_592);
        assert_eq!(count_primes(0..0), 0);
    }
}

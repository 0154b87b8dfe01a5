//! Whether the system lets a process use io_uring.

use std::{
    io,
    os::unix::process::CommandExt,
    process::Command,
    ptr::{self, null},
};

/// What a variant on io_uring lacks here, and where that is decided. `None` where the system
/// has io_uring.
///
/// A kernel may be built without it or have it turned off, and the seccomp profile of a
/// container may refuse the call.
pub fn lacks_io_uring() -> Option<String> {
    let no_parameters: *const libc::c_void = null();
    // SAFETY: the kernel checks the address of the parameters as it copies them. It is null,
    // so nothing is read, written or made.
    unsafe { libc::syscall(libc::SYS_io_uring_setup, 1, no_parameters) };
    let error = io::Error::last_os_error();
    // Whether it may be used is looked at before the parameters
    // (Linux 6.18, io_uring/io_uring.c, io_uring_setup).
    if error.raw_os_error() == Some(libc::EFAULT) {
        return None;
    }
    Some(format!(
        "needs io_uring, which the sysctl kernel.io_uring_disabled or a seccomp profile \
         refuses: {error}"
    ))
}

/// Has the system refuse io_uring to this command and to all that it starts, with this
/// error, as the seccomp profile of a container does. For tests of what happens then.
pub fn refuse_io_uring(command: &mut Command, error: i32) {
    // The number of the system call is looked at, as the program's own architecture has it.
    let statement = |code: u32, k: u32| libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    let refuses = libc::sock_filter {
        jf: 1,
        ..statement(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            libc::SYS_io_uring_setup as u32,
        )
    };
    let mut filter = [
        // The first field of `seccomp_data` is the number.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        refuses,
        statement(
            libc::BPF_RET | libc::BPF_K,
            libc::SECCOMP_RET_ERRNO | error as u32,
        ),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let hook = move || {
        let program = libc::sock_fprog {
            len: filter.len() as u16,
            filter: filter.as_mut_ptr(),
        };
        // SAFETY: the filter is the closure's, and the kernel has copied it when the second
        // call returns. Neither allocates.
        let refused = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                || libc::prctl(
                    libc::PR_SET_SECCOMP,
                    libc::SECCOMP_MODE_FILTER,
                    ptr::from_ref(&program),
                ) != 0
        };
        match refused {
            true => Err(io::Error::last_os_error()),
            false => Ok(()),
        }
    };
    // SAFETY: between fork and exec the hook makes two system calls and nothing else.
    unsafe { command.pre_exec(hook) };
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    /// Set in the process that is refused io_uring, to the error that it is to see.
    const REFUSED: &str = "INTERLEAVE_TEST_REFUSED";

    #[test]
    fn a_refusal_is_named() {
        if let Ok(due) = env::var(REFUSED) {
            let why = lacks_io_uring().expect("it is refused");
            assert!(why.contains(&due), "{why}");
            return;
        }
        for error in [libc::EPERM, libc::ENOSYS] {
            let mut command = Command::new(env::current_exe().expect("a test program"));
            command
                .args(["--exact", "io_uring::tests::a_refusal_is_named"])
                .env(REFUSED, io::Error::from_raw_os_error(error).to_string());
            refuse_io_uring(&mut command, error);
            let output = command.output().expect("it starts");
            assert!(output.status.success(), "{output:?}");
        }
    }
}

//! Tests in processes of their own: the executors and pools of async-std and smol are the
//! process's, and read their settings once.

use std::{
    any::type_name,
    env,
    io::Write,
    process::{Command, Stdio, exit},
    thread,
    time::Duration,
};

/// Set in the process that does the test.
const ALONE: &str = "LEAVING_ALONE";

/// How long a test may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Calls `test`, which a test function passes as a closure, in a process of its own.
pub(crate) fn alone<F: FnOnce()>(test: F) {
    alone_with(&[], test);
}

/// The same with variables of the environment.
pub(crate) fn alone_with<F: FnOnce()>(variables: &[(&str, &str)], test: F) {
    alone_fed(variables, "", test);
}

/// The same with something to read on standard input.
pub(crate) fn alone_fed<F: FnOnce()>(variables: &[(&str, &str)], input: &str, test: F) {
    if env::var_os(ALONE).is_some() {
        thread::spawn(|| {
            thread::sleep(LIMIT);
            println!("it has not ended within {LIMIT:?}");
            exit(1);
        });
        test();
        return;
    }
    // `leaving::behaviour::a_test::{{closure}}`
    let name = type_name::<F>().split("::").skip(1);
    let name: Vec<_> = name.take_while(|part| !part.starts_with('{')).collect();
    let mut command = Command::new(env::current_exe().expect("a test has a program"));
    command
        .args([&name.join("::"), "--exact", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .env(ALONE, "1");
    // What would change how many threads there are.
    for name in [
        "ASYNC_STD_THREAD_COUNT",
        "SMOL_THREADS",
        "BLOCKING_MAX_THREADS",
    ] {
        command.env_remove(name);
    }
    let mut child = command
        .envs(variables.iter().copied())
        .spawn()
        .expect("a process");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    stdin.write_all(input.as_bytes()).expect("room in the pipe");
    drop(stdin);
    let output = child.wait_with_output().expect("a process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

use super::{cause, shortened};

#[track_caller]
fn says(stderr: &str, wanted: &str) {
    assert_eq!(cause(stderr).as_deref(), Some(wanted), "{stderr}");
}

#[test]
fn nothing_is_nothing() {
    assert_eq!(cause(""), None);
    assert_eq!(cause(" \n\n"), None);
    // If there is nothing else, even a hint is more than nothing.
    says("Aborted\n", "Aborted");
    says("warming up\nno lock of 77\n\n", "no lock of 77");
}

#[test]
fn threads_that_lack_memory_say_it_at_once() {
    let wanted = "an allocation failed; ask for fewer at once, or raise `ulimit -v`";
    for stderr in [
        "memory allocation of 41 bytes failed\n",
        "memory allocation of memory allocation of 41 bytes failed\n bytes failed\n",
        "Fatal glibc error: failed to register TLS destructor: out of memory\n",
    ] {
        says(stderr, wanted);
    }
}

#[test]
fn a_panic_says_its_message() {
    let start = "\nthread 'main' (8691) panicked at src/main.rs:5:7:\nno lock of 77\n";
    let frames = "stack backtrace:\n   0: std::panicking::begin_panic::<&str>\n             \
                  at /rustc/5980/library/std/src/panicking.rs:761:5\n   1: r::main\n             \
                  at ./r.rs:3:42\n";
    let full = "stack backtrace:\n   0:     0x5582776ad7a2 - std::backtrace_rs::trace\n\
                 \x20                              at /rustc/5980/backtrace.rs:66:9\n  \
                 33:                0x0 - <unknown>\n";
    for more in [
        "",
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        &format!(
            "{frames}note: Some details are omitted, run with `RUST_BACKTRACE=full` for a \
             verbose backtrace.\n"
        ),
        full,
    ] {
        says(&format!("begin\n{start}{more}"), "no lock of 77");
        let later = format!("{start}{more}thread-pool: the list is empty\n");
        says(&later, "thread-pool: the list is empty");
        let handed_on = format!(
            "{start}{more}\nthread 'main' panicked at r.rs:3:74:\ncalled `Result::unwrap()` on \
             an `Err` value: Any {{ .. }}\n"
        );
        says(
            &handed_on,
            "no lock of 77; then called `Result::unwrap()` on an `Err` value: Any { .. }",
        );
    }
    says(
        "thread 'main' panicked at src/main.rs:2:16:\nassertion `left == right` failed: counts \
         differ\n  left: 1\n right: 2\n",
        "assertion `left == right` failed: counts differ left: 1 right: 2",
    );
    says(
        "thread 'a' panicked at src/main.rs:2:16:\nfirst line\nsecond line\nnote: run with \
         `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        "first line second line",
    );
    says(
        "thread 'main' panicked at 'no lock of 77', src/main.rs:2:5\nnote: run with \
         `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        "no lock of 77",
    );
    says(
        "Error: can't count\n\nCaused by:\n    0: no lock\n    1: of 77\n\nStack backtrace:\n   \
         0: anyhow::error::from\n             at ./a.rs:1:1\n",
        "Error: can't count: no lock: of 77",
    );
    says(
        "\nthread 'main' has overflowed its stack\nfatal runtime error: stack overflow, \
         aborting\n",
        "fatal runtime error: stack overflow, aborting",
    );
}

#[test]
fn a_traceback_says_its_last_line() {
    let trace = "Traceback (most recent call last):\n  File \"x.py\", line 2, in <module>\n    \
                 count()\n    ~~~~~^^\n  [Previous line repeated 2 more times]\n";
    says(
        &format!("{trace}ValueError: no lock of 77\n"),
        "ValueError: no lock of 77",
    );
    says(&format!("{trace}KeyboardInterrupt\n"), "KeyboardInterrupt");
    says(
        &format!("{trace}ValueError: no lock\nof 77\nwhile counting\n"),
        "ValueError: no lock of 77 while counting",
    );
    let leaked = "/usr/lib/python3.11/multiprocessing/resource_tracker.py:224: UserWarning: \
                  resource_tracker: There appear to be 1 leaked shared_memory objects to clean \
                  up at shutdown\n  warnings.warn('resource_tracker: There appear to be %d '\n";
    says(
        &format!("{trace}ValueError: gone\n{leaked}"),
        "ValueError: gone",
    );
    says(
        &format!(
            "{trace}OSError: first\n\nDuring handling of the above exception, another exception \
             occurred:\n\n{trace}ValueError: second\n"
        ),
        "ValueError: second",
    );
    says(
        "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f (most recent call \
         first):\n  File \"x.py\", line 1 in <module>\n\nExtension modules: numpy (total: 1)\n",
        "Fatal Python error: Segmentation fault",
    );
    says(
        "  + Exception Group Traceback (most recent call last):\n  |   File \"g.py\", line 6, in \
         <module>\n  |     asyncio.run(main())\n  |            ^^^^^^^^\n  | ExceptionGroup: \
         unhandled errors in a TaskGroup (2 sub-exceptions)\n  +-+---------------- 1 \
         ----------------\n    | Traceback (most recent call last):\n    |   File \"g.py\", line \
         2, in bad\n    |     async def bad(e): raise e\n    | ValueError: no lock of 77\n    \
         +---------------- 2 ----------------\n    | Traceback (most recent call last):\n    |   \
         File \"g.py\", line 2, in bad\n    | OSError: gone\n    \
         +------------------------------------\n",
        "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions): ValueError: no lock \
         of 77; OSError: gone",
    );
}

#[test]
fn what_go_dumps_is_passed_over() {
    let dump = "\ngoroutine 1 [running]:\nmain.count(...)\n\t/tmp/x.go:4\nmain.main()\n\t\
                /tmp/x.go:9 +0x1d\n\ngoroutine 18 [sleep, 2 minutes]:\ntime.Sleep(0x3b9aca00)\n\t\
                /usr/lib/go/src/runtime/time.go:300 +0xf2\ncreated by main.main in goroutine 1\n\
                \t/tmp/x.go:8 +0x25\nexit status 2\n";
    says(
        &format!("begin\npanic: no lock of 77\n{dump}"),
        "panic: no lock of 77",
    );
    says(
        &format!("fatal error: all goroutines are asleep - deadlock!\n{dump}"),
        "fatal error: all goroutines are asleep - deadlock!",
    );
    says(
        &format!("panic: no lock of 77 [recovered]\n\tpanic: in vain\n{dump}"),
        "panic: no lock of 77 [recovered]; then in vain",
    );
    says(
        &format!(
            "panic: runtime error: invalid memory address or nil pointer dereference\n[signal \
             SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45]\n{dump}"
        ),
        "panic: runtime error: invalid memory address or nil pointer dereference",
    );
    // `log.Fatal` has no dump, and `go run` adds its line.
    says(
        "2026/11/28 08:00:00 no lock of 77\nexit status 1\n",
        "2026/11/28 08:00:00 no lock of 77",
    );
}

#[test]
fn node_says_it_between_source_and_stack() {
    let frames = "    at Object.<anonymous> (/tmp/a.js:1:59)\n    at Module._compile \
                  (node:internal/modules/cjs/loader:1521:14)\n";
    let source = "/tmp/a.js:1\nthrow new TypeError(\"no lock of 77\")\n^\n\n";
    let version = "\nNode.js v20.20.2\n";
    says(
        &format!("{source}TypeError: no lock of 77\n{frames}{version}"),
        "TypeError: no lock of 77",
    );
    says(
        &format!(
            "{source}Error: the job failed\n{frames}    at node:internal/main:28:49 {{\n  \
             [cause]: Error: no lock of 77\n      at Object.<anonymous> (/tmp/a.js:1:13)\n}}\n\
             {version}"
        ),
        "Error: the job failed; its cause: Error: no lock of 77",
    );
    says(&format!("Error: told\n{frames}"), "Error: told");
    says(
        &format!(
            "{source}a word\n(Use `node --trace-uncaught ...` to show where the exception was \
             thrown)\n{version}"
        ),
        "a word",
    );
    says(
        "<--- Last few GCs --->\n\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript \
         heap out of memory\n----- Native stack trace -----\n\n 1: 0xb8d0a3 node::Abort() [node]\n",
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    );
    // Where it aborts, its words may have a frame of marks.
    says(
        "#\n# Fatal process OOM in Failed to reserve virtual memory for CodeRange\n#\n\n",
        "# Fatal process OOM in Failed to reserve virtual memory for CodeRange",
    );
}

#[test]
fn a_lack_of_descriptors_is_said_with_what_to_do() {
    let of_node = "  #  node[1]: void node::Run() at ../src/node_platform.cc:90\n  #  Assertion \
                   failed: (0) == (uv_loop_init(&loop_))\n\n----- Native stack trace -----\n\n \
                   1: 0xcb5167 node::Assert() [node]\n";
    for stderr in [
        of_node,
        "Error: spawn /usr/bin/node EMFILE\n    at ChildProcess.spawn (node:internal:421:11)\n",
        "a worker: fork/exec /tmp/go: bad file descriptor\n",
        "OSError: [Errno 24] Too many open files\n",
    ] {
        let cause = cause(stderr).expect("it says something");
        assert!(cause.contains("`ulimit -n`"), "{cause}");
    }
}

#[test]
fn java_says_it_before_the_stack_and_its_cause_within() {
    says(
        "Exception in thread \"main\" java.lang.RuntimeException: the job failed\n\tat \
         X.main(X.java:1)\nCaused by: java.lang.IllegalStateException: half-way\n\tat \
         X.main(X.java:2)\n\t... 1 more\nCaused by: java.io.IOException: no lock of 77\n\t... 2 \
         more\n",
        "Exception in thread \"main\" java.lang.RuntimeException: the job failed; Caused by: \
         java.io.IOException: no lock of 77",
    );
    says(
        "java.io.IOException: no lock\nof 77\n\tat X.main(X.java:1)\n",
        "java.io.IOException: no lock",
    );
    says(
        "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV \
         (0xb) at pc=0x00007f\n#\n# JRE version: 17\n",
        "the Java runtime was ended by SIGSEGV (0xb) at pc=0x00007f",
    );
}

#[test]
fn others_say_it_before_their_dumps_too() {
    says(
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no lock \
         of 77\nAborted (core dumped)\n",
        "terminate called after throwing an instance of 'std::runtime_error': no lock of 77",
    );
    says(
        "a.out: x.c:3: main: Assertion `locks' failed.\nAborted\n",
        "a.out: x.c:3: main: Assertion `locks' failed.",
    );
    says(
        "==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x4f in main\n\
         ==12==ABORTING\n",
        "12==ERROR: AddressSanitizer: heap-use-after-free on address 0x60",
    );
    says(
        "Unhandled exception. System.Exception: no lock of 77\n   at X.Main() in /x.cs:line 1\n",
        "Unhandled exception. System.Exception: no lock of 77",
    );
    says(
        "x.rb:1:in `count': no lock of 77 (RuntimeError)\n\tfrom x.rb:3:in `<main>'\n",
        "x.rb:1:in `count': no lock of 77 (RuntimeError)",
    );
    says(
        "PHP Fatal error:  Uncaught Exception: no lock of 77 in /x.php:1\nStack trace:\n#0 {main}\n  \
         thrown in /x.php on line 1\n",
        "PHP Fatal error:  Uncaught Exception: no lock of 77 in /x.php:1",
    );
}

#[test]
fn what_is_long_is_shown_from_both_ends() {
    let long = format!("begin {} end", "x".repeat(1000));
    let shown = shortened(&long, 60);
    assert!(shown.chars().count() <= 60, "{shown}");
    assert!(
        shown.starts_with("begin x") && shown.ends_with("x end"),
        "{shown}"
    );
    assert_eq!(shortened("one\n two\n", 60), "one  two");
}

#[test]
fn a_panic_that_lost_anothers_words_says_both() {
    let first = "\nthread '<unnamed>' (9) panicked at src/main.rs:3:5:\nno lock of 77\n";
    for lost in [
        "called `Result::unwrap()` on an `Err` value: RecvError",
        "called `Result::unwrap()` on an `Err` value: SendError { .. }",
        "called `Result::unwrap()` on an `Err` value: PoisonError { .. }",
        "a scoped thread panicked",
    ] {
        says(
            &format!(
                "{first}\nthread 'main' (1) panicked at src/main.rs:9:20:\n{lost}\n"
            ),
            &format!("no lock of 77; then {lost}"),
        );
    }
}

#[test]
fn reports_of_eyre_and_miette_say_their_errors() {
    let hints = "\nLocation:\n   src/main.rs:12\n\nBacktrace omitted. Run with \
                 RUST_BACKTRACE=1 environment variable to display it.\nRun with \
                 RUST_BACKTRACE=full to include source snippets.\n";
    says(
        &format!("Error: \n   0: can't count\n   1: no lock of 77\n{hints}"),
        "Error: can't count: no lock of 77",
    );
    says(
        &format!(
            "The application panicked (crashed).\nMessage:  no lock of 77\nLocation: \
             src/main.rs:4\n{hints}"
        ),
        "no lock of 77",
    );
    says(
        &format!("Error: \n   0: can't count\n{hints}but this came later\n"),
        "but this came later",
    );
    says(
        "Error: demo::config\n\n  × can't count\n  ╰─▶ no lock of 77\n   ╭─[x.toml:1:1]\n 1 │ a \
         =\n   ╰──\n  help: count again\n",
        "can't count: no lock of 77",
    );
}

#[test]
fn a_traceback_says_its_cause_and_not_what_stands_beside_it() {
    let trace =
        "Traceback (most recent call last):\n  File \"x.py\", line 2, in <module>\n";
    let cause = "The above exception was the direct cause of the following exception:";
    says(
        &format!(
            "{trace}OSError: no lock\n\n{cause}\n\n{trace}KeyError: 77\n\n{cause}\n\n{trace}\
             RuntimeError: can't count\n"
        ),
        "RuntimeError: can't count; its cause: OSError: no lock",
    );
    let end = format!("{trace}ValueError: no lock of 77\n");
    for aside in [
        &format!(
            "Exception ignored in: <function A.__del__ at 0x7f>\n{trace}OSError: late\n"
        ),
        &format!("Exception in thread Thread-1 (f):\n{trace}OSError: aside\n"),
        "Exception ignored in: <_io.TextIOWrapper name='<stdout>'>\nBrokenPipeError: [Errno \
         32] Broken pipe\n",
        "Task was destroyed but it is pending!\ntask: <Task pending name='Task-2'>\nsys:1: \
         RuntimeWarning: coroutine 'f' was never awaited\n",
    ] {
        says(&format!("{end}{aside}"), "ValueError: no lock of 77");
    }
    // Alone, it is the cause.
    says(
        &format!("Exception in thread Thread-1 (f):\n{trace}OSError: aside\n"),
        "OSError: aside",
    );
}

#[test]
fn an_error_of_node_says_what_it_consists_of() {
    let frames = "    at node:internal/deps/undici:1:13 {\n";
    let cause = "  [cause]: Error: no lock of 77\n      at fetch (node:1:1)\n}\n";
    says(
        &format!("TypeError: can't fetch\n{frames}{cause}"),
        "TypeError: can't fetch; its cause: Error: no lock of 77",
    );
    let version = "\nNode.js v22.1.0\n";
    says(
        &format!(
            "x.js:1\nthrow e\n^\n\nAggregateError: many\n{frames}  [errors]: [\n    Error: no \
             lock of 77\n        at x.js:1:1\n  ]\n}}\n{version}"
        ),
        "AggregateError: many; the first of its errors: Error: no lock of 77",
    );
    says(
        &format!(
            "node:394\n  trigger(err)\n  ^\n\n[UnhandledPromiseRejection: \"no lock of 77\".] {{\n  \
             code: 'ERR_UNHANDLED_REJECTION'\n}}\n{version}"
        ),
        "[UnhandledPromiseRejection: \"no lock of 77\".]",
    );
}

#[test]
fn java_and_go_say_why_they_did_not_start() {
    let no_class = "Error: Could not find or load main class X";
    says(
        &format!("{no_class}\nCaused by: java.lang.ClassNotFoundException: X\n"),
        no_class,
    );
    says(
        "Unrecognized option: -many\nError: Could not create the Java Virtual Machine.\nError: \
         A fatal exception has occurred. Program will exit.\n",
        "Unrecognized option: -many",
    );
    says(
        "runtime: may need to increase max user processes (ulimit -u)\nfatal error: \
         newosproc\n\nruntime stack:\nruntime.throw()\n\t/usr/lib/go/panic.go:1 +0x48\n",
        "fatal error: newosproc; may need to increase max user processes (ulimit -u)",
    );
}

#[test]
fn neither_a_warning_nor_a_colour_is_a_cause() {
    for last in [
        "(node:1) Warning: something\n(Use `node --trace-warnings ...` to show where)",
        "(node:77) [DEP0040] DeprecationWarning: punycode is deprecated",
        "sys:1: ResourceWarning: unclosed file <_io.FileIO>\nResourceWarning: Enable \
         tracemalloc to get the object allocation traceback",
        "m.py:3: DeprecationWarning: it is old",
        "Picked up JAVA_TOOL_OPTIONS: -Xmx1g",
        "\u{1b}[0m",
    ] {
        says(
            &format!("OSError: no lock of 77\n{last}\n"),
            "OSError: no lock of 77",
        );
    }
}

#[test]
fn a_limit_is_named_where_the_words_do_not() {
    let no_thread = "where the system has no thread or process left, ask for fewer, or raise \
                     `ulimit -u` or `-v`";
    says(
        "RuntimeError: can't start new thread\n",
        &format!("RuntimeError: can't start new thread; {no_thread}"),
    );
    let fork = "BlockingIOError: [Errno 11] Resource temporarily unavailable";
    says(fork, &format!("{fork}; {no_thread}"));
    says(
        "fatal error: failed to reserve page summary memory\n\nruntime stack:\n",
        "fatal error: failed to reserve page summary memory; ask for fewer at once, or raise \
         `ulimit -v`",
    );
    says(
        "#\n# There is insufficient memory for the Java Runtime Environment to continue.\n# \
         Native memory allocation (mmap) failed to map 16384 bytes.\n# An error report file \
         is saved as:\n# /tmp/hs_err_pid1.log\n",
        "There is insufficient memory for the Java Runtime Environment to continue. Native \
         memory allocation (mmap) failed to map 16384 bytes.; ask for fewer at once, or raise \
         `ulimit -v`",
    );
    for words in [
        "OSError: [Errno 24] Too many open files",
        "Error: EMFILE: too many open files, open '/tmp/x'",
        "locks: can't start a worker: Too many open files (os error 24)",
    ] {
        let advice = "; ask for fewer at once, or raise `ulimit -n`";
        says(words, &format!("{words}{advice}"));
        says(&format!("{words}{advice}"), &format!("{words}{advice}"));
    }
}

#[test]
fn what_builds_or_starts_a_program_does_not_hide_its_words() {
    let note =
        "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace";
    says(
        &format!(
            "     Running `target/debug/x`\n\nthread 'main' (9) panicked at src/main.rs:3:5:\nno \
             lock of 77\n{note}\nerror: process didn't exit successfully: `target/debug/x` (exit \
             status: 101)\n"
        ),
        "no lock of 77",
    );
    says(
        "   Compiling x v0.1.0 (/tmp/x)\nerror[E0425]: cannot find value `a`\n --> \
         src/main.rs:2:5\n  |\n2 |     a;\n  |     ^ not found in this scope\n\nFor more \
         information about this error, try `rustc --explain E0425`.\nerror: could not compile \
         `x` (bin \"x\") due to 1 previous error\n",
        "error[E0425]: cannot find value `a`",
    );
    says(
        "X.java:1: error: ';' expected\nint a\n     ^\n1 error\nerror: compilation failed\n",
        "X.java:1: error: ';' expected",
    );
    says(
        "# command-line-arguments\n./x.go:3:2: undefined: y\n./x.go:3:2: too many errors\n",
        "./x.go:3:2: undefined: y",
    );
    says(
        "error: unexpected argument '--fast' found\n\n  tip: try '--last'\n\nUsage: x \
         [OPTIONS]\n\nFor more information, try '--help'.\n",
        "error: unexpected argument '--fast' found",
    );
    says(
        "error: the following required arguments were not provided:\n  <X>\n  <Y>\n\nUsage: x \
         <X> <Y>\n\nFor more information, try '--help'.\n",
        "error: the following required arguments were not provided: <X> <Y>",
    );
}

#[test]
fn a_version_that_cargo_does_not_find_is_said_with_those_there_are() {
    let said = "error: failed to select a version for the requirement `tokio = \"=1.99.0\"`\n\
        candidate versions found which didn't match: 1.54.1, 1.53.3, 1.53.2, ...\n";
    let wanted = said.trim().replace('\n', "; ");
    says(
        &format!(
            "{said}location searched: crates.io index\nrequired by package `locks v0.1.0`\n\
             if you are looking for the prerelease package it needs to be specified \
             explicitly\n    tokio = {{ version = \"0.2.0-alpha.6\" }}\n"
        ),
        &wanted,
    );
}

#[test]
fn where_something_is_left_out_is_no_cause() {
    says(
        "no lock of 77\n\n… 14475 bytes left out …\n\n \t\n",
        "no lock of 77",
    );
}

#[test]
fn an_empty_message_and_one_of_several_lines_are_said_too() {
    says(
        "\nthread 'main' (9) panicked at src/main.rs:3:5:\n\nnote: run with \
         `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
        "a panic without a message at src/main.rs:3:5",
    );
    says(
        "node:assert:171\n  throw err;\n  ^\n\nAssertionError [ERR_ASSERTION]: Expected values to \
         be strictly equal:\n\n1 !== 2\n\n    at x (/tmp/x.js:1:19)\n  code: 'ERR_ASSERTION'\n}\n\n\
         Node.js v20.20.2\n",
        "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal: 1 !== 2",
    );
    says(
        "panic: no lock\n\tof 77\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:9 +0x1d\n",
        "panic: no lock of 77",
    );
    says(
        "SIGSEGV: segmentation violation\nPC=0x7f m=0 sigcode=1\n\ngoroutine 1 [syscall]:\n\
         main.main()\n\t/tmp/x.go:9\n\ngs     0x0\n",
        "SIGSEGV: segmentation violation",
    );
    says(
        "(node:77) Warning: no lock of 77\n(Use `node --trace-warnings ...` to show where)\n",
        "(node:77) Warning: no lock of 77",
    );
    says(
        "Traceback (most recent call last):\n  File \"x.py\", line 1\nValueError: no lock of \
         77\nUnclosed client session\nclient_session: <aiohttp.ClientSession at 0x7f>\n",
        "ValueError: no lock of 77",
    );
}

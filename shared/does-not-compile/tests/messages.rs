//! What Rust refuses: each program here fails to build, with the message beside it. Other
//! compilers word it differently; `TRYBUILD=overwrite cargo test -p does-not-compile` writes
//! the messages anew.

#[test]
fn data_races_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/locks/*.rs");
}

#[test]
fn some_hazards_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/hazards/*.rs");
}

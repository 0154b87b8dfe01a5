//! The data race is refused by the compiler: each program in `tests/ui` fails to build,
//! with the message beside it. Other compilers word it differently;
//! `TRYBUILD=overwrite cargo test -p locks --test refused` writes the messages anew.

#[test]
fn data_races_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

//! What Rust refuses of the hazards: each program in `tests/ui` fails to build, with the
//! message beside it. Other compilers word it differently;
//! `TRYBUILD=overwrite cargo test -p hazards --test refused` writes the messages anew.

#[test]
fn some_hazards_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}

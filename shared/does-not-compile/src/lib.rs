//! Programs that rustc refuses, in `tests/`, each beside its message. They are a package of
//! their own, since trybuild builds all that a package depends on once more: here that is
//! little.

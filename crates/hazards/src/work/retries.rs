//! Calls that are refused once, as by a server that was away for a moment.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use super::record::note_retry;

/// What clients call: it refuses each once, and records when each comes again.
pub(crate) fn refuses_once() -> impl Fn(u64) -> bool + Clone + Send + Sync + 'static {
    let refused = Arc::new(Mutex::new(HashSet::new()));
    move |client| {
        let mut refused = refused.lock().unwrap_or_else(PoisonError::into_inner);
        let is_again = !refused.insert(client);
        if is_again {
            note_retry();
        }
        is_again
    }
}

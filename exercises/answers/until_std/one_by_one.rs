//! Each thread is joined before the next one is started.

use std::{io, thread, time::Instant};

use ::cancellation::parts::token::Token;

/// Does all `tasks` at once until `deadline`, each on a thread, and then cancels the token
/// that they look at. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and none is one that was not begun by the deadline.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn until<F, T>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> io::Result<Vec<Option<thread::Result<T>>>>
where
    F: FnOnce(&Token) -> T + Send,
    T: Send,
{
    let token = Token::new();
    thread::scope(|scope| {
        let (token, mut ended) = (&token, Vec::new());
        for task in tasks {
            let thread = scope.spawn(move || task(token));
            while !thread.is_finished() && Instant::now() < deadline {
                thread::yield_now();
            }
            if Instant::now() >= deadline {
                token.cancel();
            }
            ended.push(Some(thread.join()));
        }
        Ok(ended)
    })
}

//! Each end that is heard of gives the others the whole time again.

use std::{io, sync::mpsc, thread, time::Instant};

use ::cancellation::parts::token::Token;

/// Does all `tasks` at once until `deadline`, each on a thread, and then cancels the token
/// that they look at. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and `None` a task that was not begun by the deadline.
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
    let (running, all_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let started = tasks.into_iter().try_for_each(|task| {
            // Threads that compute leave little time to start the next.
            if deadline <= Instant::now() {
                threads.push(None);
                return Ok(());
            }
            let (token, running) = (&token, running.clone());
            let thread = thread::Builder::new().name("task".into());
            threads.push(Some(thread.spawn_scoped(scope, move || {
                let end = task(token);
                let _ = running.send(());
                end
            })?));
            io::Result::Ok(())
        });
        drop(running);
        if started.is_ok() {
            let left = deadline.saturating_duration_since(Instant::now());
            while all_done.recv_timeout(left).is_ok() {}
        }
        token.cancel();
        let ended = threads.into_iter().map(|thread| Some(thread?.join()));
        let ended = ended.collect();
        started.map(|()| ended)
    })
}

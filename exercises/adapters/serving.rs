//! `serve(connections, grace, listener, stop, handle)` answers until SIGTERM.

macro_rules! serve_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use signal_hook::{consts::SIGTERM, iterator::Signals};
            use std::{sync::mpsc, thread, time::Duration};
            let work = ::serving::work::Work::of(job);
            let handle = |path: &str| {
                if let Some(time) = work.wait(path) {
                    thread::sleep(time);
                }
                work.answer(path)
            };
            let grace = Duration::from_millis(job.grace_ms);
            let listener = ::serving::work::inherited(job)?;
            let mut signals = Signals::new([SIGTERM])?;
            let (handles, (stop, stopped)) = (signals.handle(), mpsc::channel());
            thread::scope(|scope| {
                scope.spawn(move || signals.forever().next().map(|_| stop.send(())));
                let cut = serve(job.connections.get(), grace, listener, &stopped, handle);
                handles.close();
                Ok(::serving::Output { cut: cut? })
            })
        }
        test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
    }};
}

macro_rules! serve_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use tokio::signal::unix::{SignalKind, signal};
            let work = ::serving::work::Work::of(job);
            let handle = move |request: hyper::Request<hyper::body::Incoming>| async move {
                let path = request.uri().path();
                if let Some(time) = work.wait(path) {
                    tokio::time::sleep(time).await;
                }
                hyper::Response::new(http_body_util::Full::from(work.answer(path)))
            };
            let (connections, grace) = (job.connections.get(), job.grace_ms);
            let grace = std::time::Duration::from_millis(grace);
            let listener = ::serving::work::inherited(job)?;
            listener.set_nonblocking(true)?;
            let served = crate::adapters::on_tokio(job.workers.get(), async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let mut terminate = signal(SignalKind::terminate())?;
                let stop = async { _ = terminate.recv().await };
                let cut = serve(connections, grace, listener, stop, handle).await;
                anyhow::Ok(::serving::Output { cut })
            });
            served?
        }
        test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
    }};
}

macro_rules! serve_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use async_signal::{Signal, Signals};
            use smol::stream::StreamExt;
            let work = ::serving::work::Work::of(job);
            let handle = move |request: hyper::Request<hyper::body::Incoming>| async move {
                let path = request.uri().path();
                if let Some(time) = work.wait(path) {
                    smol::Timer::after(time).await;
                }
                hyper::Response::new(http_body_util::Full::from(work.answer(path)))
            };
            let grace = std::time::Duration::from_millis(job.grace_ms);
            let listener = ::serving::work::inherited(job)?;
            crate::adapters::on_smol(job.workers.get(), async |executor| {
                let listener = smol::net::TcpListener::try_from(listener)?;
                let mut signals = Signals::new([Signal::Term])?;
                let stop = async { _ = signals.next().await };
                let connections = job.connections.get();
                let cut = serve(&executor, connections, grace, listener, stop, handle);
                anyhow::Ok(::serving::Output { cut: cut.await })
            })?
        }
        test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
    }};
}

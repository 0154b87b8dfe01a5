//! What hyper-util's client does alike on all runtimes.
//!
//! # What it can't
//! A request that is handed to a connection just as that ends, on another thread, may be
//! lost in the channel between them, and ends at its time-out (hyperium/hyper#4122). It was
//! seen where a server closed after each answer and the cores were busy.

use std::{fmt::Debug, future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Response, Uri, body::Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{
    self,
    connect::{Connect, capture_connection},
};

use crate::{
    Sink,
    budget::Budget,
    watched::{Fate, Watching},
};

/// After how long an unused connection is not used again. Where the builder has a timer, it
/// is closed then, too.
const IDLE: Duration = Duration::from_secs(90);

/// A client that sends requests without bodies, and does not name what opens its connections:
/// so hyper is compiled here, and not once more in each model.
pub(crate) trait Pool: Debug + Send + Sync {
    /// Asks for `url` and passes the answer to `sink`.
    ///
    /// The future is boxed, as reqwest's requests are. So a task that contains it stays
    /// small. Once it has ended, its memory is freed, even if no caller has joined the
    /// task yet.
    fn read<'a>(
        &'a self,
        url: &'a str,
        sink: &'a mut dyn Sink,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;
}

/// A client on connections that `C` opens.
#[derive(Debug)]
struct Client<C> {
    /// Keeps its connections.
    pool: legacy::Client<Watching<HttpsConnector<C>>, Empty<Bytes>>,
    /// Keeps none, so that each of its requests has a new one.
    fresh: legacy::Client<Watching<HttpsConnector<C>>, Empty<Bytes>>,
}

/// A client that keeps at most `idle` unused connections to each host. Its builder has the
/// runtime's executor, and its timer if there is one.
pub(crate) fn pool<C>(
    mut builder: legacy::Builder,
    connector: HttpsConnector<C>,
    idle: usize,
) -> Arc<dyn Pool>
where
    Watching<HttpsConnector<C>>: Connect + Clone + Send + Sync + 'static,
    C: Clone + Debug + Send + Sync + 'static,
{
    let connector = Watching(connector);
    builder.pool_idle_timeout(IDLE);
    let mut client = |idle| {
        builder
            .pool_max_idle_per_host(idle)
            .build(connector.clone())
    };
    Arc::new(Client {
        pool: client(idle),
        fresh: client(0),
    })
}

impl<C> Pool for Client<C>
where
    Watching<HttpsConnector<C>>: Connect + Clone + Send + Sync + 'static,
    C: Clone + Debug + Send + Sync + 'static,
{
    fn read<'a>(
        &'a self,
        url: &'a str,
        sink: &'a mut dyn Sink,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            let mut response = self.answer(url.parse()?).await?;
            sink.answered(response.status().as_u16())?;
            // The frames come over a channel, and no runtime counts what is received from
            // it.
            let mut budget = Budget::default();
            while let Some(frame) = response.frame().await.transpose()? {
                if let Some(part) = frame.data_ref() {
                    sink.read(part)?;
                    budget.spend(Some(part.len()));
                    poll_fn(|context| budget.poll_left(context)).await;
                }
            }
            Ok(())
        })
    }
}

impl<C> Client<C>
where
    Watching<HttpsConnector<C>>: Connect + Clone + Send + Sync + 'static,
    C: Clone,
{
    /// The head of the answer.
    ///
    /// The server may close a kept connection at any time. So a request that was lost on
    /// one before its answer had begun is sent once more, on a new one. All requests here
    /// may be repeated (RFC 9110, 9.2.2). hyper-util does so only where it knows that
    /// nothing was sent (hyper-util 0.1, src/client/legacy/client.rs,
    /// retry_canceled_requests).
    async fn answer(&self, url: Uri) -> Result<Response<Incoming>> {
        let mut request = Request::get(url.clone()).body(Empty::new())?;
        let connection = capture_connection(&mut request);
        let error = match self.pool.request(request).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let fate = connection.connection_metadata().as_ref().and_then(|of| {
            let mut extras = hyper::http::Extensions::new();
            of.get_extras(&mut extras);
            extras.remove::<Fate>()
        });
        if !fate.is_some_and(|fate| fate.is_stale()) {
            return Err(error.into());
        }
        Ok(self.fresh.get(url).await?)
    }
}

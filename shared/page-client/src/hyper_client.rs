//! What hyper-util's client does alike on all runtimes.

use std::{pin::Pin, time::Duration};

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::rt::Executor;
use hyper_util::client::legacy::{self, connect::Connect};

use crate::Sink;

/// A pooled client, which sends requests without bodies.
pub(crate) type Client<C> = legacy::Client<C, Empty<Bytes>>;

/// After how long an unused connection is not used again. Nothing closes it earlier.
const IDLE: Duration = Duration::from_secs(90);

/// A client that keeps at most `idle` unused connections to each host.
pub(crate) fn client<E, C>(executor: E, connector: C, idle: usize) -> Client<C>
where
    E: Executor<Pin<Box<dyn Future<Output = ()> + Send>>> + Clone + Send + Sync + 'static,
    C: Connect + Clone,
{
    legacy::Client::builder(executor)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle)
        .build(connector)
}

/// Asks for `url` and hands the answer to `sink`.
///
/// It is boxed, as reqwest's requests are: a task whose future it is part of stays small,
/// and once it has ended what it needed is gone, also while nobody has joined the task.
pub(crate) fn read<'a, C>(
    client: &'a Client<C>,
    url: &'a str,
    sink: &'a mut impl Sink,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    Box::pin(async move {
        let mut response = client.get(url.parse()?).await?;
        sink.answered(response.status().as_u16())?;
        while let Some(frame) = response.frame().await.transpose()? {
            if let Some(part) = frame.data_ref() {
                sink.read(part)?;
            }
        }
        Ok(())
    })
}

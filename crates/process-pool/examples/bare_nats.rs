//! What a server's part of a task costs, without a pool: messages are stored, handed out and
//! acknowledged, 256 at once, by one program.
//!
//! A task of the variant `nats` is two stored messages, one of which is also acknowledged,
//! and two deliveries. So that is the least that it can cost beside this server.
//!
//! `cargo run --release -p process-pool --example bare_nats`

use std::{
    error::Error,
    io,
    time::{Duration, Instant},
};

use async_nats::jetstream::{
    self,
    consumer::pull,
    stream::{Config, RetentionPolicy},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use process_pool::{Server, connect};

const MESSAGES: usize = 20_000;
const AT_ONCE: usize = 256;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start()?;
    let jetstream = jetstream::new(connect(server.url()).await?);
    for _ in 0..5 {
        let queue = jetstream
            .create_stream(Config {
                name: "bare".to_owned(),
                subjects: vec!["bare.*".to_owned()],
                retention: RetentionPolicy::WorkQueue,
                ..Config::default()
            })
            .await?;
        let start = Instant::now();
        stream::iter(0..MESSAGES)
            .map(async |id| {
                let sent = jetstream.publish(format!("bare.{id}"), vec![7; 40].into());
                sent.await?.await
            })
            .buffer_unordered(AT_ONCE)
            .try_for_each(async |_stored| Ok(()))
            .await?;
        let stored = start.elapsed();
        let consumer = queue
            .create_consumer(pull::Config {
                durable_name: Some("bare".to_owned()),
                max_ack_pending: AT_ONCE as i64,
                ..pull::Config::default()
            })
            .await?;
        let start = Instant::now();
        let mut messages = consumer.messages().await?.take(MESSAGES);
        while let Some(message) = messages.next().await {
            message?.ack().await.map_err(io::Error::other)?;
        }
        let handed_out = start.elapsed();
        let each = |time: Duration| time.as_secs_f64() * 1e6 / MESSAGES as f64;
        println!(
            "stored in {:.1} µs each, handed out and acknowledged in {:.1} µs each",
            each(stored),
            each(handed_out)
        );
        jetstream.delete_stream("bare").await?;
    }
    Ok(())
}

//! What surf keeps to itself: a cap of 50 connections to a host, and a pool.

use std::{sync::Arc, time::Duration};

use async_std::task;
use fetching::Trust;
use http_origin::Origin;
use page_client::{Settings, surf::Client};

const TASKS: usize = 80;

/// The most requests that the origin had at a time, of 80 at once.
fn most_at_once(fetch: impl Fn(String) -> task::JoinHandle<bool>) -> u64 {
    let origin = Origin::start().expect("an origin starts");
    let url = |task| origin.url(&format!("/after/300ms/bytes/10/nonce/{task}"));
    let all: Vec<_> = (0..TASKS).map(|task| fetch(url(task))).collect();
    let all_well = task::block_on(async {
        let mut all_well = true;
        for one in all {
            all_well &= one.await;
        }
        all_well
    });
    assert!(all_well);
    origin.record().requests_most_in_flight
}

#[test]
fn surf_opens_fifty_connections_to_a_host_unless_it_is_told_otherwise() {
    let surf = Arc::new(surf::Client::new());
    let most = most_at_once(|url| {
        let surf = Arc::clone(&surf);
        task::spawn(async move { surf.recv_bytes(surf::get(url)).await.is_ok() })
    });
    // One that ends and one that begins may be seen together for a moment.
    assert!((50..=51).contains(&most), "{most}");
}

#[test]
fn told_it_opens_as_many_as_there_are_requests() {
    let urls: &[String] = &[];
    let client = Client::new(&Settings {
        timeout: Duration::from_secs(10),
        connections: TASKS,
        trust: Trust::new(urls, None),
    });
    let client = client.expect("surf takes its settings");
    let most = most_at_once(|url| {
        let client = client.clone();
        task::spawn(async move { client.fetch(&url).await.is_ok() })
    });
    assert_eq!(most, TASKS as u64);
}

#[test]
fn without_a_pool_each_request_has_a_connection_of_its_own() {
    let origin = Origin::start().expect("an origin starts");
    let urls: &[String] = &[];
    let client = Client::without_pool(&Settings {
        timeout: Duration::from_secs(10),
        connections: TASKS,
        trust: Trust::new(urls, None),
    });
    let client = client.expect("surf takes its settings");
    let url = origin.url("/bytes/10");
    task::block_on(async {
        for _ in 0..3 {
            client.fetch(&url).await.expect("a page");
        }
    });
    assert_eq!(origin.record().connections_accepted, 3);
}

//! What behaves otherwise after surf: each test sends the same to the same server by surf,
//! by hyper on smol and by reqwest on tokio.
//!
//! Each is told in `docs/src/leaving-surf.md`, by its name.

use std::{panic::catch_unwind, time::Duration};

use async_std::{future::timeout, task};
use futures_util::future::join_all;
use http_body_util::BodyExt;
use http_origin::Origin;
use leaving::{
    echo,
    http::{builder, get, reqwest},
};
use surf::{Client, Config, StatusCode, middleware::Redirect};
use tokio::runtime::Runtime;

use crate::alone::alone;

const LIMIT: Duration = Duration::from_millis(200);

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

fn origin() -> Origin {
    Origin::start().expect("an origin")
}

#[test]
fn connections_to_a_host() {
    const REQUESTS: usize = 80;
    let most = |origin: &Origin| origin.record().requests_most_in_flight;
    let urls = |origin: &Origin| {
        let url = |index| origin.url(&format!("/after/300ms/bytes/10/nonce/{index}"));
        (0..REQUESTS).map(url).collect::<Vec<_>>()
    };
    alone(|| {
        let origin = origin();
        let client = Client::new();
        let all = join_all(urls(&origin).iter().map(|url| client.get(url).recv_bytes()));
        assert!(task::block_on(all).iter().all(Result::is_ok));
        // One that ends and one that begins may be seen together for a moment.
        assert!((50..=51).contains(&most(&origin)), "{}", most(&origin));
    });
    let origin = self::origin();
    let urls_of_smol = urls(&origin);
    let all =
        join_all(urls_of_smol.iter().map(async |url| {
            get(url).await?.collect().await.map_err(anyhow::Error::from)
        }));
    assert!(smol::block_on(all).iter().all(Result::is_ok));
    assert_eq!(most(&origin), REQUESTS as u64);

    let origin = self::origin();
    let client = reqwest().expect("a client");
    let requests = urls(&origin).into_iter().map(|url| client.get(url).send());
    let all = async { join_all(requests).await };
    assert!(runtime().block_on(all).iter().all(Result::is_ok));
    assert_eq!(most(&origin), REQUESTS as u64);
}

#[test]
fn a_connection_that_is_kept() {
    let accepted = |origin: &Origin| origin.record().connections_accepted;
    let origin = self::origin();
    let client = Client::new();
    for _ in 0..3 {
        let body = task::block_on(client.get(origin.url("/bytes/10")).recv_bytes());
        assert!(body.is_ok());
    }
    assert_eq!(accepted(&origin), 1);

    let origin = self::origin();
    for _ in 0..3 {
        let body = async {
            get(&origin.url("/bytes/10"))
                .await?
                .collect()
                .await
                .map_err(anyhow::Error::from)
        };
        assert!(smol::block_on(body).is_ok());
    }
    assert_eq!(accepted(&origin), 3);

    let origin = self::origin();
    let client = reqwest().expect("a client");
    runtime().block_on(async {
        for _ in 0..3 {
            let response = client.get(origin.url("/bytes/10")).send().await;
            assert!(response.expect("an answer").bytes().await.is_ok());
        }
    });
    assert_eq!(accepted(&origin), 1);
}

#[test]
fn a_redirect() {
    let url = echo::start().expect("a server") + "/moved";
    let status = |client: Client| {
        let response = task::block_on(async { client.get(&url).await });
        response.expect("an answer").status()
    };
    assert_eq!(status(Client::new()), StatusCode::Found);
    assert_eq!(
        status(Client::new().with(Redirect::default())),
        StatusCode::Ok
    );

    let response = smol::block_on(get(&url)).expect("an answer");
    assert_eq!(response.status(), 302);

    let client = reqwest().expect("a client");
    let response = runtime().block_on(async { client.get(&url).send().await });
    assert_eq!(response.expect("an answer").status(), 200);
}

#[test]
fn a_status_of_a_failure() {
    let url = echo::start().expect("a server") + "/status/503";
    let body = task::block_on(surf::get(&url).recv_string());
    assert!(body.is_ok());

    assert!(smol::block_on(get(&url)).is_ok());

    let client = reqwest().expect("a client");
    let response = runtime().block_on(async { client.get(&url).send().await });
    let response = response.expect("an answer");
    assert!(response.error_for_status().is_err());
}

#[test]
fn a_body_that_is_cut_short() {
    let origin = self::origin();
    let url = origin.url("/bytes/100/truncate/40");
    let body = task::block_on(surf::get(&url).recv_bytes());
    assert_eq!(body.expect("what surf takes for a body").len(), 40);

    let body = async {
        get(&url)
            .await?
            .collect()
            .await
            .map_err(anyhow::Error::from)
    };
    assert!(smol::block_on(body).is_err());

    let client = reqwest().expect("a client");
    let body = async { client.get(&url).send().await?.bytes().await };
    assert!(runtime().block_on(body).is_err());
}

#[test]
fn a_body_that_stalls() {
    assert_eq!(
        Config::new().http_config.timeout,
        Some(Duration::from_secs(60))
    );
    let origin = self::origin();
    let url = origin.url("/bytes/100/stall/40");
    let client: Client = Config::new()
        .set_timeout(Some(LIMIT))
        .try_into()
        .expect("a client");
    let body = timeout(5 * LIMIT, async { client.get(&url).recv_bytes().await });
    assert!(task::block_on(body).is_err(), "surf's own limit ended it");
    // It ends a head that doesn't come.
    let head = timeout(25 * LIMIT, async { client.get(origin.url("/hang")).await });
    assert!(task::block_on(head).expect("surf's own limit").is_err());

    let client = builder()
        .expect("TLS")
        .timeout(LIMIT)
        .build()
        .expect("a client");
    let body = async { client.get(&url).send().await?.bytes().await };
    let body = runtime().block_on(body);
    assert!(body.is_err_and(|error| error.is_timeout()));
}

#[test]
fn a_list_of_pairs_in_the_query() {
    let url = echo::start().expect("a server");
    let request = surf::get(&url).query(&[("a", "b")]).expect("a query");
    let text = task::block_on(request.recv_string()).expect("an answer");
    assert!(text.starts_with("GET /?0[0]=a&0[1]=b\n"), "{text}");

    let url = reqwest::Url::parse_with_params(&url, [("a", "b")]).expect("a URL");
    assert_eq!(url.query(), Some("a=b"));
}

#[test]
fn an_address_that_is_none() {
    assert!(catch_unwind(|| surf::get("no URL")).is_err());
    assert!(smol::block_on(get("no URL")).is_err());
    let client = reqwest().expect("a client");
    let response = runtime().block_on(async { client.get("no URL").send().await });
    assert!(response.is_err_and(|error| error.is_builder()));
}

#[test]
fn a_runtime_that_is_needed() {
    let url = echo::start().expect("a server");
    // surf brings async-std's reactor, and smol its own.
    assert!(smol::block_on(surf::get(&url).recv_bytes()).is_ok());
    assert!(
        runtime()
            .block_on(async { surf::get(&url).recv_bytes().await })
            .is_ok()
    );
    assert!(task::block_on(get(&url)).is_ok());
    let client = reqwest().expect("a client");
    let request = || smol::block_on(client.get(&url).send()).is_ok();
    assert!(catch_unwind(std::panic::AssertUnwindSafe(request)).is_err());
}

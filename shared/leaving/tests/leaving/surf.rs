//! What behaves otherwise after surf: each test sends the same to the same server by surf,
//! by hyper on smol and by reqwest on tokio.
//!
//! Each is told in `docs/src/leaving-surf.md`, by its name.

use std::{io::ErrorKind, net::TcpListener, panic::catch_unwind, time::Duration};

use async_std::{future::timeout, task};
use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full};
use http_origin::Origin;
use hyper::{
    Request,
    header::{HeaderName, HeaderValue},
};
use leaving::{
    echo,
    http::{builder, get, reqwest, send},
};
use surf::{Body, Client, Config, StatusCode, middleware::Redirect};
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
fn requests_of_a_redirect() {
    let (url, requests) = echo::recorded().expect("a server");
    let client = Client::new().with(Redirect::default());
    let post = client
        .post(format!("{url}/moved/to"))
        .body_string("b".into());
    assert!(task::block_on(post).is_ok());
    let seen: Vec<_> = requests.try_iter().collect();
    assert_eq!(seen, ["POST /moved/to", "POST /to", "POST /to b"]);

    let post = Request::post(format!("{url}/moved/to")).body(Full::from("b"));
    assert!(smol::block_on(send(post.expect("a request"))).is_ok());
    let seen: Vec<_> = requests.try_iter().collect();
    assert_eq!(seen, ["POST /moved/to b"]);

    let client = reqwest().expect("a client");
    let post = client.post(format!("{url}/moved/to")).body("b");
    assert!(runtime().block_on(async { post.send().await }).is_ok());
    let seen: Vec<_> = requests.try_iter().collect();
    assert_eq!(seen, ["POST /moved/to b", "GET /to"]);
}

#[test]
fn headers_of_the_client() {
    let url = echo::start().expect("a server");
    let config = Config::new().add_header("x-a", "b").expect("a header");
    let client: Client = config.try_into().expect("a client");
    let text = task::block_on(client.get(&url).recv_string());
    assert_eq!(text.expect("an answer"), "GET /\nb\n");
    // A request of one's own goes without.
    let request = surf::get(&url).build();
    let text = task::block_on(client.recv_string(request));
    assert_eq!(text.expect("an answer"), "GET /\n\n");

    let headers = [(
        HeaderName::from_static("x-a"),
        HeaderValue::from_static("b"),
    )];
    let builder = builder().expect("TLS");
    let client = builder
        .default_headers(headers.into_iter().collect())
        .build();
    let client = client.expect("a client");
    let request = client.get(&url).build().expect("a request");
    let text = async { client.execute(request).await?.text().await };
    assert_eq!(runtime().block_on(text).expect("an answer"), "GET /\nb\n");
}

#[test]
fn a_content_type() {
    const URL: &str = "http://127.0.0.1";
    const TYPE: &str = "content-type";
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("page.html");
    std::fs::write(&path, "b").expect("a file");
    let sent = |body: Body| {
        let request = surf::post(URL).body(body).build();
        Some(request.header(TYPE)?.last().as_str().to_string())
    };
    assert_eq!(
        sent("b".into()).as_deref(),
        Some("text/plain;charset=utf-8")
    );
    let json = Body::from_json(&7).expect("JSON");
    assert_eq!(sent(json).as_deref(), Some("application/json"));
    let file = task::block_on(Body::from_file(&path)).expect("a file");
    assert_eq!(sent(file).as_deref(), Some("text/html;charset=utf-8"));

    let request = Request::post(URL).body(Full::<Bytes>::from("b"));
    assert!(!request.expect("a request").headers().contains_key(TYPE));

    let client = reqwest().expect("a client");
    let request = client.post(URL).body("b").build();
    assert!(!request.expect("a request").headers().contains_key(TYPE));
}

#[test]
fn an_error_without_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    // As if the server had said so.
    let error = task::block_on(surf::get(&url).recv_string()).expect_err("refused");
    assert_eq!(error.status(), StatusCode::BadRequest);
    let client: Client = Config::new()
        .set_timeout(Some(LIMIT))
        .try_into()
        .expect("a client");
    let origin = origin();
    let late = client.get(origin.url("/hang")).recv_string();
    let error = task::block_on(late).expect_err("late");
    assert_eq!(error.status(), StatusCode::InternalServerError);

    let error = smol::block_on(get(&url)).expect_err("refused");
    let error = error.downcast_ref::<std::io::Error>().expect("its cause");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

    let client = reqwest().expect("a client");
    let error = runtime().block_on(async { client.get(&url).send().await });
    let error = error.expect_err("refused");
    assert!(error.is_connect() && error.status().is_none());
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
    // Not in the clear.
    assert!(smol::block_on(get("https://127.0.0.1")).is_err());
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

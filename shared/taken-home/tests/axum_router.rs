//! A router of axum on the loop of `serving`'s `tokio`, as the chapter on serving has it.

use std::{
    io::{self, Read, Write},
    net, thread,
};

use taken_home::serving::tokio::serve;

// ANCHOR: router
use std::time::Duration;

use axum::{Router, body::to_bytes, extract::Path, routing::get};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, StatusCode, body::Incoming, service::Service};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

async fn hello(Path(name): Path<String>) -> String {
    format!("hello, {name}")
}

async fn serve_app(listener: TcpListener, stop: impl Future<Output = ()>) -> usize {
    let app = Router::new().route("/{name}", get(hello));
    let app = TowerToHyperService::new(app);
    let handle = move |request| routed(app.clone(), request);
    serve(100, Duration::from_secs(5), listener, stop, handle).await
}

/// One request, answered by the router. Its whole body is collected first.
async fn routed(
    app: TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let Ok(answer) = app.call(request).await;
    let (mut head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_else(|_| {
        head.status = StatusCode::INTERNAL_SERVER_ERROR;
        Bytes::new()
    });
    Response::from_parts(head, Full::from(body))
}
// ANCHOR_END: router

/// Asks once, and returns the whole answer.
fn ask(server: net::SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = net::TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_router_answers_and_drains() {
    let runtime = tokio::runtime::Runtime::new().expect("it starts");
    let cut = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port is free");
        let server = listener.local_addr().expect("it is bound");
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let client = thread::spawn(move || {
            let answers = ["/world", "/no/where"].map(|path| ask(server, path));
            drop(stop);
            answers.map(|answer| answer.expect("it is answered"))
        });
        let cut = serve_app(listener, async { _ = stopped.await }).await;
        let [found, missing] = client.join().expect("the client is content");
        assert!(found.starts_with("HTTP/1.1 200 "), "{found}");
        assert!(found.ends_with("\r\n\r\nhello, world"), "{found}");
        assert!(missing.starts_with("HTTP/1.1 404 "), "{missing}");
        cut
    });
    assert_eq!(cut, 0);
}

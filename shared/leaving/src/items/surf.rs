//! surf, beside hyper on smol and reqwest on tokio.

use super::{TICK, table};

table! {
    "surf", in here;
    async_std {
        pub(super) use surf::{Body, Client, Config, Request, Response, Url, middleware::{Middleware, Next}};
        pub(super) use async_std::io::ReadExt;
        pub(super) use std::collections::BTreeMap;
    }
    smol {
        pub(super) use crate::http::{get, send};
        pub(super) use bytes::Bytes;
        pub(super) use http_body_util::{BodyExt, Full};
        pub(super) use hyper::{Request, body::{Body, Incoming}, header::CONTENT_TYPE, http::request::Builder};
        pub(super) use smol::{Timer, fs, lock::Semaphore, prelude::*};
    }
    tokio {
        pub(super) use reqwest::{Client, RequestBuilder, header::{CONTENT_TYPE, HeaderMap, HeaderValue}};
        pub(super) use tokio::{fs, sync::Semaphore};
    }

    "surf::get, recv_string", "both decode other charsets than UTF-8 only with a feature: surf's `encoding`, reqwest's `charset`":
    async_std [ let url = crate::echo::start()?; ]
    { surf::get(url).recv_string().await } [ .ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let body = get(&url).await?.collect().await?.to_bytes(); let text = String::from_utf8(body.into())?; }
    [ Some(text) ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.get(url).send().await?.text().await } [ .ok() ]

    "recv_bytes", "":
    async_std [ let url = crate::echo::start()?; ]
    { surf::get(url).recv_bytes().await } [ .ok() ]
    smol [ let url = crate::echo::start()?; ]
    { get(&url).await?.collect().await?.to_bytes() } [ .to_vec().into() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.get(url).send().await?.bytes().await? } [ .to_vec().into() ]

    "recv_json", "reqwest has `json` with its feature of that name":
    async_std [ let url = crate::echo::start()? + "/json"; ]
    { let json: serde_json::Value = surf::get(url).recv_json().await } [ .unwrap_or_default(); json ]
    smol [ let url = crate::echo::start()? + "/json"; ]
    { let body = get(&url).await?.collect().await?; let json: serde_json::Value = serde_json::from_slice(&body.to_bytes())?; }
    [ json ]
    tokio [ let url = crate::echo::start()? + "/json"; let client = crate::http::reqwest()?; ]
    { let body = client.get(url).send().await?.bytes().await?; let json: serde_json::Value = serde_json::from_slice(&body)?; }
    [ json ]

    "surf::post, body_string", "":
    async_std [ let url = crate::echo::start()?; ]
    { surf::post(url).body_string("b".into()).recv_string().await } [ .ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let response = send(Request::post(url).body(Full::from("b"))?).await?; }
    [ String::from_utf8(response.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.post(url).body("b").send().await?.text().await } [ .ok() ]

    "body_json", "reqwest has `json` with its feature of that name":
    async_std [ let url = crate::echo::start()?; let json = serde_json::json!({"b": 8}); ]
    { surf::post(url).body_json(&json) } [ .map_err(|error| error.into_inner())?.recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; let json = serde_json::json!({"b": 8}); ]
    { let request = Request::post(url).header(CONTENT_TYPE, "application/json").body(Full::from(serde_json::to_vec(&json)?))?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; let json = serde_json::json!({"b": 8}); ]
    { client.post(url).header(CONTENT_TYPE, "application/json").body(serde_json::to_vec(&json)?) }
    [ .send().await?.text().await.ok() ]

    "RequestBuilder::header", "":
    async_std [ let url = crate::echo::start()?; ]
    { surf::get(url).header("x-a", "b") } [ .recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let request = Request::get(url).header("x-a", "b").body(Full::default())?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.get(url).header("x-a", "b") } [ .send().await?.text().await.ok() ]

    "RequestBuilder::query", "reqwest has `query` with its feature of that name":
    async_std [ let url = crate::echo::start()?; ]
    { surf::get(url).query(&BTreeMap::from([("a", "b")])) } [ .map_err(|error| error.into_inner())?.recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let response = get(&format!("{url}/?a=b")).await?; }
    [ String::from_utf8(response.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.get(reqwest::Url::parse_with_params(&url, [("a", "b")])?) } [ .send().await?.text().await.ok() ]

    "surf::put, delete, patch, …", "":
    async_std [ let url = crate::echo::start()?; ]
    { surf::delete(url) } [ .recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let request = Request::delete(url).body(Full::default())?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { client.delete(url) } [ .send().await?.text().await.ok() ]

    "Response::status", "an `Ok` whatever it is, in all three":
    async_std [ let url = crate::echo::start()? + "/status/404"; ]
    { let status = surf::get(url).await.map(|response| response.status()); }
    [ status.ok().map(u16::from) ]
    smol [ let url = crate::echo::start()? + "/status/404"; ]
    { let status = get(&url).await?.status(); } [ Some(status.as_u16()) ]
    tokio [ let url = crate::echo::start()? + "/status/404"; let client = crate::http::reqwest()?; ]
    { let status = client.get(url).send().await?.status(); } [ Some(status.as_u16()) ]

    "Response::header", "surf's is a list of values":
    async_std [ let url = crate::echo::start()? + "/json"; let response = surf::get(url).await.map_err(|error| error.into_inner())?; ]
    { response.header("x-b").map(|values| values.last().as_str()) } [ .map(str::to_string) ]
    smol [ let url = crate::echo::start()? + "/json"; let response = get(&url).await?; ]
    { response.headers().get("x-b").and_then(|value| value.to_str().ok()) } [ .map(str::to_string) ]
    tokio [ let url = crate::echo::start()? + "/json"; let response = crate::http::reqwest()?.get(url).send().await?; ]
    { response.headers().get("x-b").and_then(|value| value.to_str().ok()) } [ .map(str::to_string) ]

    "Response as AsyncRead", "part by part: frames on hyper, chunks on reqwest":
    async_std [ let url = crate::echo::start()? + "/json"; let mut response = surf::get(url).await.map_err(|error| error.into_inner())?; let (mut part, mut length) = ([0; 4], 0); ]
    { while let count @ 1.. = response.read(&mut part).await? { length += count; } } [ length ]
    smol [ let url = crate::echo::start()? + "/json"; let mut response = get(&url).await?; let mut length = 0; ]
    { while let Some(frame) = response.frame().await { length += frame?.data_ref().map_or(0, Bytes::len); } } [ length ]
    tokio [ let url = crate::echo::start()? + "/json"; let mut response = crate::http::reqwest()?.get(url).send().await?; let mut length = 0; ]
    { while let Some(chunk) = response.chunk().await? { length += chunk.len(); } } [ length ]

    "Body::from_file", "surf also set a `content-type`; reqwest takes a file as well, by its feature `stream`, and sends it in chunks, without a length (reqwest 0.13, `src/async_impl/body.rs`, `wrap_stream`)":
    async_std [ let url = crate::echo::start()?; let path = here.join("file"); std::fs::write(&path, "b")?; ]
    { surf::put(url).body(Body::from_file(&path).await?) } [ .recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; let path = here.join("file"); std::fs::write(&path, "b")?; ]
    { let request = Request::put(url).body(Full::from(fs::read(&path).await?))?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; let path = here.join("file"); std::fs::write(&path, "b")?; ]
    { client.put(url).body(fs::read(&path).await?) } [ .send().await?.text().await.ok() ]

    "Response::len", "":
    async_std [ let url = crate::echo::start()? + "/json"; let response = surf::get(url).await.map_err(|error| error.into_inner())?; ]
    { let length = response.len(); } [ length.map(|length| length as u64) ]
    smol [ let url = crate::echo::start()? + "/json"; let response = get(&url).await?; ]
    { let length = response.body().size_hint().exact(); } [ length ]
    tokio [ let url = crate::echo::start()? + "/json"; let response = crate::http::reqwest()?.get(url).send().await?; ]
    { let length = response.content_length(); } [ length ]

    "Client::with", "neither has them: a function, or the package reqwest-middleware":
    async_std [
        let url = crate::echo::start()?;
        struct Mark;
        #[surf::utils::async_trait]
        impl Middleware for Mark {
            async fn handle(
                &self,
                mut request: Request,
                client: Client,
                next: Next<'_>,
            ) -> surf::Result<Response> {
                request.insert_header("x-a", "b");
                next.run(request, client).await
            }
        }
    ]
    { Client::new().with(Mark).get(url) } [ .recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let mark = |request: Builder| request.header("x-a", "b"); let request = mark(Request::get(url)).body(Full::default())?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { let mark = |request: RequestBuilder| request.header("x-a", "b"); mark(client.get(url)) }
    [ .send().await?.text().await.ok() ]

    "Config::add_header", "hyper has none: add it to each request":
    async_std [ let url = crate::echo::start()?; ]
    { let client: Client = Config::new().add_header("x-a", "b").map_err(|error| error.into_inner())?.try_into()?; }
    [ client.get(url).recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let request = Request::get(url).header("x-a", "b").body(Full::default())?; }
    [ String::from_utf8(send(request).await?.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let builder = crate::http::builder()?; ]
    { let headers = HeaderMap::from_iter([("x-a".parse()?, HeaderValue::from_static("b"))]);
        let client: Client = builder.default_headers(headers).build()?; }
    [ client.get(url).send().await?.text().await.ok() ]

    "Client, Config::set_base_url", "neither has one: join the URL":
    async_std [ let url = crate::echo::start()?; ]
    { let client: Client = Config::new().set_base_url(Url::parse(&url)?).try_into()?; }
    [ client.get("/json").recv_string().await.ok() ]
    smol [ let url = crate::echo::start()?; ]
    { let response = get(&format!("{url}/json")).await?; }
    [ String::from_utf8(response.collect().await?.to_bytes().into()).ok() ]
    tokio [ let url = crate::echo::start()?; let client = crate::http::reqwest()?; ]
    { let response = client.get(format!("{url}/json")).send().await?; } [ response.text().await.ok() ]

    "Config::set_timeout", "surf's ends with the head; reqwest's covers the body; on smol put it around":
    async_std { let client: Client = Config::new().set_timeout(Some(TICK)).try_into()?; } [ drop(client); ]
    smol [ let slow = std::future::pending::<Option<()>>(); ]
    { slow.or(async { Timer::after(TICK).await; None }).await; }
    tokio [ let builder = crate::http::builder()?; ]
    { let client: Client = builder.timeout(TICK).build()?; } [ drop(client); ]

    "Config::set_max_connections_per_host", "neither has a cap: take a permit for each request, and keep it until the body is read":
    async_std { let client: Client = Config::new().set_max_connections_per_host(50).try_into()?; } [ drop(client); ]
    smol { let limit = Semaphore::new(50); let permit = limit.acquire().await; } [ drop(permit); ]
    tokio { let limit = Semaphore::new(50); let permit = limit.acquire().await?; } [ drop(permit); ]
}

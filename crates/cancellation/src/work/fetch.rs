//! One request over a stream of any runtime, and in which phase of it a task is.

use std::io;

use anyhow::{Context, Result};
use bytes::Bytes;
use fetching::{Page, PartialPage, Target, outcome};
use futures_util::future::join;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, client::conn::http1::handshake, header::HOST, rt};
use page_client::Sink;
use test_fixtures::{Class, Failure, Outcome};

use super::{
    Done, Phase, Task,
    outcomes::{Detail, Kind},
    yielding::Yielding,
};

impl Task {
    /// The URL that it fetches.
    pub fn url(&self) -> &str {
        &self.job().urls[self.index]
    }

    /// Begins to connect.
    pub fn connect(&self) {
        self.begin();
        self.enter(Phase::Connecting);
    }

    /// Begins to connect: the host and the port to connect to.
    pub fn address(&self) -> (&str, u16) {
        self.connect();
        self.target().address
    }

    fn target(&self) -> Target<'_> {
        Target::of(self.url()).expect("every URL was looked at when the tasks were made")
    }

    /// Begins to wait for the answer's head.
    pub fn sent(&self) {
        self.enter(Phase::ReadingHead);
    }

    /// Has the head, and begins to read the body.
    pub fn answered(&self) {
        self.enter(Phase::ReadingBody);
    }

    /// It has its page, or could not get it. A time-out is a failure as well: it is the
    /// system's, which gives a connection up after minutes, and never the deadline.
    pub fn settle(self, result: Result<Page>) -> Done {
        let why = result.as_ref().map_err(|error| format!("{error:#}")).err();
        match (outcome(result), why) {
            (Outcome::Ok(page), _) => self.end(Kind::Ok, Some(Detail::Page(page))),
            (Outcome::Failed(failure), _) => self.fail(failure),
            (_, why) => self.fail(Failure {
                class: Class::Other,
                why: why.unwrap_or_default(),
            }),
        }
        Some(self.index)
    }

    pub(super) fn fail(&self, failure: Failure) {
        self.end(Kind::Failed, Some(Detail::Failure(failure)));
    }

    /// Sends the request and reads the answer, with hyper over any runtime's stream. There
    /// is nothing beside this future: dropped, it drops the connection.
    pub async fn exchange<S>(self, stream: io::Result<S>) -> Done
    where
        S: rt::Read + rt::Write + Unpin + Send + 'static,
    {
        let page = exchange(&self, stream).await;
        self.settle(page)
    }
}

async fn exchange<S>(task: &Task, stream: io::Result<S>) -> Result<Page>
where
    S: rt::Read + rt::Write + Unpin + Send + 'static,
{
    let (mut sender, connection) = handshake(Yielding::new(stream?)).await?;
    let exchange = async move {
        let target = task.target();
        let request = Request::get(target.path).header(HOST, target.host);
        task.sent();
        let mut response = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        task.answered();
        let mut page = Page::open(task.url(), response.status().as_u16());
        while let Some(frame) = response.frame().await.transpose()? {
            if let Some(part) = frame.data_ref() {
                page.read(part);
            }
        }
        anyhow::Ok(page.close())
    };
    // What stops the connection stops the exchange too, and the exchange reports why.
    join(exchange, connection).await.0
}

/// An answer from a client of `page-client`, of which the digest is kept. The task is in
/// its body once the head is there.
pub(super) struct Answer<'a> {
    task: &'a Task,
    page: Option<PartialPage>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(task: &'a Task) -> Self {
        Self { task, page: None }
    }

    pub(super) fn close(self) -> Result<Page> {
        Ok(self.page.context("there was no answer")?.close())
    }
}

impl Sink for Answer<'_> {
    fn answered(&mut self, status: u16) -> Result<()> {
        self.task.answered();
        self.page = Some(Page::open(self.task.url(), status));
        Ok(())
    }

    fn read(&mut self, part: &[u8]) -> Result<()> {
        if let Some(page) = &mut self.page {
            page.read(part);
        }
        Ok(())
    }
}

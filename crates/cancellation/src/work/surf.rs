//! Fetching with surf's client.

use anyhow::Result;
use async_std::io::ReadExt;
use fetching::Page;
use surf::{Client, Config};

use super::{Done, Task};
use crate::Job;

/// A client for the fetches of a job, all at once.
///
/// # Errors
/// surf can't be set up so.
pub fn client(job: &Job) -> Result<Client> {
    let config = Config::new()
        .set_max_connections_per_host(job.urls.len())
        // Its own time-out ends with the head, and the deadline is for all.
        .set_timeout(None);
    Ok(config.try_into()?)
}

/// Fetches the URL of the task.
pub async fn fetch(client: Client, task: Task) -> Done {
    let page = page(&client, &task).await;
    task.settle(page)
}

async fn page(client: &Client, task: &Task) -> Result<Page> {
    task.connect();
    let mut response = client
        .get(task.url())
        .await
        .map_err(surf::Error::into_inner)?;
    task.answered();
    let mut page = Page::open(task.url(), response.status().into());
    let mut part = vec![0; 8192];
    loop {
        match response.read(&mut part).await? {
            0 => return Ok(page.close()),
            count => page.read(&part[..count]),
        }
    }
}

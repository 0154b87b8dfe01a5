//! Fetching with surf's client.

use std::time::Duration;

use anyhow::Result;
use fetching::Trust;
use page_client::{Settings, surf::Client};

use super::{Done, Task, fetch::Answer};

/// The deadline is for all, so none has a time-out of its own.
const NEVER: Duration = Duration::from_secs(1 << 32);

/// A client for the fetches of a job.
///
/// # Errors
/// surf can't be set up so.
pub fn client() -> Result<Client> {
    Client::without_pool(&Settings {
        timeout: NEVER,
        connections: 0,
        trust: Trust::new(&[], None),
    })
}

/// Fetches the URL of the task.
pub async fn fetch(client: Client, task: Task) -> Done {
    task.connect();
    let mut answer = Answer::of(&task);
    let read = client.read(task.url(), &mut answer).await;
    let page = read.and_then(|()| answer.close());
    task.settle(page)
}

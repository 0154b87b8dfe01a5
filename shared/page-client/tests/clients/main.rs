//! What every client promises, held against each of them.

/// A test for each client, so that they run side by side; for all but surf with its pool, and
/// for what is named beside them.
macro_rules! each_client {
    ($holds:ident $(, $more:ident: $named:literal)*) => {
        each_client! { @tests $holds;
            tokio: "tokio",
            tokio_unconstrained: "tokio unconstrained",
            smol: "smol",
            compio: "compio",
            compio_on_epoll: "compio on epoll",
            async_std: "async_std",
            blocking: "blocking",
            surf_without_a_pool: "surf without a pool",
            $($more: $named,)*
        }
    };
    (@tests $holds:ident; $($test:ident: $name:literal,)+) => {
        $(
            #[test]
            fn $test() {
                $holds($name);
            }
        )+

        #[test]
        fn no_client_is_left_out() {
            let tried = [$($name),+, "surf"];
            let all = crate::clients(std::time::Duration::from_secs(1));
            let all = all.map(|(name, _)| name);
            assert!(all.iter().all(|name| tried.contains(name)), "{all:?}");
        }
    };
}

mod endless;
mod kept;
mod odd;
mod parts;

use std::{
    sync::{Arc, Once},
    time::Duration,
};

use ::async_std::task::spawn;
use ::compio::{
    driver::{DriverType, ProactorBuilder},
    runtime::{Runtime, RuntimeBuilder},
};
use anyhow::Result;
use async_global_executor::GlobalExecutorConfig;
use fetching::{Page, Trust};
use page_client::{Settings, async_std, blocking, compio, smol, surf, tokio};

/// A client of some runtime, and what of it blocks until a page is there.
pub(crate) type Fetch = Box<dyn Fn(&str) -> Result<Page>>;

pub(crate) fn settings(timeout: Duration) -> Settings {
    let urls: &[String] = &[];
    Settings {
        timeout,
        connections: 8,
        trust: Trust::new(urls, None),
    }
}

/// Each client by its name.
pub(crate) fn clients(timeout: Duration) -> [(&'static str, Fetch); 9] {
    let settings = settings(timeout);
    [
        ("tokio", on_tokio(&settings)),
        ("tokio unconstrained", on_tokio_unconstrained(&settings)),
        ("smol", on_smol(&settings)),
        ("compio", on_compio(&Runtime::builder(), &settings)),
        ("compio on epoll", on_compio(&on_epoll(), &settings)),
        ("async_std", on_async_std(&settings)),
        ("blocking", on_threads(&settings)),
        ("surf", with_surf(surf::Client::new(&settings))),
        (
            "surf without a pool",
            with_surf(surf::Client::without_pool(&settings)),
        ),
    ]
}

pub(crate) fn client(name: &str, timeout: Duration) -> Fetch {
    let mut all = clients(timeout).into_iter();
    let found = all.find(|(named, _)| *named == name);
    found.expect("there is one of that name").1
}

/// On one thread, so that no other thread can drive a timer.
fn on_tokio(settings: &Settings) -> Fetch {
    let runtime = ::tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = tokio::Client::new(settings);
    Box::new(move |url| runtime.block_on(client.fetch(url)))
}

/// Where tokio's own budget does not count.
fn on_tokio_unconstrained(settings: &Settings) -> Fetch {
    let runtime = ::tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = tokio::Client::new(settings);
    Box::new(move |url| runtime.block_on(::tokio::task::unconstrained(client.fetch(url))))
}

fn on_smol(settings: &Settings) -> Fetch {
    let executor = Arc::new(::smol::Executor::new());
    let client = smol::Client::new(&executor, settings);
    Box::new(move |url| ::smol::block_on(executor.run(client.fetch(url))))
}

/// With the driver that the machine has.
fn on_compio(runtime: &RuntimeBuilder, settings: &Settings) -> Fetch {
    let runtime = runtime.build().expect("a runtime");
    let client = compio::Client::new(settings);
    Box::new(move |url| runtime.block_on(client.fetch(url)))
}

fn on_epoll() -> RuntimeBuilder {
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::Poll);
    let mut runtime = Runtime::builder();
    runtime.with_proactor(driver);
    runtime
}

/// On one thread, as the two above. With more, hyper may lose a request that is handed to a
/// connection just as that ends (hyperium/hyper#4122), and it ends at its time-out.
fn on_async_std(settings: &Settings) -> Fetch {
    static ONE_THREAD: Once = Once::new();
    ONE_THREAD.call_once(|| {
        let config = GlobalExecutorConfig::default();
        async_global_executor::init_with_config(
            config.with_min_threads(1).with_max_threads(1),
        );
    });
    let client = Arc::new(async_std::Client::new(settings));
    Box::new(move |url| {
        let (client, url) = (Arc::clone(&client), url.to_owned());
        let page = spawn(async move { client.fetch(&url).await });
        ::async_std::task::block_on(page)
    })
}

fn on_threads(settings: &Settings) -> Fetch {
    let client = blocking::Client::new(settings);
    Box::new(move |url| client.fetch(url))
}

fn with_surf(client: Result<surf::Client>) -> Fetch {
    let client = client.expect("surf takes its settings");
    Box::new(move |url| ::async_std::task::block_on(client.fetch(url)))
}

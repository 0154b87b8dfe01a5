//! What every model that fetches shares: pages, what becomes of them, the URLs that a
//! user names, and the stage with its origin and its oracle.

#[cfg(feature = "files")]
mod bars;
pub mod cases;
#[cfg(feature = "files")]
pub mod direct;
mod failure;
#[cfg(feature = "files")]
pub mod files;
mod overlap;
mod page;
pub mod raw;
pub mod redirect;
mod requests;
mod stage;
mod target;
mod tls;
mod urls;
mod wanted;

pub use failure::{ended, outcome};
pub use overlap::most_at_once;
pub use page::{
    Page, PartialPage, Sha256, common_host, panic_if_asked, results, whole_results,
};
pub use requests::Requests;
pub use stage::Stage;
pub use target::Target;
pub use tls::Trust;
pub use urls::Urls;
pub use wanted::check_due;

//! What several lessons come with.

pub mod first_address;
pub mod yielding;
pub mod yielding_half;
pub mod yielding_socket;

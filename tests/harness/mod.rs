//! What the stories stand on: the cloud for tests, started once per test, and the real binaries.
//!
//! It fakes nothing of Hubward: programs are started as processes and meet the cloud only through
//! the standard AWS environment variables.

pub mod aws;
pub mod cloud;
pub mod program;
pub mod soc;

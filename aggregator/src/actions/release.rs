//! Releases of the agent.

pub mod add;

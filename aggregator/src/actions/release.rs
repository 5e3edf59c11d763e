//! Releases of the agent.

pub(crate) mod add;

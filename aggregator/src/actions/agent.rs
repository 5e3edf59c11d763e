//! What agents may do: prove their account, report, and hand a run over as a file.

pub mod heartbeat;
pub mod record;
pub mod session;

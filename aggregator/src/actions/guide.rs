//! The guide: importing a company's own texts, and publishing it.

pub mod import;
pub mod publish;

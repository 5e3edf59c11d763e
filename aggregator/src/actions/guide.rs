//! The guide to controls and threats: importing a company's own texts. `queries::guide` renders it.

pub(crate) mod import;

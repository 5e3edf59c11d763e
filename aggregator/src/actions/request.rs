//! Requests to add, change or remove accounts, from receipt to answer.

pub(crate) mod answer;
pub(crate) mod decide;
pub(crate) mod follow_up;
pub(crate) mod receive;

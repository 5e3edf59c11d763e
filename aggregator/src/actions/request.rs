//! Requests to add, change or remove accounts, from receipt to answer.

pub mod answer;
pub mod decide;
pub mod follow_up;
pub mod receive;

//! What Hubward says to people, in Japanese and English.
//!
//! The words are in `locales/`, one file per subject; here, facts are put into them. Nothing here
//! prints, sends or decides.

pub mod ledger;

#[cfg(test)]
mod tests;

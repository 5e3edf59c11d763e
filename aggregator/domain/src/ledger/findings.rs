//! Collects warnings and problems while a sheet is read, and returns them in order.

use super::{LedgerProblem, Warning};

/// How many problems are reported: a file with more is not a ledger.
const SHOWN_PROBLEMS: usize = 1_000;

/// The warnings and problems so far.
#[derive(Default)]
pub(super) struct LedgerProblems {
    problems: Vec<LedgerProblem>,
    unlisted: usize,
    warnings: Vec<Warning>,
}

impl LedgerProblems {
    pub(super) fn problem(&mut self, problem: LedgerProblem) {
        if self.problems.len() < SHOWN_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.unlisted += 1;
        }
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// The warnings of a valid sheet, or its problems in the order of their cells.
    pub(super) fn finish(mut self) -> Result<Vec<Warning>, Vec<LedgerProblem>> {
        self.problems
            .sort_by(|one, other| one.at().cmp(&other.at()));
        if self.unlisted > 0 {
            let count = self.unlisted;
            self.problems.push(LedgerProblem::More { count });
        }
        if self.problems.is_empty() {
            Ok(self.warnings)
        } else {
            Err(self.problems)
        }
    }
}

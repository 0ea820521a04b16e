//! Exit status: 0 answered, 1 error, 2 usage, 3 infeasible, 4 no answer.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use rangecover::problem::quote::printable;
use rangecover::solve::answer::Answer;

/// How a command ended. Of several ends the last in this order applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Every instance was answered.
    Answered,
    /// Some instance is infeasible, and that is proven.
    Infeasible,
    /// Some instance got no answer and no proof.
    Unanswered,
    /// Something failed.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Answered => 0,
            Exit::Failed => 1,
            Exit::Infeasible => 3,
            Exit::Unanswered => 4,
        })
    }
}

/// What an answer means for the exit status.
pub(crate) fn exit_of(answer: &Answer) -> Exit {
    match answer {
        Answer::Optimal { .. } | Answer::Feasible { .. } => Exit::Answered,
        Answer::Infeasible { .. } => Exit::Infeasible,
        Answer::Unknown => Exit::Unanswered,
    }
}

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Prints an error, with its causes, to stderr.
pub(crate) fn print_error(error: &anyhow::Error) {
    // The message may quote files; stderr may be gone.
    let message = printable(&format!("{error:#}"));
    let _ = writeln!(anstream::stderr(), "{ERROR}error{ERROR:#}: {message}");
}

impl Exit {
    /// Reports an error. A reader that went away (`| head`) is none.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
            cause
                .downcast_ref::<io::Error>()
                .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
        };
        if error.chain().any(broken_pipe) {
            return Self::Answered;
        }
        print_error(error);
        Self::Failed
    }
}

//! What a file is, told by its content.

use serde::{Deserialize, Serialize};

use crate::flow::{Layout, Record};
use crate::port_list;
use crate::quote::quoted;

use super::Reason;

/// Lines that are tried before a file counts as no flow log.
const TRIED: usize = 10;

/// The kinds of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputFormat {
    /// A list of ports and ranges.
    Ports,
    /// A VPC flow log as text, plain or gzip.
    FlowLog,
}

/// A kind, with what is needed to read it.
pub(super) enum Kind {
    List,
    Log(Layout),
}

/// Tells what a file is from its first bytes.
pub(super) fn recognise(
    head: &[u8],
    forced: Option<InputFormat>,
    log_format: Option<&Layout>,
) -> Result<Kind, Reason> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.clone().next() else {
        return Err(Reason::Empty);
    };
    let list =
        forced == Some(InputFormat::Ports) || forced.is_none() && port_list::looks_like_list(&text);
    if list {
        return Ok(Kind::List);
    }
    if let Some(layout) = log_format {
        return Ok(Kind::Log(layout.clone().fixed()));
    }
    if Layout::is_header(first) {
        return Ok(Kind::Log(Layout::parse(first)?));
    }
    let default = Layout::default();
    let is_record = |line: &str| Record::parse(line.as_bytes(), &default).is_ok();
    if forced == Some(InputFormat::FlowLog) || lines.by_ref().take(TRIED).any(is_record) {
        return Ok(Kind::Log(default));
    }
    if text.lines().all(|line| port_list::content(line).is_empty()) {
        return Err(Reason::Empty);
    }
    Err(Reason::Unknown(quoted(first)))
}

//! Reads what the arguments name, and says what there is to say about it.

mod arguments;
mod audit;
mod flags;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use rangecover::logs::evidence::Judgement;
use rangecover::logs::flow::{Action, Selection};
use rangecover::logs::inputs::{self, Inputs, Progress, Reading};
use rangecover::problem::zones::Zones;

use super::exit::print_error;
use super::purpose::Purpose;
use super::{Exit, notes, output};
use arguments::{ActionArg, EvidenceArgs, FileArgs, RecordArgs};
pub(crate) use arguments::{InputArgs, LOGS, LogArgs, PortArg, time};

const STOPPED: &str = "stopped, as --strict asks, because not everything could be read";

/// The zones in a file.
fn zones(path: &Path) -> anyhow::Result<Zones> {
    let place = path.display();
    let text = fs::read_to_string(path).with_context(|| place.to_string())?;
    Zones::parse(&text).map_err(|error| anyhow!("{place}:{error}"))
}

impl FileArgs {
    /// How the inputs are to be read, as far as every command says it.
    fn reading(&self, records: &RecordArgs, evidence: &EvidenceArgs) -> Reading {
        Reading {
            selection: Selection {
                interfaces: records.interface.clone(),
                accounts: records.account.clone(),
                since: records.since,
                until: records.until,
                ..Selection::default()
            },
            judgement: Judgement {
                min_endpoints: evidence.min_endpoints,
                min_flows: evidence.min_flows,
                include: evidence.include.clone(),
                exclude: evidence.exclude.clone(),
                ignore_flags: evidence.ignore_flags,
            },
            input_format: self.input_format,
            log_format: self.log_format.clone(),
            columns: self.column.clone(),
            ..Reading::default()
        }
    }

    /// Reads the inputs as that says, and reports on stderr what was read.
    fn read_for(&self, purpose: Purpose, reading: &Reading) -> anyhow::Result<(Inputs, Exit)> {
        let (read, exit) = read_for(purpose, &self.inputs, reading)?;
        if self.strict && exit == Exit::Failed {
            bail!(STOPPED);
        }
        self.check_strictly(&read)?;
        Ok((read, exit))
    }

    /// With `--strict`, refuses inputs that could not be read to the end, record by record.
    fn check_strictly(&self, read: &Inputs) -> anyhow::Result<()> {
        let malformed = read.traffic.as_ref().map_or(0, |t| t.report.records.malformed);
        if self.strict && (malformed > 0 || read.lacking > 0) {
            bail!(STOPPED);
        }
        Ok(())
    }
}

impl InputArgs {
    /// How the inputs are to be read; reads the file of zones.
    fn reading(&self) -> anyhow::Result<Reading> {
        let Self { records, traffic, evidence, sources, .. } = self;
        let reading = self.files.reading(records, evidence);
        Ok(Reading {
            selection: Selection {
                port: self.port.into(),
                action: match traffic.action {
                    ActionArg::Accept => Action::Accept,
                    ActionArg::Reject => Action::Reject,
                    ActionArg::All => Action::All,
                },
                protocols: traffic.protocol.clone(),
                ..reading.selection
            },
            zones: sources.zones.as_deref().map(zones).transpose()?,
            other_sources: sources.other_sources.into(),
            source: sources.source,
            ..reading
        })
    }

    /// The inputs as they were named.
    pub(crate) fn names(&self) -> &[String] {
        &self.files.inputs
    }

    /// Reads the inputs and reports on stderr what was read, and what could not be.
    pub(crate) fn read(&self) -> anyhow::Result<(Inputs, Reading, Exit)> {
        self.read_for(Purpose::Rules)
    }

    /// As [`InputArgs::read`], for the command that lists the ports.
    pub(crate) fn read_for_ports(&self) -> anyhow::Result<(Inputs, Reading, Exit)> {
        self.read_for(Purpose::Ports)
    }

    /// Reads the inputs without a word; what goes wrong first is the error.
    pub(crate) fn read_quietly(&self) -> anyhow::Result<(Inputs, Reading)> {
        let reading = self.reading()?;
        let mut read = inputs::read(&self.files.inputs, &reading, &())?;
        if !read.failures.is_empty() {
            return Err(read.failures.remove(0).into());
        }
        self.files.check_strictly(&read)?;
        select(&mut read, &reading.selection);
        Ok((read, reading))
    }

    /// Whether anything says who may connect.
    pub(crate) fn names_sources(&self) -> bool {
        self.sources.zones.is_some() || self.sources.source.is_some()
    }

    /// How many inputs are given.
    pub(crate) fn n_inputs(&self) -> usize {
        self.files.inputs.len()
    }

    /// The files that the arguments name beside the inputs, whose paths count from `root`.
    pub(crate) fn files_from(&mut self, root: &Path) -> Option<&Path> {
        let path = self.sources.zones.as_mut()?;
        *path = root.join(&*path);
        Some(path)
    }

    fn read_for(&self, purpose: Purpose) -> anyhow::Result<(Inputs, Reading, Exit)> {
        let reading = self.reading()?;
        if let (Some(path), Some(zones)) = (&self.sources.zones, &reading.zones) {
            // What may be better about them.
            for hint in zones.hints() {
                output::note(&format!("{}:{hint}", path.display()));
            }
        }
        let (read, exit) = self.files.read_for(purpose, &reading)?;
        Ok((read, reading, exit))
    }
}

/// Follows the reading with a bar.
struct Bar(indicatif::ProgressBar);

impl Progress for Bar {
    fn expect(&self, bytes: u64) {
        self.0.set_length(bytes);
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

/// Reads inputs and reports on stderr what was read. An input that fails is an error that does
/// not keep the others from being used.
pub(crate) fn read(names: &[String], reading: &Reading) -> anyhow::Result<(Inputs, Exit)> {
    read_for(Purpose::Rules, names, reading)
}

fn read_for(
    purpose: Purpose,
    names: &[String],
    reading: &Reading,
) -> anyhow::Result<(Inputs, Exit)> {
    let bar = if waits_for_a_person(names, io::stdin().is_terminal()) {
        output::note("reading standard input: type or paste ports or records, and end by Ctrl-D");
        // A bar would be drawn over what is typed.
        Bar(indicatif::ProgressBar::hidden())
    } else {
        Bar(output::progress_of_bytes("reading"))
    };
    let mut read = inputs::read(names, reading, &bar)?;
    bar.0.finish_and_clear();
    let mut exit = Exit::Answered;
    for note in &read.notes {
        output::note(&format!("{}: {}", note.input, note.text));
    }
    for failure in read.failures.drain(..) {
        match purpose {
            // Whoever asks for the ports wants to see who connects to them.
            Purpose::Ports if failure.reason.is_about_sources() => {
                output::note(&failure.to_string());
            }
            // What no rule lets in is a finding.
            Purpose::Audit if failure.reason.is_about_sources() => {}
            _ => {
                exit = Exit::Failed;
                print_error(&anyhow!(failure));
            }
        }
    }
    let selection = &reading.selection;
    select(&mut read, selection);
    notes::report(&read, reading, purpose);
    let are_refused = !read.refused.is_empty();
    if read.sources.is_empty() && !(purpose != Purpose::Rules && are_refused) {
        if are_refused {
            bail!("nothing to do: no interface is left");
        }
        let selecting = selecting(selection);
        if selecting.is_empty() || read.traffic.is_none() && read.table_ports.is_empty() {
            bail!("nothing could be read");
        }
        bail!("nothing to do: no input has anything that {} selects", selecting.join(", "));
    }
    Ok((read, exit))
}

/// Whether somebody has to type the input.
fn waits_for_a_person(names: &[String], stdin_is_terminal: bool) -> bool {
    stdin_is_terminal && names.iter().any(|name| name == "-")
}

/// Leaves the protocols that are not selected out, of port lists too.
fn select(read: &mut Inputs, selection: &Selection) {
    for source in &mut read.sources {
        source.used.retain(|&key, _| selection.takes_protocol(key.protocol));
    }
}

/// The flags that select, as far as they are given.
fn selecting(selection: &Selection) -> Vec<&'static str> {
    let named = [
        (!selection.interfaces.is_empty(), "--interface"),
        (!selection.protocols.is_empty(), "--protocol"),
    ];
    let named = named.into_iter().filter_map(|(given, flag)| given.then_some(flag));
    named.chain(selection.flags_of_records()).collect()
}

#[cfg(test)]
mod tests {
    use super::waits_for_a_person;

    #[test]
    fn only_standard_input_on_a_terminal_makes_a_person_wait() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(waits_for_a_person(&names(&["a.txt", "-"]), true));
        assert!(!waits_for_a_person(&names(&["-"]), false));
        assert!(!waits_for_a_person(&names(&["a.txt"]), true));
    }
}

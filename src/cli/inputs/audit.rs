//! What an audit reads.

use std::path::Path;

use anyhow::bail;

use rangecover::logs::inputs::{Inputs, Reading};
use rangecover::problem::zones::Zones;

use super::{ActionArg, InputArgs, PortArg, Purpose, STOPPED, read_for};
use crate::cli::{Exit, usage};

impl InputArgs {
    /// As [`InputArgs::read`], with the sources of rules as zones.
    pub(crate) fn read_for_audit(&self, zones: &Zones) -> anyhow::Result<(Inputs, Reading, Exit)> {
        for (is_given, flag) in [
            (self.port != PortArg::Service, "--port"),
            (self.sources.zones.is_some(), "--zones"),
            (self.sources.source.is_some(), "--source"),
            (self.records.action != ActionArg::Accept, "--action"),
            (!self.records.protocol.is_empty(), "--protocol"),
        ] {
            if is_given {
                usage(format!(
                    "{flag} is not for an audit: rules are judged by all accepted connections to \
                     services, and their own sources are told apart"
                ));
            }
        }
        let reading = Reading { zones: Some(zones.clone()), ..self.reading()? };
        let (read, exit) = read_for(Purpose::Audit, &self.inputs, &reading)?;
        if self.strict && exit == Exit::Failed {
            bail!(STOPPED);
        }
        self.check_strictly(&read)?;
        Ok((read, reading, exit))
    }

    /// Whether each input can be read twice.
    pub(crate) fn are_files(&self) -> bool {
        let is_pipe = |path: &Path| path.exists() && !path.is_file() && !path.is_dir();
        self.inputs.iter().all(|input| input != "-" && !is_pipe(Path::new(input)))
    }
}

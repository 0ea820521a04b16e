//! What an audit reads.

use std::path::Path;

use rangecover::logs::inputs::{Inputs, Reading};
use rangecover::problem::zones::Zones;

use super::LogArgs;
use crate::cli::Exit;
use crate::cli::purpose::Purpose;

impl LogArgs {
    /// Reads the inputs with the sources of rules as zones, and reports on stderr what was read.
    pub(crate) fn read_for_audit(&self, zones: &Zones) -> anyhow::Result<(Inputs, Reading, Exit)> {
        let reading = self.files.reading(&self.records, &self.evidence);
        let reading = Reading { zones: Some(zones.clone()), ..reading };
        let (read, exit) = self.files.read_for(Purpose::Audit, &reading)?;
        Ok((read, reading, exit))
    }

    /// The inputs as they were named.
    pub(crate) fn names(&self) -> &[String] {
        &self.files.inputs
    }

    /// Whether each input can be read twice.
    pub(crate) fn are_files(&self) -> bool {
        let is_pipe = |path: &Path| path.exists() && !path.is_file() && !path.is_dir();
        self.names().iter().all(|input| input != "-" && !is_pipe(Path::new(input)))
    }
}

//! The arguments of reading, written as flags again.

use std::fmt::Display;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use rangecover::logs::evidence::Judgement;

use super::arguments::{
    ActionArg, EvidenceArgs, InputArgs, OtherArg, PortArg, RecordArgs, SourceArgs, TrafficArgs,
};

impl InputArgs {
    /// The arguments that shape an instance, each as it is written, where not left as it is.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mut flags = vec![
            choice("port", &self.port, &PortArg::Service),
            value("input-format", self.files.input_format),
            self.files.log_format.as_ref().map(|fields| format!("--log-format \"{fields}\"")),
            list("column", &self.files.column),
        ];
        flags.extend(self.sources.flags());
        flags.extend(self.records.flags(&self.traffic));
        flags.extend(self.evidence.flags());
        flags.into_iter().flatten().collect()
    }
}

impl SourceArgs {
    fn flags(&self) -> [Option<String>; 3] {
        [
            value("zones", self.zones.as_ref().map(|path| path.display())),
            choice("other-sources", &self.other_sources, &OtherArg::Refuse),
            value("source", self.source),
        ]
    }
}

impl RecordArgs {
    /// In the order in which they are listed.
    fn flags(&self, traffic: &TrafficArgs) -> [Option<String>; 6] {
        [
            list("interface", &self.interface),
            list("account", &self.account),
            list("protocol", &traffic.protocol),
            choice("action", &traffic.action, &ActionArg::Accept),
            value("since", self.since),
            value("until", self.until),
        ]
    }
}

impl EvidenceArgs {
    fn flags(&self) -> [Option<String>; 5] {
        let usual = Judgement::default();
        let unless = |usual: u64, given: u64| (given != usual).then_some(given);
        [
            list("include", &self.include),
            list("exclude", &self.exclude),
            value("min-endpoints", unless(usual.min_endpoints, self.min_endpoints)),
            value("min-flows", unless(usual.min_flows, self.min_flows)),
            self.ignore_flags.then(|| "--ignore-flags".to_owned()),
        ]
    }
}

fn value(flag: &str, value: Option<impl Display>) -> Option<String> {
    value.map(|value| format!("--{flag} {value}"))
}

fn list(flag: &str, values: &[impl Display]) -> Option<String> {
    let written: Vec<String> = values.iter().map(ToString::to_string).collect();
    value(flag, (!written.is_empty()).then(|| written.join(",")))
}

fn choice<T: ValueEnum + PartialEq>(flag: &str, given: &T, usual: &T) -> Option<String> {
    let named = given.to_possible_value().filter(|_| given != usual);
    value(flag, named.as_ref().map(PossibleValue::get_name))
}

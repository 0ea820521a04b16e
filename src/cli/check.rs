//! `rangecover check`: proves the answers of a file again, from the inputs.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail, ensure};
use serde_json::Value;

use rangecover::groups::check_record;
use rangecover::logs::inputs::{OtherSources, Source, name};
use rangecover::present::report::{AnswerRecord, Report};
use rangecover::problem::certificate::Certificate;
use rangecover::problem::instance::{Budget, Instance};
use rangecover::problem::limits::Limits;
use rangecover::problem::number::{counted, grouped};
use rangecover::problem::ports::Span;
use rangecover::problem::quote::printable;
use rangecover::solve::record::{GroupRecord, OutcomeName, rule_records};
use rangecover::verify::{self, Checker};

use super::args::{Job, job};
use super::inputs::read;
use super::{Exit, examples, output};

/// Check the answers in a file: covers, bounds and proofs, without any solver
///
/// The used ports come from the inputs, the limits from the answers. The exit status is 0 when
/// every claim holds, 1 at the first that does not, 4 when an answer claims nothing.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover check datasets/flow-logs answer.json",
    "rangecover check 443,22,8080-8090 answer.json",
    "rangecover check lists/ more.txt answer.json",
]))]
pub(crate) struct Args {
    /// The inputs that were solved, ports as they are among them
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// The file that `solve --format json` wrote
    #[arg(value_name = "ANSWER.json")]
    answer: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let place = || args.answer.display().to_string();
    let bytes = fs::read(&args.answer).with_context(place)?;
    let report = report(&bytes).with_context(place)?;
    let selection = &report.reading.selection;
    if !(selection.interfaces.is_empty() && selection.protocols.is_empty()) {
        output::note("the answers are for selected interfaces or protocols only");
    }
    let (read, mut exit) = read(&args.inputs, &report.reading)?;
    let records = read.traffic.map(|traffic| traffic.report.records);
    ensure!(
        records == report.records,
        "the answers were made from other records than these inputs hold"
    );
    let mut open: Vec<Source> = read.sources;
    let mut lines = String::new();
    let mut seen = HashSet::new();
    for record in &report.answers {
        let name = name(record.input.as_deref(), record.interface.as_deref());
        let same =
            |source: &Source| source.input == record.input && source.interface == record.interface;
        let Some(at) = open.iter().position(same) else {
            let again = seen.contains(&(&record.input, &record.interface));
            bail!("{name}: {}", if again { "answered twice" } else { "not among the inputs" });
        };
        seen.insert((&record.input, &record.interface));
        let proven = check(open.remove(at), record).with_context(|| name.clone())?;
        let others = report.reading.other_sources;
        lines = lines + &printable(&name) + ": " + &proven + &terms(record, others) + "\n";
        if record.outcome == OutcomeName::Unknown {
            exit = exit.max(Exit::Unanswered);
        }
    }
    if let Some(source) = open.first() {
        bail!("{}: no answer", source.name());
    }
    output::write(None, lines.as_bytes())?;
    Ok(exit)
}

/// Reads what `solve` wrote, and says in words what else it is.
fn report(bytes: &[u8]) -> anyhow::Result<Report> {
    const RIGHT: &str = "give the file that `rangecover solve --format json` wrote";
    if bytes.trim_ascii().is_empty() {
        bail!("an empty file, so no answer; {RIGHT}");
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| anyhow!("not JSON, so no answer; {RIGHT} ({error})"))?;
    if value.get("answers").is_none() {
        bail!("JSON of something else, as it has no answers; {RIGHT}");
    }
    serde_json::from_slice(bytes).context("answers, but not as this version writes them")
}

/// What the proof takes for granted: without it, an optimum means little.
fn terms(record: &AnswerRecord, others: OtherSources) -> String {
    let spec = &record.limits;
    let mut terms = vec![format!("budget {}", budget(record, ""))];
    terms.extend(spec.numbers().map(|(name, most)| format!("{name} {most}")));
    let entries = |what: &str, n: usize| (n > 0).then(|| format!("{what} in {n} entries"));
    terms.extend(entries("ports forbidden", spec.forbid.len()));
    terms.extend(entries("weights", spec.weights.len()));
    let zones = record.groups.iter().filter_map(zone).collect::<BTreeSet<_>>();
    terms.extend(
        (!zones.is_empty()).then(|| {
            format!("units of rules: {}", zones.into_iter().collect::<Vec<_>>().join(", "))
        }),
    );
    let left_out = record.budget_ipv6.is_some() && others == OtherSources::Ignore;
    terms.extend(left_out.then(|| "addresses in no zone left out".to_owned()));
    terms.extend(record.share_outer.then(|| "outer rules serve inner zones".to_owned()));
    let dropped: u64 = record.dropped.iter().map(|entry| entry.span.len()).sum();
    terms.extend((dropped > 0).then(|| format!("{} dropped", counted(dropped, "used port"))));
    format!(" ({})", terms.join(", "))
}

/// A zone, and what its rules count for.
fn zone(group: &GroupRecord) -> Option<String> {
    let (zone, family) = (group.zone.as_ref()?, group.family?);
    let weight = match group.weight {
        1 => String::new(),
        weight => format!(" weight {weight}"),
    };
    Some(format!("{zone} {family} {}{weight}", group.units_per_rule))
}

/// The units that an answer may take.
fn budget(record: &AnswerRecord, rule: &str) -> String {
    match record.budget_ipv6 {
        None if rule.is_empty() => grouped(record.budget as u64),
        None => counted(record.budget as u64, rule),
        Some(ipv6) => {
            let (ipv4, ipv6) = (grouped(record.budget as u64), grouped(ipv6 as u64));
            format!("{ipv4} IPv4 and {ipv6} IPv6 units")
        }
    }
}

/// Checks what an answer claims and says what was proven.
fn check(source: Source, record: &AnswerRecord) -> anyhow::Result<String> {
    let limits = Arc::new(Limits::from(record.limits.clone()));
    let zones = source.zones.clone();
    let Job { instance, dropped, .. } =
        job(source, &limits, record.budget(), !record.dropped.is_empty(), record.share_outer)?;
    ensure!(dropped == record.dropped, "other ports were dropped than the answer says");
    let groups: Vec<GroupRecord> = instance.groups().iter().map(GroupRecord::of).collect();
    let claimed = record.groups.iter().map(GroupRecord::without_rules);
    ensure!(claimed.eq(groups), "the answer is for other used ports, or other zones");
    if let Some(security_groups) = &record.security_groups {
        let has_cover = matches!(record.outcome, OutcomeName::Optimal | OutcomeName::Feasible);
        let cover = has_cover.then(|| record.cover(&instance));
        let reserve = Budget { ipv4: record.reserve, ipv6: record.reserve_ipv6 };
        // Rules of groups that are none come last, and are refused below.
        check_record(security_groups, &instance, cover.as_ref(), zones.as_deref(), reserve)?;
    }
    ensure!(
        record.verified == (record.outcome != OutcomeName::Unknown),
        "verified is {}, but the outcome is {}",
        record.verified,
        record.outcome.name()
    );
    match record.outcome {
        OutcomeName::Optimal | OutcomeName::Feasible => check_cover(&instance, record),
        OutcomeName::Infeasible => {
            let witness = record.witness.as_ref().context("infeasible, but without a witness")?;
            verify::witness(&instance, witness)?;
            let repairs = record.repairs.as_ref().context("infeasible, but without repairs")?;
            let mut repairs = repairs.clone();
            repairs.max_rules = repairs.max_rules.saturating_sub(record.reserve);
            if let Some(ipv6) = &mut repairs.max_rules_ipv6 {
                *ipv6 = ipv6.saturating_sub(record.reserve_ipv6);
            }
            verify::repairs(&instance, &repairs)?;
            check_no_cover(record)?;
            let budget = budget(record, "rule");
            Ok(format!("infeasible, proven: no cover has {budget} or fewer"))
        }
        OutcomeName::Unknown => {
            check_no_cover(record)?;
            Ok("unknown: nothing is claimed, so nothing is proven".to_owned())
        }
    }
}

/// Checks that an answer without a cover does not look like one with a cover.
fn check_no_cover(record: &AnswerRecord) -> anyhow::Result<()> {
    let outcome = record.outcome.name();
    ensure!(record.groups.iter().all(|g| g.rules.is_empty()), "{outcome}, but with rules");
    let numbers = [record.open_ports, record.cost, record.bound];
    ensure!(
        [record.n_rules, record.units, record.units_ipv6] == [None; 3] && numbers == [None; 3],
        "{outcome}, but with a number of rules, open ports, a cost or a bound"
    );
    Ok(())
}

fn check_cover(instance: &Instance, record: &AnswerRecord) -> anyhow::Result<String> {
    let checker = Checker::new(instance);
    let facts = checker.cover(&record.cover(instance), instance.budget())?;
    let plain = record.budget_ipv6.is_none().then_some(0);
    for (what, claimed, found) in [
        ("n_rules", record.n_rules.map(|n| n as u64), facts.n_rules as u64),
        ("units", record.units.map(|n| n as u64), facts.units.ipv4 as u64),
        ("units_ipv6", record.units_ipv6.map(|n| n as u64).or(plain), facts.units.ipv6 as u64),
        ("open_ports", record.open_ports, facts.open_ports),
        ("cost", record.cost, facts.cost),
    ] {
        ensure!(
            claimed == Some(found),
            "{what} is {found}, the answer says {}",
            claimed.map_or("nothing".to_owned(), |n| n.to_string())
        );
    }
    let none = Certificate::default();
    let certificate = record.certificate.as_ref().unwrap_or(&none);
    let bound = checker.bound(certificate)?;
    for (group, record) in instance.groups().iter().zip(&record.groups) {
        let spans: Vec<Span> = record.rules.iter().map(|rule| rule.span).collect();
        for (rule, found) in record.rules.iter().zip(rule_records(group.runs(), &spans)) {
            ensure!(
                rule.open_ports == found.open_ports,
                "rule {}/{} has {} open_ports, the answer says {}",
                group.name(),
                rule.span,
                found.open_ports,
                rule.open_ports
            );
        }
    }
    ensure!(
        record.bound.map_or(record.outcome == OutcomeName::Feasible, |claimed| claimed <= bound),
        "the certificate proves a bound of {bound}, the answer says {}",
        record.bound.map_or("nothing".to_owned(), |bound| bound.to_string())
    );
    ensure!(
        record.outcome == OutcomeName::Feasible
            || bound == facts.cost && record.bound == Some(bound),
        "called optimal at a cost of {}, but the certificate proves only {bound}",
        facts.cost
    );
    Ok(format!(
        "{}, proven: {}, {}, cost {}, bound {}",
        record.outcome.name(),
        counted(facts.n_rules as u64, "rule"),
        counted(facts.open_ports, "open port"),
        grouped(facts.cost),
        grouped(bound),
    ))
}

//! Rules as AWS takes them: which formats there are, and which file holds what.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};

use rangecover::groups::{
    Division, MOST_GROUPS, MOST_RULES, ProposalError, SecurityGroupId, propose,
};
use rangecover::present::export::RULE_FORMATS;
use rangecover::present::export::rules::{GroupRules, Holds, RuleFormat, RuleSet};
use rangecover::present::export::{text, text_groups};
use rangecover::problem::number::counted;

use super::answered::Answered;
use super::args::{Job, LimitArgs};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::names::{keep, stems};
use super::output::is_folder;
use super::output::remove;
use super::written::{self, Ending};
use super::{Exit, output, usage};

/// How answers are written.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// For people.
    Text,
    /// With everything that proves them.
    Json,
    /// The rules for AWS.
    Rules(&'static dyn RuleFormat),
}

impl Format {
    /// The names of all formats.
    pub(super) fn names() -> PossibleValuesParser {
        let text = PossibleValue::new("text").help("For people");
        let json = PossibleValue::new("json")
            .help("With everything that proves the answers; `check` reads it");
        let rules = RULE_FORMATS.iter();
        let rules = rules.map(|format| PossibleValue::new(format.name()).help(format.about()));
        PossibleValuesParser::new([text, json].into_iter().chain(rules))
    }

    /// The format that is named, or that the ending of the file asks for; text where nothing does.
    pub(super) fn of(named: Option<&str>, path: Option<&Path>) -> Self {
        let ending = |name: &str, format, ending| Ending {
            name: name.to_owned(),
            format,
            endings: vec![ending],
        };
        let rules = RULE_FORMATS.iter();
        let rules = rules.map(|&of| ending(of.name(), Self::Rules(of), of.ending()));
        let formats = [ending("text", Self::Text, "txt"), ending("json", Self::Json, "json")];
        let formats: Vec<Ending<Self>> = formats.into_iter().chain(rules).collect();
        written::format(named, path, &formats).unwrap_or(Self::Text)
    }
}

/// The security groups that the rules are for.
#[derive(clap::Args)]
#[command(next_help_heading = "Security groups")]
pub(super) struct GroupArgs {
    /// The security groups that get the rules, by id; without it Terraform and templates ask
    #[arg(long, value_name = "ID", value_delimiter = ',', hide_short_help = true)]
    security_group: Vec<SecurityGroupId>,
    /// Share the rules out over at most N security groups, each within --max-rules
    // Elsewhere --security-groups is a file.
    #[arg(long, alias = "security-groups", hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=16))]
    max_groups: Option<u8>,
}

impl GroupArgs {
    /// How many security groups there may be; none where that is not said.
    pub(super) fn allowed(&self) -> Option<usize> {
        self.max_groups.map(usize::from)
    }

    /// Ends the command where the arguments contradict each other.
    pub(super) fn check(&self, format: Format, limits: &LimitArgs) {
        let n_ids = self.security_group.len();
        if n_ids > 0 && !matches!(format, Format::Rules(_)) {
            let formats: Vec<&str> = RULE_FORMATS.iter().map(|format| format.name()).collect();
            let formats = formats.join("|");
            usage(format!("--security-group is for what AWS is given: --format {formats}"));
        }
        if n_ids > self.allowed().unwrap_or(1) {
            usage(format!(
                "--security-group names {n_ids} groups; allow them by --max-groups {n_ids}"
            ));
        }
        if let Some(n) = self.allowed() {
            debug_assert!(n <= MOST_GROUPS);
            let quota = limits.quota();
            let most = quota.ipv4.max(quota.ipv6);
            if most.saturating_mul(n) > MOST_RULES {
                let fit = MOST_RULES / n;
                usage(format!(
                    "{} of {} are more than the 1,000 that AWS allows on an interface; {n} of {fit} would fit",
                    counted(n as u64, "security group"),
                    counted(most as u64, "rule"),
                ));
            }
        }
    }
}

/// Where the rules of each instance go.
pub(super) struct RuleFiles {
    folder: Option<PathBuf>,
    /// For each instance a stem of its files, in a folder.
    stems: Vec<String>,
}

impl RuleFiles {
    /// Refuses what cannot be written, before anything is solved.
    pub(super) fn new(
        format: &dyn RuleFormat,
        groups: &GroupArgs,
        path: Option<&PathBuf>,
        inputs: &InputArgs,
        jobs: &[Job],
    ) -> anyhow::Result<Self> {
        if !groups.security_group.is_empty() && jobs.len() > 1 {
            bail!(
                "--security-group is for the rules of one interface, these are {} instances; narrow them down by --interface",
                jobs.len()
            );
        }
        let Some(folder) = path.filter(|path| is_folder(path)) else {
            if jobs.len() > 1 && format.holds() != Holds::Sets {
                bail!("these are {} instances; name a folder for their files: -o DIR/", jobs.len());
            }
            keep(path, inputs, jobs)?;
            return Ok(Self { folder: None, stems: Vec::new() });
        };
        let places = Self { folder: Some(folder.clone()), stems: stems(jobs) };
        let files: Vec<PathBuf> =
            (0..jobs.len()).flat_map(|job| places.files(format, job)).collect();
        keep(&files, inputs, jobs)?;
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(places)
    }

    /// All files that an instance may have in the folder, the first for its only or first group.
    fn files(&self, format: &dyn RuleFormat, job: usize) -> Vec<PathBuf> {
        let most = if format.holds() == Holds::OneGroup { MOST_GROUPS } else { 1 };
        let folder = self.folder.as_deref().unwrap_or(Path::new("."));
        let file = |group: usize| {
            // No stem has a plus, so no other instance has this name.
            let number = if group == 0 { String::new() } else { format!("+{}", group + 1) };
            folder.join(format!("{}{number}.{}", self.stems[job], format.ending()))
        };
        (0..most).map(file).collect()
    }
}

/// Writes the rules of all answers; each comes with the place of its instance.
pub(super) fn write(
    format: &dyn RuleFormat,
    groups: &GroupArgs,
    path: Option<&Path>,
    source: Option<ipnet::IpNet>,
    places: &RuleFiles,
    answers: &[(usize, Answered)],
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Answered;
    let mut sets = Vec::new();
    for (job, answered) in answers {
        note(answered);
        let name = || answered.solved.source.name();
        match set(groups, source, answered).with_context(name) {
            Ok(Some(set)) if format.holds() == Holds::Sets || set.has_rules() => {
                sets.push((*job, set));
            }
            Ok(Some(_)) => output::note(&format!("{}: there is no rule to write", name())),
            Ok(None) => {}
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    if places.folder.is_none() {
        let sets: Vec<RuleSet> = sets.into_iter().map(|(_, set)| set).collect();
        if sets.is_empty()
            && let Some(path) = path.filter(|path| path.is_file())
        {
            clear(path)?;
        }
        write_file(format, path, &sets)?;
        if !sets.is_empty() {
            written::say(path);
        }
        return Ok(exit);
    }
    for job in 0..places.stems.len() {
        for path in places.files(format, job) {
            clear(&path)?;
        }
    }
    let mut files = Vec::new();
    for (job, set) in &sets {
        let of_job = places.files(format, *job);
        if let Err(error) = write_files(format, &of_job, set) {
            print_error(&error);
            exit = Exit::Failed;
        }
        files.extend(of_job);
    }
    if let Some(folder) = &places.folder {
        written::say_files(folder, &files);
    }
    Ok(exit)
}

/// Removes a file of an earlier run, which would pass for one of this run.
fn clear(path: &Path) -> anyhow::Result<()> {
    remove(path).with_context(|| format!("cannot replace {}", path.display()))
}

/// What there is to say of an answer whose rules alone are written.
fn note(answered: &Answered) {
    let Answered { solved, division } = answered;
    let name = solved.source.name();
    output::note(&format!("{name}: {}", text::headline(solved)));
    if let Some(division) = division {
        note_groups(answered, division);
    }
    if !solved.dropped.is_empty() {
        let dropped: Vec<String> = solved.dropped.iter().map(ToString::to_string).collect();
        output::note(&format!("{name}: dropped {}", dropped.join(", ")));
    }
}

/// Says on stderr what each further security group buys.
pub(super) fn note_groups(answered: &Answered, division: &Division) {
    let name = answered.solved.source.name();
    for line in text_groups::what_groups_buy(&answered.solved, division) {
        output::note(&format!("{name}: {line}"));
    }
}

/// The rules of an answer; none without a cover.
fn set(
    groups: &GroupArgs,
    source: Option<ipnet::IpNet>,
    answered: &Answered,
) -> anyhow::Result<Option<RuleSet>> {
    let Answered { solved, division } = answered;
    let proposal = match propose(solved, source) {
        Err(ProposalError::NoCover(_)) => return Ok(None),
        proposal => proposal?,
    };
    let rules = match division {
        Some(division) => division.rules(&proposal.rules),
        None => vec![proposal.rules],
    };
    let named = groups.security_group.len();
    if named > 0 && named < rules.len() {
        bail!("the rules are for {} security groups, --security-group names {named}", rules.len());
    }
    let rules = rules.into_iter().enumerate();
    let groups =
        rules.map(|(i, rules)| GroupRules { id: groups.security_group.get(i).cloned(), rules });
    Ok(Some(RuleSet::new(solved, groups.collect())))
}

/// Writes what one file holds.
fn write_file(
    format: &dyn RuleFormat,
    path: Option<&Path>,
    sets: &[RuleSet],
) -> anyhow::Result<()> {
    let [first, ..] = sets else { return Ok(()) };
    if format.holds() == Holds::OneGroup && first.groups.len() > 1 {
        return Err(anyhow!(
            "these are the rules of {} security groups; name a folder for their files: -o DIR/",
            first.groups.len()
        )
        .context(first.name.clone()));
    }
    let bytes = format.bytes(sets).with_context(|| first.name.clone())?;
    output::write(path, &bytes)
}

/// Writes the files of an instance in a folder.
fn write_files(format: &dyn RuleFormat, files: &[PathBuf], set: &RuleSet) -> anyhow::Result<()> {
    if format.holds() != Holds::OneGroup {
        return write_file(format, files.first().map(PathBuf::as_path), std::slice::from_ref(set));
    }
    for (group, file) in (0..set.groups.len()).zip(files) {
        write_file(format, Some(file), &[set.only(group)])?;
    }
    Ok(())
}

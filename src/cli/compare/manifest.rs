//! The instances of a manifest, made one after the other and compared with what it says of them.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Parser;
use clap::error::ContextKind;
use tempfile::TempDir;
use walkdir::WalkDir;

use rangecover::problem::instance::Instance;
use rangecover::problem::quote::quoted;
use rangecover::research::manifest::{self, DataSet, Digest, Known, Origin, Size};
use rangecover::solve::answer::Answer;

use super::instances::Instances;
use super::row::Case;
use crate::cli::args::{Job, LimitArgs, SharingArgs, load_one};
use crate::cli::exit::exit_of;
use crate::cli::inputs::InputArgs;
use crate::cli::signals::{self, Guarded};
use crate::cli::{Exit, generate};

/// Which data sets of which manifest.
#[derive(clap::Args)]
pub(crate) struct ManifestArgs {
    /// Compare on the data sets of this manifest and with what it knows
    #[arg(
        long,
        value_name = "FILE",
        help_heading = None,
        conflicts_with_all = [
            "inputs", "port", "input_format", "log_format", "column", "strict",
            "SourceArgs", "RecordArgs", "TrafficArgs", "EvidenceArgs", "SharingArgs", "LimitArgs",
        ],
    )]
    pub(crate) manifest: Option<PathBuf>,
    /// Only data sets of these families
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = None, hide_short_help = true)]
    family: Vec<String>,
    /// Only these data sets
    #[arg(long, value_name = "NAME", value_delimiter = ',', help_heading = None, hide_short_help = true)]
    instance: Vec<String>,
}

impl ManifestArgs {
    /// Whether some of its data sets are asked for.
    pub(super) fn selects(&self) -> bool {
        !self.family.is_empty() || !self.instance.is_empty()
    }
}

/// The arguments of a data set, and of each command that solves something.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct SetArgs {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    sharing: SharingArgs,
}

/// A command that generates a data set, after `rangecover generate`.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct GenerateArgs {
    #[command(flatten)]
    generate: generate::Args,
}

/// A manifest with the place of its file.
pub(super) struct Manifest<'a> {
    path: &'a Path,
    sets: Vec<DataSet>,
}

impl<'a> Manifest<'a> {
    /// Reads a manifest, and leaves what is not asked for out.
    pub(super) fn read(path: &'a Path, args: &ManifestArgs) -> anyhow::Result<Self> {
        let place = path.display();
        let text = fs::read_to_string(path).with_context(|| place.to_string())?;
        let mut sets = manifest::parse(&text).map_err(|error| anyhow!("{place}:{error}"))?;
        let named = [
            ("--family", &args.family, (|set| &set.family) as fn(&DataSet) -> &String),
            ("--instance", &args.instance, |set| &set.name),
        ];
        for (flag, asked, of) in named {
            if let Some(none) = asked.iter().find(|&name| !sets.iter().any(|set| of(set) == name)) {
                bail!("{flag} {}: {place} has none of that name", quoted(none));
            }
        }
        for (_, asked, of) in named {
            sets.retain(|set| asked.is_empty() || asked.contains(of(set)));
        }
        if sets.is_empty() {
            bail!("{place}: nothing to do: no data set is selected");
        }
        Ok(Self { path, sets })
    }

    /// The place of a data set, for messages.
    fn place(&self, set: &DataSet) -> String {
        format!("{}:{}: {}", self.path.display(), set.line, set.name)
    }

    /// The instance of a data set, if it is what the manifest says.
    fn instance(&self, set: &DataSet) -> anyhow::Result<(Case, Instance)> {
        let scratch = scratch().context("cannot write what is generated")?;
        let (input, flags, seed) = match &set.origin {
            Origin::Input(below) => (self.input(below)?, Vec::new(), None),
            Origin::Generate(args) => generated(set, args, &scratch.value)?,
        };
        let makes_zones = !flags.is_empty();
        let words = [OsString::from(&input)].into_iter().chain(flags);
        let mut args: SetArgs = parsed(words.chain(set.flags.iter().map(OsString::from)))?;
        if args.inputs.n_inputs() > 1 {
            bail!("the flags have an input; leave it out");
        }
        // As they stand in the manifest, before its paths are resolved.
        let reading = args.inputs.flags().into_iter();
        // What is generated needs no flag for the zones that come with it.
        let reading = reading.filter(|flag| !(makes_zones && flag.starts_with("--zones ")));
        let limits = args.limits.flags_and(&args.sharing, reading);
        let root = self.root();
        let mut digests = digests(&input)?;
        for file in [args.inputs.files_from(&root), args.limits.files_from(&root)] {
            digests.extend(file.map(digest).transpose()?);
        }
        set.check_digest(Digest::of_all(&digests))?;
        let Job { source, instance, .. } = load_one(&args.inputs, &args.limits, &args.sharing)?;
        set.check_size(Size::of(&instance))?;
        let case = Case::new(set.name.clone(), limits, &instance, source.zones.is_some());
        Ok((Case { family: set.family.clone(), seed, ..case }, instance))
    }

    /// The path of an input, which no link leads out of the folder.
    fn input(&self, below: &str) -> anyhow::Result<PathBuf> {
        let path = self.folder().join(below);
        let whole = |path: &Path| path.canonicalize().with_context(|| path.display().to_string());
        if whole(&path)?.starts_with(whole(&self.folder().join("."))?) {
            Ok(path)
        } else {
            bail!(
                "{} leads out of the folder of the manifest; put the file itself there",
                path.display()
            )
        }
    }

    /// Where the inputs are.
    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Where the paths in flags count from: the folder around that of the manifest.
    fn root(&self) -> PathBuf {
        let folder = self.folder();
        match folder.file_name().and(folder.parent()) {
            Some(root) => root.to_owned(),
            None => folder.join(".."),
        }
    }
}

/// A folder that is gone afterwards, also where a signal ends the process.
fn scratch() -> io::Result<Guarded<TempDir>> {
    signals::guarded(tempfile::tempdir, |folder| {
        let path = folder.path().to_owned();
        move || {
            // What is written at the same moment may need another try.
            let _ = (0..10).any(|_| fs::remove_dir_all(&path).is_ok());
        }
    })
}

/// A generated data set in a folder: its path, the flags that go with it, and its seed.
fn generated(
    set: &DataSet,
    args: &[String],
    scratch: &TempDir,
) -> anyhow::Result<(PathBuf, Vec<OsString>, Option<u64>)> {
    let args = parsed::<GenerateArgs>(args.iter().map(OsString::from))?.generate;
    if args.writes_files() {
        bail!("the command writes to files; leave --output, --zones-output and --truth out");
    }
    let made = args.generate()?;
    let input = scratch.path().join(&set.name);
    fs::write(&input, made.input).context("cannot write what is generated")?;
    let mut flags = Vec::new();
    if let Some(text) = made.zones {
        let zones = scratch.path().join("zones.toml");
        fs::write(&zones, text).context("cannot write what is generated")?;
        flags = vec!["--zones".into(), zones.into()];
    }
    Ok((input, flags, Some(args.seed())))
}

/// Arguments, read as on the command line.
fn parsed<T: Parser>(words: impl Iterator<Item = OsString>) -> anyhow::Result<T> {
    T::try_parse_from(words).map_err(|error| {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let first = first.strip_prefix("error: ").unwrap_or(first);
        match error.get(ContextKind::SuggestedArg) {
            Some(right) => anyhow!("{first}; did you mean {right}?"),
            None => anyhow!("{first}"),
        }
    })
}

/// The checksums of a file, or of all files below a folder in order of their paths.
fn digests(input: &Path) -> anyhow::Result<Vec<Digest>> {
    let mut files = Vec::new();
    for entry in WalkDir::new(input) {
        let entry = entry?;
        let (kind, place) = (entry.file_type(), entry.path().display());
        if kind.is_symlink() {
            bail!("{place} is a link; put the file itself there");
        }
        if !kind.is_file() && !kind.is_dir() {
            bail!("{place} is neither a file nor a folder");
        }
        if kind.is_file() {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        bail!("{} has no file in it", input.display());
    }
    // As the command `sort` puts them.
    files.sort_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    files.iter().map(|file| digest(file)).collect()
}

fn digest(file: &Path) -> anyhow::Result<Digest> {
    Ok(Digest::of(&fs::read(file).with_context(|| file.display().to_string())?))
}

impl Instances for Manifest<'_> {
    fn len(&self) -> usize {
        self.sets.len()
    }

    fn name(&self, index: usize) -> String {
        self.sets[index].name.clone()
    }

    fn with_zones(&self) -> bool {
        let has_zones = |flag: &String| flag == "--zones" || flag.starts_with("--zones=");
        self.sets.iter().any(|set| {
            let makes_zones = matches!(&set.origin, Origin::Generate(args)
                if args.iter().any(|arg| arg == generate::kinds::KNAPSACK));
            makes_zones || set.flags.iter().any(has_zones)
        })
    }

    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)> {
        let set = &self.sets[index];
        self.instance(set).with_context(|| self.place(set))
    }

    fn check(&self, index: usize, answer: &Answer) -> anyhow::Result<Exit> {
        let set = &self.sets[index];
        set.check_answer(answer).with_context(|| self.place(set))?;
        Ok(match (set.known, exit_of(answer)) {
            // It was to be shown that there is no cover.
            (Known::Infeasible, Exit::Infeasible) => Exit::Answered,
            (_, exit) => exit,
        })
    }
}

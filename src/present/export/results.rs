//! Statistics of results as a document.

use super::document::{Block, Document, Figure, Grid};
use crate::problem::number::{
    bytes, counted, grouped, hundredths, milliseconds, share, significant,
};
use crate::research::results::profile::FACTORS;
use crate::research::results::ratio::Ratio;
use crate::research::results::scaling::{FEWEST_SIZES, LEAST_R2, Scaling, Size};
use crate::research::results::{Outcome, Statistics};

/// Of less memory the measure says little: Linux counts pages in batches for each core.
const LEAST_MEMORY: u64 = 256 * 1024;

/// The name of the figure of the profile.
pub const PROFILE: &str = "profile";

/// The name of the figure of time against a size.
#[must_use]
pub fn scaling_name(size: Size) -> &'static str {
    match size {
        Size::Runs => "scaling",
        Size::Budget => "scaling-budget",
        Size::Groups => "scaling-groups",
    }
}

/// Whether a section is about time against a size: always about runs, else where a law holds.
#[must_use]
pub fn has_section(scaling: &Scaling) -> bool {
    scaling.size == Size::Runs || scaling.is_telling()
}

/// The document, with the figures where they belong.
#[must_use]
pub fn document(statistics: &Statistics, figures: &[Figure]) -> Document {
    let mut blocks = alarm(statistics);
    blocks.extend(setting(statistics));
    blocks.extend(answers(statistics));
    blocks.extend(times(statistics));
    blocks.extend(gaps(statistics));
    blocks.extend(profile(statistics, figures));
    for scaling in statistics.scaling.iter().filter(|scaling| has_section(scaling)) {
        blocks.extend(growth(statistics, scaling, figures));
    }
    blocks.extend(families(statistics));
    Document { title: "Measured results".to_owned(), blocks }
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn count(n: usize) -> String {
    grouped(n as u64)
}

fn figure(figures: &[Figure], name: &str) -> Option<Block> {
    figures.iter().find(|figure| figure.name == name).cloned().map(Block::Figure)
}

impl Statistics {
    fn name(&self, entrant: usize) -> String {
        self.entrants[entrant].name.clone()
    }

    fn names(&self, entrants: impl Iterator<Item = usize>) -> String {
        entrants.map(|entrant| self.name(entrant)).collect::<Vec<_>>().join(", ")
    }
}

fn alarm(statistics: &Statistics) -> Vec<Block> {
    if statistics.contradictions.is_empty() {
        return Vec::new();
    }
    let cases: Vec<String> = statistics.contradictions.iter().map(ToString::to_string).collect();
    let n = counted(cases.len() as u64, "contradiction");
    vec![Block::Alarm(format!("WRONG: {n}. Not all that these rows claim can be true."), cases)]
}

/// What was measured.
fn setting(statistics: &Statistics) -> Vec<Block> {
    let setting = &statistics.setting;
    let outcomes = Outcome::ALL.into_iter().filter(|&outcome| setting.with(outcome) > 0);
    let outcomes: Vec<String> = outcomes
        .map(|outcome| format!("{} {}", count(setting.with(outcome)), outcome.name()))
        .collect();
    let solvers = statistics.entrants.iter().map(|entrant| match &entrant.version {
        Some(version) if entrant.name == entrant.solver => format!("{} ({version})", entrant.name),
        _ => entrant.name.clone(),
    });
    let mut facts = vec![
        format!("files: {}", setting.files.join(", ")),
        format!("rows: {} ({})", count(setting.rows), outcomes.join(", ")),
        instances(statistics),
    ];
    let mut list = |what: &str, items: &[String]| {
        if !items.is_empty() {
            facts.push(format!("{what}: {}", items.join(", ")));
        }
    };
    list("families", &setting.families);
    list("solvers", &solvers.collect::<Vec<_>>());
    list("commits", &setting.commits);
    list("machines", &setting.machines);
    match setting.repeats {
        Some((least, most)) if least == most => facts.push(format!("repeats: {}", grouped(least))),
        Some((least, most)) => {
            facts.push(format!("repeats: {} to {}", grouped(least), grouped(most)));
        }
        None => {}
    }
    if setting.machines.len() > 1 {
        facts.push("times of different machines stand side by side".to_owned());
    }
    let doubles = statistics.problems.iter().filter(|problem| problem.has_double);
    let mut doubles: Vec<&str> = doubles.map(|problem| problem.instance.as_str()).collect();
    doubles.dedup();
    if !doubles.is_empty() {
        let doubles = doubles.join(", ");
        facts.push(format!("told apart, for sizes or seeds under one name differ: {doubles}"));
    }
    if !setting.repeated.is_empty() {
        facts.push(format!(
            "measured again, and left out for the row with the most repeats or else the first: {}",
            setting.repeated.join(", ")
        ));
    }
    let unverified = statistics.answers.iter().filter(|answers| answers.unverified > 0);
    let unverified: Vec<String> = unverified
        .map(|of| format!("{} {}", statistics.name(of.entrant), count(of.unverified)))
        .collect();
    if !unverified.is_empty() {
        facts.push(format!("answers that no checker accepted: {}", unverified.join(", ")));
    }
    vec![heading("What was measured"), Block::List(facts)]
}

/// How many problems, and of how many the optimum is known.
fn instances(statistics: &Statistics) -> String {
    let problems = &statistics.problems;
    let valued = problems.iter().filter_map(|problem| Some((problem.best?, problem.bound)));
    let proven = valued.clone().filter(|(best, bound)| *bound >= Some(*best)).count();
    format!(
        "instances: {} (with their limits), {} with a best known value, {} of these proven optimal",
        count(problems.len()),
        count(valued.count()),
        count(proven)
    )
}

fn answers(statistics: &Statistics) -> Vec<Block> {
    // Refusals and defects are rare, and a column of noughts says nothing.
    let seen = |outcome: &Outcome| statistics.setting.with(*outcome) > 0;
    let outcomes: Vec<Outcome> = Outcome::ALL.into_iter().filter(seen).collect();
    let columns = outcomes.iter().map(|outcome| match outcome {
        Outcome::Unknown => "no answer",
        other => other.name(),
    });
    let ends = ["best known", "median gap", "largest gap", "median relative", "largest relative"];
    let head: Vec<&str> = ["solver", "instances"].into_iter().chain(columns).chain(ends).collect();
    let mut grid = Grid::new(&head);
    for answers in &statistics.answers {
        let mut row = vec![statistics.name(answers.entrant), count(answers.tried)];
        row.extend(outcomes.iter().map(|&outcome| count(answers.with(outcome))));
        row.push(format!("{} of {}", count(answers.best), count(answers.values)));
        let gap = answers.gap.map(|(median, most)| [significant(median), grouped(most)]);
        let relative = answers.relative.map(|(median, most)| [share(median), share(most)]);
        row.extend(gap.unwrap_or_default());
        row.extend(relative.unwrap_or_default());
        grid.rows.push(row);
    }
    let text = "Gap: value less best known value; relative to the best known value where that is \
                above 0.";
    vec![heading("Answers"), Block::Text(text.to_owned()), Block::Table(grid)]
}

fn times(statistics: &Statistics) -> Vec<Block> {
    let heading = heading("Times");
    let Some(baseline) = statistics.baseline else {
        return vec![heading, Block::Text("No row has a time.".to_owned())];
    };
    let baseline = statistics.name(baseline);
    let mut head = vec!["solver", "times", "mean", "ratio", "common instances"];
    let most_memory = statistics.answers.iter().filter_map(|answers| Some(answers.memory?.1)).max();
    let with_memory = most_memory >= Some(LEAST_MEMORY);
    if with_memory {
        head.extend(["median memory", "most memory"]);
    }
    let mut grid = Grid::new(&head);
    for (times, answers) in statistics.times.iter().zip(&statistics.answers) {
        let ratio = times.ratio.map(|of| (significant(of.ratio), count(of.problems)));
        let (ratio, problems) = ratio.unzip();
        let mut row = vec![
            statistics.name(times.entrant),
            count(times.timed),
            times.mean.map(milliseconds).unwrap_or_default(),
            ratio.unwrap_or_default(),
            problems.unwrap_or_default(),
        ];
        if with_memory {
            #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
            let memory = answers.memory.map(|(median, most)| (memory(median), memory(most as f64)));
            let (median, most) = memory.unzip();
            row.extend([median.unwrap_or_default(), most.unwrap_or_default()]);
        }
        grid.rows.push(row);
    }
    let text = format!(
        "Mean: shifted geometric mean, shift {}. Ratio: this mean by that of {baseline}, both over \
         the instances with times of both. A search that a limit cut short counts with the time \
         that it took.",
        milliseconds(statistics.shift)
    );
    vec![heading, Block::Text(text), Block::Table(grid)]
}

/// Bytes, as far as they can be told.
#[expect(clippy::cast_precision_loss, reason = "a power of two")]
fn memory(n: f64) -> String {
    let least = LEAST_MEMORY as f64;
    if n < least { format!("< {}", bytes(least)) } else { bytes(n) }
}

fn gaps(statistics: &Statistics) -> Vec<Block> {
    let heading = heading("Gaps");
    if statistics.gaps.is_empty() {
        return vec![heading, Block::Text("Every value is the best known one.".to_owned())];
    }
    let mut grid = Grid::new(&["instance", "solver", "value", "best known", "gap", "relative"]);
    for gap in &statistics.gaps {
        grid.rows.push(vec![
            statistics.problems[gap.problem].name.clone(),
            statistics.name(gap.entrant),
            grouped(gap.value),
            grouped(gap.best),
            grouped(gap.gap),
            gap.relative.map(share).unwrap_or_default(),
        ]);
    }
    let n = counted(statistics.gaps.len() as u64, "value");
    let text = format!("{n} above the best known one.");
    vec![heading, Block::Text(text), Block::Table(grid)]
}

/// Who and what is not in the profile, as sentences after its text.
fn beside_profile(statistics: &Statistics) -> String {
    let profile = &statistics.profile;
    let mut sentences = vec![String::new()];
    let left_out = statistics.names(profile.left_out.iter().copied());
    if !left_out.is_empty() {
        sentences.push(format!("Without a timed proof, and left out: {left_out}."));
    }
    let apart = statistics.names(profile.apart.iter().copied());
    if !apart.is_empty() {
        sentences.push(format!("Without an instance in common with these, and left out: {apart}."));
    }
    if profile.trivial > 0 {
        let trivial = counted(profile.trivial as u64, "instance");
        sentences.push(format!("Left out as well: {trivial} with nothing to cover."));
    }
    sentences.join(" ")
}

fn profile(statistics: &Statistics, figures: &[Figure]) -> Vec<Block> {
    let profile = &statistics.profile;
    let mut blocks = vec![heading("Performance profile")];
    let beside = beside_profile(statistics);
    if profile.curves.is_empty() {
        blocks.push(Block::Text(format!("Nobody proves anything in a time.{beside}")));
        return blocks;
    }
    blocks.push(Block::Text(format!(
        "Over the {} of {} that all of these solvers have a row for: the share that a solver \
         solves, with proof (optimal or infeasible), within τ times the time of the fastest.{beside}",
        count(profile.problems),
        counted(statistics.problems.len() as u64, "instance")
    )));
    blocks.extend(figure(figures, PROFILE));
    let factors = FACTORS.map(|factor| format!("τ = {factor}"));
    let head: Vec<&str> =
        std::iter::once("solver").chain(factors.iter().map(String::as_str)).collect();
    let mut grid = Grid::new(&head);
    for curve in &profile.curves {
        let shares = FACTORS.map(|factor| share(curve.share(factor)));
        let name = statistics.name(curve.entrant);
        grid.rows.push(std::iter::once(name).chain(shares).collect());
    }
    blocks.push(Block::Table(grid));
    blocks
}

/// What the laws are, and whose are not told.
fn about_growth(statistics: &Statistics, scaling: &Scaling) -> String {
    let mut sentences = vec![format!(
        "Time ~ size^exponent, by least squares on logarithms. Instances differ in more than this \
         size: R² says how much of the spread it explains. Only laws with R² of at least {LEAST_R2} \
         are told{}.",
        if scaling.size == Size::Runs { "" } else { ", and where runs do not explain more" }
    )];
    let growths = || scaling.growths.iter();
    let unfitted = growths().filter(|growth| growth.law.is_none()).map(|growth| growth.entrant);
    let unfitted = statistics.names(unfitted);
    if !unfitted.is_empty() {
        sentences.push(format!("No fit for {unfitted}: that takes {FEWEST_SIZES} distinct sizes."));
    }
    let loose = growths().filter(|growth| growth.law.is_some() && !growth.is_telling);
    let loose = statistics.names(loose.map(|growth| growth.entrant));
    if !loose.is_empty() {
        sentences.push(format!("Not told: {loose}."));
    }
    let cut: Vec<String> = growths()
        .filter(|growth| growth.left_out > 0)
        .map(|of| format!("{} {}", statistics.name(of.entrant), count(of.left_out)))
        .collect();
    if !cut.is_empty() {
        let cut = cut.join(", ");
        sentences.push(format!("Without proof, and left out: {cut}."));
    }
    let floor: Vec<String> = growths()
        .filter(|growth| growth.at_floor > 0)
        .map(|of| format!("{} {}", statistics.name(of.entrant), count(of.at_floor)))
        .collect();
    if !floor.is_empty() {
        let floor = floor.join(", ");
        sentences
            .push(format!("Times of at most 1 µs, the floor of the clock, left out: {floor}."));
    }
    sentences.join(" ")
}

fn growth(statistics: &Statistics, scaling: &Scaling, figures: &[Figure]) -> Vec<Block> {
    let mut blocks = vec![heading(&format!("Time against {}", scaling.size.name()))];
    if scaling.growths.is_empty() {
        blocks.push(Block::Text("No answer has both a time and this size.".to_owned()));
        return blocks;
    }
    blocks.push(Block::Text(about_growth(statistics, scaling)));
    blocks.extend(figure(figures, scaling_name(scaling.size)));
    let mut grid =
        Grid::new(&["solver", "points", "sizes", "exponent", "standard error", "R²", "at size 1"]);
    for growth in &scaling.growths {
        let Some(law) = growth.told() else { continue };
        let [exponent, error, r2] = [law.exponent, law.error, law.r2].map(hundredths);
        grid.rows.push(vec![
            statistics.name(growth.entrant),
            count(growth.points.len()),
            count(growth.sizes),
            exponent,
            error,
            r2,
            milliseconds(law.factor),
        ]);
    }
    if !grid.rows.is_empty() {
        blocks.push(Block::Table(grid));
    }
    blocks
}

fn families(statistics: &Statistics) -> Vec<Block> {
    let any_family = statistics.families.iter().any(|row| row.family.is_some());
    let Some(baseline) = statistics.baseline.filter(|_| any_family) else { return Vec::new() };
    let timed = |row: usize| statistics.families.iter().any(|of| of.ratios[row].is_some());
    let entrants = || (0..statistics.entrants.len()).filter(|&i| i != baseline && timed(i));
    let names: Vec<String> = entrants().map(|entrant| statistics.name(entrant)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let head: Vec<&str> =
        ["family", "instances"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let mut grid = Grid::new(&head);
    for row in &statistics.families {
        let cell = |ratio: Option<Ratio>| match ratio {
            Some(of) if of.problems == row.problems => significant(of.ratio),
            Some(of) => format!("{} ({} common)", significant(of.ratio), count(of.problems)),
            None => String::new(),
        };
        let family = row.family.clone().unwrap_or_else(|| "(none)".to_owned());
        let cells = entrants().map(|entrant| cell(row.ratios[entrant]));
        grid.rows.push([family, count(row.problems)].into_iter().chain(cells).collect());
    }
    let baseline = statistics.name(baseline);
    let text = format!("Ratios of mean times, as above, to {baseline} in each family.");
    vec![heading("Ratios by family"), Block::Text(text), Block::Table(grid)]
}

//! What holds for the help and the flags of every command.

use std::collections::BTreeMap;

use clap::{Arg, Command, CommandFactory, Parser};

use super::Cli;

/// The most lines of a short help: one screen.
const SCREEN: usize = 30;

/// Flags whose values are each command's own.
const OWN: [&str; 3] = ["format", "output", "help"];

/// All commands that people are to know, each with its name in full.
fn commands() -> Vec<(String, Command)> {
    fn and_below(name: &str, command: &Command) -> Vec<(String, Command)> {
        let below = command.get_subcommands();
        let below = below.filter(|below| below.get_name() != "help" && !below.is_hide_set());
        let below =
            below.flat_map(|below| and_below(&format!("{name} {}", below.get_name()), below));
        [(name.to_owned(), command.clone())].into_iter().chain(below).collect()
    }
    let mut command = Cli::command();
    command.build();
    and_below("rangecover", &command)
}

/// The flags of a command that its long help shows.
fn flags(command: &Command) -> impl Iterator<Item = (&str, &Arg)> {
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    shown.filter_map(|arg| Some((arg.get_long()?, arg)))
}

#[test]
fn commands_have_no_fault_that_clap_finds() {
    Cli::command().debug_assert();
    assert!(commands().len() > 25, "kinds and origins are commands too");
}

#[test]
fn a_short_help_fits_one_screen() {
    let mut faults = Vec::new();
    for (name, command) in commands() {
        let help = command.term_width(100).render_help().to_string();
        let n_lines = help.lines().count();
        faults
            .extend((n_lines > SCREEN).then(|| format!("{name} -h has {n_lines} lines:\n{help}")));
        let widest = help.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{name} -h has lines of {widest:?} columns");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_long_help_has_every_flag_and_three_examples_that_parse() {
    for (name, mut command) in commands() {
        let help = command.render_long_help().to_string();
        for (flag, _) in flags(&command) {
            assert!(help.contains(&format!("--{flag}")), "{name} --help lacks --{flag}");
        }
        let examples = help.split_once("\nExamples:\n").map_or("", |(_, examples)| examples);
        let examples: Vec<&str> = examples.lines().map(str::trim).collect();
        assert_eq!(examples.len(), 3, "{name} --help has other examples: {help}");
        for example in examples {
            let is_about = name == "rangecover" || example.starts_with(&name);
            assert!(is_about, "{name} --help shows '{example}'");
            let words = shlex::split(example).expect("its quotes are closed");
            if let Err(error) = Cli::try_parse_from(words) {
                panic!("{example}: {error}");
            }
        }
    }
}

#[test]
fn one_flag_means_one_thing_in_all_commands() {
    let mut meanings: BTreeMap<String, (String, String)> = BTreeMap::new();
    for (name, command) in commands() {
        for (flag, arg) in flags(&command).filter(|(flag, _)| !OWN.contains(flag)) {
            let takes = arg.get_action().takes_values();
            let names = arg.get_value_names().filter(|_| takes).unwrap_or_default();
            let value = names.join(" ");
            let (first, meaning) =
                meanings.entry(flag.to_owned()).or_insert((name.clone(), value.clone()));
            assert_eq!(*meaning, value, "--{flag} in {first} and in {name}");
        }
    }
    assert!(meanings.len() > 60);
}

#[test]
fn flags_of_old_names_still_do() {
    for line in [
        "rangecover solve 80 --security-groups 2",
        "rangecover generate flow-log --interfaces 3",
        "rangecover generate knapsack --groups 3 --zones zones.toml",
        "rangecover generate uniform --seed 3 -o a.txt",
        "rangecover generate --seed 3 uniform",
    ] {
        Cli::try_parse_from(line.split(' ')).map(drop).expect(line);
    }
}

#[test]
fn flags_that_a_command_would_refuse_are_unknown_to_it() {
    let audit = "audit --security-groups g.json a.log";
    let cases = [
        (audit, "--port dst"),
        (audit, "--protocol tcp"),
        (audit, "--action all"),
        (audit, "--source 10.0.0.0/8"),
        (audit, "--zones z.toml"),
        (audit, "--share-outer"),
        ("front 80 --zones z.toml", "--share-outer"),
        ("model 80 --zones z.toml --format lp", "--share-outer"),
        ("prove 80 --zones z.toml -o proofs", "--share-outer"),
        ("generate uniform", "--records 10"),
        ("generate addresses", "--ports 10"),
        ("generate knapsack", "--replies"),
    ];
    for (line, flag) in cases {
        let parsed =
            |line: &str| Cli::try_parse_from(["rangecover"].into_iter().chain(line.split(' ')));
        assert!(parsed(line).is_ok(), "{line}");
        let error = parsed(&format!("{line} {flag}")).map(drop).unwrap_err();
        assert_eq!(error.kind(), clap::error::ErrorKind::UnknownArgument, "{line} {flag}");
    }
}

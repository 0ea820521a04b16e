//! What there is to generate, each a command with options of its own.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, Command, Error, FromArgMatches, Subcommand};

use rangecover::research::generate::{KINDS, Kind, kind};

use super::arguments::{AddressArgs, FlowLogArgs, PolicyArgs, PortSetArgs};
use crate::cli::examples;

const ADDRESSES: &str = "addresses";
const FLOW_LOG: &str = "flow-log";
pub(crate) const KNAPSACK: &str = "knapsack";

/// What is generated.
pub(super) enum KindArgs {
    /// A port set of a kind of the registry.
    PortSet(&'static Kind, PortSetArgs),
    Addresses(AddressArgs),
    Knapsack(PolicyArgs),
    FlowLog(FlowLogArgs),
}

impl FromArgMatches for KindArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let Some((name, matches)) = matches.subcommand() else {
            return Err(Error::new(ErrorKind::MissingSubcommand));
        };
        Ok(match name {
            ADDRESSES => Self::Addresses(AddressArgs::from_arg_matches(matches)?),
            KNAPSACK => Self::Knapsack(PolicyArgs::from_arg_matches(matches)?),
            FLOW_LOG => Self::FlowLog(FlowLogArgs::from_arg_matches(matches)?),
            name => {
                let kind =
                    kind(name).map_err(|error| Error::raw(ErrorKind::InvalidValue, error))?;
                Self::PortSet(kind, PortSetArgs::from_arg_matches(matches)?)
            }
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for KindArgs {
    fn augment_subcommands(command: Command) -> Command {
        let sets = KINDS.iter().map(|kind| {
            let name = kind.name;
            let examples = examples(&[
                &format!("rangecover generate {name}"),
                &format!("rangecover generate {name} --ports 200 --seed 7"),
                &format!("rangecover generate {name} --ports 5000 -o {name}.txt"),
            ]);
            let command = Command::new(name).about(kind.about).after_long_help(examples);
            PortSetArgs::augment_args(command)
        });
        let about = |name, about: &'static str| Command::new(name).about(about);
        let addresses =
            about(ADDRESSES, "a list of IPv4 addresses, half of them in a few networks");
        let knapsack = about(
            KNAPSACK,
            "a table of ports by zone, whose rules take different units, with its zones",
        );
        let flow_log = about(FLOW_LOG, "a VPC flow log of a small network");
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_value_name("KIND")
            .subcommand_help_heading("Kinds")
            .subcommands(sets)
            .subcommand(AddressArgs::augment_args(addresses))
            .subcommand(PolicyArgs::augment_args(knapsack))
            .subcommand(FlowLogArgs::augment_args(flow_log))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        [ADDRESSES, FLOW_LOG, KNAPSACK].contains(&name) || kind(name).is_ok()
    }
}

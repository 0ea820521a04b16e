//! The kinds of port sets.

use std::fmt::Write as _;

use super::GenerateError;
use super::dice::Dice;
use super::draft::Draft;
use super::profiles;
use super::traps::{greedy_trap, threshold_trap};
use crate::problem::ports::{N_PORTS, PortSet};

/// A way to draw port sets.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The name on the command line.
    pub name: &'static str,
    /// What the sets look like, in a line.
    pub about: &'static str,
    /// Draws the ports that make the kind; the rest comes from everywhere.
    draw: fn(&mut Dice, &mut Draft),
}

/// Every kind of port set.
pub static KINDS: &[Kind] = &[
    Kind { name: "uniform", about: "every port as likely as any other", draw: uniform },
    Kind { name: "clustered", about: "ports close to a few random centres", draw: clustered },
    Kind {
        name: "ephemeral",
        about: "a few well-known services, the rest in the ephemeral ranges",
        draw: ephemeral,
    },
    Kind {
        name: "application",
        about: "well-known services, blocks of ports, regular series and a few strays",
        draw: application,
    },
    Kind {
        name: "directory-server",
        about: "a domain controller: its services, and a part of the dynamic RPC ports",
        draw: |dice, draft| profiles::DIRECTORY_SERVER.draw(dice, draft),
    },
    Kind {
        name: "kubernetes-node",
        about: "a node with its control plane, and scattered node ports",
        draw: |dice, draft| profiles::KUBERNETES_NODE.draw(dice, draft),
    },
    Kind {
        name: "passive-ftp",
        about: "FTP, and ports of passive transfers",
        draw: |dice, draft| profiles::PASSIVE_FTP.draw(dice, draft),
    },
    Kind {
        name: "sap",
        about: "application servers with ports by instance number: 32NN, 5NN13 and others",
        draw: |dice, draft| profiles::SAP.draw(dice, draft),
    },
    Kind {
        name: "media-server",
        about: "signalling and streams, and even ports for RTP",
        draw: |dice, draft| profiles::MEDIA_SERVER.draw(dice, draft),
    },
    Kind {
        name: "big-data",
        about: "Hadoop, HBase, Kafka, Spark and ZooKeeper, and ports that the system chose",
        draw: |dice, draft| profiles::BIG_DATA.draw(dice, draft),
    },
    Kind {
        name: "threshold-trap",
        about: "series of equal holes, of which one threshold bridges all or none",
        draw: threshold_trap,
    },
    Kind {
        name: "greedy-trap",
        about: "holes of which the cheapest is the wrong one, with --max-open-ports 18",
        draw: greedy_trap,
    },
];

/// The kind with this name.
///
/// # Errors
/// When there is none; the message lists the names.
pub fn kind(name: &str) -> Result<&'static Kind, GenerateError> {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .ok_or_else(|| GenerateError::UnknownKind(name.to_owned()))
}

/// The names of all kinds, for messages.
pub(super) fn names() -> String {
    let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
    names.join(", ")
}

/// A set of exactly `n_ports` ports.
///
/// # Errors
/// When `n_ports` is 0 or more than there are ports.
pub fn port_set(kind: &Kind, seed: u64, n_ports: u32) -> Result<PortSet, GenerateError> {
    check_count(n_ports)?;
    let mut dice = Dice::new(seed, 0);
    let mut draft = Draft::new(n_ports);
    (kind.draw)(&mut dice, &mut draft);
    Ok(draft.finish(&mut dice))
}

/// A port set as a port list, the command that makes it on top.
///
/// # Errors
/// Those of [`port_set`].
pub fn port_list(kind: &Kind, seed: u64, n_ports: u32) -> Result<String, GenerateError> {
    let ports = port_set(kind, seed, n_ports)?;
    let mut text = format!("# rangecover generate {} --ports {n_ports} --seed {seed}\n", kind.name);
    for run in ports.runs() {
        writeln!(text, "{run}").expect("a string takes everything");
    }
    Ok(text)
}

pub(super) fn check_count(n_ports: u32) -> Result<(), GenerateError> {
    if (1..=N_PORTS).contains(&n_ports) { Ok(()) } else { Err(GenerateError::PortCount(n_ports)) }
}

/// Ports that services commonly listen on.
const WELL_KNOWN: [u32; 40] = [
    21, 22, 25, 53, 80, 110, 123, 143, 389, 443, 445, 465, 514, 587, 636, 993, 995, 1433, 1521,
    2049, 2181, 3000, 3306, 3389, 5000, 5432, 5601, 5672, 6379, 6443, 8000, 8080, 8443, 9000, 9090,
    9092, 9200, 10250, 11211, 27017,
];

fn uniform(_: &mut Dice, _: &mut Draft) {
    // What a draft lacks is drawn uniformly when it is finished.
}

fn clustered(dice: &mut Dice, draft: &mut Draft) {
    let n_centres = draft.wanted().div_ceil(40);
    let centres: Vec<u32> = (0..n_centres).map(|_| dice.below(N_PORTS)).collect();
    // Crowded clusters grow wider until they hold their ports.
    for spread in (4..=14).map(|doublings| 1 << doublings) {
        for _ in 0..draft.wanted() {
            // The difference of two draws is near 0 more often than far from it.
            let above = dice.pick(&centres) + dice.below(spread);
            draft.add(above.wrapping_sub(dice.below(spread)));
        }
    }
}

fn ephemeral(dice: &mut Dice, draft: &mut Draft) {
    for _ in 0..draft.wanted().div_ceil(50).min(20) {
        draft.add(dice.pick(&WELL_KNOWN));
    }
    for _ in 0..4 * draft.wanted() {
        // Linux, and Windows.
        draft.add(if dice.chance(70) {
            dice.between(32_768, 60_999)
        } else {
            dice.between(49_152, 65_535)
        });
    }
}

fn application(dice: &mut Dice, draft: &mut Draft) {
    for _ in 0..(draft.wanted() / 4).clamp(1, 40) {
        draft.add(dice.pick(&WELL_KNOWN));
    }
    // The rounds are bounded because the areas of these blocks do not hold all 65,536 ports.
    for _ in 0..draft.wanted() {
        if draft.has_percent(95) {
            return;
        }
        // Small sets get small blocks, so that one block is never all of them.
        let largest = (draft.wanted() / 8).max(2);
        match dice.below(6) {
            // Node ports of a cluster: scattered in an area of their own.
            0 | 1 => (0..largest.min(12)).for_each(|_| draft.add(dice.between(30_000, 32_767))),
            // A range for passive FTP or media, from a round number on.
            2 => {
                let n_ports = dice.between(2, largest.min(100));
                series(draft, 10_000 + 100 * dice.below(500), 1, n_ports);
            }
            // A block for RMI or RPC.
            3 => {
                let n_ports = dice.between(2, largest.min(16));
                series(draft, dice.between(1_024, 9_999), 1, n_ports);
            }
            // Instances of one server, at regular steps.
            _ => {
                let step = dice.pick(&[5, 10, 10, 20, 100]);
                let n_ports = dice.between(2, largest.min(12));
                let first = 10 * dice.between(300, 2_000);
                series(draft, first + dice.pick(&[0, 0, 1, 3]), step, n_ports);
            }
        }
    }
}

fn series(draft: &mut Draft, first: u32, step: u32, n_ports: u32) {
    (0..n_ports).for_each(|i| draft.add(first + i * step));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(name: &str, seed: u64, n_ports: u32) -> Vec<u32> {
        let set = port_set(kind(name).unwrap(), seed, n_ports).unwrap();
        let runs = set.runs().into_iter();
        runs.flat_map(|run| run.from()..=run.to()).collect()
    }

    #[test]
    fn a_set_has_the_ports_it_was_asked_for() {
        for kind in KINDS {
            for n_ports in [1, 2, 7, 40, 400, 1_000, 30_000, 65_535, 65_536] {
                let set = port_set(kind, 3, n_ports).unwrap();
                assert_eq!(set.len(), n_ports, "{}", kind.name);
            }
        }
    }

    #[test]
    fn the_seed_decides_the_set() {
        for kind in KINDS {
            let set = |seed| port_set(kind, seed, 100).unwrap();
            assert_eq!(set(1), set(1), "{}", kind.name);
            assert_ne!(set(1), set(2), "{}", kind.name);
        }
    }

    #[test]
    fn the_sets_never_change() {
        for (name, expected) in [
            ("uniform", [19328, 25001, 26020, 41193, 52314, 59421, 60041, 60885]),
            ("clustered", [41170, 41181, 41184, 41191, 41193, 41195, 41197, 41203]),
            ("ephemeral", [5432, 41290, 43977, 52433, 52987, 58996, 64007, 64769]),
            ("application", [993, 5432, 6400, 6500, 16573, 16583, 30647, 32031]),
            ("sap", [22, 1128, 1129, 3254, 3299, 3354, 3654, 55413]),
            ("threshold-trap", [62, 5720, 11378, 17036, 22694, 28352, 34010, 39668]),
            ("greedy-trap", [10280, 10292, 10301, 10313, 25511, 25528, 32044, 32055]),
        ] {
            assert_eq!(ports(name, 1, 8), expected, "{name}");
        }
    }

    #[test]
    fn the_data_sets_are_what_their_command_makes() {
        for (name, seed, n_ports, text) in [
            ("uniform", 1, 1_000, include_str!("../../../datasets/ports/uniform-1000.txt")),
            ("clustered", 1, 1_000, include_str!("../../../datasets/ports/clustered-1000.txt")),
            ("ephemeral", 1, 500, include_str!("../../../datasets/ports/ephemeral-500.txt")),
            ("application", 1, 400, include_str!("../../../datasets/ports/application-400.txt")),
        ] {
            let list = port_list(kind(name).unwrap(), seed, n_ports).unwrap();
            assert!(list == text, "{name}");
        }
    }

    #[test]
    fn kinds_look_like_themselves() {
        let in_ranges = ports("ephemeral", 5, 500).iter().filter(|&&p| p >= 32_768).count();
        assert!((480..500).contains(&in_ranges), "{in_ranges}");
        let n_runs = |name| port_set(kind(name).unwrap(), 5, 1_000).unwrap().runs().len();
        assert!(n_runs("clustered") * 3 < n_runs("uniform") * 2);
        assert!(n_runs("application") * 3 < n_runs("uniform") * 2);
    }

    #[test]
    fn profiles_have_their_services_and_stay_in_their_ranges() {
        for (name, services, from, to) in [
            ("directory-server", &[53, 88, 389, 636, 3268, 3269][..], 49_152, 65_535),
            ("kubernetes-node", &[2_379, 2_380, 6_443, 10_250, 10_257, 10_259], 30_000, 32_767),
            ("passive-ftp", &[20, 21, 990], 49_152, 65_534),
            ("media-server", &[554, 5_060, 5_061], 16_384, 32_767),
            ("big-data", &[2_181, 8_020, 8_088, 9_092, 16_000], 32_768, 60_999),
        ] {
            let ports = ports(name, 5, 300);
            assert!(services.iter().all(|port| ports.contains(port)), "{name}");
            let n_beyond = ports.iter().filter(|&&port| port > 20_000.min(from)).count();
            let in_range = ports.iter().filter(|&&port| (from..=to).contains(&port)).count();
            // The last few may be drawn from everywhere, where shares of a range overlap.
            assert!(in_range * 100 >= n_beyond * 95, "{name}: {in_range} of {n_beyond}");
        }
        let rtp = ports("media-server", 5, 300);
        assert!(rtp.iter().filter(|&&port| port >= 16_384).all(|port| port % 2 == 0));
        // Dispatcher, gateway and message server of an instance have its number.
        let sap = ports("sap", 5, 300);
        let number = |base: u32| sap.iter().filter(move |&&p| (base..base + 99).contains(&p));
        assert!(number(3_200).all(|port| sap.contains(&(port + 100)) || *port == 3_299));
    }

    #[test]
    fn errors_say_what_would_be_right() {
        for n_ports in [0, 65_537] {
            let error = port_set(&KINDS[0], 1, n_ports).unwrap_err().to_string();
            assert_eq!(error, format!("cannot draw {n_ports} ports; ask for 1 to 65536"));
        }
        assert_eq!(
            kind("normal").unwrap_err().to_string(),
            format!("'normal' is not a kind of port set; use {}", names())
        );
    }
}

//! Laws of proposals, on generated logs and random rules.

use std::sync::Arc;

use proptest::prelude::*;
use rangecover::groups::audit::{
    Attachments, Bounds, Findings, PrefixLists, Replay, Replayer, Sources, Strays, Verdict, World,
    findings,
};
use rangecover::groups::{Allowed, Peer, Rule, SecurityGroup};
use rangecover::logs::flow::Record;
use rangecover::logs::inputs::{self, OtherSources, Reading};
use rangecover::problem::instance::Budget;
use rangecover::problem::limits::Limits;
use rangecover::problem::ports::{Protocol, Span};

use crate::binary::Folder;

/// Networks of which generated clients have addresses, and others.
const NETWORKS: [&str; 9] = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/17",
    "192.0.2.0/24",
    "198.51.100.0/25",
    "203.0.113.0/24",
    "203.0.113.64/26",
    "2001:db8::/32",
];

/// The interfaces of the generated log carry these groups.
fn audited(folder: &Folder, groups: Vec<SecurityGroup>) -> (World, Reading) {
    let log = folder.path().join("a.log").to_string_lossy().into_owned();
    let sources = Sources::of(&groups, None).expect("few sources");
    let reading = Reading {
        zones: Some(sources.zones().clone()),
        other_sources: OtherSources::Ignore,
        ..Reading::default()
    };
    let read = inputs::read(std::slice::from_ref(&log), &reading, &()).expect("it is a log");
    let traffic = read.traffic.expect("it is a log");
    let mut world = World::new(groups, PrefixLists::default(), sources);
    let mut attachments = Attachments::default();
    for (at, seen) in traffic.interfaces.iter().enumerate() {
        let carried = attachments.interfaces.entry(seen.interface.clone().expect("named"));
        // Some carry both groups, in either order.
        let ids: &[&str] = [&["sg-0", "sg-1"][..], &["sg-1", "sg-0"], &["sg-1"]][at % 3];
        carried.or_default().groups = ids.iter().map(|&id| id.to_owned()).collect();
    }
    world.join(&traffic.interfaces, Some(&attachments));
    let reading = Reading { zones: None, ..reading };
    if let Some(strays) = Strays::of(&world).map(Arc::new) {
        let sink = Arc::clone(&strays);
        let sink = Arc::new(move |record: &Record<'_>| sink.add(record));
        inputs::send_records(&[log], &reading, &(), sink).expect("it is a log");
        world.tell_apart(&strays);
    }
    (world, reading)
}

fn replayed(folder: &Folder, reading: &Reading, world: &World, proposed: &[Vec<Rule>]) -> Replay {
    let log = folder.path().join("a.log").to_string_lossy().into_owned();
    let replayer = Replayer::new(world, proposed);
    let sink = Arc::clone(&replayer);
    let sink = Arc::new(move |record: &Record<'_>| sink.add(record));
    inputs::send_records(&[log], reading, &(), sink).expect("it is a log");
    replayer.found()
}

fn bounds(quota: usize) -> Bounds {
    Bounds {
        quota: Budget { ipv4: quota, ipv6: quota },
        reserve: Budget::default(),
        limits: Arc::new(Limits::default()),
        drop_forbidden: false,
    }
}

fn group(id: usize, rules: &[(usize, u32, u32)]) -> SecurityGroup {
    let rule = |&(network, from, n): &(usize, u32, u32)| Rule {
        id: None,
        allowed: Allowed::Ports {
            protocol: if n % 5 == 0 { Protocol::Udp } else { Protocol::Tcp },
            span: Span::new(from, (from + n).min(65_535)).expect("in order"),
        },
        peer: Peer::Cidr(NETWORKS[network].parse().expect("a network")),
        description: None,
    };
    let rules = rules.iter().map(rule).collect();
    SecurityGroup { id: format!("sg-{id}"), name: None, vpc: None, rules }
}

fn generated(seed: u64) -> Folder {
    let folder = Folder::new();
    let line = format!(
        "generate flow-log --seed {seed} --interfaces 3 --records 600 --ports 25 --fields extended \
         --replies --calls 15 --probes 6 --ipv6 20 -o a.log"
    );
    folder.run(&line).exits(0);
    folder
}

/// What no rule lets in and is not kept of a port, because it is too much.
fn has_crowds(world: &World) -> bool {
    world.interfaces.iter().any(|interface| !interface.crowds.is_empty())
}

fn within(world: &World, found: &Findings, quota: usize) -> bool {
    (0..world.groups.len()).all(|at| {
        let [_, proposed] = found.units(world, at);
        proposed.ipv4 <= quota && proposed.ipv6 <= quota
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn proposals_block_no_accepted_connection(
        seed in 0_u64..1_000,
        first in prop::collection::vec((0..NETWORKS.len(), 0_u32..65_000, 0_u32..30_000), 0..6),
        second in prop::collection::vec((0..NETWORKS.len(), 0_u32..65_000, 0_u32..65_000), 1..6),
    ) {
        let folder = generated(seed);
        let (world, reading) = audited(&folder, vec![group(0, &first), group(1, &second)]);
        let found = findings(&world, &bounds(1_000)).unwrap();
        let replay = replayed(&folder, &reading, &world, &found.proposed);
        prop_assert!(!has_crowds(&world));
        prop_assert_eq!((replay.blocked, replay.perhaps), (0, 0));
        prop_assert!(within(&world, &found, 1_000));
        // Rules that exist let in all but what is found to be blocked.
        let existing: Vec<Vec<Rule>> =
            world.groups.iter().map(|group| group.rules.clone()).collect();
        let today = replayed(&folder, &reading, &world, &existing);
        let is_blocked = found.interfaces.iter().any(|found| !found.blocked.is_empty());
        prop_assert_eq!(today.blocked > 0, is_blocked);
        prop_assert_eq!(today.rejected_let_in_today, today.rejected_let_in_proposed);
        // With room for every run of every source nothing is open for nothing.
        let unused = found.interfaces.iter().zip(&world.interfaces);
        for (found, interface) in unused.filter(|(_, interface)| interface.groups.len() == 1) {
            let blocked = interface.clients().filter(|c| world.verdict(interface, c).0 == Verdict::Blocked);
            prop_assert_eq!(blocked.count(), found.blocked.len());
        }
    }
}

#[test]
fn a_rule_that_is_taken_away_blocks() {
    let folder = generated(7);
    let all = group(1, &[(0, 0, 65_532), (0, 0, 65_530), (8, 0, 65_532), (8, 0, 65_530)]);
    let (world, reading) = audited(&folder, vec![group(0, &[]), all]);
    let found = findings(&world, &bounds(60)).unwrap();
    assert_eq!(replayed(&folder, &reading, &world, &found.proposed).blocked, 0);
    let n_rules = found.proposed[1].len();
    assert!(n_rules > 1);
    for at in 0..n_rules {
        let mut broken = found.proposed.clone();
        broken[1].remove(at);
        let blocked = replayed(&folder, &reading, &world, &broken).blocked;
        assert!(blocked > 0, "{:?} lets nobody in", found.proposed[1][at]);
    }
}

#[test]
fn records_count_as_often_as_they_were_aggregated() {
    let folder = Folder::new();
    let line = |action: &str, port: u16, count: u64| {
        format!("eni-1 203.0.113.9 10.0.0.7 40000 {port} 6 9 900 100 130 {action} OK {count}\n")
    };
    let header = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                  action log-status count\n";
    let log = [header, &line("ACCEPT", 443, 7), &line("REJECT", 444, 5)].concat();
    folder.write("a.log", log.replace(" 9 900 ", " 90 90000 "));
    let (mut world, reading) = audited(&folder, vec![group(0, &[(0, 443, 1)]), group(1, &[])]);
    world.interfaces[0].contacts.iter_mut().for_each(|contact| {
        contact.class = rangecover::logs::evidence::Class::Service;
    });
    let found = findings(&world, &bounds(60)).unwrap();
    let replay = replayed(&folder, &reading, &world, &found.proposed);
    assert_eq!((replay.accepted, replay.blocked, replay.rejected), (7, 0, 5));
    assert_eq!((replay.rejected_let_in_today, replay.rejected_let_in_proposed), (5, 0));
}

#[test]
fn rules_can_be_replaced_within_the_quota() {
    let folder = generated(7);
    let all = group(1, &[(0, 0, 65_532), (0, 0, 65_530), (8, 0, 65_532), (8, 0, 65_530)]);
    let (world, _) = audited(&folder, vec![group(0, &[]), all]);
    for quota in [8, 12, 16] {
        let found = findings(&world, &bounds(quota)).unwrap();
        let changes = found.changes[1].as_ref().unwrap();
        assert!(changes.order.fits(), "{quota}: {:?}", changes.order.peak);
        let [_, units] = found.units(&world, 1);
        let room = found.proposals[1].room;
        assert_ne!(room, Budget::default());
        // Nothing else is left free.
        assert!(units.plus(room).ipv4 == quota || units.plus(room).ipv6 == quota, "{quota}");
        let caveat = "units free, so that rules can be replaced within the quota.";
        let caveat =
            changes.caveats.iter().any(|said| said.replace("unit ", "units ").ends_with(caveat));
        assert!(caveat, "{:?}", changes.caveats);
    }
}

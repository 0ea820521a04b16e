//! Laws of everything that is written for AWS, on random used ports of zones of every kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::structure::Body;
use proptest::prelude::*;
use rangecover::groups::Solved;
use rangecover::groups::{Division, Peer, ProposedRule, propose};
use rangecover::logs::inputs::Source;
use rangecover::present::export::RULE_FORMATS;
use rangecover::present::export::rules::{GroupRules, RuleFormat as _, RuleSet};
use rangecover::present::export::terraform::Terraform;
use rangecover::problem::instance::{Budget, GroupKey, Instance, Used, groups};
use rangecover::problem::limits::Limits;
use rangecover::problem::ports::{PortSet, Protocol, Span};
use rangecover::problem::zones::{Quota, Zones};
use rangecover::solve::answer::answer;
use rangecover::solve::{Stop, default_solver};

use super::reading::{Single, read};
use super::{SOURCES, ZONES};
use crate::hcl::{hostile, strings};

/// A host of each of the sources.
const HOSTS: [&str; 8] = [
    "203.0.113.1",
    "2001:db8:1::1",
    "192.0.2.1",
    "120.52.22.97",
    "10.0.1.7",
    "10.0.2.7",
    "8.8.8.8",
    "2a00::1",
];

/// A port of a group: which entry of the sources, whether it is of udp, and the port.
type Port = (usize, bool, u16);

fn ports() -> impl Strategy<Value = Vec<Port>> {
    prop::collection::vec((0..SOURCES.len(), any::<bool>(), 0..=200_u16), 0..60)
}

/// An answer for some ports, within so many units of each quota in each of so many groups.
fn solved(zones: &Arc<Zones>, ports: &[Port], quota: usize, n_groups: usize) -> Solved {
    let mut used = Used::new();
    for &(source, udp, port) in ports {
        let origin = zones.origin(HOSTS[source].parse().unwrap());
        let protocol = if udp { Protocol::Udp } else { Protocol::Tcp };
        used.entry(GroupKey { origin, protocol }).or_default().insert(port);
    }
    let budget = Budget { ipv4: quota * n_groups, ipv6: quota * n_groups };
    let limits = Arc::new(Limits::default());
    let instance = Instance::of_groups(groups(&used, Some(zones)), budget, limits).unwrap();
    let answer = answer(default_solver(), &instance, Stop::never()).unwrap();
    Solved {
        source: Source {
            input: Some("\u{202e}${x}\"\n".to_owned()),
            interface: None,
            used,
            addresses: Vec::new(),
            zones: Some(Arc::clone(zones)),
            seen: None,
        },
        instance,
        reserve: Budget::default(),
        dropped: Vec::new(),
        solver: default_solver().name(),
        answer,
    }
}

/// What the cover says, with the sources of each zone.
fn covered(solved: &Solved) -> Vec<Single> {
    let (cover, _) = solved.answer.cover().unwrap();
    let mut singles = Vec::new();
    for (group, spans) in solved.instance.groups().iter().zip(&cover.groups) {
        let terms = group.terms();
        let zone = terms.zone.as_deref().unwrap();
        let of = |known: &&(&str, &str, &[&str])| known.0 == zone && known.1 == terms.quota.name();
        for source in SOURCES.iter().find(of).unwrap().2 {
            singles.extend(spans.iter().map(|span| Single {
                protocol: group.points().to_string(),
                from: span.from().into(),
                to: span.to().into(),
                source: (*source).to_owned(),
            }));
        }
    }
    singles.sort();
    singles
}

/// The ports that each source may use, by protocol.
fn open(singles: &[Single]) -> BTreeMap<(String, String), PortSet> {
    let mut open: BTreeMap<(String, String), PortSet> = BTreeMap::new();
    for Single { protocol, from, to, source } in singles {
        let ports = open.entry((source.clone(), protocol.clone())).or_default();
        let span = Span::new(u32::try_from(*from).unwrap(), u32::try_from(*to).unwrap()).unwrap();
        let is_new = ports.runs().iter().all(|run| run.intersection(span).is_none());
        assert!(is_new, "{source} {span} twice");
        ports.insert_span(span);
    }
    open
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_format_covers_what_the_cover_does_each_port_once(ports in ports()) {
        let zones = Arc::new(Zones::parse(ZONES).unwrap());
        let solved = solved(&zones, &ports, 150, 1);
        prop_assume!(solved.answer.cover().is_some());
        let expected = covered(&solved);
        let rules = propose(&solved, None).unwrap().rules;
        let set = RuleSet::new(&solved, vec![GroupRules { id: None, rules }]);
        let sets = [set];
        for format in RULE_FORMATS {
            let bytes = format.bytes(&sets).unwrap();
            let mut singles = read(format.name(), &bytes);
            singles.sort();
            prop_assert_eq!(&singles, &expected, "{}", format.name());
            prop_assert_eq!(open(&singles), open(&expected));
        }
        for (&GroupKey { origin, protocol }, used) in &solved.source.used {
            let zone = zones.zone(origin.unwrap()).name();
            let quota = origin.unwrap().quota.name();
            let sources = SOURCES.iter().find(|of| of.0 == zone && of.1 == quota).unwrap().2;
            let open = open(&expected);
            for source in sources {
                let open = &open[&((*source).to_owned(), protocol.to_string())];
                prop_assert!(used.runs().iter().all(|run| open.runs().iter().any(|rule| rule.intersection(*run) == Some(*run))));
            }
        }
    }

    #[test]
    fn groups_together_are_the_answer_and_each_is_within_its_quotas(
        ports in ports(), quota in 20..60_usize, n_groups in 1..=4_usize,
    ) {
        let zones = Arc::new(Zones::parse(ZONES).unwrap());
        let solved = solved(&zones, &ports, quota, n_groups);
        prop_assume!(solved.answer.cover().is_some());
        let both = Budget { ipv4: quota, ipv6: quota };
        let Ok(division) = Division::new(&solved, both, n_groups, Stop::never()) else { return Ok(()) };
        let proposal = propose(&solved, None).unwrap();
        let groups = division.rules(&proposal.rules);
        prop_assert!(groups.len() <= n_groups && !groups.is_empty());
        for rules in &groups {
            let mut units = Budget::default();
            for rule in rules {
                units.add_units(rule.quota, rule.units());
            }
            prop_assert_eq!(units.exceeds(both), None);
        }
        let groups = groups.into_iter().map(|rules| GroupRules { id: None, rules }).collect();
        let set = RuleSet::new(&solved, groups);
        for format in RULE_FORMATS {
            let mut singles = read(format.name(), &format.bytes(std::slice::from_ref(&set)).unwrap());
            singles.sort();
            prop_assert_eq!(singles, covered(&solved), "{}", format.name());
        }
    }

    #[test]
    fn no_text_is_an_expression_of_terraform(
        name in hostile(), fact in hostile(), zone in prop::option::of(hostile()),
        times in prop::option::of((any::<u32>(), any::<u32>())),
    ) {
        let rule = ProposedRule {
            protocol: Protocol::Tcp,
            span: Span::new(22, 80).unwrap(),
            used_ports: 2,
            open_ports: 57,
            zone,
            peers: vec![Peer::Cidr("2001:db8::/32".parse().unwrap()), Peer::group("123456789012/sg-01234567")],
            quota: Quota::Both,
            units_per_peer: 1,
        };
        let set = RuleSet {
            name: name.clone(),
            input: Some(name.clone()),
            interface: Some(name),
            facts: vec![fact],
            window: times,
            groups: vec![GroupRules { id: None, rules: vec![rule.clone()] }],
        };
        let text = String::from_utf8(Terraform.bytes(std::slice::from_ref(&set)).unwrap()).unwrap();
        let body: Body = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        let kinds: Vec<&str> = body.blocks().map(|block| block.ident.as_str()).collect();
        prop_assert_eq!(kinds, ["variable", "resource", "resource"]);
        let strings = strings(&body);
        prop_assert!(strings.iter().all(|text| !text.contains(['$', '%'])), "{strings:?}");
        let code = text.lines().filter(|line| !line.starts_with('#'));
        prop_assert!(code.clone().all(|line| !line.contains(['$', '%'])), "{text}");
        let description = set.description(&rule);
        prop_assert!(description.as_str().len() <= 255 && description == set.description(&rule));
    }

    #[test]
    fn ids_that_are_none_are_refused(id in hostile(), account in hostile()) {
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        for peer in [
            Peer::PrefixList { id: id.clone() },
            Peer::Group { id: id.clone(), account: None },
            Peer::Group { id: "sg-01234567".to_owned(), account: Some(account.clone()) },
        ] {
            let taken = match &peer {
                Peer::Group { account: Some(account), .. } => is_plain(account),
                _ => is_plain(&id),
            };
            let rule = ProposedRule {
                protocol: Protocol::Udp,
                span: Span::single(53),
                used_ports: 1,
                open_ports: 0,
                zone: None,
                peers: vec![peer],
                quota: Quota::Both,
                units_per_peer: 1,
            };
            let set = RuleSet {
                name: String::new(),
                input: None,
                interface: None,
                facts: Vec::new(),
                window: None,
                groups: vec![GroupRules { id: None, rules: vec![rule] }],
            };
            prop_assert_eq!(Terraform.bytes(&[set]).is_ok(), taken);
        }
    }
}

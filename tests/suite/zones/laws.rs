//! Laws of nested zones, with scans of small networks as the oracle.

use std::collections::BTreeSet;
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::Index;
use rangecover::problem::zones::{Family, Origin, Zones};

use super::{EXAMPLE, address, reread};

/// Sets of the addresses of a small network, as bits, with the CIDRs that they were written as.
#[derive(Debug, Clone)]
struct Block {
    family: Family,
    start: u32,
    bits: u32,
}

const SMALL: u32 = 6;

impl Block {
    fn cidr(&self) -> String {
        match self.family {
            Family::Ipv4 => format!("10.0.0.{}/{}", 64 + self.start, 32 - self.bits),
            Family::Ipv6 => format!("2001:db8::{:x}/{}", self.start, 128 - self.bits),
        }
    }

    fn addresses(&self) -> impl Iterator<Item = (Family, u32)> {
        let family = self.family;
        (self.start..self.start + (1 << self.bits)).map(move |address| (family, address))
    }
}

fn block() -> impl Strategy<Value = Block> {
    (any::<bool>(), 0..=SMALL, 0..1_u32 << SMALL).prop_map(|(ipv4, bits, start)| Block {
        family: if ipv4 { Family::Ipv4 } else { Family::Ipv6 },
        start: start >> bits << bits,
        bits,
    })
}

type Addresses = BTreeSet<(Family, u32)>;

/// The addresses of one family.
fn part(addresses: &Addresses, family: Family) -> Addresses {
    addresses.iter().filter(|(of, _)| *of == family).copied().collect()
}

fn nest(a: &Addresses, b: &Addresses) -> bool {
    Family::ALL.iter().all(|&family| {
        let (a, b) = (part(a, family), part(b, family));
        a.is_disjoint(&b) || a != b && (a.is_subset(&b) || b.is_subset(&a))
    })
}

fn file(zones: &[Vec<Block>]) -> String {
    let zone = |(i, blocks): (usize, &Vec<Block>)| {
        let cidrs: BTreeSet<String> = blocks.iter().map(Block::cidr).collect();
        format!("[zones.z{i}]\ncidrs = {cidrs:?}\n").replace('{', "[").replace('}', "]")
    };
    zones.iter().enumerate().map(zone).collect()
}

fn addresses(blocks: &[Block]) -> Addresses {
    blocks.iter().flat_map(Block::addresses).collect()
}

/// Zones of small networks, with one that may or may not nest with them.
fn nested() -> impl Strategy<Value = (Vec<Vec<Block>>, Vec<Block>)> {
    let zone = || prop::collection::vec(block(), 1..4);
    (prop::collection::vec(zone(), 1..24), zone(), any::<Index>()).prop_map(|(all, last, at)| {
        let mut kept: Vec<Vec<Block>> = Vec::new();
        for zone in all {
            if kept.iter().all(|other| nest(&addresses(other), &addresses(&zone))) {
                kept.push(zone);
            }
        }
        let start = at.index(kept.len());
        kept.rotate_left(start);
        (kept, last)
    })
}

fn named((family, start): (Family, u32)) -> IpAddr {
    let block = Block { family, start, bits: 0 };
    address(block.cidr().split('/').next().unwrap())
}

fn number(i: usize) -> u16 {
    u16::try_from(i).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_origin_is_the_smallest_zone_of_a_scan((blocks, _) in nested()) {
        let zones = Zones::parse(&file(&blocks)).unwrap();
        let sets: Vec<Addresses> = blocks.iter().map(|zone| addresses(zone)).collect();
        for family in Family::ALL {
            for address in 0..1 << SMALL {
                let having = (0..sets.len()).filter(|&i| sets[i].contains(&(family, address)));
                let scan = having.min_by_key(|&i| part(&sets[i], family).len());
                let expected = scan.map(|i| Origin { zone: number(i), quota: family.into() });
                prop_assert_eq!(zones.origin(named((family, address))), expected);
            }
        }
        for outside in ["10.0.0.63", "10.0.0.128", "2001:db8::40", "2001:db7:ffff::"] {
            prop_assert_eq!(zones.origin(address(outside)), None);
        }
    }

    #[test]
    fn outer_zones_are_all_that_contain_a_zone((blocks, _) in nested()) {
        let zones = Zones::parse(&file(&blocks)).unwrap();
        for family in Family::ALL {
            let sets: Vec<Addresses> =
                blocks.iter().map(|zone| part(&addresses(zone), family)).collect();
            for (i, inner) in sets.iter().enumerate() {
                let contains = |j: &usize| *j != i && !inner.is_empty() && inner.is_subset(&sets[*j]);
                let mut expected: Vec<usize> = (0..sets.len()).filter(contains).collect();
                expected.sort_by_key(|&j| sets[j].len());
                let found = zones.outer(Origin { zone: number(i), quota: family.into() });
                let found: Vec<usize> = found.iter().map(|outer| outer.zone.into()).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn zones_are_read_exactly_if_they_nest((mut blocks, last) in nested(), at in any::<Index>()) {
        let set = addresses(&last);
        let nests = blocks.iter().all(|zone| nest(&addresses(zone), &set));
        blocks.insert(at.index(blocks.len() + 1), last);
        let read = Zones::parse(&file(&blocks));
        prop_assert_eq!(read.is_ok(), nests, "{:?}", read);
    }

    #[test]
    fn extended_zones_are_read_back((blocks, last) in nested()) {
        let zones = Zones::parse(&file(&blocks)).unwrap();
        let list: Vec<IpAddr> = addresses(&last).into_iter().map(named).collect();
        let listed = zones.with_listed(&list);
        prop_assert!(list.iter().all(|&address| listed.origin(address).is_some()));
        for extended in [&zones, &listed, &zones.with_any(), &listed.with_any()] {
            prop_assert_eq!(&reread(extended), extended);
            for i in 0..zones.all().len() {
                prop_assert_eq!(&extended.all()[i], &zones.all()[i]);
            }
        }
    }

    #[test]
    fn hints_change_no_address((blocks, _) in nested()) {
        let zones = Zones::parse(&file(&blocks)).unwrap();
        for hint in zones.hints() {
            prop_assert!(0 < hint.needed && hint.needed < hint.written);
            let zone = zones.all().iter().find(|zone| zone.name() == hint.zone).unwrap();
            prop_assert_eq!(zone.units(hint.family.into()) as usize, hint.written);
        }
    }

    #[test]
    fn no_text_is_a_panic(text in "(?s).{0,200}") {
        let _ = Zones::parse(&text);
    }

    #[test]
    fn no_text_with_the_signs_of_toml_is_a_panic(
        text in "([\\[\\]{}=.\"'\n#0-9a-z:/ ]|zones|cidrs|any|true|10\\.0\\.0\\.0/8){0,60}",
    ) {
        let _ = Zones::parse(&text);
        let _ = Zones::parse(&format!("[zones.a]\n{text}"));
    }

    #[test]
    fn no_damage_to_a_file_is_a_panic(
        edits in prop::collection::vec((any::<Index>(), 0..6_usize, "[ -~\n]{0,6}"), 1..6),
    ) {
        let mut text = EXAMPLE.to_owned();
        for (at, length, with) in edits {
            let at = at.index(text.len());
            text.replace_range(at..(at + length).min(text.len()), &with);
        }
        match Zones::parse(&text) {
            Ok(zones) => prop_assert_eq!(reread(&zones.with_any()), zones.with_any()),
            Err(error) => {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
                prop_assert!(!error.to_string().contains('\n'));
            }
        }
    }
}

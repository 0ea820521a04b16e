//! Files of zones, and zones in answers.
//!
//! Zones that can be read are written and read back equal, also with a zone for everything else;
//! each network of a zone belongs to that zone or to one inside it, and an error names a line that
//! exists and holds no control character.

#![no_main]

use std::net::IpAddr;

use libfuzzer_sys::fuzz_target;
use rangecover::problem::zones::{Origin, Zones};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Zones::parse(text) {
        Ok(zones) => {
            check(&zones);
            let listed = ["8.8.8.8", "2001:4860::8888"].map(|text| text.parse().unwrap());
            for extended in [zones.with_any(), zones.with_listed(&listed)] {
                check(&extended);
                assert!(listed.iter().all(|&address| extended.origin(address).is_some()));
            }
        }
        Err(error) => {
            // The end of a text may be on a line of its own.
            let last = 1 + text.matches('\n').count();
            assert!((1..=last).contains(&error.line), "{error}");
            assert!(!error.to_string().chars().any(char::is_control), "{error}");
        }
    }
    if let Ok(zones) = serde_json::from_str::<Zones>(text) {
        check(&zones);
    }
});

fn check(zones: &Zones) {
    let json = serde_json::to_string(zones).unwrap();
    assert_eq!(&serde_json::from_str::<Zones>(&json).unwrap(), zones);
    for hint in zones.hints() {
        assert!(hint.needed < hint.written);
    }
    for (number, zone) in zones.all().iter().enumerate() {
        for network in zone.networks() {
            for address in [network.network(), network.broadcast()] {
                check_place(zones, number, address);
            }
        }
    }
}

/// The address is in the zone with this number, or in one inside it.
fn check_place(zones: &Zones, number: usize, address: IpAddr) {
    let found = zones.origin(address).expect("a zone has the address");
    assert!(zones.zone(found).units(found.quota) >= 1);
    let outer = zones.outer(found);
    let of_zone = |origin: &Origin| usize::from(origin.zone) == number;
    // A zone of references with members of both families has no outer ones.
    let is_inside = of_zone(&found) || outer.iter().any(of_zone);
    assert!(is_inside || outer.is_empty(), "{address} is in {found:?}, not in {number}");
}

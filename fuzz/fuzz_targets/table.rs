//! Tables of ports, which people edit.
#![no_main]

use rangecover::logs::evidence::table::{self, TableRow};
use rangecover::logs::evidence::{Decided, InterfaceTraffic, PortTraffic, Span};
use rangecover_fuzz::{Guard, let_others_unwind};

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |text: &str| check(text));

fn check(text: &str) {
    let _guard = Guard;
    let _ = table::looks_like_table(text);
    let (rows, used) = (table::rows(text), table::used(text));
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => {
            assert!(!error.to_string().contains(char::is_control));
            assert_eq!(used, Err(error));
            return;
        }
    };
    let used = used.expect("its rows can be read");
    for row in &rows {
        let ports = used.iter().find(|(interface, _)| *interface == row.interface);
        let (_, ports) = ports.expect("the interface of each row is there");
        let has = ports.get(&row.protocol).is_some_and(|ports| ports.contains(row.port));
        let is_used = |other: &TableRow| {
            (&other.interface, other.protocol, other.port)
                == (&row.interface, row.protocol, row.port)
                && other.class.is_used()
        };
        assert_eq!(has, rows.iter().any(is_used));
    }
    let mut text = Vec::new();
    let interfaces: Vec<InterfaceTraffic> = rows.iter().map(interface).collect();
    table::write_csv(&interfaces, None, &mut text).expect("memory takes everything");
    let text = String::from_utf8(text).expect("a table is text");
    assert_eq!(table::rows(&text), Ok(rows), "{text}");
    assert_eq!(table::used(&text), Ok(used), "{text}");
}

/// An interface with the port of one row.
fn interface(row: &TableRow) -> InterfaceTraffic {
    let port = PortTraffic {
        protocol: row.protocol,
        port: row.port,
        class: row.class,
        decided: Decided::Nothing,
        endpoints: 1,
        flows: u64::MAX,
        packets: 2,
        bytes: 3,
        first: None,
        last: Some(u32::MAX),
        remotes: None,
    };
    InterfaceTraffic {
        interface: row.interface.clone(),
        span: Span::default(),
        addresses: Vec::new(),
        ports: vec![port],
        forwarded: 0,
        unplaced: 0,
    }
}

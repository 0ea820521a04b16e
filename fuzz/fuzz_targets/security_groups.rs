//! Security groups, interfaces and prefix lists as AWS prints them, and their audit.
//!
//! The three files stand after each other, with a NUL byte between. Nothing that parses fails to be
//! audited against a small log, no proposed rule blocks what the log shows, and errors hold no
//! control character.

#![no_main]

use std::fmt::Display;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use rangecover::groups::audit::{
    Attachments, Bounds, PrefixLists, Replayer, Sources, Strays, World, findings,
};
use rangecover::groups::security_groups;
use rangecover::logs::evidence::{InterfaceTraffic, Judgement, Ledger, Sink};
use rangecover::logs::flow::Record;
use rangecover::logs::inputs::{Reading, read_log};
use rangecover::present::export::{audit, audit_json, document, json, markdown};
use rangecover::problem::instance::Budget;
use rangecover::problem::limits::Limits;

/// Three clients of two services of `eni-1`, one of `eni-2`, and what is refused.
static LOG: LazyLock<String> = LazyLock::new(|| {
    let mut log = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                   action log-status tcp-flags\n"
        .to_owned();
    for (interface, own, remote, port) in [
        ("eni-1", "10.0.0.7", "203.0.113.9", 443),
        ("eni-1", "10.0.0.7", "198.51.100.4", 443),
        ("eni-1", "10.0.0.7", "10.0.0.8", 5_432),
        ("eni-2", "10.0.0.8", "192.168.1.5", 22),
        ("eni-2", "2001:db8::8", "2001:db8:1::5", 22),
    ] {
        log += &format!(
            "{interface} {remote} {own} 40001 {port} 6 9 900 1 9 ACCEPT OK 2\n\
             {interface} {own} {remote} {port} 40001 6 9 900 1 9 ACCEPT OK 18\n\
             {interface} {remote} {own} 40001 8080 6 1 40 1 9 REJECT OK 2\n"
        );
    }
    log
});

fn check<T, E: Display>(parsed: Result<T, E>) -> Option<T> {
    if let Err(error) = &parsed {
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
    }
    parsed.ok()
}

fn traffic(sources: &Sources) -> Vec<InterfaceTraffic> {
    let reading = Reading::default();
    let zones = Some(Arc::new(sources.zones().clone()));
    let ledger = Ledger::with_zones(reading.selection.clone(), zones);
    read_log("log", LOG.as_bytes(), None, &reading, &ledger).expect("it is a log");
    ledger.finish(&Judgement::default())
}

fn send_records(sink: Arc<Sink>) {
    let reading = Reading::default();
    let ledger = Ledger::sending(reading.selection.clone(), sink);
    read_log("log", LOG.as_bytes(), None, &reading, &ledger).expect("it is a log");
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut files = text.splitn(3, '\0');
    let described = files.next().and_then(|text| check(security_groups(text)));
    let attachments = files.next().and_then(|text| check(Attachments::parse(text)));
    let lists = files.next().and_then(|text| check(PrefixLists::parse(text)));
    let Some(described) = described else { return };
    assert!(described.notes.iter().all(|note| !note.chars().any(char::is_control)));
    // Each takes a solver.
    if described.groups.len() > 8 {
        return;
    }
    let Some(sources) = Sources::of(&described.groups, attachments.as_ref()) else { return };
    let traffic = traffic(&sources);
    let mut world = World::new(described.groups, lists.unwrap_or_default(), sources);
    world.join(&traffic, attachments.as_ref());
    if let Some(strays) = Strays::of(&world).map(Arc::new) {
        let sink = Arc::clone(&strays);
        send_records(Arc::new(move |record: &Record<'_>| sink.add(record)));
        world.tell_apart(&strays);
    }
    let quota = Budget { ipv4: 60, ipv6: 60 };
    let limits = Arc::new(Limits::default());
    let bounds = Bounds { quota, reserve: Budget::default(), limits, drop_forbidden: false };
    let found = findings(&world, &bounds).expect("the checker accepts each answer");
    let replayer = Replayer::new(&world, &found.proposed);
    let sink = Arc::clone(&replayer);
    send_records(Arc::new(move |record: &Record<'_>| sink.add(record)));
    let replay = replayer.found();
    let is_replaced = |interface: &rangecover::groups::audit::Interface| {
        interface.strangers.is_empty() && !interface.groups.is_empty()
    };
    if world.interfaces.iter().all(is_replaced)
        && found.interfaces.iter().all(|found| found.blocked.is_empty())
    {
        assert_eq!(replay.blocked, 0, "blocked by proposed rules");
    }
    let document = audit::document(&world, &found, Some(&replay));
    let shown = document::text(&document, Some(60));
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert!(!markdown::markdown(&document, |_| None).is_empty());
    let written = json::json(&audit_json::record(&world, &found, Some(replay), None));
    serde_json::from_slice::<serde_json::Value>(&written).expect("it is JSON");
});

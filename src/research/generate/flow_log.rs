//! Flow logs with the traffic of a small network.

use std::io::Write;

use super::network::Network;
use super::traffic::TrafficSource;
use super::truth::{Roles, Truth};
use super::{FlowLogOptions, GenerateError};

/// 2026-01-05T00:00:00Z, the day of every generated log.
const MIDNIGHT: u64 = 1_767_571_200;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;

/// Text is handed over in pieces of about this size.
const CHUNK: usize = 1 << 16;

/// Writes a flow log of one hour, with its header, in pieces of bounded size.
///
/// Every service port is in an accepted record if there are enough of these and none is lost.
///
/// # Errors
/// When an option is out of range or the writer fails.
pub fn flow_log(seed: u64, options: &FlowLogOptions, out: impl Write) -> Result<(), GenerateError> {
    options.check()?;
    let network = Network::new(seed, options)?;
    let roles = if options.has_roles() { Roles::of(&network) } else { Roles::default() };
    let mut source = TrafficSource::new(seed, &network, options, roles);
    write_records(seed, &mut source, out)
}

/// Writes the flow log that [`flow_log`] writes, and tells what its ports are.
///
/// # Errors
/// Those of [`flow_log`].
pub fn flow_log_with_truth(
    seed: u64,
    options: &FlowLogOptions,
    out: impl Write,
) -> Result<Truth, GenerateError> {
    options.check()?;
    let network = Network::new(seed, options)?;
    let mut source = TrafficSource::new(seed, &network, options, Roles::of(&network));
    write_records(seed, &mut source, out)?;
    Ok(source.into_truth())
}

fn write_records(
    seed: u64,
    source: &mut TrafficSource<'_>,
    mut out: impl Write,
) -> Result<(), GenerateError> {
    let options = source.options;
    let first_minute = MIDNIGHT + seed % 24 * HOUR;
    let mut text = format!("{}\n", options.fields);
    let mut n_records = 0;
    while n_records < options.n_records {
        let minute = n_records * (HOUR / MINUTE) / options.n_records;
        let request = source.record(first_minute + minute * MINUTE);
        let answer = if options.replies { source.answer(&request) } else { None };
        for record in [Some(request), answer].into_iter().flatten() {
            if n_records < options.n_records && source.is_kept(&record) {
                options.fields.push_line(&mut text, &record);
                n_records += 1;
            }
        }
        if text.len() >= CHUNK {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn log(seed: u64, options: &FlowLogOptions) -> String {
        let mut bytes = Vec::new();
        flow_log(seed, options, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
        text.lines().skip(1).map(|line| line.split(' ').collect())
    }

    #[test]
    fn every_line_has_the_fields_of_the_header() {
        let all = "version region az-id vpc-id subnet-id instance-id type pkt-srcaddr pkt-dstaddr \
                   sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service \
                   traffic-path account-id start interface-id";
        for format in ["default", "extended", all] {
            for replies in [false, true] {
                let options = FlowLogOptions {
                    fields: format.parse().unwrap(),
                    n_records: 3_000,
                    replies,
                    ..FlowLogOptions::default()
                };
                let text = log(4, &options);
                assert_eq!(text.lines().next().unwrap(), options.fields.to_string());
                let n_fields = options.fields.to_string().split(' ').count();
                assert_eq!(text.lines().count(), 3_001);
                assert!(lines(&text).all(|line| line.len() == n_fields));
                assert!(lines(&text).flatten().all(|value| !value.is_empty()));
            }
        }
    }

    #[test]
    fn every_service_is_called_and_nothing_else() {
        let options = FlowLogOptions::default();
        let text = log(5, &options);
        let mut called = BTreeMap::<&str, BTreeSet<&str>>::new();
        for line in lines(&text).filter(|line| line[12] == "ACCEPT" && line[7] != "1") {
            called.entry(line[2]).or_default().insert(line[6]);
        }
        let mut n_ports: Vec<_> = called.values().map(BTreeSet::len).collect();
        n_ports.sort_unstable();
        assert_eq!(n_ports, [50, 100, 200]);
    }

    #[test]
    fn an_interface_is_in_each_of_its_records() {
        for replies in [false, true] {
            let options = FlowLogOptions { replies, ..FlowLogOptions::default() };
            let text = log(6, &options);
            let mut addresses = BTreeMap::<&str, BTreeSet<&str>>::new();
            for line in lines(&text).filter(|line| line[13] == "OK") {
                let both = BTreeSet::from([line[3], line[4]]);
                let common = addresses.entry(line[2]).or_insert_with(|| both.clone());
                common.retain(|address| both.contains(address));
            }
            assert!(addresses.values().all(|common| common.len() == 1));
            let n_addresses: BTreeSet<_> = addresses.values().flatten().collect();
            assert_eq!(n_addresses.len(), 3);
        }
    }

    #[test]
    fn records_without_traffic_have_no_values() {
        let text = log(7, &FlowLogOptions::default());
        let mut n_empty = BTreeMap::<&str, u32>::new();
        for line in lines(&text).filter(|line| line[13] != "OK") {
            assert!(line[3..10].iter().chain(&line[12..13]).all(|&value| value == "-"));
            *n_empty.entry(line[13]).or_default() += 1;
        }
        assert!((200..400).contains(&n_empty["NODATA"]), "{n_empty:?}");
        assert!((50..150).contains(&n_empty["SKIPDATA"]), "{n_empty:?}");
    }

    #[test]
    fn answers_go_back_to_the_client() {
        let options = FlowLogOptions {
            fields: "extended".parse().unwrap(),
            replies: true,
            ..FlowLogOptions::default()
        };
        let text = log(8, &options);
        let lines: Vec<_> = lines(&text).collect();
        for pair in lines.windows(2).filter(|pair| pair[1][14] == "egress") {
            assert_eq!((pair[0][2], pair[0][4]), (pair[1][3], pair[1][5]));
            assert_eq!((pair[0][3], pair[0][5]), (pair[1][2], pair[1][4]));
            let flags = (pair[0][7], pair[1][7]);
            assert!([("0", "0"), ("2", "18"), ("3", "19")].contains(&flags), "{flags:?}");
        }
        assert!(lines.iter().filter(|line| line[14] == "egress").count() > 3_000);
    }

    #[test]
    fn the_seed_decides_the_log() {
        let options = FlowLogOptions::default();
        assert_eq!(log(1, &options), log(1, &options));
        assert_ne!(log(1, &options), log(2, &options));
    }
}

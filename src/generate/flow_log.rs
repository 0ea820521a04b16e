//! Flow logs with the traffic of a small network.

use std::io::Write;

use super::dice::Dice;
use super::kinds::check_count;
use super::network::Network;
use super::traffic::TrafficSource;
use super::{Fields, GenerateError, KINDS, Kind, MAX_INTERFACES};

/// 2026-01-05T00:00:00Z, the day of every generated log.
const MIDNIGHT: u64 = 1_767_571_200;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;

/// Text is handed over in pieces of about this size.
const CHUNK: usize = 1 << 16;

/// The stream of draws for traffic, apart from those of the interfaces.
const TRAFFIC_STREAM: u64 = u64::MAX;

/// What a generated flow log looks like.
#[derive(Debug, Clone)]
pub struct FlowLogOptions {
    /// Interfaces, up to [`MAX_INTERFACES`].
    ///
    /// Every second one serves udp beside tcp. The last of four or more is idle: its records are
    /// all NODATA (none is idle without NODATA records).
    pub n_interfaces: u32,
    /// Lines after the header.
    pub n_records: u64,
    /// The kind of port sets that interfaces serve.
    pub kind: &'static Kind,
    /// Service ports of the largest interfaces; others have a half, a quarter or an eighth.
    pub n_ports: u32,
    /// Percent of records about rejected traffic.
    pub reject_percent: u32,
    /// Percent of records that say there was no traffic.
    pub nodata_percent: u32,
    /// Percent of records that say some were lost.
    pub skipdata_percent: u32,
    /// The format.
    pub fields: Fields,
    /// Whether the answers to the requests are logged too, as in a real log.
    ///
    /// Without them every destination port of an accepted record is a service's.
    pub replies: bool,
}

impl Default for FlowLogOptions {
    fn default() -> Self {
        Self {
            n_interfaces: 4,
            n_records: 10_000,
            kind: KINDS.last().expect("there are kinds"),
            n_ports: 200,
            reject_percent: 8,
            nodata_percent: 3,
            skipdata_percent: 1,
            fields: Fields::default(),
            replies: false,
        }
    }
}

impl FlowLogOptions {
    fn check(&self) -> Result<(), GenerateError> {
        check_count(self.n_ports)?;
        if !(1..=MAX_INTERFACES).contains(&self.n_interfaces) {
            return Err(GenerateError::InterfaceCount(self.n_interfaces));
        }
        let shares = [self.reject_percent, self.nodata_percent, self.skipdata_percent];
        if shares.iter().map(|&share| u64::from(share)).sum::<u64>() > 100 {
            let [reject, nodata, skipdata] = shares;
            return Err(GenerateError::Shares { reject, nodata, skipdata });
        }
        Ok(())
    }
}

/// Writes a flow log of one hour, with its header, in pieces of bounded size.
///
/// Every service port is in an accepted record if there are enough of these.
///
/// # Errors
/// When an option is out of range or the writer fails.
pub fn flow_log(
    seed: u64,
    options: &FlowLogOptions,
    mut out: impl Write,
) -> Result<(), GenerateError> {
    options.check()?;
    let network = Network::new(seed, options)?;
    let dice = Dice::new(seed, TRAFFIC_STREAM);
    let mut source = TrafficSource::new(&network, options, dice);
    let first_minute = MIDNIGHT + seed % 24 * HOUR;
    let mut text = format!("{}\n", options.fields);
    let mut n_records = 0;
    while n_records < options.n_records {
        let minute = n_records * (HOUR / MINUTE) / options.n_records;
        let record = source.record(first_minute + minute * MINUTE);
        options.fields.push_line(&mut text, &record);
        n_records += 1;
        if options.replies
            && n_records < options.n_records
            && let Some(answer) = source.answer(&record)
        {
            options.fields.push_line(&mut text, &answer);
            n_records += 1;
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
    use std::io::Read as _;

    use super::*;
    use crate::generate::kind;

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
    fn the_data_sets_are_what_their_command_makes() {
        let read = |path: &str| {
            let root = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/flow-logs/");
            let bytes = std::fs::read(format!("{root}eu-west-1/2026/01/05/{path}")).unwrap();
            let mut text = String::new();
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let mut gzip = flate2::read::GzDecoder::new(bytes.as_slice());
                gzip.read_to_string(&mut text).unwrap();
            } else {
                text = String::from_utf8(bytes).unwrap();
            }
            text
        };
        for (path, seed, n_interfaces, n_records, n_ports, name, fields) in [
            ("fl-1_0100.log", 1, 4, 1_900, 480, "application", "default"),
            ("fl-1_0105.log.gz", 1, 1, 300, 60, "ephemeral", "default"),
            ("fl-2_0200.log.gz", 2, 1, 800, 24, "application", "default"),
            ("fl-3_0300.log", 3, 1, 1_000, 600, "clustered", "extended"),
        ] {
            let options = FlowLogOptions {
                n_interfaces,
                n_records,
                kind: kind(name).unwrap(),
                n_ports,
                fields: fields.parse().unwrap(),
                ..FlowLogOptions::default()
            };
            assert!(log(seed, &options) == read(path), "{path}");
        }
    }

    #[test]
    fn the_seed_decides_the_log() {
        let options = FlowLogOptions::default();
        assert_eq!(log(1, &options), log(1, &options));
        assert_ne!(log(1, &options), log(2, &options));
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let error = |change: fn(&mut FlowLogOptions)| {
            let mut options = FlowLogOptions::default();
            change(&mut options);
            let result = flow_log(1, &options, std::io::sink());
            result.unwrap_err().to_string()
        };
        assert_eq!(error(|o| o.n_ports = 70_000), "cannot draw 70000 ports; ask for 1 to 65536");
        assert_eq!(
            error(|o| o.n_interfaces = 0),
            "cannot make a log of 0 interfaces; ask for 1 to 1000"
        );
        assert_eq!(
            error(|o| o.reject_percent = 98),
            "98 % REJECT, 3 % NODATA and 1 % SKIPDATA exceed 100 % together"
        );
    }
}

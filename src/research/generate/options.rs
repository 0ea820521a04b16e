//! What a generated flow log looks like.

use super::kinds::check_count;
use super::{Fields, GenerateError, Kind, MAX_INTERFACES, kind};

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
    /// Percent of requests that are rejected.
    pub reject_percent: u32,
    /// Percent of requests in whose place a record says there was no traffic.
    pub nodata_percent: u32,
    /// Percent of requests in whose place a record says some were lost.
    pub skipdata_percent: u32,
    /// The format.
    pub fields: Fields,
    /// Whether the answers to the requests are logged too, as in a real log.
    ///
    /// Without them, and without calls and probes, every destination port of an accepted record
    /// is a service's.
    pub replies: bool,
    /// Percent of requests that the interfaces themselves send, from ephemeral ports.
    ///
    /// Every third interface is a Windows host, the fifth of every eight a NAT gateway, the
    /// others are Linux hosts. The gateway's log has the private side too: what it accepts there
    /// to pass on counts as its service, since a rule must let it in.
    pub calls_percent: u32,
    /// Percent of the interfaces' calls that are made from a port they called from before, mostly
    /// to another host.
    ///
    /// A twentieth of these takes one of the interface's first three ports. Where ports are
    /// reused, more hosts are called just once.
    pub reuse_percent: u32,
    /// Percent of requests that are accepted at ports where nobody listens.
    ///
    /// Most are answered by a reset, a third by nothing.
    pub probes_percent: u32,
    /// Percent of the tcp calls, in both directions, of which only the middle is logged: many
    /// packets and no flags.
    pub long_percent: u32,
    /// Percent of the records of traffic that are lost on the way to the log, at most
    /// [`FlowLogOptions::MOST_LOSS`].
    pub loss_percent: u32,
    /// Percent of the services that only one host ever calls; half of these have a single
    /// connection.
    pub lonely_percent: u32,
    /// Percent of calls, in both directions, and of probes that are made over IPv6.
    pub ipv6_percent: u32,
}

impl Default for FlowLogOptions {
    fn default() -> Self {
        Self {
            n_interfaces: 4,
            n_records: 10_000,
            kind: kind("application").expect("it is one of the kinds"),
            n_ports: 200,
            reject_percent: 8,
            nodata_percent: 3,
            skipdata_percent: 1,
            fields: Fields::default(),
            replies: false,
            calls_percent: 0,
            reuse_percent: 0,
            probes_percent: 0,
            long_percent: 0,
            loss_percent: 0,
            lonely_percent: 0,
            ipv6_percent: 0,
        }
    }
}

impl FlowLogOptions {
    /// The highest percentage of lost records: a log that loses all would never end.
    pub const MOST_LOSS: u32 = 99;

    pub(super) fn check(&self) -> Result<(), GenerateError> {
        check_count(self.n_ports)?;
        if !(1..=MAX_INTERFACES).contains(&self.n_interfaces) {
            return Err(GenerateError::InterfaceCount(self.n_interfaces));
        }
        for (what, percent, most) in [
            ("reused ports", self.reuse_percent, 100),
            ("long flows", self.long_percent, 100),
            ("lost records", self.loss_percent, Self::MOST_LOSS),
            ("lonely services", self.lonely_percent, 100),
            ("IPv6", self.ipv6_percent, 100),
        ] {
            if percent > most {
                return Err(GenerateError::Percent { what, percent, most });
            }
        }
        let shares = [
            self.reject_percent,
            self.nodata_percent,
            self.skipdata_percent,
            self.calls_percent,
            self.probes_percent,
        ];
        if shares.iter().map(|&share| u64::from(share)).sum::<u64>() > 100 {
            let [reject, nodata, skipdata, calls, probes] = shares;
            return Err(GenerateError::Shares { reject, nodata, skipdata, calls, probes });
        }
        Ok(())
    }

    /// Whether any option is on that makes ports hard to tell apart.
    ///
    /// Only then are draws made that logs did not always need: the others keep their bytes.
    pub(super) fn is_hard(&self) -> bool {
        self.has_roles() || self.long_percent + self.loss_percent > 0 || self.has_special_clients()
    }

    /// Whether interfaces use ports that they do not serve.
    pub(super) fn has_roles(&self) -> bool {
        self.calls_percent + self.probes_percent > 0
    }

    fn has_special_clients(&self) -> bool {
        self.lonely_percent + self.ipv6_percent > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::research::generate::flow_log;

    fn error(change: fn(&mut FlowLogOptions)) -> String {
        let mut options = FlowLogOptions::default();
        change(&mut options);
        flow_log(1, &options, std::io::sink()).unwrap_err().to_string()
    }

    #[test]
    fn options_out_of_range_are_refused() {
        assert_eq!(error(|o| o.n_ports = 70_000), "cannot draw 70000 ports; ask for 1 to 65536");
        assert_eq!(
            error(|o| o.n_interfaces = 0),
            "cannot make a log of 0 interfaces; ask for 1 to 10000"
        );
        assert_eq!(
            error(|o| o.reject_percent = 98),
            "98 % REJECT, 3 % NODATA, 1 % SKIPDATA, 0 % calls and 0 % probes exceed 100 % together"
        );
        assert_eq!(
            error(|o| (o.calls_percent, o.probes_percent) = (60, 29)),
            "8 % REJECT, 3 % NODATA, 1 % SKIPDATA, 60 % calls and 29 % probes exceed 100 % together"
        );
        assert!(error(|o| o.calls_percent = u32::MAX).contains("4294967295 % calls"));
    }

    #[test]
    fn no_share_is_more_than_all() {
        assert_eq!(
            error(|o| o.reuse_percent = 101),
            "101 % reused ports is out of range; ask for 0 to 100"
        );
        assert_eq!(
            error(|o| o.long_percent = 101),
            "101 % long flows is out of range; ask for 0 to 100"
        );
        assert_eq!(
            error(|o| o.loss_percent = 100),
            "100 % lost records is out of range; ask for 0 to 99"
        );
        assert_eq!(
            error(|o| o.lonely_percent = 101),
            "101 % lonely services is out of range; ask for 0 to 100"
        );
        assert_eq!(error(|o| o.ipv6_percent = 101), "101 % IPv6 is out of range; ask for 0 to 100");
    }
}

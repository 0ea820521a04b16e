//! One permission as AWS writes it: a protocol with its ports, and sources.

use ipnet::IpNet;
use serde::Deserialize;

use crate::problem::ports::{Protocol, Span};
use crate::problem::quote::quoted;
use crate::problem::zones::Family;

use super::{Allowed, Peer};

/// The highest port.
const LAST_PORT: i64 = 65_535;

/// Protocol and ports, as they stand in permissions and in rules.
#[derive(Debug)]
pub(super) struct Traffic {
    pub(super) ip_protocol: String,
    pub(super) from_port: Option<i64>,
    pub(super) to_port: Option<i64>,
}

impl Traffic {
    /// What it allows.
    pub(super) fn allowed(&self) -> Result<Allowed, String> {
        match self.ip_protocol.to_ascii_lowercase().as_str() {
            "-1" => Ok(Allowed::All),
            "tcp" | "6" => self.ports(Protocol::Tcp),
            "udp" | "17" => self.ports(Protocol::Udp),
            "icmp" | "1" => self.icmp(false),
            "icmpv6" | "58" => self.icmp(true),
            other => other.parse().map(Allowed::Protocol).map_err(|_| {
                format!(
                    "IpProtocol '{}' is not tcp, udp, icmp, icmpv6, -1 or a number from 0 to 255",
                    quoted(&self.ip_protocol)
                )
            }),
        }
    }

    fn ports(&self, protocol: Protocol) -> Result<Allowed, String> {
        let port = |name: &str, value: Option<i64>| {
            let value = value.ok_or_else(|| format!("{protocol} without {name}"))?;
            let port = u32::try_from(value).ok().filter(|_| value <= LAST_PORT);
            port.ok_or_else(|| format!("{name} {value} is not a port, 0 to {LAST_PORT}"))
        };
        let (from, to) = (port("FromPort", self.from_port)?, port("ToPort", self.to_port)?);
        let span = Span::new(from, to)
            .map_err(|_| format!("FromPort {from} is after ToPort {to}; exchange them"))?;
        Ok(Allowed::Ports { protocol, span })
    }

    fn icmp(&self, v6: bool) -> Result<Allowed, String> {
        let number = |name: &str, of: &str, value: Option<i64>| match value {
            None | Some(-1) => Ok(None),
            Some(value) => u8::try_from(value).map(Some).map_err(|_| {
                format!("{name} {value} is not an ICMP {of}, 0 to 255, or -1 for all")
            }),
        };
        let kind = number("FromPort", "type", self.from_port)?;
        let code = number("ToPort", "code", self.to_port)?;
        Ok(Allowed::Icmp { v6, kind, code: code.filter(|_| kind.is_some()) })
    }
}

/// A source, with what there is to say about it.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) peer: Peer,
    pub(super) note: Option<String>,
    pub(super) description: Option<String>,
}

/// A network of a family, and a note where AWS would mask it.
pub(super) fn cidr(key: &str, text: &str, family: Family) -> Result<Source, String> {
    let example = match family {
        Family::Ipv4 => "10.0.0.0/8",
        Family::Ipv6 => "2001:db8::/32",
    };
    let wrong = || {
        let family = family.title();
        format!("{key} '{}' is not an {family} network such as {example}", quoted(text))
    };
    let written: IpNet = text.parse().map_err(|_| wrong())?;
    if Family::from(written) != family {
        return Err(wrong());
    }
    let network = written.trunc();
    let note = (network != written).then(|| {
        format!("{key} {written} has bits set after its prefix, and AWS takes it as {network}")
    });
    Ok(Source { peer: Peer::Cidr(network), note, description: None })
}

/// A reference to a group, by its own account or another's.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reference {
    group_id: String,
    user_id: Option<String>,
    description: Option<String>,
    peering_status: Option<String>,
}

impl Reference {
    /// As a source of a rule of a group that `owner` owns.
    pub(super) fn source(self, owner: Option<&str>) -> Result<Source, String> {
        let id = id("GroupId", "sg-0123456789abcdef0", self.group_id)?;
        let account = self.user_id.filter(|account| owner.is_none_or(|owner| owner != account));
        // Without an owner nothing says that the account is another one.
        let account = account.filter(|_| owner.is_some());
        let is_gone = self.peering_status.as_deref() == Some("deleted");
        let note = is_gone.then(|| {
            format!(
                "the peering to the referenced group {} is deleted; the rule is stale",
                quoted(&id)
            )
        });
        Ok(Source { peer: Peer::Group { id, account }, note, description: self.description })
    }
}

/// An id, not empty and printable.
pub(crate) fn id(key: &str, example: &str, id: String) -> Result<String, String> {
    /// AWS's own have 20 characters, and 5 to 16 more where an account stands before.
    const LONGEST: usize = 128;
    if !id.is_empty() && id.len() <= LONGEST && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(id);
    }
    Err(format!("{key} '{}' is not an id such as {example}", quoted(&id)))
}

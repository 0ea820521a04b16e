//! CIDRs and addresses as people write them.

use std::net::IpAddr;

use ipnet::IpNet;

use super::error::ZoneError;
use crate::problem::quote::quoted;

/// Prefix of the addresses of IPv6 that are those of IPv4.
const MAPPED: u8 = 96;

/// A CIDR that is the whole of its block.
pub(super) fn cidr(text: &str) -> Result<IpNet, ZoneError> {
    let wrong = || ZoneError::NotACidr(quoted(text));
    let Some((address, length)) = text.split_once('/') else {
        let right = text.parse::<IpAddr>().map_err(|_| wrong())?.to_canonical().into();
        return Err(ZoneError::NoPrefixLength { written: quoted(text), right });
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let length = prefix_length(length).ok_or_else(wrong)?;
    let written = IpNet::new(address, length).map_err(|_| wrong())?;
    let right = written.trunc();
    if written != right {
        return Err(ZoneError::HostBits { written, right });
    }
    if let (IpAddr::V4(ipv4), Some(length)) = (address.to_canonical(), length.checked_sub(MAPPED))
        && address.is_ipv6()
    {
        let right = format!("{ipv4}/{length}");
        return Err(ZoneError::Mapped { written: quoted(text), right });
    }
    Ok(written)
}

/// Digits alone, without a zero in front.
fn prefix_length(text: &str) -> Option<u8> {
    let length: u8 = text.parse().ok()?;
    (length.to_string() == text).then_some(length)
}

/// The network of one address.
pub(super) fn address(text: &str) -> Result<IpNet, ZoneError> {
    let address: IpAddr = text.parse().map_err(|_| ZoneError::NotAnAddress(quoted(text)))?;
    if address.to_canonical() != address {
        let right = address.to_canonical().to_string();
        return Err(ZoneError::Mapped { written: quoted(text), right });
    }
    Ok(address.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cidrs_are_strict_and_say_what_would_be_right() {
        let none = "is not a CIDR; write 203.0.113.0/24 or 2001:db8::/32, for example";
        let host = "has bits set after its prefix; AWS would store";
        for (text, expected) in [
            ("10.0.0.0/8", Ok("10.0.0.0/8")),
            ("0.0.0.0/0", Ok("0.0.0.0/0")),
            ("2001:DB8:0::/32", Ok("2001:db8::/32")),
            ("::/0", Ok("::/0")),
            ("10.0.0.0/33", Err(format!("'10.0.0.0/33' {none}"))),
            ("10.0.0.0/08", Err(format!("'10.0.0.0/08' {none}"))),
            ("10.0.0.0/+8", Err(format!("'10.0.0.0/+8' {none}"))),
            ("010.0.0.0/8", Err(format!("'010.0.0.0/8' {none}"))),
            (" 10.0.0.0/8", Err(format!("' 10.0.0.0/8' {none}"))),
            ("", Err(format!("'' {none}"))),
            ("10.1.2.3/8", Err(format!("10.1.2.3/8 {host} 10.0.0.0/8: write that"))),
            ("2001:db8::1/64", Err(format!("2001:db8::1/64 {host} 2001:db8::/64: write that"))),
            (
                "::ffff:10.0.0.0/104",
                Err("'::ffff:10.0.0.0/104' is IPv4 written as IPv6; write 10.0.0.0/8".to_owned()),
            ),
            (
                "10.0.0.1",
                Err("'10.0.0.1' has no prefix length; write 10.0.0.1/32 for this address alone"
                    .to_owned()),
            ),
        ] {
            let parsed = cidr(text).map(|net| net.to_string()).map_err(|error| error.to_string());
            assert_eq!(parsed, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn addresses_are_of_their_family() {
        assert_eq!(address("10.0.1.7").unwrap().to_string(), "10.0.1.7/32");
        assert_eq!(address("2001:db8::7").unwrap().to_string(), "2001:db8::7/128");
        assert!(matches!(address("::ffff:10.0.1.7"), Err(ZoneError::Mapped { .. })));
        assert!(matches!(address("10.0.1.7/32"), Err(ZoneError::NotAnAddress(_))));
    }
}

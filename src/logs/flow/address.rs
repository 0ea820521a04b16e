//! Addresses as text.

use std::net::{IpAddr, Ipv4Addr};

/// The address in a field, if there is one.
///
/// The four numbers of an IPv4 address are read here: it is several times as fast as the parser
/// of the standard library, which takes the others.
pub(super) fn parse(text: &[u8]) -> Option<IpAddr> {
    if let Some(address) = parse_v4(text) {
        return Some(IpAddr::V4(address));
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn parse_v4(text: &[u8]) -> Option<Ipv4Addr> {
    const LONGEST: usize = "255.255.255.255".len();
    if text.len() > LONGEST {
        return None;
    }
    let (mut bits, mut part, mut n_digits, mut n_dots) = (0_u32, 0_u32, 0, 0);
    for &b in text {
        let digit = b.wrapping_sub(b'0');
        if digit < 10 {
            // A leading zero is octal to some and decimal to others; the standard refuses it too.
            if n_digits > 0 && part == 0 || part > 25 {
                return None;
            }
            part = part * 10 + u32::from(digit);
            n_digits += 1;
        } else if b == b'.' && n_digits > 0 && part < 256 {
            bits = bits << 8 | part;
            n_dots += 1;
            (part, n_digits) = (0, 0);
        } else {
            return None;
        }
    }
    (n_dots == 3 && n_digits > 0 && part < 256).then(|| Ipv4Addr::from_bits(bits << 8 | part))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn addresses_are_those_of_the_standard(text in "[0-9.]{0,17}|[0-9]{10,20}|[0-9a-f:.]{0,40}|\\PC{0,8}") {
            prop_assert_eq!(parse(text.as_bytes()), text.parse().ok());
        }

        #[test]
        fn what_is_printed_is_read(v4 in any::<[u8; 4]>(), v6 in any::<[u16; 8]>()) {
            for address in [IpAddr::from(v4), IpAddr::from(v6)] {
                prop_assert_eq!(parse(address.to_string().as_bytes()), Some(address));
            }
        }
    }
}

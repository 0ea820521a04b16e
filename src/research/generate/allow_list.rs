//! Lists of IPv4 addresses, for instances far larger than those of ports.

use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::GenerateError;
use super::dice::Dice;

/// Most addresses of a list.
pub const MAX_ADDRESSES: u32 = 100_000_000;

/// Addresses of each network, about, and the bits that hosts have there.
const OF_NETWORK: u32 = 1_000;
const HOST_BITS: u32 = 12;

/// Distinct addresses in order: half of them from everywhere, half in a few networks.
///
/// # Errors
/// When there are none, or more than [`MAX_ADDRESSES`].
pub fn addresses(seed: u64, n_addresses: u32) -> Result<Vec<u32>, GenerateError> {
    if !(1..=MAX_ADDRESSES).contains(&n_addresses) {
        return Err(GenerateError::AddressCount(n_addresses));
    }
    let mut dice = Dice::new(seed, 0);
    let networks: Vec<u32> = (0..n_addresses.div_ceil(2 * OF_NETWORK))
        .map(|_| dice.word() >> HOST_BITS << HOST_BITS)
        .collect();
    let mut drawn = Vec::with_capacity(n_addresses as usize);
    while drawn.len() < n_addresses as usize {
        for nth in drawn.len()..n_addresses as usize {
            let network = if nth % 2 == 0 { None } else { Some(dice.pick(&networks)) };
            drawn.push(match network {
                Some(network) => network + dice.below(1 << HOST_BITS),
                None => dice.word(),
            });
        }
        drawn.sort_unstable();
        drawn.dedup();
    }
    Ok(drawn)
}

/// Addresses as a list, the command that makes it on top.
///
/// # Errors
/// Those of [`addresses`].
pub fn address_list(seed: u64, n_addresses: u32) -> Result<String, GenerateError> {
    let addresses = addresses(seed, n_addresses)?;
    let mut text =
        format!("# rangecover generate addresses --addresses {n_addresses} --seed {seed}\n");
    for address in addresses {
        writeln!(text, "{}", Ipv4Addr::from(address)).expect("a string takes everything");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::address_list::parse;

    #[test]
    fn a_list_has_the_addresses_it_was_asked_for() {
        for n_addresses in [1, 2, 999, 20_000] {
            let runs = parse(&address_list(3, n_addresses).unwrap()).unwrap();
            assert_eq!(runs.iter().map(|run| run.len()).sum::<u64>(), u64::from(n_addresses));
        }
        let error = addresses(1, 0).unwrap_err().to_string();
        assert_eq!(error, "cannot draw 0 addresses; ask for 1 to 100000000");
    }

    #[test]
    fn the_lists_never_change() {
        let list = "# rangecover generate addresses --addresses 3 --seed 1\n";
        assert!(address_list(1, 3).unwrap().starts_with(list));
        let drawn = [
            1_638_484_553,
            1_705_309_202,
            2_699_646_136,
            2_699_648_433,
            2_699_648_641,
            3_934_848_116,
        ];
        assert_eq!(addresses(1, 6).unwrap(), drawn);
        assert_ne!(addresses(1, 3).unwrap(), addresses(2, 3).unwrap());
    }
}

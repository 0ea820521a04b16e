//! Distinct remote endpoints of a port, counted within a bound.

/// Endpoints that are kept: up to here the count is exact.
const KEPT: usize = 64;

/// Endpoints that need no memory of their own: most ports have one.
const INLINE: usize = 4;

/// A hash of a remote address and port, never 0.
///
/// It is the same on every machine and in every run, so that estimates are too. Two given endpoints
/// share a hash with a probability of 2⁻³².
pub(super) type Endpoint = u32;

/// The hash of an address and a port.
pub(super) fn endpoint(address: u128, port: u16) -> Endpoint {
    u32::try_from(hash(address, port) >> 32).expect("half of 64 bits").max(1)
}

/// The hash of an address alone, the same everywhere too.
pub(super) fn address_hash(address: u128) -> u64 {
    hash(address, 0)
}

fn hash(address: u128, port: u16) -> u64 {
    mix(mix(lower_half(address) ^ u64::from(port) << 48) ^ lower_half(address >> 64))
}

#[expect(clippy::cast_possible_truncation, reason = "the half that is asked for")]
fn lower_half(bits: u128) -> u64 {
    bits as u64
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood: Fast splittable pseudorandom number
/// generators, 2014).
fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// The distinct endpoints with the least hashes.
///
/// The k-th least hash of n says how many there are: (k − 1) / hash, with a relative error of
/// about 1/√(k − 2), 13 % for 64 (Bar-Yossef et al., Counting distinct elements in a data stream,
/// 2002). The kept ones are a uniform sample, whatever the order in which they came.
#[derive(Debug, Clone)]
pub(super) enum Sample {
    /// In order of arrival; 0 where there is none yet.
    Few([Endpoint; INLINE]),
    /// In order of the hash.
    Many(Vec<Endpoint>),
}

impl Default for Sample {
    fn default() -> Self {
        Self::Few([0; INLINE])
    }
}

impl Sample {
    pub(super) fn insert(&mut self, endpoint: Endpoint) {
        match self {
            Self::Few(few) => {
                for kept in few.iter_mut() {
                    if *kept == endpoint {
                        return;
                    }
                    if *kept == 0 {
                        *kept = endpoint;
                        return;
                    }
                }
                let mut many = Vec::with_capacity(2 * INLINE);
                many.extend_from_slice(few);
                many.push(endpoint);
                many.sort_unstable();
                *self = Self::Many(many);
            }
            Self::Many(many) => insert(many, endpoint),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for endpoint in other.iter() {
            self.insert(endpoint);
        }
    }

    /// The endpoints that are kept: all, or a sample of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = Endpoint> {
        let kept = match self {
            Self::Few(few) => few.as_slice(),
            Self::Many(many) => many.as_slice(),
        };
        kept.iter().copied().filter(|&endpoint| endpoint != 0)
    }

    /// How many distinct endpoints there were: exact below 64, an estimate from there on.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Many(many) if many.len() == KEPT => {
                ((KEPT as u64 - 1) << 32) / u64::from(many[KEPT - 1])
            }
            Self::Many(many) => many.len() as u64,
            Self::Few(few) => few.iter().filter(|&&endpoint| endpoint != 0).count() as u64,
        }
    }
}

fn insert(kept: &mut Vec<Endpoint>, endpoint: Endpoint) {
    let full = kept.len() == KEPT;
    if full && endpoint > kept[KEPT - 1] {
        return;
    }
    if let Err(at) = kept.binary_search(&endpoint) {
        if full {
            kept.pop();
        } else if kept.len() == kept.capacity() {
            // By a half: there are many of these, and doubling wastes a quarter of the memory.
            kept.reserve_exact(kept.len() / 2);
        }
        kept.insert(at, endpoint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(numbers: impl Iterator<Item = u32>) -> Sample {
        let mut sample = Sample::default();
        for n in numbers {
            sample.insert(endpoint(n.into(), 443));
        }
        sample
    }

    fn kept(sample: &Sample) -> Vec<Endpoint> {
        let mut kept: Vec<_> = sample.iter().collect();
        kept.sort_unstable();
        kept
    }

    #[test]
    fn few_are_counted_exactly() {
        for n in 0..64 {
            let numbers = (0..n).chain(0..n).chain((0..n).rev());
            assert_eq!(sample(numbers).count(), u64::from(n));
        }
    }

    #[test]
    fn many_are_estimated() {
        for n in [200_u32, 5_000, 300_000] {
            let error = sample(0..n).count().abs_diff(n.into());
            assert!(error * 2 < u64::from(n), "{n}: off by {error}");
        }
    }

    #[test]
    fn neither_order_nor_parts_matter() {
        for n in [1, 2, 4, 5, 64, 65, 1_000] {
            let whole = sample(0..n);
            assert_eq!(kept(&sample((0..n).rev())), kept(&whole));
            let mut merged = sample((0..n).step_by(2));
            merged.merge(&sample((1..n).step_by(2)));
            merged.merge(&sample(0..n / 2));
            assert_eq!(kept(&merged), kept(&whole));
            assert_eq!(merged.count(), whole.count());
        }
    }

    #[test]
    fn address_and_port_both_count() {
        let all = [(1, 1), (1, 2), (2, 1), (1 << 64, 1), (1 << 127, 0)];
        let mut hashes = all.map(|(address, port)| endpoint(address, port));
        hashes.sort_unstable();
        assert!(hashes.windows(2).all(|pair| pair[0] < pair[1]));
    }
}

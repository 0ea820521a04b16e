//! Random draws that are the same on every machine.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};

/// A stream of draws.
///
/// The draws are made here and not by `rand`'s distributions: their algorithms may change between
/// releases and features, and then every generated data set would.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream with this number; streams of one seed are independent.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Any number of 64 bits.
    pub(super) fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Any number of 32 bits.
    pub(super) fn word(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number less than `n`, each as likely.
    ///
    /// Lemire 2019, "Fast random integer generation in an interval", algorithm 5.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        let unfair = u64::from(n.wrapping_neg() % n);
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(n);
            if product & u64::from(u32::MAX) >= unfair {
                return (product >> 32) as u32;
            }
        }
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to - from + 1)
    }

    /// A port from `from` to `to`, both included.
    pub(super) fn port(&mut self, from: u16, to: u16) -> u16 {
        let port = self.between(from.into(), to.into());
        u16::try_from(port).expect("at most `to`")
    }

    /// True in `percent` of a hundred draws.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One of the items, each as likely.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(count(items)) as usize]
    }

    /// Puts the items into random order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..count(items)).rev() {
            let other = self.below(last + 1);
            items.swap(last as usize, other as usize);
        }
    }
}

/// The number of items as an integer whose width is the same everywhere.
pub(super) fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).expect("fewer than 2^32 items")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut dice = Dice::new(1, 0);
        let draws: Vec<u32> = (0..6).map(|_| dice.below(1000)).collect();
        assert_eq!(draws, [628, 381, 929, 294, 397, 798]);
    }

    #[test]
    fn streams_and_seeds_differ() {
        let first = |seed, stream| Dice::new(seed, stream).number();
        assert_ne!(first(1, 0), first(1, 1));
        assert_ne!(first(1, 0), first(2, 0));
    }

    #[test]
    fn every_value_is_drawn_and_no_other() {
        let mut dice = Dice::new(7, 0);
        let mut seen = [0; 6];
        for _ in 0..6000 {
            seen[dice.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (850..1150).contains(&n)), "{seen:?}");
        assert_eq!(dice.below(1), 0);
    }
}

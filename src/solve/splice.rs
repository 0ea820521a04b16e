//! A cover with exactly `k` rules between two covers that are optimal at the same price.
//!
//! Where a rule of the smaller cover contains the right rule of the larger one, the paths can
//! change over: both new rules are parts of the containing rule, so they are allowed, and the
//! costs of the two spliced covers add up to those of the two given ones. Aggarwal, Schieber and
//! Tokuyama, "Finding a minimum-weight k-link path in graphs with the concave Monge property",
//! 1994.

/// The rule starts of a cover with `k` rules, for `fewer.len() <= k <= more.len()`, O(m).
///
/// Both covers are given by the first run of each rule and cover the same runs.
pub(crate) fn splice(fewer: &[u32], more: &[u32], k: usize) -> Vec<u32> {
    debug_assert!(fewer.len() <= k && k <= more.len());
    if k == fewer.len() {
        return fewer.to_vec();
    }
    if k == more.len() {
        return more.to_vec();
    }
    // Rule x of `fewer` contains rule x + d of `more` for the first x where it ends no earlier:
    // the rule before it ended earlier, so rule x starts no later either.
    let d = k - fewer.len();
    let end = |starts: &[u32], rule: usize| starts.get(rule + 1).copied().unwrap_or(u32::MAX);
    let x = (0..fewer.len())
        .find(|&x| end(fewer, x) >= end(more, x + d))
        .expect("the last rule of the smaller cover ends last");
    // Rules of `more` up to the contained one, which is stretched to the end of the containing one.
    let mut starts = more[..=x + d].to_vec();
    starts.extend_from_slice(&fewer[x + 1..]);
    starts
}

#[cfg(test)]
mod tests {
    use super::splice;

    #[test]
    fn every_count_between_is_reached() {
        let fewer = [0, 4, 9];
        let more = [0, 1, 2, 5, 6, 8, 10];
        for k in 3..=7 {
            let spliced = splice(&fewer, &more, k);
            assert_eq!(spliced.len(), k);
            assert!(spliced.is_sorted_by(|a, b| a < b), "{spliced:?}");
        }
    }
}

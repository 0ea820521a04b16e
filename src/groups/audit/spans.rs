//! Few ports of a protocol, as ranges: a thousand groups have a thousand such sets for each source.

use crate::problem::ports::Span;

/// A set of ports as its runs: in order, disjoint, and not next to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spans(Vec<Span>);

impl Spans {
    /// The runs, in order.
    #[must_use]
    pub fn runs(&self) -> &[Span] {
        &self.0
    }

    /// Whether there are no ports.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of ports.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.0.iter().map(|run| run.len()).sum()
    }

    /// Whether all ports of a span are in the set: they are in one run then.
    #[must_use]
    pub fn covers(&self, span: Span) -> bool {
        let i = self.0.partition_point(|run| run.to() < span.to());
        self.0.get(i).is_some_and(|run| run.from() <= span.from())
    }

    /// Whether all ports of another set are in this one.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.iter().all(|&run| self.covers(run))
    }
}

impl Extend<Span> for Spans {
    fn extend<T: IntoIterator<Item = Span>>(&mut self, spans: T) {
        self.0.extend(spans);
        self.0.sort_unstable();
        let mut runs: Vec<Span> = Vec::with_capacity(self.0.len());
        for &span in &self.0 {
            match runs.last_mut() {
                Some(last) if span.from() <= last.to().saturating_add(1) => {
                    if span.to() > last.to() {
                        *last = Span::over(*last, span);
                    }
                }
                _ => runs.push(span),
            }
        }
        self.0 = runs;
    }
}

impl FromIterator<Span> for Spans {
    fn from_iter<T: IntoIterator<Item = Span>>(spans: T) -> Self {
        let mut set = Self::default();
        set.extend(spans);
        set
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::problem::ports::PortSet;

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let span = (0_u32..40, 0_u32..6).prop_map(|(from, n)| Span::new(from, from + n).unwrap());
        prop::collection::vec(span, 0..8)
    }

    proptest! {
        #[test]
        fn sets_of_ranges_are_sets_of_ports(one in spans(), other in spans()) {
            let (ports, others): (PortSet, PortSet) =
                (one.iter().copied().collect(), other.iter().copied().collect());
            let (set, subset): (Spans, Spans) =
                (one.into_iter().collect(), other.into_iter().collect());
            prop_assert_eq!(set.runs(), &ports.runs()[..]);
            prop_assert_eq!(set.len(), u64::from(ports.len()));
            prop_assert_eq!(set.is_empty(), ports.is_empty());
            let contains = (0..100).all(|port| ports.contains(port) || !others.contains(port));
            prop_assert_eq!(set.contains(&subset), contains);
        }
    }
}

//! How far two tables of ports agree: precision and recall of each class.

use std::collections::BTreeMap;

use super::class::Class;
use super::table::TableRow;

/// How one class was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Ports that are of the class in truth.
    pub in_truth: u64,
    /// Ports that were found to be.
    pub found: u64,
    /// Ports that are both.
    pub both: u64,
}

impl Agreement {
    /// The share of what was found that is right; none if nothing was found.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        ratio(self.both, self.found)
    }

    /// The share of what is true that was found; none if there is nothing.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        ratio(self.both, self.in_truth)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Compares the classes of the same ports; a port that stands in one table only agrees with
/// nothing.
#[must_use]
pub fn compare(truth: &[TableRow], found: &[TableRow]) -> BTreeMap<Class, Agreement> {
    let key = |row: &TableRow| (row.interface.clone(), row.protocol, row.port);
    let classes: BTreeMap<_, Class> = truth.iter().map(|row| (key(row), row.class)).collect();
    let mut agreements: BTreeMap<Class, Agreement> = BTreeMap::new();
    for &class in classes.values() {
        agreements.entry(class).or_default().in_truth += 1;
    }
    for row in found {
        let agreement = agreements.entry(row.class).or_default();
        agreement.found += 1;
        agreement.both += u64::from(classes.get(&key(row)) == Some(&row.class));
    }
    agreements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ports::Protocol;

    #[test]
    fn a_port_in_one_table_agrees_with_nothing() {
        let row = |port, class| TableRow { interface: None, protocol: Protocol::Tcp, port, class };
        let truth = [row(22, Class::Service), row(80, Class::Service), row(40_000, Class::Client)];
        let found =
            [row(22, Class::Service), row(40_000, Class::Service), row(50_000, Class::Client)];
        let agreements = compare(&truth, &found);
        let service = agreements[&Class::Service];
        assert_eq!(service, Agreement { in_truth: 2, found: 2, both: 1 });
        assert_eq!((service.precision(), service.recall()), (Some(0.5), Some(0.5)));
        let client = agreements[&Class::Client];
        assert_eq!((client.precision(), client.recall()), (Some(0.0), Some(0.0)));
        assert_eq!(Agreement::default().precision(), None);
    }
}

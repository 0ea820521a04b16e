//! Fronts as a chart.

use rangecover::logs::inputs::name;
use rangecover::present::chart::{Chart, Curve};
use rangecover::problem::number::counted;

use super::InstanceFront;

/// A list's file name, unless another list in another folder has the same: charts have little room.
fn short_name<'a>(fronts: &[InstanceFront], front: &'a InstanceFront) -> Option<&'a str> {
    fn file(input: &str) -> &str {
        input.rsplit('/').next().unwrap_or(input)
    }
    let input = front.input.as_deref()?;
    // The other quota of the same list is no namesake.
    let of_quota = fronts.iter().filter(|other| other.quota == front.quota);
    let namesakes = of_quota.filter_map(|other| other.input.as_deref());
    let n_namesakes = namesakes.filter(|other| file(other) == file(input)).count();
    Some(if n_namesakes == 1 { file(input) } else { input })
}

/// What a curve is called: with its quota where the instance has another one.
fn curve_name(fronts: &[InstanceFront], front: &InstanceFront) -> String {
    let name = name(short_name(fronts, front), front.interface.as_deref());
    let same = |other: &&InstanceFront| {
        (&other.input, &other.interface) == (&front.input, &front.interface)
            && other.quota != front.quota
    };
    match front.quota {
        Some(quota) if fronts.iter().any(|other| same(&other)) => {
            format!("{name} {}", quota.title())
        }
        _ => name,
    }
}

/// What the curves count, in the plural.
fn opened<'a>(fronts: impl Iterator<Item = &'a InstanceFront>) -> &'static str {
    let mut all: Vec<&str> = fronts.map(InstanceFront::opened).collect();
    all.dedup();
    if let [one] = all[..] { one } else { "open ports or addresses" }
}

/// That interfaces have nothing to draw, the first few by name.
fn note<'a>(empty: impl Iterator<Item = &'a InstanceFront>) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<String> =
        empty.map(|front| name(front.input.as_deref(), front.interface.as_deref())).collect();
    names.dedup();
    if names.is_empty() {
        return String::new();
    }
    let n_more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let more = if n_more > 0 {
        format!(" and {}", counted(n_more as u64, "other"))
    } else {
        String::new()
    };
    format!("Without used ports, so not drawn: {}{more}.", names.join(", "))
}

pub(super) fn chart(fronts: &[InstanceFront], up_to: Option<usize>) -> Chart {
    let weighted = fronts.iter().any(|front| front.weighted);
    // An interface without used ports has nothing to trade; it is drawn only where no other is.
    let nothing_to_trade = fronts.iter().all(|front| front.most_rules == 0);
    let drawn = |front: &&InstanceFront| front.most_rules > 0 || nothing_to_trade;
    let of_units = fronts.iter().filter(drawn).any(|front| front.quota.is_some());
    let opened = opened(fronts.iter().filter(drawn));
    let mut title = format!("{opened} against {}", if of_units { "units" } else { "rules" });
    title[..1].make_ascii_uppercase();
    Chart {
        title,
        y_label: if weighted { format!("cost of {opened}") } else { opened.to_owned() },
        note: note(fronts.iter().filter(|front| !drawn(front))),
        up_to,
        curves: fronts
            .iter()
            .filter(drawn)
            .map(|front| Curve {
                name: curve_name(fronts, front),
                vertices: front.vertices.iter().map(|v| (v.budget, v.cost)).collect(),
                steps: front.steps.clone(),
                knee: front.knee.map(|v| (v.budget, v.cost)),
                budget: front.budget,
            })
            .collect(),
    }
}

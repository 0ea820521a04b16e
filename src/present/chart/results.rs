//! Statistics of results as graphs.

use super::graph::{Graph, Marks, Series};
use crate::problem::number::{counted, hundredths};
use crate::research::results::Statistics;
use crate::research::results::scaling::{Growth, Scaling, Size};

/// Performance profiles; none where nobody proved anything in a time that was measured, or no
/// problem is common.
///
/// Solvers that solve more within the largest factor come first.
#[must_use]
pub fn profile_graph(statistics: &Statistics) -> Option<Graph> {
    let profile = &statistics.profile;
    if profile.problems == 0 || profile.curves.is_empty() {
        return None;
    }
    let mut curves: Vec<_> = profile.curves.iter().collect();
    curves.sort_by(|a, b| {
        let by = |factor| b.share(factor).total_cmp(&a.share(factor));
        by(f64::INFINITY).then(by(1.0)).then(a.entrant.cmp(&b.entrant))
    });
    let series = curves.into_iter().map(|curve| Series {
        name: statistics.entrants[curve.entrant].name.clone(),
        fact: format!(
            "fastest {:.0} %, solved {:.0} %",
            100.0 * curve.share(1.0),
            100.0 * curve.share(f64::INFINITY)
        ),
        marks: Marks::Steps(curve.steps.clone()),
    });
    Some(Graph {
        title: "Performance profile".to_owned(),
        x_label: "factor τ of the fastest solver's time".to_owned(),
        y_label: "share of instances solved".to_owned(),
        caption: format!(
            "Share of {} that a solver solves, with proof, within τ times the time of the fastest.",
            counted(profile.problems as u64, "common instance")
        ),
        series: series.collect(),
    })
}

/// Times against sizes with their laws; none where there are no points.
#[must_use]
pub fn scaling_graph(statistics: &Statistics, scaling: &Scaling) -> Option<Graph> {
    let growths = || scaling.growths.iter().filter(|growth| !growth.points.is_empty());
    growths().next()?;
    let series = growths().map(|growth| Series {
        name: statistics.entrants[growth.entrant].name.clone(),
        fact: fact(growth),
        marks: Marks::Points { points: growth.points.clone(), line: line(growth) },
    });
    let x_label = match scaling.size {
        Size::Runs => "runs of used ports, m",
        Size::Budget => "budget, R",
        Size::Groups => "groups",
    };
    Some(Graph {
        title: format!("Time against {}", scaling.size.name()),
        x_label: x_label.to_owned(),
        y_label: "time (ms)".to_owned(),
        caption:
            "Each point is an instance that the solver came to its end on; lines are power laws by \
                  least squares on logarithms."
                .to_owned(),
        series: series.collect(),
    })
}

fn fact(growth: &Growth) -> String {
    match growth.law {
        Some(law) if !growth.is_telling => {
            format!("R² {}: no law told", hundredths(law.r2))
        }
        Some(law) => {
            format!("exponent {} ± {}", hundredths(law.exponent), hundredths(law.error))
        }
        None => format!("no fit: {}", counted(growth.sizes as u64, "size")),
    }
}

/// The law that is told, from the least size to the largest.
fn line(growth: &Growth) -> Option<[(f64, f64); 2]> {
    let law = growth.told()?;
    let (first, last) = (growth.points.first()?.0, growth.points.last()?.0);
    Some([first, last].map(|size| (size, law.at(size))))
}

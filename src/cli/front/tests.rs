//! Fronts of units, by instances whose rules take several.

use std::sync::Arc;

use rangecover::logs::inputs::Source;
use rangecover::problem::instance::{Budget, Group, Instance, Terms, Used};
use rangecover::problem::limits::Limits;
use rangecover::problem::ports::{PortSet, Protocol, Span};
use rangecover::problem::zones::Quota;

use super::*;

/// An instance of an interface with a group of TCP ports for each quota and number of units.
fn job(name: &str, groups: &[(Quota, u32, &[u32])], budget: Budget) -> Job {
    let groups = groups.iter().enumerate().map(|(i, &(quota, units, ports))| {
        let terms = Terms { zone: Some(format!("z{i}").into()), quota, units, weight: 1 };
        let ports: PortSet = ports.iter().map(|&port| Span::single(port)).collect();
        Group::new(Protocol::Tcp, terms, ports.runs())
    });
    let instance = Instance::of_groups(groups, budget, Limits::default()).unwrap();
    let source = Source {
        input: None,
        interface: Some(name.to_owned()),
        addresses: Vec::new(),
        used: Used::new(),
        zones: Some(Arc::default()),
        seen: None,
    };
    Job {
        source,
        instance,
        reserve: Budget::default(),
        dropped: Vec::new(),
        quota: Budget::default(),
    }
}

/// Rules of 4 and of 7 units, whose front is above its bound in places.
fn two_classes(quotas: [Quota; 2], budget: usize) -> Job {
    let groups =
        [(quotas[0], 4, [10, 20, 40, 45].as_slice()), (quotas[1], 7, [100, 150, 153].as_slice())];
    job("eni-1", &groups, Budget { ipv4: budget, ipv6: budget })
}

fn table_of(job: &Job, up_to: Option<usize>, wanted: Wanted) -> String {
    table::text(&fronts(job, up_to, wanted).unwrap(), None)
}

#[test]
fn a_table_of_units_shows_what_is_of_use() {
    let job = two_classes([Quota::Ipv4; 2], 21);
    let expected = "\
eni-1 IPv4: at least 11 of 37 units needed
 units  open ports  bound
    11          83     83  fewest units, supported
    15          64     55
    18          34     34  supported
    21          34     20  budget
    22          15     15  knee, supported
    26           6      6  supported
    30           2      2  supported
    37           0      0  opens nothing, supported
";
    assert_eq!(table_of(&job, None, Wanted::Selected), expected);
}

#[test]
fn a_table_does_not_depend_on_what_else_is_written() {
    for budget in [3, 11, 21, 30, 99] {
        let job = two_classes([Quota::Ipv4; 2], budget);
        let table = table_of(&job, None, Wanted::Selected);
        assert_eq!(table, table_of(&job, None, Wanted::Drawn), "{budget}");
        assert_eq!(table, table_of(&job, None, Wanted::Every), "{budget}");
    }
}

#[test]
fn a_quota_that_leaves_ports_open_says_so() {
    let table = table_of(&two_classes([Quota::Ipv4, Quota::Ipv6], 9), None, Wanted::Selected);
    assert!(table.contains("eni-1 IPv4: at least 4 of 16 units needed\n"), "{table}");
    assert!(table.contains("eni-1 IPv6: at least 7 of 21 units needed\n"), "{table}");
    assert!(table.contains("more is of no use") && !table.contains("opens nothing"), "{table}");
}

#[test]
fn a_chart_names_the_quota_where_there_are_two() {
    let names = |quotas| {
        let fronts = fronts(&two_classes(quotas, 21), None, Wanted::Drawn).unwrap();
        let chart = picture::chart(&fronts, None);
        assert_eq!(chart.title, "Open ports against units");
        chart.curves.into_iter().map(|curve| curve.name).collect::<Vec<_>>()
    };
    assert_eq!(names([Quota::Ipv4; 2]), ["eni-1"]);
    assert_eq!(names([Quota::Ipv4, Quota::Ipv6]), ["eni-1 IPv4", "eni-1 IPv6"]);
}

#[test]
fn every_step_of_a_chart_is_checked() {
    let fronts = fronts(&two_classes([Quota::Ipv4; 2], 21), None, Wanted::Drawn).unwrap();
    for step in picture::chart(&fronts, None).curves[0].steps.as_ref().unwrap() {
        let point = fronts[0].points.iter().find(|row| row.budget == step.budget).unwrap();
        assert_eq!((point.cost, point.supported), (step.cost, step.supported));
    }
}

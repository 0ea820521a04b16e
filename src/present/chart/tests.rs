use super::*;

fn curve(
    name: &str,
    vertices: &[(usize, u64)],
    knee: Option<(usize, u64)>,
    budget: usize,
) -> Curve {
    Curve { name: name.to_owned(), vertices: vertices.to_vec(), steps: None, knee, budget }
}

/// A staircase of steps with their budget, cost and whether they are on the bound.
fn stairs(name: &str, steps: &[(usize, u64, bool)], budget: usize) -> Curve {
    let step = |&(budget, cost, supported)| Step { budget, cost, supported };
    let supported = steps.iter().filter(|step| step.2).map(|step| (step.0, step.1));
    let bound: Vec<(usize, u64)> = supported.collect();
    let steps = Some(steps.iter().map(step).collect());
    Curve { steps, ..curve(name, &bound, bound.get(1).copied(), budget) }
}

/// Steps at every third budget, every fourth of them on the bound.
fn many_steps(n: usize) -> Vec<(usize, u64, bool)> {
    let step = |i: usize| (4 + 3 * i, ((n - i) as u64).pow(2), i.is_multiple_of(4) || i == n);
    (0..=n).map(step).collect()
}

const FEW_STEPS: [(usize, u64, bool); 4] =
    [(12, 9_000, true), (20, 4_000, true), (25, 3_500, false), (40, 0, true)];

fn chart(curves: Vec<Curve>) -> Chart {
    let (title, y_label) = ("Fronts".to_owned(), "open ports".to_owned());
    Chart { title, y_label, note: String::new(), up_to: None, curves }
}

/// A convex falling front with a vertex at every budget.
fn falling(fewest: usize, most: usize) -> Vec<(usize, u64)> {
    (fewest..=most).map(|budget| (budget, ((most - budget) as u64).pow(2))).collect()
}

fn text(chart: &Chart) -> String {
    String::from_utf8(svg(chart).unwrap()).unwrap()
}

/// Charts at the edges of what may come in.
fn odd_charts() -> Vec<Chart> {
    let huge = u64::MAX / 2;
    let long = "name ".repeat(10_000);
    let curves = [
        curve("", &[(0, 0)], None, 0),
        curve("one vertex", &[(7, 12)], None, 60),
        curve("nothing open", &[(1, 0), (9, 0)], None, 4),
        curve("all there is", &[(1, huge), (65_536, 0)], Some((1, huge)), 65_536),
        curve("straight down", &[(1, huge), (2, 0)], None, 1),
        curve("far away", &[(65_535, 3), (65_536, 0)], None, 1),
        curve("no quota", &falling(3, 9), Some((4, 25)), usize::MAX),
        curve("many vertices", &falling(1, 65_536), Some((9_000, 1)), 60),
        curve("no such budgets", &[(usize::MAX - 1, 1), (usize::MAX, 0)], None, 0),
        curve("rising and out of order", &[(5, 1), (2, u64::MAX), (5, 0)], Some((0, 7)), 3),
        stairs("one step", &[(12, 70, true)], 60),
        stairs("steps", &FEW_STEPS, 60),
        stairs("far steps", &[(12, huge, true), (900_000, 1, false), (999_999, 0, true)], 60),
        stairs("many steps", &many_steps(20_000), 600),
        Curve { vertices: vec![(3, 7)], ..stairs("bound elsewhere", &FEW_STEPS, 3) },
        Curve { knee: None, ..stairs("out of order", &[(9, 1, true), (2, u64::MAX, false)], 5) },
        curve(&long, &falling(1, 4), None, 2),
        curve("端口 🚪 \u{202E}\u{0}\n\u{FFFF}", &falling(1, 4), None, 3),
    ];
    let mut charts: Vec<Chart> = curves.iter().map(|curve| chart(vec![curve.clone()])).collect();
    charts.extend([2, 3, 4, 12].map(|n| chart(curves[curves.len() - n..].to_vec())));
    charts.push(chart(curves.iter().cycle().take(MOST_CURVES + 1).cloned().collect()));
    charts.push(Chart { title: long.clone(), y_label: long, ..charts[1].clone() });
    charts.push(Chart { title: String::new(), y_label: String::new(), ..charts[6].clone() });
    let all = charts.clone();
    for up_to in [0, 1, 5, usize::MAX] {
        charts.extend(all.iter().map(|chart| Chart { up_to: Some(up_to), ..chart.clone() }));
    }
    charts
}

#[test]
fn odd_charts_are_drawn() {
    for chart in odd_charts() {
        let text = text(&chart);
        assert!(text.ends_with("</svg>\n"), "{chart:?}");
        assert!(!text.contains("NaN") && !text.contains("inf\""), "{chart:?}");
        assert!(!text.contains(['\0', '\u{FFFF}', '\u{202E}']), "{chart:?}");
    }
}

#[test]
fn charts_without_a_curve_or_vertices_are_errors() {
    assert_eq!(svg(&chart(Vec::new())), Err(ChartError::NoCurves));
    let empty = curve("x", &[], None, 60);
    assert_eq!(svg(&chart(vec![empty])), Err(ChartError::NoVertices("x".to_owned())));
    let empty = Curve { steps: Some(Vec::new()), ..curve("x", &[(1, 0)], None, 60) };
    assert_eq!(svg(&chart(vec![empty])), Err(ChartError::NoVertices("x".to_owned())));
}

#[test]
fn names_are_escaped() {
    let name = r#"<script a='1'>&"x"</script>"#;
    let curves: Vec<Curve> = (0..5).map(|_| curve(name, &falling(1, 9), None, 3)).collect();
    for n_curves in [1, 2, 5] {
        let chart = chart(curves[..n_curves].to_vec());
        let text = text(&Chart { title: name.to_owned(), y_label: name.to_owned(), ..chart });
        assert!(!text.contains("<script"));
        assert!(text.contains("&lt;script a=&apos;1&apos;&gt;"));
        let entities = ["&lt;", "&gt;", "&amp;", "&quot;", "&apos;"];
        let mut ampersands = text.match_indices('&').map(|(at, _)| &text[at..]);
        assert!(ampersands.all(|rest| entities.iter().any(|entity| rest.starts_with(entity))));
    }
}

#[test]
fn long_names_end_in_an_ellipsis() {
    let name = "eni-0a1b2c3d4e5f60718-".repeat(20);
    let curves: Vec<Curve> = (0..5).map(|_| curve(&name, &falling(1, 9), None, 3)).collect();
    for n_curves in [1, 2, 5] {
        let text = text(&chart(curves[..n_curves].to_vec()));
        assert!(text.contains("eni-0a1b2c3d4e5f6") && text.contains('…'));
        assert!(!text.contains(&name));
    }
}

#[test]
fn bytes_depend_on_the_chart_alone() {
    let curves: Vec<Curve> =
        (1..9).map(|i| curve("x", &falling(i, 9 * i), Some((2 * i, 3)), 3)).collect();
    for n_curves in [1, 4, 8] {
        let chart = chart(curves[..n_curves].to_vec());
        assert_eq!(svg(&chart), svg(&chart.clone()));
    }
    assert!(png(&chart(curves[..1].to_vec())) == png(&chart(curves[..1].to_vec())));
}

#[test]
fn captions_tell_what_is_not_shown() {
    let cut = chart(vec![curve("x", &falling(1, 1_812), None, 60)]);
    assert!(text(&cut).contains("Shown up to 240 of 1,812 rules."));
    let whole = chart(vec![curve("x", &falling(1, 240), None, 60)]);
    assert!(!text(&whole).contains("Shown up to"));
    let asked = Chart { up_to: Some(100), note: "No used port: eni-9.".to_owned(), ..whole };
    assert!(text(&asked).contains("Shown up to 100 of 240 rules."));
    assert!(text(&asked).contains("No used port: eni-9."));
    let curves = (0..MOST_CURVES + 3).map(|_| curve("x", &falling(1, 9), None, 3)).collect();
    assert!(text(&chart(curves)).contains("3 more curves are not shown."));
}

#[test]
fn labels_tell_the_costs() {
    let front = [(1, 9_801), (100, 0)];
    let text_at = |budget| text(&chart(vec![curve("x", &front, Some((1, 9_801)), budget)]));
    assert!(text_at(60).contains("quota: 60 rules, 3,960 open ports"));
    assert!(text_at(60).contains("knee: 1 rule, 9,801 open ports"));
    assert!(text_at(0).contains("quota 0: infeasible, at least 1 rule needed"));
    assert!(text_at(2_000).contains("quota 2,000: 0 open ports →"));
}

#[test]
fn costs_between_vertices_are_on_the_line() {
    let front = curve("x", &[(2, 100), (4, 40), (10, 10)], None, 0);
    let costs = [1, 2, 3, 4, 6, 10, 11].map(|budget| front.cost(budget));
    let expected = [None, Some(100), Some(70), Some(40), Some(30), Some(10), Some(10)];
    assert_eq!(costs, expected);
    assert_eq!(front.line_to(3.0), [(2.0, 100.0), (3.0, 70.0)]);
    assert_eq!(front.line_to(12.0).last(), Some(&(12.0, 10.0)));
    assert_eq!(front.line_to(1.0), []);
}

#[test]
fn costs_of_a_staircase_stay_until_they_fall() {
    let front = stairs("x", &FEW_STEPS, 30);
    let costs = [11, 12, 19, 20, 24, 25, 39, 40, 41].map(|budget| front.cost(budget));
    let expected = [9_000, 9_000, 4_000, 4_000, 3_500, 3_500, 0, 0].map(Some);
    assert_eq!((costs[0], &costs[1..]), (None, &expected[..]));
    let to_the_fall = [(12.0, 9_000.0), (20.0, 9_000.0), (20.0, 4_000.0), (24.0, 4_000.0)];
    assert_eq!(front.line_to(24.0), to_the_fall);
    assert_eq!(front.line_to(50.0)[6..], [(40.0, 0.0), (50.0, 0.0)]);
    assert_eq!(front.bound_to(30.0), [(12.0, 9_000.0), (20.0, 4_000.0), (30.0, 2_000.0)]);
    assert_eq!(curve("x", &[(1, 9), (4, 0)], None, 3).bound_to(3.0), []);
}

#[test]
fn a_bound_is_never_above_its_staircase() {
    let steps = [(4, 90, true), (7, 61, false), (10, 30, true), (22, 25, false), (40, 0, true)];
    let front = stairs("x", &steps, 9);
    let bound = Curve { steps: None, ..front.clone() };
    assert!((0..50).all(|budget| bound.cost(budget) <= front.cost(budget)));
}

#[test]
fn charts_of_units_say_so() {
    let text_at = |budget| text(&chart(vec![stairs("x", &FEW_STEPS, budget)]));
    assert!(text_at(30).contains("budget (units)") && !text_at(30).contains("rule"));
    assert!(text_at(30).contains("quota: 30 units, 3,500 open ports"));
    assert!(text_at(30).contains("knee: 20 units, 4,000 open ports"));
    assert!(text_at(3).contains("quota 3: infeasible, at least 12 units needed"));
    assert!(text_at(9).contains("Shown up to 36 of 40 units."));
    let panels = text(&chart(vec![stairs("x", &FEW_STEPS, 9); 5]));
    assert!(panels.contains("numbers: units → open ports") && panels.contains("budget (units)"));
    assert!(panels.contains("quota 9: infeasible (at least 12 units)"));
    assert!(panels.contains("shown up to 36 of 40 units"));
}

#[test]
fn bounds_are_explained_where_there_are_some() {
    let plain = curve("x", &falling(1, 12), None, 3);
    let [few, many] = [FEW_STEPS.to_vec(), many_steps(90)].map(|steps| stairs("x", &steps, 300));
    for n_curves in [1, 3, 5] {
        let with = |curve: &Curve| {
            let mut curves = vec![plain.clone(); n_curves];
            curves[0] = curve.clone();
            text(&chart(curves))
        };
        assert!(!with(&plain).contains("bound") && with(&plain).contains("budget (rules)"));
        assert_eq!(with(&few).matches("convex bound").count(), 1 + usize::from(n_curves > 1));
        assert!(with(&few).contains("hollow ones above") && !with(&few).contains("told apart"));
        assert!(with(&many).contains("told apart") && !with(&many).contains("hollow"));
    }
}

#[test]
fn steps_have_markers_unless_they_are_many() {
    let supported = |steps: &[(usize, u64, bool)]| -> Vec<bool> {
        stairs("x", steps, 60).marks(1e6).iter().map(|mark| mark.supported).collect()
    };
    assert_eq!(supported(&FEW_STEPS), [true, true, false, true]);
    assert_eq!(supported(&many_steps(39)).len(), 40);
    assert!(supported(&many_steps(40)).is_empty());
    // Then those on the bound are dots in the line.
    let many = many_steps(90);
    let on_bound = many.iter().filter(|step| step.2).map(|&(budget, cost, _)| (budget, cost));
    assert_eq!(stairs("x", &many, 60).dots(1e6), on_bound.collect::<Vec<_>>());
    assert!(stairs("x", &FEW_STEPS, 60).dots(1e6).is_empty());
    // Only those in view count.
    assert_eq!(stairs("x", &many_steps(90), 60).marks(9.0).len(), 2);
}

#[test]
fn a_png_is_twice_the_page() {
    let file = png(&chart(vec![curve("x", &falling(1, 30), Some((9, 441)), 12)])).unwrap();
    assert!(file.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert_eq!(file[16..24], [0, 0, 7, 128, 0, 0, 4, 176]);
    assert!(file.ends_with(b"IEND\xAE\x42\x60\x82"));
}

#[test]
fn odd_charts_are_rasterized() {
    for chart in odd_charts().iter().step_by(3).take(5) {
        assert!(png(chart).is_ok(), "{chart:?}");
    }
}

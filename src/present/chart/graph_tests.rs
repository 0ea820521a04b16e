use super::*;

fn steps(name: &str, steps: &[(f64, f64)]) -> Series {
    let marks = Marks::Steps(steps.to_vec());
    Series { name: name.to_owned(), fact: String::new(), marks }
}

fn points(name: &str, points: &[(f64, f64)], line: Option<[(f64, f64); 2]>) -> Series {
    let marks = Marks::Points { points: points.to_vec(), line };
    Series { name: name.to_owned(), fact: "no fit".to_owned(), marks }
}

fn graph(series: Vec<Series>) -> Graph {
    let [title, x_label, y_label, caption] = ["Title", "x", "y", "Caption."].map(str::to_owned);
    Graph { title, x_label, y_label, caption, series }
}

fn text(graph: &Graph) -> String {
    String::from_utf8(graph_svg(graph).unwrap()).unwrap()
}

/// Graphs at the edges of what may come in.
fn odd_graphs() -> Vec<Graph> {
    let long = "name ".repeat(10_000);
    let many: Vec<(f64, f64)> =
        (1..5_000).map(|i| (f64::from(i), f64::from(i % 97) + 0.5)).collect();
    let mut graphs: Vec<Graph> = [
        steps("never", &[]),
        steps("at once", &[(1.0, 1.0)]),
        steps("late", &[(1e12, 0.1), (1e13, 0.2)]),
        steps("endless", &[(1.0, 0.5), (f64::INFINITY, 1.0)]),
        steps(&long, &[(1.0, 0.25), (3.0, 0.5)]),
        points("none", &[], None),
        points("one", &[(7.0, 0.001)], None),
        points("all alike", &[(7.0, 3.0), (7.0, 3.0)], Some([(7.0, 3.0), (7.0, 3.0)])),
        points("far", &[(1.0, 1e-300), (1e300, 1e300)], Some([(1.0, 1.0), (1e300, 2.0)])),
        points("line outside", &[(1.0, 1.0), (2.0, 2.0)], Some([(1e-9, 1e9), (1e9, f64::NAN)])),
        points("端口 🚪 \u{202E}\u{0}\n\u{FFFF}", &many, None),
    ]
    .into_iter()
    .map(|series| graph(vec![series]))
    .collect();
    let all: Vec<Series> = graphs.iter().flat_map(|graph| graph.series.clone()).collect();
    graphs.push(graph(all[..5].to_vec()));
    graphs.push(graph(all[5..].to_vec()));
    graphs.push(Graph { title: long.clone(), x_label: long.clone(), ..graphs[1].clone() });
    graphs.push(Graph { y_label: long.clone(), caption: long, ..graphs[6].clone() });
    graphs
}

#[test]
fn odd_graphs_are_drawn_and_the_same_each_time() {
    for graph in odd_graphs() {
        let svg = text(&graph);
        assert!(svg.starts_with("<svg width=\"960\" height=\"560\""), "{}", &svg[..80]);
        assert!(svg.trim_end().ends_with("</svg>"));
        assert!(!svg.contains("NaN") && !svg.contains('\u{202E}') && !svg.contains('\0'));
        assert_eq!(svg, text(&graph));
    }
    for graph in odd_graphs().iter().take(3) {
        assert!(graph_png(graph).unwrap().starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}

#[test]
fn what_does_not_fit_is_counted() {
    let names: Vec<String> = (0..MOST_SERIES + 2).map(|i| format!("solver {i}.")).collect();
    let series = |n: usize| names[..n].iter().map(|name| steps(name, &[(1.0, 0.5)])).collect();
    let all = text(&graph(series(MOST_SERIES)));
    assert!(names[..MOST_SERIES].iter().all(|name| all.contains(name)));
    assert!(!all.contains("not shown"));
    assert!(text(&graph(series(MOST_SERIES + 1))).contains("One more is not shown."));
    let two = text(&graph(series(MOST_SERIES + 2)));
    assert!(two.contains("2 more are not shown.") && !two.contains(&names[MOST_SERIES]));
}

#[test]
fn long_names_that_differ_at_the_end_or_in_the_middle_are_told_apart() {
    let name = |commit: &str, end: &str| {
        let machine = "some processor of a long name and number ".repeat(3);
        format!("price (rangecover 0.1.0, {machine}{commit} {machine}{end})")
    };
    for names in [[name("a", "linux"), name("a", "macos")], [name("a", "x"), name("b", "x")]] {
        let svg = text(&graph(names.iter().map(|name| steps(name, &[(1.0, 0.5)])).collect()));
        let apart = svg.contains("linux)") && svg.contains("macos)");
        let numbered = svg.contains("1: price") && svg.contains("2: price");
        assert!(apart || numbered, "{svg}");
    }
}

#[test]
fn no_series_is_no_graph() {
    assert_eq!(graph_svg(&graph(Vec::new())), Err(ChartError::NoCurves));
}

#[test]
fn names_are_text_and_no_markup() {
    let svg = text(&graph(vec![steps("<script>\"&'", &[(1.0, 1.0)])]));
    assert!(!svg.contains("<script"), "{svg}");
}

#[test]
fn shares_rise_to_the_right_and_ratios_are_by_powers_of_ten() {
    // The corners of the line of the steps: 0.5 at 1, 1 at 100, then on to the end.
    let svg = text(&graph(vec![steps("s", &[(1.0, 0.5), (100.0, 1.0)])]));
    let line = svg.lines().find(|line| line.contains("#0072B2") && line.contains("points=\""));
    let line = line.expect("the first series is blue");
    let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
    let corners: Vec<(f64, f64)> = points
        .split_whitespace()
        .map(|corner| {
            let (x, y) = corner.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect();
    let [start, foot, head, end] = corners[..] else { panic!("{corners:?}") };
    assert!(start.0 < foot.0 && (start.1 - foot.1).abs() < 1.0, "{corners:?}");
    assert!((foot.0 - head.0).abs() < 1.0 && head.1 < foot.1, "{corners:?}");
    assert!(end.0 > head.0 && (end.1 - head.1).abs() < 1.0, "{corners:?}");
}

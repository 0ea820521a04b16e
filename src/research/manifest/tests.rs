use super::*;
use crate::problem::certificate::Certificate;
use crate::problem::cover::Cover;
use crate::problem::instance::Budget;
use crate::solve::answer::Answer;
use crate::verify::Facts;

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn with(cells: &str) -> Result<Vec<DataSet>, String> {
    let text = format!("{}\n{cells},{EMPTY}\n", COLUMNS.join(","));
    parse(&text).map_err(|error| error.to_string())
}

#[test]
fn a_row_is_read_whatever_the_order_of_the_columns() {
    let row = "four,published,ports/four.txt,,--max-rules 1  --max-hole 3,4,4,1,optimal,6,6,price";
    let sets = with(row).unwrap();
    let reversed = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let text =
        format!("{}\n{}\n", reversed(&COLUMNS.join(",")), reversed(&format!("{row},{EMPTY}")));
    assert_eq!(parse(&text).unwrap(), sets);
    let [set] = &sets[..] else { panic!("{sets:?}") };
    assert_eq!((set.line, &*set.name, &*set.family), (2, "four", "published"));
    assert_eq!(set.origin, Origin::Input("ports/four.txt".to_owned()));
    assert_eq!(set.flags, ["--max-rules", "1", "--max-hole", "3"]);
    assert_eq!(set.known, Known::Cover { value: 6, bound: 6 });
    assert_eq!(set.digest, Digest::of(b""));
    let generated = with("a,b,,rangecover generate uniform --seed 3,,4,4,1,infeasible,,,").unwrap();
    let args = ["uniform", "--seed", "3"].map(str::to_owned).to_vec();
    assert_eq!(generated[0].origin, Origin::Generate(args));
    assert_eq!(generated[0].known, Known::Infeasible);
}

#[test]
fn a_wrong_row_is_named_by_its_line() {
    for (row, message) in [
        ("a b,f,x,,,1,1,1,optimal,0,0,price", "2: 'a b' is no name; use letters, digits and -"),
        ("a,f,,,,1,1,1,optimal,0,0,price", "2: neither input nor generate is given"),
        ("a,f,x,rangecover generate uniform,,1,1,1,optimal,0,0,", "2: both input and generate"),
        ("a,f,../x,,,1,1,1,optimal,0,0,price", "2: input '../x' is not below the folder"),
        ("a,f,/x,,,1,1,1,optimal,0,0,price", "2: input '/x' is not below the folder"),
        ("a,f,,rm -rf x,,1,1,1,optimal,0,0,price", "2: 'rm -rf x' is no generator"),
        ("a,f,x,,,1,-1,1,optimal,0,0,price", "2: n_runs '-1' is not a whole number"),
        ("a,f,x,,,1,1,1,best,0,0,price", "2: 'best' is no outcome; use optimal"),
        (
            "a,f,x,,,1,1,1,optimal,3,2,price",
            "2: the outcome is optimal, and value 3 is not bound 2",
        ),
        (
            "a,f,x,,,1,1,1,feasible,3,3,price",
            "2: the outcome is feasible, and value 3 is not above",
        ),
        ("a,f,x,,,1,1,1,infeasible,3,,price", "2: the outcome is infeasible, so value and bound"),
        ("a,f,x,,,1,1,1,optimal,,0,price", "2: value '' is not a whole number"),
        ("a,f,x,,,1,1,1,optimal,0,0", "2: 12 cells, the header has 13"),
    ] {
        let error = with(row).unwrap_err();
        assert!(error.starts_with(message), "{error}");
    }
    let row = "a,f,x,,,1,1,1,optimal,0,0,price";
    let twice = with(&format!("{row},{EMPTY}\n{row}")).unwrap_err();
    assert_eq!(twice, "3: 'a' is the name of line 2 too; choose another");
    let header = COLUMNS.join(",");
    for (header, message) in [
        (format!("{header},author"), "1: 'author' is no column of a manifest; there are name, "),
        (header.replace(",bound", ""), "1: column 'bound' is missing"),
        (format!("{header},name"), "1: column 'name' stands twice"),
    ] {
        let error = parse(&format!("{header}\n")).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let text = format!("{}\n{row},{}\n", COLUMNS.join(","), EMPTY.to_uppercase());
    assert!(parse(&text).unwrap_err().to_string().contains("is not 64 digits"));
}

fn found(cost: u64, bound: u64) -> Answer {
    let facts = Facts { n_rules: 1, units: Budget::from(1), open_ports: cost, cost };
    let (cover, certificate) = (Cover { groups: Vec::new() }, Certificate::default());
    Answer::Feasible { cover, facts, bound, certificate }
}

#[test]
fn an_answer_may_be_worse_than_what_is_known_and_not_better() {
    let set =
        |known| DataSet { known, ..with("a,f,x,,,1,1,1,optimal,0,0,price").unwrap().remove(0) };
    let is_open = set(Known::Cover { value: 9, bound: 7 });
    for (cost, bound) in [(9, 7), (9, 9), (12, 3)] {
        assert_eq!(is_open.check_answer(&found(cost, bound)), Ok(()));
    }
    assert_eq!(is_open.check_answer(&Answer::Unknown), Ok(()));
    for (answer, expected) in [
        (found(8, 7), Contradiction::Beaten { cost: 8, value: 9 }),
        (found(6, 6), Contradiction::BelowBound { cost: 6, bound: 7 }),
        (found(12, 10), Contradiction::AboveValue { bound: 10, value: 9 }),
    ] {
        assert_eq!(is_open.check_answer(&answer), Err(expected));
    }
    let is_none = set(Known::Infeasible);
    assert_eq!(is_none.check_answer(&found(5, 0)), Err(Contradiction::Feasible { cost: 5 }));
    assert_eq!(is_none.check_answer(&Answer::Unknown), Ok(()));
}

#[test]
fn a_checksum_of_several_files_tells_where_each_ends() {
    let digests = |files: &[&[u8]]| files.iter().map(|file| Digest::of(file)).collect::<Vec<_>>();
    let of = |files: &[&[u8]]| Digest::of_all(&digests(files));
    assert_eq!(of(&[b"ab"]), Digest::of(b"ab"));
    assert_ne!(of(&[b"a", b"b"]), of(&[b"ab"]));
    assert_ne!(of(&[b"a", b"b"]), of(&[b"", b"ab"]));
    assert_eq!(Digest::of(b"").to_string(), EMPTY);
    assert_eq!(EMPTY.parse(), Ok(Digest::of(b"")));
}

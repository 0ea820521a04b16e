//! What is wrong with files of zones, and on which line.

use rangecover::problem::zones::Zones;

use super::zones;

/// A file with one zone, whose name is on line 1.
fn one(lines: &str) -> String {
    format!("[zones.a]\n{lines}")
}

/// Texts, the line of what is wrong with each, and the message.
fn check_errors(cases: &[(String, usize, &str)]) {
    for (text, line, message) in cases {
        let error = Zones::parse(text).expect_err(text);
        assert_eq!(error.to_string(), format!("{line}: {message}"), "{text}");
    }
}

#[test]
fn what_is_wrong_with_the_file_has_its_line() {
    let no_zones = "no zones; write [zones.office] and cidrs = [\"203.0.113.0/24\"] below it, \
                    for example";
    let keys = "a zone has cidrs, addresses, any, prefix_list, max_entries, units, family, \
                security_group, weight";
    let name = "is not a name for a zone; use 1 to 64 letters, digits, '-' and '_', with a letter \
                or digit first";
    let long = "a".repeat(65);
    let shown = "a".repeat(60);
    check_errors(&[
        (String::new(), 1, no_zones),
        ("# none\n[zones]\n".into(), 1, no_zones),
        (
            "[zones.a]\nany = true\n[zoned.b]".into(),
            3,
            "unknown key 'zoned'; a file of zones has tables such as [zones.office] only",
        ),
        ("zones = 1".into(), 1, "'zones' takes a table"),
        ("[zones]\n\na = 1".into(), 3, "'a' takes a table"),
        ("[[zones.a]]\nany = true".into(), 1, "'a' takes a table"),
        (one("any = true\nwieght = 1"), 3, &format!("unknown key 'wieght'; {keys}")),
        (one("any = true\n\"\\u001b[2J\" = 1"), 3, &format!("unknown key '\\u{{1b}}[2J'; {keys}")),
        (one("[zones.a.b]\nany = true"), 2, &format!("unknown key 'b'; {keys}")),
        (one("any = true\n[zones.a]"), 3, "duplicate key"),
        (one("any = true\nany = true"), 3, "duplicate key"),
        ("[zones.\"a b\"]\nany = true".into(), 1, &format!("'a b' {name}")),
        ("\n[zones.-a]\nany = true".into(), 2, &format!("'-a' {name}")),
        ("[zones.\"\"]\nany = true".into(), 1, &format!("'' {name}")),
        (format!("[zones.{long}]\nany = true"), 1, &format!("'{shown}…' {name}")),
        ("[zones.\"ä\"]\nany = true".into(), 1, &format!("'ä' {name}")),
    ]);
    for text in ["[zones.a]\ncidrs = [", "[zones.a]\r\n= 1", "[zones.a]\ncidrs = \"x"] {
        let error = Zones::parse(text).unwrap_err().to_string();
        assert!(error.starts_with("2: "), "{error}");
    }
    let deep = format!("[zones.a]\ncidrs = {}", "[".repeat(100_000));
    assert!(Zones::parse(&deep).unwrap_err().to_string().starts_with("2: "));
    let zone = |i: u32| format!("[zones.z{i}]\ncidrs = ['10.0.{}.{}/32']\n", i / 256, i % 256);
    let many = (0..1_001).map(zone).collect::<Vec<_>>().concat();
    check_errors(&[(many, 2_001, "1001 zones; the most is 1000")]);
}

#[test]
fn what_is_wrong_with_cidrs_has_its_line() {
    let too_many = |count: u32| {
        let cidrs: Vec<_> =
            (0..count).map(|i| format!("'10.0.{}.{}/32'", i / 256, i % 256)).collect();
        one(&format!("weight = 1\ncidrs = [{}]", cidrs.join(",")))
    };
    let (most, over) = (too_many(1_000), too_many(1_001));
    zones(&most);
    check_errors(&[
        (
            one("cidrs = [\n  '10.0.0.0/8',\n  'x',\n]"),
            4,
            "'x' is not a CIDR; write 203.0.113.0/24 or 2001:db8::/32, for example",
        ),
        (
            one("cidrs = [\n  '10.0.0.0/8',\n  '192.168.7.1/16']"),
            4,
            "192.168.7.1/16 has bits set after its prefix; AWS would store 192.168.0.0/16: write \
             that",
        ),
        (
            one("cidrs = ['10.0.0.1']"),
            2,
            "'10.0.0.1' has no prefix length; write 10.0.0.1/32 for this address alone",
        ),
        (
            one("cidrs = ['10.0.0.0/8',\n'10.0.0.0/8']"),
            3,
            "10.0.0.0/8 is in this zone twice; AWS takes it only once",
        ),
        (one("weight = 1\ncidrs = []"), 3, "the zone has no CIDRs; give it one at least"),
        (one("cidrs = [\n1]"), 3, "'cidrs' takes a list of strings"),
        (one("cidrs = '10.0.0.0/8'"), 2, "'cidrs' takes a list of strings"),
        (
            over,
            3,
            "1001 ipv4 CIDRs; a network interface can have at most 1000 rules: merge some, or \
             make several zones of them",
        ),
        (
            one("security_group = 'sg-01234567'\naddresses = [\n'10.0.0.0/8']"),
            4,
            "'10.0.0.0/8' is not an address; write 10.0.1.7 or 2001:db8::7, for example, or use \
             cidrs",
        ),
        (
            one("addresses = ['10.0.0.1']"),
            2,
            "'addresses' is for a security group only; write cidrs = [\"10.0.1.7/32\"], for \
             example",
        ),
    ]);
}

#[test]
fn what_is_wrong_with_a_source_has_its_line() {
    let no_source =
        "the zone has no source; give it cidrs, prefix_list, security_group or any = true";
    let two =
        |a, b| format!("a zone is one source, and this has '{a}' and '{b}'; make two zones of it");
    let list = "prefix_list = 'pl-01234567'";
    let size = |key, value| {
        format!("'{key}' is {value}; it is 1 to 1000, the most rules on a network interface")
    };
    let bad_list = "is not the id of a prefix list, pl- and 8 or 17 hexadecimal digits; write \
                    pl-0123456789abcdef0";
    let bad_group = "is not the id of a security group, sg- and 8 or 17 hexadecimal digits; write \
                     sg-0123456789abcdef0 or 123456789012/sg-0123456789abcdef0";
    check_errors(&[
        (one(""), 1, no_source),
        (one("weight = 3"), 1, no_source),
        (one("any = false"), 2, "'any' is true or is left out"),
        (one("any = 1"), 2, "'any' takes true"),
        (one("any = true\ncidrs = ['10.0.0.0/8']"), 3, &two("any", "cidrs")),
        (
            one(&format!("security_group = 'sg-01234567'\n{list}")),
            2,
            &two("prefix_list", "security_group"),
        ),
        (
            one(list),
            2,
            "a prefix list needs its size: max_entries for one of your own, units (its weight) \
             for one of AWS",
        ),
        (
            one(&format!("{list}\nmax_entries = 1\nunits = 1")),
            4,
            "a prefix list is your own, with max_entries, or one of AWS, with units: not both",
        ),
        (one(&format!("{list}\nmax_entries = 0")), 3, &size("max_entries", "0")),
        (one(&format!("{list}\nunits = 1001")), 3, &size("units", "1001")),
        (one(&format!("{list}\nunits = -1")), 3, &size("units", "-1")),
        (
            one(&format!("{list}\nmax_entries = 1\ncidrs = ['10.0.0.0/8', '11.0.0.0/8']")),
            3,
            "2 CIDRs, but max_entries is 1",
        ),
        (
            one(&format!("{list}\nmax_entries = 9\ncidrs = ['10.0.0.0/8',\n'2001:db8::/32']")),
            5,
            "2001:db8::/32 is not ipv4, as this prefix list is: one of your own has one family",
        ),
        (
            one(&format!("{list}\nmax_entries = 9\nfamily = 'ipv6'\ncidrs = ['10.0.0.0/8']")),
            5,
            "10.0.0.0/8 is not ipv6, as this prefix list is: one of your own has one family",
        ),
        (
            one(&format!("{list}\nmax_entries = 9\nfamily = 'v6'")),
            4,
            "'v6' is not a family; write ipv4 or ipv6",
        ),
        (
            one(&format!("{list}\nunits = 9\nfamily = 'ipv6'")),
            4,
            "'family' is for a prefix list with max_entries only",
        ),
        (
            one(&format!("max_entries = 9\n{list}")),
            3,
            "nothing tells which addresses of the logs pl-01234567 stands for; list them as \
             cidrs, or state its family",
        ),
        (
            one(&format!("units = 9\n{list}\ncidrs = []")),
            3,
            "nothing tells which addresses of the logs pl-01234567 stands for; list them as cidrs",
        ),
        (
            one("security_group = 'sg-01234567'"),
            2,
            "nothing tells which addresses of the logs sg-01234567 stands for; list them as \
             addresses or cidrs",
        ),
        (one("any = true\nmax_entries = 9"), 3, "'max_entries' is for a prefix list only"),
        (one("cidrs = ['10.0.0.0/8']\nunits = 9"), 3, "'units' is for a prefix list only"),
        (one("prefix_list = 'pl-0123456'\nunits = 1"), 2, &format!("'pl-0123456' {bad_list}")),
        (one("prefix_list = 'sg-01234567'\nunits = 1"), 2, &format!("'sg-01234567' {bad_list}")),
        (one("security_group = 'sg-0123456G'"), 2, &format!("'sg-0123456G' {bad_group}")),
        (one("security_group = '1/sg-01234567'"), 2, &format!("'1/sg-01234567' {bad_group}")),
    ]);
}

#[test]
fn what_is_wrong_with_weights_has_its_line() {
    let weight = |value| format!("'weight' is {value}; it is a whole number from 0 to 1000000");
    let whole = "'weight' takes a small whole number";
    check_errors(&[
        (one("any = true\nweight = -1"), 3, &weight("-1")),
        (one("any = true\nweight = 1_000_001"), 3, &weight("1000001")),
        (one("any = true\nweight = 1.5"), 3, whole),
        (one("any = true\nweight = '1'"), 3, whole),
        (one("any = true\nweight = 99999999999999999999"), 3, whole),
    ]);
    let weights = [("0", 0), ("1_000_000", 1_000_000), ("0xff", 255)];
    for (text, weight) in weights {
        assert_eq!(zones(&one(&format!("any = true\nweight = {text}"))).all()[0].weight(), weight);
    }
}

#[test]
fn zones_that_do_not_nest_are_named_with_the_later_line() {
    let pair = |a: &str, b: &str| format!("[zones.a]\n{a}\n[zones.b]\n{b}\n");
    check_errors(&[
        (
            pair("any = true", "any = true"),
            4,
            "zones 'a' and 'b' are both any; make one zone of them",
        ),
        (
            pair("cidrs = ['10.0.0.0/9', '10.128.0.0/9']", "cidrs = ['10.0.0.0/8']"),
            3,
            "zones 'a' and 'b' have the same ipv4 addresses; make one of them",
        ),
        (
            pair("cidrs = ['0.0.0.0/0']", "any = true"),
            3,
            "zones 'a' and 'b' have the same ipv4 addresses; make one of them",
        ),
        (
            pair(
                "cidrs = ['10.0.0.0/8', '172.16.0.0/12']",
                "cidrs = [\n'192.168.0.0/16',\n'10.1.0.0/16']",
            ),
            6,
            "zones 'a' (10.0.0.0/8) and 'b' (10.1.0.0/16) share addresses, but neither contains \
             the other: give one all ipv4 addresses of the other, or none",
        ),
        (
            pair(
                "cidrs = ['2001:db8:1::/48', '2001:db8:2::/48']",
                "security_group = 'sg-01234567'\ncidrs = ['10.0.0.0/8']\naddresses = [\
                 '2001:db8:3::1',\n'2001:db8:1::1']",
            ),
            7,
            "zones 'a' (2001:db8:1::/48) and 'b' (2001:db8:1::1/128) share addresses, but neither \
             contains the other: give one all ipv6 addresses of the other, or none",
        ),
        (
            pair(
                "security_group = 'sg-01234567'\naddresses = ['10.0.0.1']",
                "security_group = 'sg-01234567'\naddresses = ['10.0.0.2']",
            ),
            5,
            "zones 'a' and 'b' are both sg-01234567; make one zone of them",
        ),
    ]);
}

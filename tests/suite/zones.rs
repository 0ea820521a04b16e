//! Files of zones.

mod errors;
mod laws;

use std::net::IpAddr;

use rangecover::problem::zones::{Family, Kind, Origin, Quota, Zones};

const EXAMPLE: &str = r#"
[zones.office]
cidrs = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48"]
weight = 2

[zones.partners]
prefix_list = "pl-0123456789abcdef0"
max_entries = 20
cidrs = ["192.0.2.0/24"]

[zones.cdn]
prefix_list = "pl-3b927c52"
units = 55
cidrs = ["120.52.22.96/27", "2600:9000::/28"]

[zones.app]
security_group = "123456789012/sg-0123456789abcdef0"
addresses = ["10.0.1.7"]
cidrs = ["10.0.2.0/28"]

[zones.backup]
prefix_list = "pl-00000000"
max_entries = 5
family = "ipv6"

[zones.private]
cidrs = ["10.0.0.0/8"]

[zones.world]
any = true
weight = 10
"#;

fn zones(text: &str) -> Zones {
    Zones::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn reread(zones: &Zones) -> Zones {
    serde_json::from_str(&serde_json::to_string(zones).unwrap()).unwrap()
}

#[test]
fn every_kind_is_read_in_order_of_the_file() {
    let zones = zones(EXAMPLE);
    let facts: Vec<_> = zones
        .all()
        .iter()
        .map(|zone| {
            let units = Family::ALL.map(|family| zone.units(zone.quota(family)));
            (zone.name(), zone.quota(Family::Ipv4), units, zone.weight(), zone.networks().len())
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("office", Quota::Ipv4, [2, 1], 2, 3),
            ("partners", Quota::Ipv4, [20, 20], 1, 1),
            ("cdn", Quota::Both, [55, 55], 1, 2),
            ("app", Quota::Both, [1, 1], 1, 2),
            ("backup", Quota::Ipv4, [5, 5], 1, 0),
            ("private", Quota::Ipv4, [1, 1], 1, 1),
            ("world", Quota::Ipv4, [1, 1], 10, 2),
        ]
    );
    let owner = "123456789012/sg-0123456789abcdef0".to_owned();
    assert_eq!(zones.all()[3].kind(), &Kind::SecurityGroup { id: owner });
    let app: Vec<_> = zones.all()[3].networks().iter().map(ToString::to_string).collect();
    assert_eq!(app, ["10.0.2.0/28", "10.0.1.7/32"]);
    assert_eq!(reread(&zones), zones);
}

#[test]
fn an_address_is_of_the_smallest_zone() {
    let zones = zones(EXAMPLE);
    for (text, name, quota) in [
        ("10.0.1.7", "app", Quota::Both),
        ("10.0.1.8", "private", Quota::Ipv4),
        ("10.0.2.15", "app", Quota::Both),
        ("10.0.2.16", "private", Quota::Ipv4),
        ("::ffff:10.0.2.16", "private", Quota::Ipv4),
        ("9.255.255.255", "world", Quota::Ipv4),
        ("0.0.0.0", "world", Quota::Ipv4),
        ("255.255.255.255", "world", Quota::Ipv4),
        ("2001:db8:1::1", "office", Quota::Ipv6),
        ("2001:db8:2::", "world", Quota::Ipv6),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "world", Quota::Ipv6),
    ] {
        let origin = zones.origin(address(text)).unwrap();
        assert_eq!((zones.zone(origin).name(), origin.quota), (name, quota), "{text}");
    }
    assert_eq!(Zones::default().origin(address("10.0.0.1")), None);
}

#[test]
fn outer_zones_let_in_what_is_inside_them() {
    let example = zones(EXAMPLE);
    let outer = |text| example.outer(example.origin(address(text)).unwrap());
    let (private, world) = (5, 6);
    let origin = |zone, quota| Origin { zone, quota };
    let (world4, world6) = (origin(world, Quota::Ipv4), origin(world, Quota::Ipv6));
    assert_eq!(outer("10.0.1.7"), [origin(private, Quota::Ipv4), world4]);
    assert_eq!(outer("10.9.0.0"), [world4]);
    assert_eq!(outer("2001:db8:1::"), [world6]);
    // Of both families: no rule of one quota lets in all of it.
    assert_eq!(outer("120.52.22.96"), []);
    assert_eq!(outer("8.8.8.8"), []);
    assert_eq!(example.outer(origin(99, Quota::Both)), []);
    assert_eq!(example.outer(origin(private, Quota::Ipv6)), []);

    let text = "zones.list = { prefix_list = 'pl-00000000', units = 9, cidrs = ['10.0.0.0/8'] }
                zones.host = { cidrs = ['10.0.0.1/32'] }";
    let listed = zones(text);
    let host = listed.origin(address("10.0.0.1")).unwrap();
    assert_eq!(listed.outer(host), [origin(0, Quota::Both)]);
}

#[test]
fn hints_say_what_would_be_fewer() {
    let text = "
[zones.office]
cidrs = ['198.51.100.128/25', '203.0.113.0/24', '198.51.100.0/25']
[zones.held]
cidrs = ['2001:db8::/32', '2001:db8:7::/48']
[zones.quarters]
cidrs = ['10.0.0.0/26', '10.0.0.64/26', '10.0.0.128/26', '10.0.0.192/26']
[zones.many]
cidrs = ['11.0.0.0/9', '11.128.0.0/9', '13.0.0.0/8', '13.1.0.0/16', '13.2.0.0/16', '15.0.0.0/9',
         '15.128.0.0/9', '17.0.0.0/9', '17.128.0.0/9', '255.255.255.254/32', '255.255.255.255/32']
[zones.fine]
cidrs = ['20.0.0.128/25', '20.0.1.0/25']
[zones.list]
prefix_list = 'pl-01234567'
max_entries = 2
cidrs = ['30.0.0.0/9', '30.128.0.0/9']
";
    let zones = zones(text);
    let hints: Vec<String> = zones.hints().iter().map(ToString::to_string).collect();
    assert_eq!(
        hints,
        [
            "2: office: 198.51.100.0/25 and 198.51.100.128/25 are 198.51.100.0/24: one unit less \
             for each rule",
            "4: held: 2001:db8::/32 contains 2001:db8:7::/48: one unit less for each rule",
            "6: quarters: 4 CIDRs are 10.0.0.0/24: 3 units less for each rule",
            "8: many: 11 ipv4 CIDRs could be 5 (11.0.0.0/9 and 11.128.0.0/9 are 11.0.0.0/8; \
             13.0.0.0/8 contains 2 others; 15.0.0.0/9 and 15.128.0.0/9 are 15.0.0.0/8; …): \
             6 units less for each rule",
        ]
    );
    assert_eq!(zones.hints()[3].saved(), 6);
    let unplaced = &reread(&zones).hints()[0];
    assert!(unplaced.line.is_none() && unplaced.to_string().starts_with("office: 198"));
}

#[test]
fn a_zone_of_every_address_is_added_where_there_is_none() {
    let world = zones(EXAMPLE);
    assert_eq!(world.with_any(), world);
    let private = zones("[zones.any]\ncidrs = ['10.0.0.0/8']\n");
    let open = private.with_any();
    assert_eq!(open.all().len(), 2);
    assert_eq!((open.all()[1].name(), open.all()[1].kind()), ("any-2", &Kind::Any));
    assert_eq!(open.origin(address("8.8.8.8")).map(|origin| origin.zone), Some(1));
    assert_eq!(open.with_any(), open);
    assert_eq!(reread(&open), open);
    // All of IPv4 is a zone already, so that another would have the same addresses.
    let half = zones("[zones.v4]\ncidrs = ['0.0.0.0/1', '128.0.0.0/1']\n").with_any();
    assert_eq!(half.all()[1].networks(), ["::/0".parse().unwrap()]);
    assert_eq!(half.all()[1].kind(), &Kind::Cidrs);
    assert_eq!(reread(&half), half);
}

#[test]
fn listed_addresses_are_a_zone_where_no_zone_has_them() {
    let private = zones("[zones.others]\ncidrs = ['10.0.0.0/8']\n");
    let listed = ["8.8.8.8", "2001:db8::1", "10.0.0.1", "::ffff:8.8.8.8", "1.1.1.1"].map(address);
    let with = private.with_listed(&listed);
    let others = &with.all()[1];
    assert_eq!((others.name(), others.kind(), others.weight()), ("others-2", &Kind::Cidrs, 1));
    let cidrs: Vec<String> = others.networks().iter().map(ToString::to_string).collect();
    assert_eq!(cidrs, ["1.1.1.1/32", "8.8.8.8/32", "2001:db8::1/128"]);
    assert_eq!(reread(&with), with);
    assert_eq!(with.with_listed(&listed), with);
    assert_eq!(private.with_listed(&[]), private);
    assert_eq!(private.with_listed(&listed[2..3]), private);
    // More than rules can be: no file may say so, but an answer is read back.
    let many: Vec<IpAddr> =
        (0..2_000_u32).map(|i| std::net::Ipv4Addr::from_bits(0x0b00_0000 + 2 * i).into()).collect();
    let with = private.with_listed(&many).with_any();
    assert_eq!(with.all()[1].networks().len(), 2_000);
    assert_eq!(reread(&with), with);
}

#[test]
fn answers_are_checked_as_files_are() {
    for (json, message) in [
        ("[]", "no zones"),
        (r#"[{"name": "a b", "any": true}]"#, "zone 'a b': 'a b' is not a name"),
        (r#"[{"name": "a", "cidrs": ["x"]}]"#, "zone 'a': 'x' is not a CIDR"),
        (r#"[{"name": "a", "any": true, "wieght": 1}]"#, "unknown field `wieght`"),
        (r#"[{"any": true}]"#, "missing field `name`"),
        (
            r#"[{"name": "a", "any": true}, {"name": "a", "cidrs": ["10.0.0.0/8"]}]"#,
            "zone 'a': two zones are named 'a'",
        ),
        (
            r#"[{"name": "a", "any": true}, {"name": "b", "any": true}]"#,
            "zone 'b': zones 'a' and 'b' are both any",
        ),
    ] {
        let error = serde_json::from_str::<Zones>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
    let written = serde_json::to_value(zones(EXAMPLE)).unwrap();
    let partners = serde_json::json!({
        "name": "partners",
        "prefix_list": "pl-0123456789abcdef0",
        "max_entries": 20,
        "family": "ipv4",
        "cidrs": ["192.0.2.0/24"],
        "weight": 1,
    });
    assert_eq!(written[1], partners);
    assert_eq!(written[6], serde_json::json!({"name": "world", "any": true, "weight": 10}));
}

#[test]
fn many_cidrs_are_read_at_once() {
    // A thousand zones in twenty chains of fifty, each inside the one before it.
    let zone = |i: u32| {
        let (chain, depth) = (i / 50, i % 50);
        let cidr = |j: u32| format!("'10.{chain}.{}.{}/32'", j / 100, 2 * (j % 100));
        let cidrs: Vec<String> = (depth..150).map(cidr).collect();
        format!("[zones.z{i}]\ncidrs = [{}]\n", cidrs.join(", "))
    };
    let zones = zones(&(0..1_000).map(zone).collect::<Vec<_>>().concat());
    let deepest = zones.origin(address("10.3.1.0")).unwrap();
    assert_eq!((deepest.zone, zones.outer(deepest).len()), (199, 49));
}

//! Which source a zone names, by its keys.

use super::error::ZoneError;
use super::fault::{Checked, Place};
use super::spec::MAX_UNITS;
use super::spec::ZoneSpec;
use super::zone::Kind;
use crate::problem::quote::quoted;

/// What the rules of a zone name as their source; the keys of other kinds are errors.
pub(super) fn kind(spec: &ZoneSpec) -> Checked<Kind> {
    if spec.any == Some(false) {
        return Err((Place::Key("any"), ZoneError::AnyFalse));
    }
    // What stands for a reference may be beside it, but every address needs no others.
    let sources = [
        ("any", spec.any.is_some()),
        ("prefix_list", spec.prefix_list.is_some()),
        ("security_group", spec.security_group.is_some()),
        ("cidrs", spec.any.is_some() && spec.cidrs.is_some()),
        ("addresses", spec.any.is_some() && spec.addresses.is_some()),
    ];
    let mut given = sources.iter().filter(|(_, given)| *given).map(|(key, _)| *key);
    if let (Some(first), Some(second)) = (given.next(), given.next()) {
        return Err((Place::Key(second), ZoneError::TwoKinds(first, second)));
    }
    let kind = match (&spec.prefix_list, &spec.security_group) {
        _ if spec.any.is_some() => Kind::Any,
        (Some(id), _) => prefix_list(spec, id)?,
        (_, Some(id)) => security_group(id)?,
        (None, None) if spec.cidrs.is_some() || spec.addresses.is_some() => Kind::Cidrs,
        (None, None) => return Err((Place::Name, ZoneError::NoSource)),
    };
    only_own_keys(spec)?;
    Ok(kind)
}

/// Whether AWS gives such ids: the prefix, then 8 or 17 hexadecimal digits.
pub(crate) fn is_id(id: &str, prefix: &str) -> bool {
    id.strip_prefix(prefix).is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn prefix_list(spec: &ZoneSpec, id: &str) -> Checked<Kind> {
    if !is_id(id, "pl-") {
        let what = "the id of a prefix list, pl- and 8 or 17 hexadecimal digits";
        let error = ZoneError::Id { id: quoted(id), what, example: "pl-0123456789abcdef0" };
        return Err((Place::Key("prefix_list"), error));
    }
    let id = id.to_owned();
    match (spec.max_entries, spec.units) {
        (None, None) => Err((Place::Key("prefix_list"), ZoneError::NoSize)),
        (Some(_), Some(_)) => Err((Place::Key("units"), ZoneError::TwoSizes)),
        (Some(size), None) => Ok(Kind::PrefixList { id, max_entries: units("max_entries", size)? }),
        (None, Some(size)) => Ok(Kind::AwsPrefixList { id, units: units("units", size)? }),
    }
}

fn units(key: &'static str, size: i64) -> Checked<u32> {
    let units = u32::try_from(size).ok().filter(|size| (1..=MAX_UNITS).contains(size));
    units.ok_or_else(|| (Place::Key(key), ZoneError::Size { key, value: size.to_string() }))
}

fn security_group(id: &str) -> Checked<Kind> {
    // A group of a peered network may stand with the account that owns it.
    let own = match id.split_once('/') {
        Some((account, group)) => {
            let account_id = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
            account_id.then_some(group)
        }
        None => Some(id),
    };
    if own.is_some_and(|group| is_id(group, "sg-")) {
        return Ok(Kind::SecurityGroup { id: id.to_owned() });
    }
    let what = "the id of a security group, sg- and 8 or 17 hexadecimal digits";
    let example = "sg-0123456789abcdef0 or 123456789012/sg-0123456789abcdef0";
    Err((Place::Key("security_group"), ZoneError::Id { id: quoted(id), what, example }))
}

fn only_own_keys(spec: &ZoneSpec) -> Checked<()> {
    let list = spec.prefix_list.is_some();
    let own_list = list && spec.max_entries.is_some();
    let group = spec.security_group.is_some();
    let (lists, instead) = ("a prefix list", "; write cidrs = [\"10.0.1.7/32\"], for example");
    for (key, given, allowed, owner, remedy) in [
        ("addresses", spec.addresses.is_some(), group, "a security group", instead),
        ("max_entries", spec.max_entries.is_some(), list, lists, ""),
        ("units", spec.units.is_some(), list, lists, ""),
        ("family", spec.family.is_some(), own_list, "a prefix list with max_entries", ""),
    ] {
        if given && !allowed {
            return Err((Place::Key(key), ZoneError::Foreign { key, owner, remedy }));
        }
    }
    Ok(())
}

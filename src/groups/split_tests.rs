use proptest::prelude::*;

use super::*;

fn load(quota: Quota, units: u32, n_peers: usize) -> Load {
    Load { quota, units, n_peers }
}

fn any_load() -> impl Strategy<Value = Load> {
    let quota = || prop_oneof![Just(Quota::Ipv4), Just(Quota::Ipv6), Just(Quota::Both)];
    prop_oneof![
        3 => (prop_oneof![Just(Quota::Ipv4), Just(Quota::Ipv6)], 1..=3_usize)
            .prop_map(|(quota, n_peers)| load(quota, 1, n_peers)),
        2 => (quota(), 1..=5_u32).prop_map(|(quota, units)| load(quota, units, 1)),
    ]
}

/// Whether there is any way at all, by trying all ways for each single source.
fn fits(singles: &[Budget], room: &mut Vec<Budget>) -> bool {
    let Some((&units, rest)) = singles.split_first() else { return true };
    (0..room.len()).any(|group| {
        let before = room[group];
        if units.exceeds(before).is_some() {
            return false;
        }
        room[group] = before.less(units);
        let fits = fits(rest, room);
        room[group] = before;
        fits
    })
}

proptest! {
    #[test]
    fn a_split_is_right_and_has_the_fewest_groups(
        loads in prop::collection::vec(any_load(), 0..5),
        quota in (1..=7_usize, 1..=7_usize),
        reserve in (0..=3_usize, 0..=3_usize),
        n_groups in 1..=3_usize,
    ) {
        let quota = Budget { ipv4: quota.0, ipv6: quota.1 };
        let capacities = capacities(quota, Budget { ipv4: reserve.0, ipv6: reserve.1 }, n_groups);
        let singles: Vec<Budget> =
            loads.iter().flat_map(|load| vec![load.units(1); load.n_peers]).collect();
        let fewest = (1..=n_groups).find(|&n| fits(&singles, &mut capacities[..n].to_vec()));
        match split(&loads, &capacities) {
            Ok(groups) => {
                prop_assert_eq!(Some(groups.len()), fewest);
                prop_assert_eq!(check_split(&loads, &capacities, &groups), Ok(()));
            }
            Err(error) => {
                prop_assert_eq!(fewest, None);
                prop_assert!(!matches!(error, SplitError::Undecided(_)));
            }
        }
    }
}

#[test]
fn neighbours_stay_together_and_what_does_not_fit_whole_is_divided() {
    let loads = [load(Quota::Ipv4, 1, 2), load(Quota::Ipv4, 1, 2), load(Quota::Ipv4, 1, 2)];
    let groups = split(&loads, &[3.into(), 3.into()]).unwrap();
    let part = |rule, peers| Part { rule, peers };
    assert_eq!(groups, [vec![part(0, 0..2), part(1, 0..1)], vec![part(1, 1..2), part(2, 0..2)],]);
    let groups = split(&loads, &[4.into(), 4.into()]).unwrap();
    assert_eq!(groups, [vec![part(0, 0..2), part(1, 0..2)], vec![part(2, 0..2)]]);
}

#[test]
fn the_reserve_is_kept_in_the_first_groups() {
    let quota = Budget { ipv4: 60, ipv6: 50 };
    let reserve = Budget { ipv4: 70, ipv6: 5 };
    let left = capacities(quota, reserve, 3);
    let expected = [(0, 45), (50, 50), (60, 50)].map(|(ipv4, ipv6)| Budget { ipv4, ipv6 });
    assert_eq!(left, expected);
}

#[test]
fn what_only_the_search_finds_is_found_and_what_cannot_be_is_excluded() {
    // First-fit decreasing puts 4 and 3 together, and leaves no place for the last 2.
    let list = |units| load(Quota::Ipv4, units, 1);
    let tight = [4, 3, 3, 2, 2, 2].map(list);
    let groups = split(&tight, &[8.into(), 8.into()]).unwrap();
    assert_eq!(check_split(&tight, &[8.into(), 8.into()], &groups), Ok(()));
    let apart = [3, 3, 3].map(list);
    let error = split(&apart, &[5.into(), 5.into()]).unwrap_err();
    assert_eq!(error, SplitError::Indivisible(2));
    assert_eq!(split(&[list(6)], &[5.into(), 5.into()]), Err(SplitError::TooLarge { units: 6 }));
    assert_eq!(split(&apart, &[4.into(), 4.into()]), Err(SplitError::TooMany(2)));
}

#[test]
fn a_wrong_split_is_refused() {
    let loads = [load(Quota::Ipv4, 1, 2)];
    let part = |rule, peers| Part { rule, peers };
    let check = |groups: &[Vec<Part>]| check_split(&loads, &[1.into(), 1.into()], groups);
    assert_eq!(check(&[vec![part(0, 0..1)], vec![part(0, 1..2)]]), Ok(()));
    assert!(matches!(check(&[vec![part(0, 0..1)]]), Err(SplitViolation::Times { times: 0, .. })));
    let twice = [vec![part(0, 0..1)], vec![part(0, 0..1)]];
    assert!(matches!(check(&twice), Err(SplitViolation::Times { times: 2, .. })));
    assert!(matches!(check(&[vec![part(0, 0..2)]]), Err(SplitViolation::Units { .. })));
    assert!(matches!(check(&[vec![part(1, 0..1)]]), Err(SplitViolation::Part { group: 1 })));
    assert!(matches!(check(&[vec![part(0, 0..9)]]), Err(SplitViolation::Part { group: 1 })));
}

//! Groups of one network as sets of atoms: stretches of ports of a source that no rule divides.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Included};

use crate::groups::{Allowed, Peer, SecurityGroup};
use crate::problem::instance::Budget;
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::Quota;

use crate::groups::audit::{Access, PrefixLists, Traffic};

/// A set of small numbers, a bit each.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(n: usize) -> Self {
        Self(vec![0; n.div_ceil(64)])
    }

    pub(super) fn insert(&mut self, i: u32) {
        self.0[i as usize / 64] |= 1 << (i % 64);
    }

    pub(super) fn contains(&self, i: u32) -> bool {
        self.0[i as usize / 64] >> (i % 64) & 1 == 1
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, others)| *own |= others);
    }
}

/// Ports of a source, or something without ports.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    /// Its ports; 1 for what has none, so that a cost of 0 opens nothing.
    pub(super) weight: u64,
    /// Whether its ports follow those of the atom before it, of the same source.
    joined: bool,
    quota: Quota,
    units: u32,
}

/// A group.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// The atoms of the sources that its rules name, in order.
    named: Vec<u32>,
    /// Those that its own rules for wider networks do not let in anyway, in order: `D(g)`.
    pub(super) opens: Vec<u32>,
    /// The atoms that it lets in, also by rules for wider networks.
    lets_in: Bits,
    /// The atoms that it lets in by rules for wider networks, or for more traffic.
    wider: Bits,
}

/// Interfaces that carry the same groups.
#[derive(Debug, Clone)]
pub(super) struct Interfaces {
    /// Number of them.
    pub(super) count: u64,
    /// Their groups, in order, at least one.
    pub(super) groups: Vec<usize>,
    /// What is let in there: `C(i)`.
    pub(super) lets_in: Bits,
}

/// The groups of one network, with their interfaces.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub(super) atoms: Vec<Atom>,
    pub(super) members: Vec<Member>,
    pub(super) interfaces: Vec<Interfaces>,
    /// For each group the places of the sets of interfaces that carry it, in order.
    pub(super) carried: Vec<Vec<usize>>,
    /// Whether some rule lets in the interfaces of the group.
    pub(super) referenced: Vec<bool>,
    quota: Budget,
}

impl Network {
    /// Groups, the sets of their places with how many interfaces carry each, and which of the groups
    /// rules refer to.
    pub(super) fn new(
        groups: &[&SecurityGroup],
        carried: &BTreeMap<Vec<usize>, u64>,
        referenced: Vec<bool>,
        lists: &PrefixLists,
        quota: Budget,
    ) -> Self {
        let accesses: Vec<Access> = groups.iter().map(|group| Access::of(&group.rules)).collect();
        let (atoms, members) = atoms(&accesses, lists);
        let mut interfaces = Vec::with_capacity(carried.len());
        let mut sets_of = vec![Vec::new(); groups.len()];
        for (set, &count) in carried {
            let mut lets_in = Bits::new(atoms.len());
            for &group in set {
                sets_of[group].push(interfaces.len());
                lets_in.extend(&members[group].lets_in);
            }
            interfaces.push(Interfaces { count, groups: set.clone(), lets_in });
        }
        Self { atoms, members, interfaces, carried: sets_of, referenced, quota }
    }

    pub(super) fn n_groups(&self) -> usize {
        self.members.len()
    }

    /// Whether two groups may become one: the sources that rules name must stay the same.
    pub(super) fn may_join(&self, one: usize, other: usize) -> bool {
        !(self.referenced[one] || self.referenced[other])
            || self.carried[one] == self.carried[other]
    }

    /// What groups open together, in order.
    pub(super) fn opens(&self, groups: &[usize]) -> Vec<u32> {
        sorted(groups.iter().flat_map(|&group| &self.members[group].opens))
    }

    /// Whether the rules of groups together fit into the quota; a group that exists always does.
    pub(super) fn fits(&self, groups: &[usize]) -> bool {
        let units = self.units(groups);
        groups.len() <= 1 || units.ipv4 <= self.quota.ipv4 && units.ipv6 <= self.quota.ipv6
    }

    /// The units of the fewest rules that open just what groups open together.
    pub(super) fn units(&self, groups: &[usize]) -> Budget {
        let named = sorted(groups.iter().flat_map(|&group| &self.members[group].named));
        let mut units = Budget::default();
        let is_wider =
            |atom: u32| groups.iter().any(|&group| self.members[group].wider.contains(atom));
        let is_next = |one: u32, next: u32| one + 1 == next && self.atoms[next as usize].joined;
        for run in named.chunk_by(|&one, &next| is_next(one, next)) {
            if !run.iter().all(|&atom| is_wider(atom)) {
                let atom = &self.atoms[run[0] as usize];
                units.add_units(atom.quota, atom.units as usize);
            }
        }
        units
    }

    /// The ports of atoms that are not let in at interfaces, on one of them.
    pub(super) fn newly_open(&self, opens: &[u32], at: usize) -> u64 {
        let lets_in = &self.interfaces[at].lets_in;
        let new = opens.iter().filter(|&&atom| !lets_in.contains(atom));
        new.map(|&atom| self.atoms[atom as usize].weight).sum()
    }

    /// What a partition opens on interfaces.
    pub(super) fn cost_at(&self, cluster_of: &[usize], opens: &[Vec<u32>], at: usize) -> u64 {
        let set = &self.interfaces[at];
        let mut clusters: Vec<usize> = set.groups.iter().map(|&group| cluster_of[group]).collect();
        clusters.sort_unstable();
        clusters.dedup();
        if let [cluster] = clusters[..] {
            return set.count * self.newly_open(&opens[cluster], at);
        }
        let atoms = sorted(clusters.iter().flat_map(|&cluster| &opens[cluster]));
        set.count * self.newly_open(&atoms, at)
    }

    /// What a partition opens on all interfaces.
    pub(super) fn cost(&self, clusters: &[Vec<usize>]) -> u64 {
        let mut cluster_of = vec![0; self.n_groups()];
        for (at, cluster) in clusters.iter().enumerate() {
            for &group in cluster {
                cluster_of[group] = at;
            }
        }
        let opens: Vec<Vec<u32>> = clusters.iter().map(|cluster| self.opens(cluster)).collect();
        (0..self.interfaces.len()).map(|at| self.cost_at(&cluster_of, &opens, at)).sum()
    }
}

fn sorted<'a>(atoms: impl Iterator<Item = &'a u32>) -> Vec<u32> {
    let mut atoms: Vec<u32> = atoms.copied().collect();
    atoms.sort_unstable();
    atoms.dedup();
    atoms
}

/// A rule's source is this one or a wider network; the place of its group; what the group lets in
/// from there.
type Reaching<'a> = (bool, usize, &'a Traffic);

/// What the atoms are, and who opens and lets them in.
fn atoms(accesses: &[Access], lists: &PrefixLists) -> (Vec<Atom>, Vec<Member>) {
    let mut all = Access::default();
    let mut by_peer: BTreeMap<&Peer, Vec<(usize, &Traffic)>> = BTreeMap::new();
    for (group, access) in accesses.iter().enumerate() {
        all.extend(access);
        for (peer, traffic) in access.by_peer() {
            by_peer.entry(peer).or_default().push((group, traffic));
        }
    }
    let mut atoms = Vec::new();
    let mut marks: Vec<Marks> = vec![Marks::default(); accesses.len()];
    for (peer, traffic) in all.by_peer() {
        let (quota, units) = lists.units_of(peer);
        let mut reaching: Vec<Reaching<'_>> = Vec::new();
        for (wider, _) in all.reaching(peer) {
            let groups = by_peer.get(&wider).into_iter().flatten();
            reaching.extend(groups.map(|&(group, traffic)| (wider == *peer, group, traffic)));
        }
        for (allowed, joined) in stretches(traffic, &reaching) {
            let number = u32::try_from(atoms.len()).expect("there are fewer rules than 2^32");
            let weight = if let Allowed::Ports { span, .. } = allowed { span.len() } else { 1 };
            atoms.push(Atom { weight, joined, quota, units });
            mark(&mut marks, number, allowed, &reaching);
        }
    }
    let n = atoms.len();
    (atoms, marks.into_iter().map(|marks| marks.member(n)).collect())
}

/// The atoms of a group, in order.
#[derive(Debug, Clone, Default)]
struct Marks {
    named: Vec<u32>,
    opens: Vec<u32>,
    lets_in: Vec<u32>,
    wider: Vec<u32>,
}

impl Marks {
    fn member(self, n_atoms: usize) -> Member {
        let bits = |numbers: &[u32]| {
            let mut bits = Bits::new(n_atoms);
            for &number in numbers {
                bits.insert(number);
            }
            bits
        };
        let (lets_in, wider) = (bits(&self.lets_in), bits(&self.wider));
        Member { named: self.named, opens: self.opens, lets_in, wider }
    }
}

/// Gives an atom to all groups of which rules reach it.
fn mark(marks: &mut [Marks], number: u32, allowed: Allowed, reaching: &[Reaching<'_>]) {
    let lets_in = reaching.iter().filter(|(_, _, traffic)| traffic.allows(allowed));
    let (own, wider): (Vec<&Reaching<'_>>, Vec<&Reaching<'_>>) =
        lets_in.partition(|(is_own, _, _)| *is_own);
    for (_, group, _) in wider {
        marks[*group].lets_in.push(number);
        marks[*group].wider.push(number);
    }
    for &&(_, group, traffic) in &own {
        let marks = &mut marks[group];
        if is_opened(traffic, allowed) {
            marks.named.push(number);
            if marks.wider.last() != Some(&number) {
                marks.opens.push(number);
            }
        }
        marks.lets_in.push(number);
        if is_inside(traffic, allowed) {
            marks.wider.push(number);
        }
    }
}

/// Whether rules for the source itself are for just this.
fn is_opened(traffic: &Traffic, allowed: Allowed) -> bool {
    match allowed {
        Allowed::Ports { .. } => traffic.allows(allowed),
        portless => traffic.portless().contains(&portless),
    }
}

/// Whether rules for the source itself let this in with more that is not ports.
fn is_inside(traffic: &Traffic, allowed: Allowed) -> bool {
    traffic.portless().iter().any(|&wider| wider != allowed && wider.contains(allowed))
}

/// What is let in from a source, cut wherever a rule that reaches it begins or ends; with whether
/// each follows the one before it.
fn stretches(traffic: &Traffic, reaching: &[Reaching<'_>]) -> Vec<(Allowed, bool)> {
    let mut stretches = Vec::new();
    for protocol in Protocol::ALL {
        let mut cuts: BTreeSet<u32> = BTreeSet::new();
        for (_, _, other) in reaching {
            for run in other.ports(protocol).runs() {
                cuts.extend([run.from(), run.to() + 1]);
            }
        }
        for run in traffic.ports(protocol).runs() {
            let mut from = run.from();
            for &cut in cuts.range((Excluded(run.from()), Included(run.to()))) {
                let before = Span::over(Span::single(from), Span::single(cut - 1));
                let allowed = Allowed::Ports { protocol, span: before };
                stretches.push((allowed, from > run.from()));
                from = cut;
            }
            let span = Span::over(Span::single(from), Span::single(run.to()));
            stretches.push((Allowed::Ports { protocol, span }, from > run.from()));
        }
    }
    let portless: BTreeSet<Allowed> = reaching
        .iter()
        .filter(|(is_own, _, _)| *is_own)
        .flat_map(|(_, _, traffic)| traffic.portless().iter().copied())
        .collect();
    stretches.extend(portless.into_iter().map(|allowed| (allowed, false)));
    stretches
}

//! Exact port-range rules for security groups: the fewest open ports for any rule budget, proven.
//!
//! A security group allows inbound traffic by rules, each a range of ports, and has a quota of
//! rules. Where an application uses more scattered ports than there are rules, rules open ports
//! that nobody uses. This crate finds, for any budget, the rules that cover every used port and
//! open the fewest others, with a certificate that an independent checker accepts, and the whole
//! trade-off between rules and open ports.
//!
//! | word | meaning |
//! | --- | --- |
//! | point | a port, or an IPv4 address of a list |
//! | used port | a port that must stay open |
//! | run | a maximal block of consecutive used ports; there are `m` of them |
//! | hole | a maximal block of unused ports between two runs; hole `i` costs `c_i` |
//! | rule | an inclusive range, from the start of a run to the end of a run |
//! | cover | disjoint rules in order that contain every used port |
//! | open port | an unused port inside a rule |
//! | keep, bridge | leave a hole closed; swallow it into a rule |
//! | zone | a source of connections with a name: CIDRs, a prefix list, a security group, or any |
//! | unit | what AWS counts of a quota: one for each source of a rule; a zone's rule takes `q_g` |
//! | budget | the most rules allowed, or the units that they may take, `R` |
//! | group, class | used ports of one protocol and zone; groups whose rules take the same units |
//! | window | holes that no rule may bridge together, so that one of them is kept |
//! | price | what a rule is taken to cost, `t`, so that rules and open ports can be added |
//! | front | the least cost for each number of rules, or units |
//! | tangent | a straight line below the front of a class, proven by a price and windows |
//! | supported | on the convex bound below a front that is not convex |
//! | served | of a run: inside a rule of an outer zone, where these rules are shared |
//! | gap | the optimality gap: value less bound |
//! | outer, inner | zones, or their groups, of which the rules of the one let in all of the other |
//! | peer | what a rule of a security group names as its source: a network, a prefix list, a group |
//! | proposal | the rules that would do for a security group, solved and checked |
//! | replay | the records once more, against the rules that exist and the proposed ones |
//! | toll | what a run is taken to pay for a hole that is bridged to serve it |
//!
//! ```
//! use rangecover::problem::port_list;
//! use rangecover::{Answer, Instance, Limits, Stop, answer, default_solver};
//!
//! let used = port_list::parse("80-82, 85, 86, 1001, 1002, 1020")?;
//! let instance = Instance::from_used(&used, 3, Limits::default())?;
//! let Answer::Optimal { cover, facts, .. } = answer(default_solver(), &instance, Stop::never())?
//! else {
//!     unreachable!("without limits on rules, three of them suffice");
//! };
//! assert_eq!(facts.open_ports, 2);
//! let rules: Vec<String> = cover.groups[0].iter().map(ToString::to_string).collect();
//! assert_eq!(rules, ["80-86", "1001-1002", "1020"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The names below are what most programs need. The modules are the wings of the house: data flows
//! one way through them, and each uses only those that stand before it in the source of this page.
//!
//! | cargo feature | what it adds |
//! | --- | --- |
//! | none | [`problem`], [`verify`], [`solve`], [`proof`] |
//! | `ilp` | integer programming by good_lp and microlp as a solver |
//! | `logs` | `logs`, `groups`, `research`, and the formats of `present` |
//! | `charts` | the charts of `present`, as SVG and PNG |
//! | `cli` | the program, with all of these; `logs`, `charts` and `cli` are on by default |
//! | `parquet` | Parquet among the shapes of flow logs |
//! | `aws` | `aws`: Athena, CloudWatch Logs and S3, by AWS's own SDK |
//! | `highs` | the HiGHS engine of the `ilp` solvers |

pub use problem::certificate::Certificate;
pub use problem::cover::Cover;
pub use problem::instance::{Budget, Instance};
pub use problem::limits::{LimitSpec, Limits};
pub use problem::line::Line;
pub use problem::ports::{PortSet, Protocol};
pub use solve::answer::{Answer, answer};
pub use solve::front::Front;
pub use solve::{SOLVERS, Solver, Stop, default_solver};

pub mod problem;

// The checker, which knows no solver.
pub mod verify;

// Solvers, checked answers, and fronts.
pub mod solve;

// Proofs for other checkers.
pub mod proof;

// From flow logs to used ports.
#[cfg(feature = "logs")]
pub mod logs;

// Security groups as AWS has them, and how those that exist do.
#[cfg(feature = "logs")]
pub mod groups;

// Instances with known truth, and measured results.
#[cfg(feature = "logs")]
pub mod research;

// Answers, charts and reviews as bytes.
#[cfg(any(feature = "charts", feature = "logs"))]
pub mod present;

// What asks AWS.
#[cfg(feature = "aws")]
pub mod aws;

#[cfg(all(doctest, feature = "cli"))]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/src/library.md")]
struct Library;

//! Guesses of a price from a sample of a long line: a pass over it takes a small part of the time.
//!
//! A guess decides nothing but how many passes over the whole line follow.

use crate::problem::line::Line;

use super::bracket::Bracket;
use super::pass::{HalfPrice, Pass};
use super::sweep;

/// A part of a long line, on which prices are guessed.
pub(super) struct Sample {
    pub(super) line: Line,
    pass: Pass,
}

/// Lines with fewer runs than this are searched as they are.
const LONG: usize = 1 << 18;
/// A sample has one in so many runs, in so many stretches.
const SAMPLED: usize = 64;
const STRETCHES: usize = 16;

impl Sample {
    pub(super) fn of(line: &Line) -> Option<Self> {
        let long = line.n_runs() >= LONG;
        long.then(|| Self { line: line.sample(SAMPLED, STRETCHES), pass: Pass::default() })
    }

    /// A price at which about so many rules are best.
    pub(super) fn price(&mut self, n_rules: usize) -> HalfPrice {
        let fewest = sweep::fewest_rule_starts(&self.line);
        let n_rules = n_rules.clamp(fewest.len(), self.line.n_runs());
        let mut bracket = Bracket::new(&self.line, fewest, n_rules);
        while !bracket.is_closed() {
            bracket.narrow(&self.line, &mut self.pass);
        }
        2 * bracket.price() + 1
    }

    /// Number of rules at a price.
    pub(super) fn n_rules(&mut self, price: HalfPrice) -> usize {
        self.pass.best(&self.line, &(0..self.line.n_runs()), price).n_rules()
    }

    /// Two first prices of a bracket for the long line.
    pub(super) fn aim(mut self, bracket: &mut Bracket, line: &Line, pass: &mut Pass) {
        let share = |part: usize, whole: usize| {
            usize::try_from(bracket.n_rules as u128 * part as u128 / whole as u128).unwrap_or(part)
        };
        let guess = self.price(share(self.line.n_runs(), line.n_runs()));
        let (price, n_rules) = bracket.try_price(line, pass, guess);
        if bracket.is_closed() {
            return;
        }
        // How many rules the sample has for those of the whole line is known now.
        let share = bracket.n_rules as u128 * self.n_rules(price) as u128 / n_rules as u128;
        let guess = self.price(usize::try_from(share).unwrap_or(usize::MAX));
        // A little beyond, so that the price looked for is between the two.
        let beyond = guess.abs_diff(price) / 8 + 2;
        let guess = if guess < price { guess.saturating_sub(beyond) } else { guess + beyond };
        bracket.try_price(line, pass, guess);
    }
}

#[cfg(test)]
mod tests {
    use crate::problem::instance::{Group, Instance, Terms};
    use crate::problem::limits::{LimitSpec, Limits};
    use crate::problem::line::Line;
    use crate::problem::ports::{Protocol, Span};
    use crate::solve::answer::{Answer, answer};
    use crate::solve::{Stop, default_solver, fewest_rules};

    use super::LONG;

    /// Points whose holes grow with their place, so that stretches differ from each other.
    fn uneven() -> Instance {
        let (mut point, mut state) = (0, 1_u32);
        let runs = (0..LONG + 1_000).map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let largest = 4 + 30 * u32::try_from(i >> 14).unwrap();
            point += 2 + (state >> 8) % largest;
            Span::single(point)
        });
        let limits = Limits::from(LimitSpec { max_open_ports: Some(800), ..LimitSpec::default() });
        let group = Group::new(Protocol::Tcp, Terms::default(), runs.collect());
        Instance::of_groups([group], 1, limits).unwrap()
    }

    #[test]
    fn any_guess_ends_at_the_optimum() {
        let instance = uneven();
        let fewest = fewest_rules(&Line::new(&instance));
        assert!(instance.n_runs() >= LONG);
        // The checker accepts nothing else as optimal.
        for budget in [fewest, fewest + 1, fewest * 11 / 10, fewest * 4, instance.n_runs() - 1] {
            let instance = instance.with_budget(budget);
            let answer = answer(default_solver(), &instance, Stop::never()).unwrap();
            let Answer::Optimal { facts, .. } = answer else { panic!("{budget}: {answer:?}") };
            assert_eq!(facts.n_rules, budget);
        }
    }
}

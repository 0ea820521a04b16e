//! What a process does before a signal ends it: nothing half-made is left behind.
//!
//! SIGINT (Ctrl-C), SIGTERM and SIGHUP end the process as they always do, after what was
//! registered here.

use std::sync::{Mutex, MutexGuard, PoisonError};

type Action = Box<dyn FnOnce() + Send>;

/// What is to be done, by number; what came first is done first.
static ACTIONS: Mutex<Actions> = Mutex::new(Actions { next: 0, list: Vec::new() });

struct Actions {
    next: u64,
    list: Vec<(u64, Action)>,
}

fn actions() -> MutexGuard<'static, Actions> {
    ACTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An action that is done if a signal comes before this is dropped.
pub(crate) struct OnSignal(u64);

impl Drop for OnSignal {
    fn drop(&mut self) {
        actions().list.retain(|(number, _)| *number != self.0);
    }
}

/// Something with the action that removes it; it is dropped before the action is forgotten.
pub(crate) struct Guarded<T> {
    pub(crate) value: T,
    _action: OnSignal,
}

/// Makes something that a signal must not leave behind, and says how it is removed.
///
/// No signal ends the process in between.
pub(crate) fn guarded<T, E, A: FnOnce() + Send + 'static>(
    make: impl FnOnce() -> Result<T, E>,
    action: impl FnOnce(&T) -> A,
) -> Result<Guarded<T>, E> {
    listen();
    let mut actions = actions();
    let value = make()?;
    let number = actions.next;
    actions.next += 1;
    actions.list.push((number, Box::new(action(&value))));
    Ok(Guarded { value, _action: OnSignal(number) })
}

/// Does something before a signal ends the process.
pub(crate) fn on_signal(action: impl FnOnce() + Send + 'static) -> Guarded<()> {
    let Ok(guarded) = guarded(|| Ok::<_, std::convert::Infallible>(()), |()| action);
    guarded
}

#[cfg(unix)]
use unix::listen;

/// Other systems have other signals.
#[cfg(not(unix))]
fn listen() {}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::sync::Once;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    /// Waits for signals in a thread of its own, from the first call on.
    pub(super) fn listen() {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let heard = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
            // Without signals there is nothing to wait for.
            if let Ok(signals) = Signals::new(heard) {
                let _ = thread::Builder::new().name("signals".to_owned()).spawn(|| wait(signals));
            }
        });
    }

    fn wait(mut signals: Signals) {
        let mut interrupted = false;
        for signal in signals.forever() {
            // The first Ctrl-C stops what runs at AWS, and ends the command in that way.
            if signal == SIGINT && !interrupted && is_left_to_aws() {
                interrupted = true;
                continue;
            }
            // Nothing is made from here on.
            let mut actions = super::actions();
            for (_, action) in actions.list.drain(..) {
                action();
            }
            let _ = emulate_default_handler(signal);
        }
    }

    fn is_left_to_aws() -> bool {
        #[cfg(feature = "aws")]
        return rangecover::aws::answers_interrupts();
        #[cfg(not(feature = "aws"))]
        false
    }

    /// Whether whoever started the process wants it to outlive a signal, as `nohup` does.
    ///
    /// proc(5): `SigIgn` is a mask in hexadecimal, signal 1 is its lowest bit.
    fn is_ignored(signal: i32) -> bool {
        let Ok(status) = fs::read_to_string("/proc/self/status") else { return false };
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }
}

//! Panics of the crate as errors of the file.

use parquet::errors::ParquetError;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What a function returns; none if it panics, of which nothing is printed.
///
/// The `parquet` crate panics on some damaged pages, for instance where the width of packed
/// numbers is impossible. Nothing that the function has changed may be used after that.
pub(super) fn guarded<T>(read: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if !GUARDED.get() {
                others(panic);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(outer);
    result.ok()
}

/// A page that is no page, or not what its header says.
pub(super) fn damaged(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

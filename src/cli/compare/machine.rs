//! What a comparison was made with: the build and the machine.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::sync::LazyLock;
use std::thread;

/// The version, as rows name it.
pub(super) const VERSION: &str = concat!("rangecover ", env!("CARGO_PKG_VERSION"));

/// The commit that this was built from, with `-dirty` after it where files had changed.
pub(super) fn commit() -> Option<String> {
    let commit = env!("RANGECOVER_COMMIT");
    (!commit.is_empty()).then(|| commit.to_owned())
}

/// The model of the processor, its cores and the system: `Intel(R) Xeon(R) Processor × 2, linux`.
pub(super) fn machine() -> &'static str {
    // Each row names it.
    static MACHINE: LazyLock<String> = LazyLock::new(|| {
        let model = model().unwrap_or_else(|| ARCH.to_owned());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        format!("{model} × {cores}, {OS}")
    });
    &MACHINE
}

/// As Linux names it.
fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    let (_, model) = line.split_once(':')?;
    Some(model.trim().to_owned())
}

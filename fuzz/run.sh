#!/usr/bin/env bash
# Fuzzes each target for some seconds: fuzz/run.sh [SECONDS] [TARGET...]
#
# With nightly and cargo-fuzz, cargo-fuzz does it, with the address sanitizer. Otherwise libFuzzer
# is built on stable: the compiler pass that counts coverage needs no nightly, sanitizers do.
# Seeds are copied, so what libFuzzer adds to them is gone afterwards.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

seconds=20
if [[ "${1:-}" =~ ^[0-9]+$ ]]; then
    seconds=$1
    shift
fi
mapfile -t all < <(sed -n 's|^path = "fuzz_targets/\(.*\)\.rs"$|\1|p' Cargo.toml)
targets=("$@")
[ "${#targets[@]}" -gt 0 ] || targets=("${all[@]}")
for target in "${targets[@]}"; do
    if [[ " ${all[*]} " != *" $target "* ]]; then
        echo "no target '$target'; there are ${all[*]}" >&2
        exit 2
    fi
done

if ! command -v "${CXX:-c++}" >/dev/null; then
    echo "!! NOT FUZZED: libFuzzer needs a C++ compiler, and there is no '${CXX:-c++}' !!" >&2
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
artifacts=$PWD/artifacts
mkdir -p "$artifacts"
# The file that `file` reads is here too.
export TMPDIR=$work RUST_BACKTRACE=${RUST_BACKTRACE:-1}
limits=(-rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=20 -print_final_stats=1)
host=$(rustc -vV | sed -n 's/^host: //p')

if rustc +nightly --version >/dev/null 2>&1 && cargo +nightly fuzz --version >/dev/null 2>&1; then
    # The folder has to be named, because `cargo fuzz` looks for one that is called fuzz below.
    cargo +nightly fuzz build --fuzz-dir "$PWD" --features parquet
    fuzz() {
        local target=$1
        shift
        cargo +nightly fuzz run --fuzz-dir "$PWD" --features parquet "$target" "$work/$target" -- "$@"
    }
else
    echo "no nightly with cargo-fuzz: coverage-guided on stable, without a sanitizer"
    # What cargo-fuzz passes, less -Zsanitizer. With --target, build scripts and macros are built
    # without it: they are not linked to libFuzzer.
    export RUSTFLAGS="-Cpasses=sancov-module -Ccodegen-units=1 --cfg fuzzing \
-Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
    cargo build --release --target "$host" --features parquet --bins
    built=${CARGO_TARGET_DIR:-target}/$host/release
    fuzz() {
        local target=$1
        shift
        "$built/$target" "$work/$target" "$@"
    }
fi

failed=()
for target in "${targets[@]}"; do
    printf '\n== %s, %s s\n' "$target" "$seconds"
    mkdir -p "$work/$target" "$artifacts/$target"
    cp "seeds/$target"/* "$work/$target"
    touch "$work/begun"
    if fuzz "$target" "-max_total_time=$seconds" "-artifact_prefix=$artifacts/$target/" \
        "${limits[@]}" >"$work/log" 2>&1; then
        grep -E '#[0-9]+[[:space:]]+(INITED|DONE)|^stat::(number_of_exec|average_exec|peak_rss)' \
            "$work/log" || true
    else
        failed+=("$target")
        # A stack trace may be long: what happened first, then what libFuzzer says of the input.
        grep -E -A 4 'panicked at|nobody caught|ERROR: ' "$work/log" | cut -c 1-1000 || true
        tail -n 12 "$work/log" | cut -c 1-1000
        find "$artifacts/$target" -type f -newer "$work/begun" |
            sed 's/^/FOUND, the input is /' >&2
        cp "$work/log" "$artifacts/$target/log"
        echo "the whole log is $artifacts/$target/log" >&2
    fi
done
if [ "${#failed[@]}" -gt 0 ]; then
    printf '\nFAILED: %s\n' "${failed[*]}" >&2
    exit 1
fi
printf '\nno finding\n'

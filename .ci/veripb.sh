#!/usr/bin/env bash
# Has VeriPB, a proof checker that is not ours, judge the proof of each data set of the manifest (but
# a slow one), and the same proof with its bound raised by one. Installs the checker into target/tools
# if it is not there.
#
#   bash .ci/veripb.sh              all data sets
#   bash .ci/veripb.sh knapsack     those whose name or family matches
#   bash .ci/veripb.sh --install    the checker alone, for the tests
#
# RANGECOVER: the binary; VERIPB: the checker.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=3.0.2
most_bytes=$((200 << 20)) # of a model and its proof
slow=addresses-1m          # takes minutes, so only when it is asked for by name
only=${1:-}

veripb=${VERIPB:-target/tools/bin/veripb}
if ! "$veripb" --version 2>/dev/null | grep -q "$version"; then
    cargo install veripb --version "$version" --locked --root target/tools
    veripb=target/tools/bin/veripb
fi
if [ "$only" = --install ]; then
    exit 0
fi
if [ -z "${RANGECOVER:-}" ]; then
    cargo build
    RANGECOVER=target/debug/rangecover
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "$*" >&2; exit 1; }

# A line for each data set: name, input, command, flags, outcome, value.
python3 - "$only" > "$scratch/rows" <<'PYTHON'
import csv, re, sys

for row in csv.DictReader(open("datasets/index.csv", newline="")):
    if re.search(sys.argv[1], f"{row['name']} {row['family']}"):
        columns = ["name", "input", "generate", "flags", "outcome", "value"]
        print("|".join(row[column] for column in columns))
PYTHON

accepted=0 refused=0 skipped=0
while IFS='|' read -r name input generate flags outcome value; do
    if [[ $flags == *--share-outer* || $outcome == feasible ]]; then
        echo "$name: skipped, such answers have no proof for VeriPB"
        skipped=$((skipped + 1))
        continue
    fi
    if [ "$name" = "$slow" ] && [ "$only" != "$slow" ]; then
        echo "$name: skipped, it takes minutes: bash .ci/veripb.sh $slow"
        skipped=$((skipped + 1))
        continue
    fi
    read -ra arguments <<<"$flags"
    if [ -n "$input" ]; then
        input=datasets/$input
    else
        read -ra command <<<"${generate#rangecover }"
        input=$scratch/$name.txt
        if [ "${command[1]}" = knapsack ]; then
            input=$scratch/$name.csv
            command+=(--zones "$scratch/$name.toml")
            arguments+=(--zones "$scratch/$name.toml")
        fi
        "$RANGECOVER" "${command[@]}" > "$input"
    fi
    status=0
    "$RANGECOVER" prove "$input" "${arguments[@]}" -o "$scratch/proof" \
        > "$scratch/said" 2> "$scratch/notes" || status=$?
    case $outcome/$status in
    optimal/0 | infeasible/3) ;;
    *) cat "$scratch/notes" >&2; fail "$name: $outcome, and prove ended with status $status" ;;
    esac
    model=("$scratch"/proof/*.opb)
    proof=${model[0]%.opb}.pbp
    bytes=$(($(stat -c %s "${model[0]}") + $(stat -c %s "$proof")))
    if [ "$bytes" -gt "$most_bytes" ]; then
        fail "$name: $bytes bytes, more than $most_bytes"
    else
        bound=${value:-INF}
        said=$("$veripb" "${model[0]}" "$proof" 2>&1) || fail "$name: refused: $said"
        grep -qx "s VERIFIED BOUNDS $bound <= obj <= $bound" <<<"$said" || fail "$name: $said"
        accepted=$((accepted + 1))
        echo "$name: $bound, $bytes bytes"
        if [ "$bound" != INF ]; then
            sed -i "s/^conclusion BOUNDS $bound /conclusion BOUNDS $((bound + 1)) /" "$proof"
            if RUST_BACKTRACE=0 "$veripb" "${model[0]}" "$proof" > "$scratch/said" 2>&1; then
                fail "$name: a bound of $((bound + 1)) was accepted"
            fi
            # By a derived bound, or by the solution that a knapsack's proof has logged.
            about_bound='not syntactically implied|larger than the best logged objective'
            grep -qE "$about_bound" "$scratch/said" || {
                cat "$scratch/said" >&2
                fail "$name: a bound of $((bound + 1)) was refused for another reason"
            }
            refused=$((refused + 1))
        fi
    fi
    rm -rf "$scratch/proof"
done < "$scratch/rows"
[ "$accepted" -gt 0 ] || fail "no data set matches '$only'"
echo "VeriPB $version: $accepted proofs accepted, $refused with a raised bound refused, $skipped skipped"

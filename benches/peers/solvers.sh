#!/usr/bin/env bash
# Times HiGHS, CLP, GLOP, CBC, SCIP, CP-SAT and 1-D k-means tools beside rangecover in one run, and
# prints ratios. Needs python3 with venv, and the package index.
#
# Usage: benches/peers/solvers.sh [ARGUMENTS OF solvers.py]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
venv=target/solvers-venv

cargo build --profile dist
export RANGECOVER=$PWD/target/dist/rangecover
[ -d "$venv" ] || python3 -m venv "$venv"
"$venv/bin/pip" install -q -r benches/peers/requirements-solvers.txt
exec "$venv/bin/python" benches/peers/solvers.py "$@"

#!/usr/bin/env bash
# Python tools for the tests, in target/tools/python: an AWS on loopback, the AWS CLI, readers of what
# is written. They are installed again when .ci/requirements.txt or Python has changed.
#
#   bash .ci/tools.sh --install
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ${1-} != --install || $# -ne 1 ]]; then
    echo "usage: ${0##*/} --install" >&2
    exit 2
fi
skipped() {
    echo "SKIPPED: the tools for the tests were not installed, $1" >&2
    exit 0
}
command -v python3 >/dev/null || skipped "python3 is missing"
python3 -c 'import ensurepip, venv' 2>/dev/null || skipped "python3 has no pip and venv"

venv=target/tools/python
mkdir -p target/tools
wanted=$(python3 --version && cat .ci/requirements.txt)
if [[ ! -f $venv/wanted || $wanted != "$(<"$venv/wanted")" ]]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement .ci/requirements.txt
    # Last, so that what was interrupted is done again.
    printf '%s\n' "$wanted" >"$venv/wanted"
fi

#!/usr/bin/env bash
# Runs every notebook of this folder, and fails if a cell fails or writes other text than what is stored.
#
#   notebooks/run.sh            run them; the stored notebooks stay as they are
#   notebooks/run.sh --store    store the new outputs in them instead
#
# RANGECOVER names the binary to ask; without it the debug binary is built.
set -euo pipefail

store=no
case "${1-}" in
"") ;;
--store) store=yes ;;
*)
    echo "usage: ${0##*/} [--store]" >&2
    exit 2
    ;;
esac

if ! command -v python3 >/dev/null; then
    echo "SKIPPED: the notebooks were not run, python3 is missing" >&2
    exit 0
fi
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    echo "SKIPPED: the notebooks were not run, python3 has no pip and venv" >&2
    exit 0
fi

called_from=$PWD
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

if [[ -z ${RANGECOVER-} ]]; then
    cargo build --bin rangecover
    target=$(cargo metadata --format-version 1 --no-deps |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
    RANGECOVER=$target/debug/rangecover
elif [[ $RANGECOVER == */* && $RANGECOVER != /* ]]; then
    RANGECOVER=$called_from/$RANGECOVER
fi
export RANGECOVER

# The environment is kept in target/ while the requirements and Python stay the same;
# where that cannot be written, it lasts for this run only.
venv=../target/notebooks-venv
if ! mkdir -p ../target 2>/dev/null || [[ ! -w ../target ]]; then
    venv=$scratch/venv
fi
{ python3 --version && cat requirements.txt; } >"$scratch/wanted"
if ! cmp -s "$scratch/wanted" "$venv/wanted"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
    cp "$scratch/wanted" "$venv/wanted"
fi
venv=$(cd -- "$venv" && pwd)

# Nothing of the user's own settings, and nothing left in them.
export JUPYTER_CONFIG_DIR=$scratch/jupyter JUPYTER_PREFER_ENV_PATH=1 IPYTHONDIR=$scratch/ipython
export MPLCONFIGDIR=$venv/matplotlib PYTHONWARNINGS=ignore PYTHONDONTWRITEBYTECODE=1 PATH=$venv/bin:$PATH

failed=()
for notebook in *.ipynb; do
    echo "running $notebook" >&2
    if ! jupyter nbconvert --log-level ERROR --to notebook --execute --ExecutePreprocessor.record_timing=False \
        --output-dir "$scratch" --output "$notebook" "$notebook"; then
        failed+=("$notebook")
        continue
    fi
    if [[ $store == yes ]]; then
        python outputs.py store "$scratch/$notebook" "$notebook"
    elif ! python outputs.py compare "$scratch/$notebook" "$notebook"; then
        failed+=("$notebook")
    fi
done

if ((${#failed[@]})); then
    printf 'FAILED: %s (why is printed above)\n' "${failed[@]}" >&2
    exit 1
fi
echo "every notebook ran" >&2

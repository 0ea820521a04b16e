#!/usr/bin/env bash
# Reads 10 million records in 40 files with rangecover, DuckDB and Polars, in one run, and prints a
# table. Needs python3 with venv, the package index, and 6 GB of disk.
#
# Usage: benches/peers/run.sh [FOLDER] [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
folder=${1:-target/peers}
runs=${2:-3}

cargo build --profile dist --features parquet
export RANGECOVER=$PWD/target/dist/rangecover
mkdir -p "$folder"
[ -d "$folder/venv" ] || python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q -r benches/peers/requirements.txt

if [ ! -d "$folder/text" ]; then
    # 2,000 interfaces, 1.5 million different interface, protocol, destination port.
    "$RANGECOVER" generate flow-log --seed 1 --interfaces 2000 --ports 1600 --records 10000000 |
        tail -n +2 | split -n r/40 -d --additional-suffix=.log - "$folder/part-"
    mkdir "$folder/text" && mv "$folder"/part-*.log "$folder/text"
fi
if [ ! -d "$folder/gz" ]; then
    mkdir "$folder/gz"
    for file in "$folder"/text/*.log; do gzip -c "$file" >"$folder/gz/$(basename "$file").gz"; done
fi
[ -d "$folder/parquet" ] || "$folder/venv/bin/python" benches/peers/parquet.py "$folder"
"$folder/venv/bin/python" benches/peers/peers.py "$folder" "$runs"

#!/usr/bin/env bash
# duckdb 2.0.1 (PyPI).
# Guess: the sum of a BIGINT column is a whole number in the Parquet file that COPY writes.
# Seen: sum() is a HUGEINT, Parquet has no such type, and COPY writes a DOUBLE without a word. From
# 2^53 on the last digits are lost: 9007199254740993 is read back as 9007199254740992.
# Why it matters: sums of bytes of flow logs, aggregated by an engine and kept as Parquet.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check duckdb==2.0.1
cd "$work"
seen=$("$work/venv/bin/python" - <<'PYTHON'
import duckdb
print(duckdb.__version__)
duckdb.sql("create table log as select * from (values (9007199254740992::bigint), (1)) as t(bytes)")
print(duckdb.sql("select typeof(sum(bytes)), sum(bytes) from log").fetchall())
duckdb.sql("copy (select sum(bytes) as bytes from log) to 'sums.parquet' (format parquet)")
print(duckdb.sql("select type from parquet_schema('sums.parquet') where name = 'bytes'").fetchall())
print(duckdb.sql("select bytes::bigint from 'sums.parquet'").fetchall())
PYTHON
)
echo "$seen"
[ "$seen" = "2.0.1
[('HUGEINT', 9007199254740993)]
[('DOUBLE',)]
[(9007199254740992,)]" ] || { echo "this has changed" >&2; exit 1; }

"""Writes text/ as parquet/, with the types that AWS uses. Usage: python parquet.py FOLDER"""

import os
import sys

import polars

COLUMNS = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log_status"
).split()
TYPES = dict.fromkeys(COLUMNS, polars.String)
TYPES |= dict.fromkeys(["version", "srcport", "dstport", "protocol"], polars.Int32)
TYPES |= dict.fromkeys(["packets", "bytes", "start", "end"], polars.Int64)

folder = sys.argv[1]
os.mkdir(f"{folder}/parquet")
for name in sorted(os.listdir(f"{folder}/text")):
    table = polars.read_csv(
        f"{folder}/text/{name}", separator=" ", has_header=False, schema=TYPES, null_values="-"
    )
    to = f"{folder}/parquet/{name.removesuffix('.log')}.log.parquet"
    table.write_parquet(to, compression="gzip", use_pyarrow=True)

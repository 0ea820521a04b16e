"""Times rangecover, DuckDB and Polars on the same flow logs and the same question, in one run.

The question: accepted tcp and udp records by interface, protocol and destination port. Each runs
in a process of its own, two threads, files in the cache of the system; the best of some runs counts.

Usage: python peers.py FOLDER [RUNS]; FOLDER holds text/, gz/ and parquet/, made by `make.sh`.
"""

import json
import os
import resource
import subprocess
import sys
import time

COLUMNS = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log_status"
).split()
QUERY = (
    "select interface_id, protocol, dstport, count(*) as n from {table} "
    "where action = 'ACCEPT' and protocol in (6, 17) group by all"
)


def duckdb_answer(shape, folder):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads to 2")
    if shape == "parquet":
        table = f"read_parquet('{folder}/*.parquet')"
    else:
        types = {name: "varchar" for name in COLUMNS}
        types["protocol"] = types["dstport"] = "integer"
        names = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        table = (
            f"read_csv('{folder}/*', delim=' ', header=false, nullstr='-', "
            f"ignore_errors=true, columns={{{names}}})"
        )
    rows = connection.execute(QUERY.format(table=table)).fetchnumpy()
    return len(rows["n"]), int(rows["n"].sum())


def polars_answer(shape, folder):
    import polars

    if shape == "parquet":
        table = polars.scan_parquet(f"{folder}/*.parquet")
    else:
        schema = {name: polars.String for name in COLUMNS}
        schema["protocol"] = schema["dstport"] = polars.Int32
        table = polars.scan_csv(
            f"{folder}/*",
            separator=" ",
            has_header=False,
            schema=schema,
            null_values="-",
            ignore_errors=True,
            truncate_ragged_lines=True,
        )
    rows = (
        table.filter(polars.col("action") == "ACCEPT")
        .filter(polars.col("protocol").is_in([6, 17]))
        .group_by("interface_id", "protocol", "dstport")
        .agg(polars.len().alias("n"))
        .collect(engine="streaming")
    )
    return rows.height, int(rows["n"].sum())


def rangecover_answer(port):
    def answer(shape, folder, out="/dev/null"):
        command = [os.environ.get("RANGECOVER", "target/dist/rangecover"), "ports", folder]
        command += ["--port", port, "--threads", "2", "--format", "csv", "-o", out]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    return answer


def sums(out):
    """The groups and the records of a table that rangecover has written."""
    with open(out, encoding="utf-8") as rows:
        next(rows)
        flows = [int(row.split(",")[6]) for row in rows]
    return len(flows), sum(flows)


TOOLS = {
    "rangecover": rangecover_answer("dst"),
    "rangecover, with evidence": rangecover_answer("service"),
    "DuckDB": duckdb_answer,
    "Polars": polars_answer,
}


def alone(tool, shape, folder):
    """One run in this process: seconds, peak memory and what was counted, as JSON."""
    start = time.perf_counter()
    counted = TOOLS[tool](shape, folder)
    seconds = time.perf_counter() - start
    who = resource.RUSAGE_SELF
    if tool.startswith("rangecover"):
        who = resource.RUSAGE_CHILDREN
    memory = resource.getrusage(who).ru_maxrss
    if tool.startswith("rangecover"):
        # The others keep their rows in memory, so the disk is no part of the work.
        out = folder.rstrip("/") + ".csv"
        TOOLS[tool](shape, folder, out)
        counted = sums(out)
    print(json.dumps([seconds, memory / 1024, *counted]))


def main(folder, runs):
    print("| shape | tool | seconds | records/s | times rangecover | MB | groups | records |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for shape in ("text", "gz", "parquet"):
        place = os.path.join(folder, shape)
        if not os.path.isdir(place):
            continue
        best = {}
        # Round after round, so that a busy moment of the machine meets all of them.
        for _ in range(runs):
            for tool in TOOLS:
                command = [sys.executable, __file__, "--alone", tool, shape, place]
                environment = dict(os.environ, POLARS_MAX_THREADS="2")
                done = subprocess.run(
                    command, env=environment, check=True, capture_output=True, text=True
                )
                result = json.loads(done.stdout)
                best[tool] = min(best.get(tool, result), result)
        ours = best["rangecover"][0]
        counts = {tuple(best[tool][2:]) for tool in ("rangecover", "DuckDB", "Polars")}
        assert len(counts) == 1, f"{shape}: the tools counted differently: {best}"
        for tool, (seconds, memory, groups, records) in best.items():
            print(
                f"| {shape} | {tool} | {seconds:.2f} | {records / seconds / 1e6:.2f} M "
                f"| {seconds / ours:.2f} | {memory:.0f} | {groups:,} | {records:,} |",
                flush=True,
            )


if __name__ == "__main__":
    if sys.argv[1] == "--alone":
        alone(*sys.argv[2:])
    else:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)

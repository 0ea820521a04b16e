"""Times solvers that pip offers beside rangecover, on the same instances in one run.

Each solver gets the file of `rangecover model` in a process of its own, one after the other; every
value is compared with that of rangecover. Rows go to a CSV that `rangecover report` reads, ratios
to stdout as Markdown.

Usage: python solvers.py [--instances a-1k,…] [--engines highs-lp,…] [--repeats 3] [--time-limit 60]
"""

import argparse
import csv
import io
import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from engines import CP_SAT_WORKERS, ENGINES

HERE = Path(__file__).parent
COLUMNS = (
    "instance family limits n_ports n_runs n_groups budget solver outcome n_rules units units_ipv6 "
    "open_ports cost bound gap verified milliseconds repeats memory_bytes version commit seed machine"
).split()
# What all rows of an instance have in common, whoever solved it.
COMMON = "instance family limits n_ports n_runs n_groups budget commit seed machine".split()
SEED = "1"
THREADS = 1
# Reading a file of many rows takes some solvers longer than the solve.
SECONDS_TO_READ = 300


@dataclass
class Instance:
    """What is generated, and under which limits it is solved."""

    name: str
    family: str
    ports: int
    zones: int = 0
    max_open_ports: int | None = None
    # The budget: as a number, as a multiple of the least that works, or beyond one rule each.
    rules: int | None = None
    times_least: float | None = None
    beyond_least: int | None = None
    # The least max_open_ports that works for the budget, times this.
    times_least_open: float | None = None
    kinds: tuple = ("lp", "mip")

    def generate(self, folder):
        """Writes the input, and says what it is as arguments."""
        if self.zones:
            stem = folder / self.name
            size = ["--groups", self.zones, "--ports", self.ports]
            zones = ["--zones", f"{stem}.toml"]
            run("generate", "knapsack", "--seed", SEED, *size, *zones, "-o", f"{stem}.csv")
            return [f"{stem}.csv", *zones]
        path = folder / f"uniform-{self.ports}.txt"
        run("generate", "uniform", "--seed", SEED, "--ports", self.ports, "-o", path)
        return [str(path)]

    def flags(self, inputs):
        """The limits, some of which depend on what rangecover says would work."""
        rules = self.rules
        flags = [] if self.max_open_ports is None else ["--max-open-ports", str(self.max_open_ports)]
        if self.times_least is not None:
            least = repairs(inputs, ["--max-rules", "0", *flags])["max_rules"]
            rules = math.floor(least * self.times_least + 1e-9)
        if self.beyond_least is not None:
            rules = repairs(inputs, ["--max-rules", "0"])["max_rules"] + self.beyond_least
        if self.times_least_open is not None:
            least = repairs(inputs, ["--max-rules", str(rules), "--max-open-ports", "0"])
            flags = ["--max-open-ports", str(round(least["max_open_ports"] * self.times_least_open))]
        return ["--max-rules", str(rules), *flags]


def tight(name, ports):
    return Instance(name, "uniform", ports, max_open_ports=200, times_least=1.1)


INSTANCES = [
    tight("a-1k", 1_000),
    tight("a-5k", 5_000),
    tight("a-30k", 30_000),
    Instance("b-30k", "uniform", 30_000, rules=60, times_least_open=1.05),
    Instance("knapsack-12x20", "knapsack", 20, zones=12, beyond_least=400, kinds=("mip",)),
    Instance("knapsack-50x50", "knapsack", 50, zones=50, beyond_least=2_000, kinds=("mip",)),
    Instance("plain-30k", "uniform", 30_000, rules=60, kinds=("k-means",)),
]


def run(*arguments, codes=(0,)):
    """Runs rangecover, for what it writes to stdout."""
    command = [os.environ.get("RANGECOVER", "target/dist/rangecover"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def repairs(inputs, flags):
    answer = json.loads(run("solve", *inputs, *flags, "--format", "json", codes=(3,)))["answers"][0]
    return answer["repairs"]


def ours(instance, inputs, flags, repeats):
    """The row of `price`, as `compare` writes it, with what it is called here."""
    command = ["compare", *inputs, *flags, "--solvers", "price", "--format", "csv"]
    command += ["--repeats", repeats, "--threads", THREADS]
    row = next(csv.DictReader(io.StringIO(run(*command, codes=(0, 3)))))
    row |= {"instance": instance.name, "family": instance.family, "seed": SEED}
    return {name: row[name] for name in COLUMNS if row[name] != ""}


def theirs(name, file, arguments, clusters):
    """What an engine answered, in a process that is ended when it overruns."""
    command = [sys.executable, str(HERE / "engines.py"), name, file]
    command += [str(arguments.repeats), str(arguments.time_limit)]
    timeout = 2 * arguments.time_limit + SECONDS_TO_READ
    environment = {**os.environ, "CLUSTERS": clusters}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=timeout, env=environment
        )
        return json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired:
        return {"outcome": "unknown", "value": None, "bound": None}
    except (subprocess.CalledProcessError, ValueError, IndexError) as error:
        print(f"{name} on {file}: {getattr(error, 'stderr', error)}", file=sys.stderr)
        return {"outcome": "failed", "value": None, "bound": None}


def row_of(said, mine, name):
    """The row of an engine, and what is wrong with its claims."""
    row = {key: said[key] for key in ("milliseconds", "repeats", "memory_bytes", "version") if key in said}
    row |= {"solver": name, "outcome": said["outcome"]}
    value, bound, wrong = said["value"], said["bound"], None
    best = float(mine["cost"]) if mine.get("cost") else None
    near = 1e-6 * max(1.0, best or 0.0)
    if said["outcome"] == "failed":
        wrong = f"{name} failed"
    if said["outcome"] == "optimal":
        bound = value
        if best is None or abs(value - best) > near:
            wrong = f"{name}: {value} is called optimal, rangecover says {best}"
    if said["outcome"] == "infeasible" and best is not None:
        wrong = f"{name}: no cover, rangecover says {best}"
    if value is not None:
        row["cost"] = round(value)
        # Costs are numbers of ports here: there are no weights.
        row["open_ports"] = row["cost"]
        if best is None or value < best - near:
            wrong = wrong or f"{name}: {value} is less than what rangecover says, {best}"
    if bound is not None:
        # No cover costs less than 0.
        row["bound"] = max(0, math.ceil(bound - near))
        if best is not None and bound > best + near:
            wrong = wrong or f"{name}: a bound of {bound}, rangecover says {best}"
    if value is not None and bound is not None:
        row["gap"] = row["cost"] - row["bound"]
    return row, wrong


def files_of(instance, inputs, flags, folder, engines):
    """Engine, formulation, and the file that it reads."""
    for name in engines:
        kind = ENGINES[name][2]
        if kind not in instance.kinds:
            continue
        if kind == "k-means":
            yield name, name, inputs[0]
            continue
        for formulation in ("window", "prefix"):
            path = folder / f"{instance.name}-{formulation}-{kind}.mps"
            arguments = ["--format", "mps", "--formulation", formulation, "-o", path]
            run("model", *inputs, *flags, *arguments, *(["--relax"] if kind == "lp" else []))
            yield name, f"{name}-{formulation}", str(path)


def measure(instance, arguments, write):
    """All rows of an instance, and the claims that are wrong."""
    folder = arguments.folder
    inputs = instance.generate(folder)
    flags = instance.flags(inputs)
    mine = ours(instance, inputs, flags, arguments.repeats)
    common = {name: mine[name] for name in COMMON if name in mine}
    rows, wrong = [mine], []
    write(mine)
    for engine, name, file in files_of(instance, inputs, flags, folder, arguments.engines):
        row, claim = row_of(theirs(engine, file, arguments, flags[1]), mine, name)
        rows.append(row)
        write({**row, **common})
        if claim:
            wrong.append(f"{instance.name}: {claim}")
    return rows, wrong


def ratio(row, mine):
    """The time as a multiple of ours; what is no proven optimum has how much more it costs.

    A solver that was stopped needs more time than that.
    """
    if row is None:
        return ""
    if "milliseconds" not in row:
        return row["outcome"]
    times = float(row["milliseconds"]) / float(mine["milliseconds"])
    text = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    if row["outcome"] == "optimal":
        return text
    more = float(row["cost"]) / float(mine["cost"]) - 1 if row.get("cost") else None
    kind = row["outcome"] if more is None else f"{more:+.1%}"
    is_stopped = row["solver"] not in ENGINES
    return f"{'> ' if is_stopped else ''}{text} ({kind})"


def table(results):
    """Ratios as Markdown: the times of rangecover, then multiples of them."""
    names = list(results)
    solvers = list(dict.fromkeys(row["solver"] for rows in results.values() for row in rows[1:]))
    yield "| | " + " | ".join(names) + " |"
    yield "| --- |" + " --- |" * len(names)
    yield "| optimum | " + " | ".join(str(rows[0].get("cost")) for rows in results.values()) + " |"
    times = (f"{float(rows[0]['milliseconds']):.3f} ms" for rows in results.values())
    yield "| `price`, certified | " + " | ".join(times) + " |"
    for solver in solvers:
        cells = []
        for rows in results.values():
            row = next((row for row in rows[1:] if row["solver"] == solver), None)
            cells.append(ratio(row, rows[0]))
        yield f"| {solver} | " + " | ".join(cells) + " |"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--instances", default=",".join(i.name for i in INSTANCES))
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each solve")
    parser.add_argument("--folder", type=Path, default=Path("target/solvers"))
    parser.add_argument("-o", "--output", type=Path, help="default: results.csv in the folder")
    given = parser.parse_args()
    given.engines = given.engines.split(",")
    given.instances = [i for i in INSTANCES if i.name in given.instances.split(",")]
    if not given.instances or not set(given.engines) <= set(ENGINES):
        parser.error("no such instance or engine; see INSTANCES here and ENGINES in engines.py")
    return given


def main():
    given = arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    results, wrong = {}, []
    with open(given.output or given.folder / "results.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()

        def write(row):
            writer.writerow(row)
            file.flush()
            took = f"{float(row['milliseconds']):,.3f} ms" if "milliseconds" in row else ""
            print(f"{row['instance']} {row['solver']}: {row['outcome']} {took}", file=sys.stderr, flush=True)

        for instance in given.instances:
            results[instance.name], claims = measure(instance, given, write)
            wrong += claims
    print("\n".join(table(results)))
    machines = dict.fromkeys(rows[0].get("machine", "a machine") for rows in results.values())
    threads = f"CP-SAT with {CP_SAT_WORKERS} workers, the others, rangecover too, with one thread"
    print(f"\n{', '.join(machines)}; {threads}")
    if wrong:
        sys.exit("\n".join(["solvers disagree:", *wrong]))


if __name__ == "__main__":
    main()

"""The peers of solvers.py, each on one file in a process of its own.

Usage: python engines.py NAME FILE REPEATS SECONDS; prints one JSON object. What is timed is the
solve alone: the file has been read, and the model has been handed over. CLP, CBC and GLOP are given
their model in the same call that solves it, so the logs of CLP and CBC say how long the solve took;
GLOP's time has the handing over in it. For MIP the gaps allowed are 0, and everything but CP-SAT has
one thread.
"""

import contextlib
import json
import math
import os
import re
import statistics
import sys
import tempfile
import time
from importlib.metadata import version

# CP-SAT is a portfolio: with fewer workers some of its strategies do not run.
CP_SAT_WORKERS = max(8, os.cpu_count() or 1)


def highs(path, limit):
    import highspy

    solver = highspy.Highs()
    solver.silent()
    options = {"threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.0, "time_limit": float(limit)}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    assert solver.readModel(path) == highspy.HighsStatus.kOk, path
    is_mip = len(solver.getLp().integrality_) > 0

    def solve():
        solver.run()

    def answer():
        status = solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return "optimal", solver.getObjectiveValue(), None
        if status == highspy.HighsModelStatus.kInfeasible:
            return "infeasible", None, None
        info = solver.getInfo()
        if is_mip and info.primal_solution_status == 2:
            return "feasible", info.objective_function_value, info.mip_dual_bound
        return "unknown", None, info.mip_dual_bound if is_mip else None

    return solve, answer, None


def scip(path, limit):
    import pyscipopt

    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("limits/time", float(limit))
    model.readProblem(path)

    def answer():
        status = model.getStatus()
        if status == "optimal":
            return "optimal", model.getObjVal(), None
        if status == "infeasible":
            return "infeasible", None, None
        if model.getNSols() > 0:
            return "feasible", model.getObjVal(), model.getDualbound()
        return "unknown", None, model.getDualbound()

    return model.optimize, answer, None


def coin(name, seconds_in_log=None, least_seconds=0.0):
    """An engine behind the linear_solver of OR-Tools.

    Logs are rounded, so they say nothing of a short run; what counts there is the whole call.
    """

    def build(path, limit):
        from ortools.linear_solver import pywraplp
        from ortools.linear_solver.python import model_builder

        read = model_builder.Model()
        assert read.import_from_mps_file(path), path
        solver = pywraplp.Solver.CreateSolver(name)
        solver.LoadModelFromProto(read.export_to_proto())
        solver.SetTimeLimit(int(limit * 1000))
        parameters = pywraplp.MPSolverParameters()
        parameters.SetDoubleParam(parameters.RELATIVE_MIP_GAP, 0.0)
        log = tempfile.TemporaryFile()
        result = {}
        if seconds_in_log is not None:
            solver.EnableOutput()

        def solve():
            with to_file(log):
                result["status"] = solver.Solve(parameters)

        def answer():
            status = result["status"]
            if status == solver.OPTIMAL:
                return "optimal", solver.Objective().Value(), None
            if status == solver.INFEASIBLE:
                return "infeasible", None, None
            if status == solver.FEASIBLE:
                return "feasible", solver.Objective().Value(), solver.Objective().BestBound()
            return "unknown", None, None

        def seconds():
            log.seek(0)
            found = re.findall(seconds_in_log, log.read().decode())
            return float(found[-1]) if found and float(found[-1]) >= least_seconds else None

        return solve, answer, seconds if seconds_in_log is not None else None

    return build


def cp_sat(path, limit):
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    columns, rows, costs = read_mps(path)
    variables = {
        name: model.new_bool_var(name) if most == 1 else model.new_int_var(0, most, name)
        for name, (least, most) in columns.items()
        if least == 0
    }
    # The one that is fixed at 1 carries the constant.
    constant = sum(costs.pop(name, 0) for name, (least, _) in columns.items() if least == 1)
    for terms, least, most in rows:
        here = [variables[name] for name in terms if name in variables]
        factors = [factor for name, factor in terms.items() if name in variables]
        fixed = sum(factor for name, factor in terms.items() if name not in variables)
        if least == 1 and most is None and all(f == 1 for f in factors) and is_bool(terms, columns):
            model.add_bool_or(here)
            continue
        total = cp_model.LinearExpr.weighted_sum(here, factors) + fixed
        if least is not None:
            model.add(total >= least)
        if most is not None:
            model.add(total <= most)
    names = list(costs)
    model.minimize(
        cp_model.LinearExpr.weighted_sum([variables[n] for n in names], [costs[n] for n in names])
        + constant
    )
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = CP_SAT_WORKERS
    solver.parameters.max_time_in_seconds = float(limit)
    result = {}

    def solve():
        result["status"] = solver.solve(model)

    def answer():
        status = result["status"]
        if status == cp_model.OPTIMAL:
            return "optimal", solver.objective_value, None
        if status == cp_model.INFEASIBLE:
            return "infeasible", None, None
        if status == cp_model.FEASIBLE:
            return "feasible", solver.objective_value, solver.best_objective_bound
        return "unknown", None, None

    return solve, answer, None


def is_bool(terms, columns):
    return all(columns[name] == (0, 1) for name in terms)


def read_mps(path):
    """Columns with their bounds, rows and costs of a file that rangecover wrote."""
    columns, rows, costs, section = {}, {}, {}, None
    with open(path, encoding="ascii") as lines:
        for line in lines:
            if line.startswith("*"):
                continue
            words = line.split()
            if not line.startswith(" "):
                section = words[0]
            elif section == "ROWS" and words[0] != "N":
                rows[words[1]] = [{}, *((0, None) if words[0] == "G" else (None, 0))]
            elif section == "COLUMNS" and words[0] != "MARKER":
                name, row, factor = words
                columns.setdefault(name, (0, None))
                terms = costs if row == "cost" else rows[row][0]
                terms[name] = int(factor)
            elif section == "RHS":
                row = rows[words[1]]
                row[2 if row[1] is None else 1] = int(words[2])
            elif section == "RANGES":
                row = rows[words[1]]
                row[2] = row[1] + int(words[2])
            elif section == "BOUNDS":
                least = int(words[3]) if words[0] == "FX" else 0
                columns[words[2]] = (least, int(words[3]))
    return columns, rows.values(), costs


def k_means(name):
    """A tool for k-means of points on a line, with as many clusters as CLUSTERS says."""

    def build(path, _limit):
        import numpy

        ports = []
        with open(path, encoding="ascii") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    first, _, last = line.strip().partition("-")
                    ports.extend(range(int(first), int(last or first) + 1))
        points = numpy.array(ports, dtype=float)
        result = {}
        k = int(os.environ["CLUSTERS"])
        if name == "ckmeans":
            from ckmeans import ckmeans

            def solve():
                result["clusters"] = ckmeans(points, k)

        elif name == "ckwrap":
            from ckwrap import ckmeans as ckwrap

            def solve():
                result["labels"] = ckwrap(points, k).labels

        else:
            from kmeans1d import cluster

            as_list = points.tolist()

            def solve():
                result["labels"] = cluster(as_list, k).clusters

        def answer():
            clusters = result.get("clusters")
            if clusters is None:
                of = {}
                for port, label in zip(ports, result["labels"]):
                    of.setdefault(int(label), []).append(port)
                clusters = of.values()
            spans = [int(max(cluster)) - int(min(cluster)) + 1 for cluster in clusters]
            assert len(spans) <= k
            result["rules"] = len(spans)
            return "feasible", sum(spans) - len(ports), None

        return solve, answer, None

    return build


CLP_LOG = r"Optimal objective .* iterations time ([\d.]+)"
CBC_LOG = r"Total time \(CPU seconds\):.*Wallclock seconds\): +([\d.]+)"

# Name: how it is built, the package, what it solves.
ENGINES = {
    "highs-lp": (highs, "highspy", "lp"),
    "clp": (coin("CLP", CLP_LOG, 0.01), "ortools", "lp"),
    "glop": (coin("GLOP"), "ortools", "lp"),
    "highs-mip": (highs, "highspy", "mip"),
    "cbc": (coin("CBC", CBC_LOG, 0.1), "ortools", "mip"),
    "scip": (scip, "pyscipopt", "mip"),
    "cp-sat": (cp_sat, "ortools", "mip"),
    "ckmeans": (k_means("ckmeans"), "ckmeans", "k-means"),
    "ckwrap": (k_means("ckwrap"), "ckwrap", "k-means"),
    "kmeans1d": (k_means("kmeans1d"), "kmeans1d", "k-means"),
}


@contextlib.contextmanager
def to_file(file):
    """Sends what C code prints to a file."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(file.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def memory(field):
    """A number of bytes from the status of this process, where the system has it."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def forget_peak():
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def main(name, path, repeats, limit):
    build, package, _ = ENGINES[name]
    times, taken, last = [], None, None
    for _ in range(repeats):
        solve, answer, seconds_in_log = build(path, limit)
        forget_peak()
        before = memory("VmRSS")
        start = time.perf_counter()
        solve()
        seconds = time.perf_counter() - start
        peak = memory("VmHWM")
        if taken is None and peak is not None:
            taken = max(0, peak - before)
        said = seconds_in_log() if seconds_in_log else None
        times.append(seconds if said is None else said)
        last = answer()
        if last[0] in ("feasible", "unknown") and seconds > 0.9 * limit or sum(times) > limit:
            break
    outcome, value, bound = last
    if bound is not None and not math.isfinite(bound):
        bound = None
    print(
        json.dumps(
            {
                "outcome": outcome,
                "value": value,
                "bound": bound,
                "milliseconds": statistics.median(times) * 1e3,
                "repeats": len(times),
                "memory_bytes": taken,
                "version": f"{package} {version(package)}",
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))

#!/usr/bin/env python3
"""Our siting problems against what a user would pick otherwise, in one run on one machine: seconds and their ratio.

    target/foreign/python/bin/python benches/siting_peers.py [--seconds N] [--instances 1,2,3] [--program FILE]

The others are spopt with HiGHS (p-median of the OR-Library), the plain continuous-assignment model in HiGHS (a random
plane) and bisection with plain set covers in HiGHS (p-center of the OR-Library), each on one thread and within N seconds
(120 if not given). The packages are those of tests/foreign/requirements.txt. The instances are those of ../shared/data/orlib,
or of the folder that EVENREACH_SHARED names. PROGRAM is the built benchmark `siting`; without it cargo builds it. Where
another did not finish, its ratio is a lower bound (>).
"""

import argparse
import csv
import gzip
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import highspy
import numpy as np
import pulp
from spopt.locate import PMedian

HERE = Path(__file__).resolve().parent.parent
ORLIB = Path(os.environ.get("EVENREACH_SHARED", HERE.parent / "shared")) / "data" / "orlib"


def program():
    """The benchmark that solves tables, built by cargo."""
    build = ["cargo", "bench", "--bench", "siting", "--no-run", "--message-format=json-render-diagnostics"]
    lines = subprocess.run(build, cwd=HERE, check=True, capture_output=True, text=True).stdout.splitlines()
    built = [line for line in lines if '"executable":"' in line and '"name":"siting"' in line]
    return built[-1].split('"executable":"')[1].split('"')[0]


def told(*command):
    """Seconds, objective, bound, proven of one of our runs."""
    line = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout.split()
    return float(line[0]), float(line[1]), float(line[2]), line[3] == "true"


def ours(solver, problem, costs, p):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as table:
        table.write("from,to,cost\n")
        table.writelines(f"{i},{j},{cost!r}\n" for i, row in enumerate(costs.tolist()) for j, cost in enumerate(row))
        table.flush()
        runs = [told(solver, "--solve", problem, table.name, p) for _ in range(3)]
    return min(runs)


def orlib(instance):
    with gzip.open(ORLIB / f"pmed{instance}.csv.gz", "rt") as file:
        rows = [tuple(map(int, row)) for row in list(csv.reader(file))[1:]]
    costs = np.zeros((max(row[0] for row in rows),) * 2)
    for i, j, cost in rows:
        costs[i - 1, j - 1] = cost
    return costs


def highs(seconds):
    model = highspy.Highs()
    for option, value in [("output_flag", False), ("threads", 1), ("time_limit", float(seconds)), ("mip_rel_gap", 0.0)]:
        model.setOptionValue(option, value)
    return model


def integers(model, n):
    """Columns from 0 to 1 that are whole."""
    for column in range(n):
        model.addVar(0, 1)
        model.changeColIntegrality(column, highspy.HighsVarType.kInteger)


def assignment_in_highs(costs, p, seconds):
    """The p-median with a continuous assignment: x[i, j] <= y[j], sum of x[i, :] = 1, sum of y = p."""
    n, m = costs.shape
    model = highs(seconds)
    start = time.perf_counter()
    integers(model, m)
    for cost in costs.ravel():
        model.addVar(0, 1)
        model.changeColCost(model.getNumCol() - 1, cost)
    model.addRow(p, p, m, np.arange(m, dtype=np.int32), np.ones(m))
    for i in range(n):
        row = np.arange(m + i * m, m + (i + 1) * m, dtype=np.int32)
        model.addRow(1, 1, m, row, np.ones(m))
        for j in range(m):
            model.addRow(0, highspy.kHighsInf, 2, np.array([j, row[j]], dtype=np.int32), np.array([1.0, -1.0]))
    model.run()
    return time.perf_counter() - start, model.getInfo().objective_function_value, finished(model)


def finished(model):
    return model.getModelStatus() == highspy.HighsModelStatus.kOptimal


def center_by_set_covers(costs, p, seconds):
    """Bisection over the costs; each half is settled by the fewest columns that cover all rows."""
    start = time.perf_counter()
    values = np.unique(costs)
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        model = highs(seconds)
        integers(model, costs.shape[1])
        for column in range(costs.shape[1]):
            model.changeColCost(column, 1)
        for row in costs <= values[middle]:
            columns = np.flatnonzero(row).astype(np.int32)
            model.addRow(1, highspy.kHighsInf, len(columns), columns, np.ones(len(columns)))
        model.run()
        if not finished(model) and model.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
            return time.perf_counter() - start, values[high], False
        if finished(model) and round(model.getInfo().objective_function_value) <= p:
            high = middle
        else:
            low = middle + 1
    return time.perf_counter() - start, values[high], True


def median_by_spopt(costs, p, seconds):
    start = time.perf_counter()
    solver = pulp.HiGHS(msg=False, threads=1, timeLimit=seconds)
    try:
        model = PMedian.from_cost_matrix(costs, np.ones(len(costs)), p_facilities=p).solve(solver)
        value = model.problem.objective.value()
    except RuntimeError:
        value = float("nan")
    took = time.perf_counter() - start
    return took, value, took < seconds


def show(name, mine, theirs):
    seconds, objective, _, proven = mine
    took, value, is_done = theirs
    ratio = took / seconds
    mark = " " if is_done else ">"
    ours_told = f"{seconds:>8.3f} | {objective:>12.6g} | {proven!s:<6}"
    print(f"| {name:<34} | {ours_told} | {took:>8.2f} | {value:>12.6g} | {mark}{ratio:>8.1f} |", flush=True)
    return ratio


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--instances", default=",".join(map(str, range(1, 16))))
    parser.add_argument("--program")
    chosen = parser.parse_args()
    solver = chosen.program or program()
    with open(ORLIB / "optima.csv") as file:
        sizes = {int(row["instance"]): int(row["p"]) for row in csv.DictReader(file)}
    heads = ["what", "ours, s", "objective", "proven", "other, s", "objective", "ratio"]
    widths = [34, 8, 12, 6, 8, 12, 9]
    print("| " + " | ".join(f"{head:<{width}}" for head, width in zip(heads, widths)) + " |")
    print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    medians, centers = [], []
    for instance in map(int, chosen.instances.split(",")):
        costs, p = orlib(instance), sizes[instance]
        name = f"pmed{instance}, {len(costs)} x {len(costs)}, p = {p}"
        theirs = center_by_set_covers(costs, p, chosen.seconds)
        centers.append(show(f"p-center {name}", ours(solver, "p-center", costs, p), theirs))
        theirs = median_by_spopt(costs, p, chosen.seconds)
        medians.append(show(f"p-median {name}", ours(solver, "p-median", costs, p), theirs))
    chance = np.random.default_rng(42)
    places = chance.uniform(0, 1000, (1100, 2))
    costs = np.linalg.norm(places[:1000, None] - places[None, 1000:], axis=2)
    theirs = assignment_in_highs(costs, 10, chosen.seconds)
    show("p-median 1000 x 100, p = 10", ours(solver, "p-median", costs, 10), theirs)
    print(f"median of the ratios: p-median {statistics.median(medians):.1f}, p-center {statistics.median(centers):.1f}")
    for problem, n, m, p, limit, seconds in [
        ("p-median", 10_000, 1_000, 30, 0, 300),
        ("mclp", 1_000_000, 100, 10, 100, 60),
        ("mclp", 1_000_000, 100, 30, 100, 60),
    ]:
        took, objective, bound, proven = told(solver, "--plane", problem, n, m, p, limit, seconds)
        gap = abs(objective - bound) / objective * 100
        print(f"ours alone: {problem} {n} x {m}, p = {p}: {took:.1f} s, {objective:.6g}, gap {gap:.3f} %, proven {proven}")


if __name__ == "__main__":
    main()

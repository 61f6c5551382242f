#!/usr/bin/env python3
"""Siting with capacities, costs and budgets by HiGHS: the optima that a test of src/siting/capacitated/tests.rs compares.

    target/foreign/python/bin/python benches/siting_capacities.py

The world is made by rule. The model is the strong one: x[i, j] <= y[j], sum of x[i, :] = 1, persons of a site within
capacity[j] * y[j], sites whole, shares not. The package is that of tests/foreign/requirements.txt.
"""

import math

import highspy
import numpy as np

POINTS = [((i * i * 7 + i * 13 + 5) % 101, (i * i * 11 + i * 29 + 3) % 103) for i in range(60)]
PERSONS = [1 + (i * i * 3 + i * 5) % 17 for i in range(60)]
SITES = POINTS[::3]
CAPACITY = [40 + (j * j * 5 + j * 7) % 50 for j in range(20)]
PRICE = [10 + (j * 11) % 23 for j in range(20)]
COSTS = [[math.floor(math.hypot(a[0] - b[0], a[1] - b[1])) for b in SITES] for a in POINTS]


def row(model, low, high, columns, values):
    model.addRow(low, high, len(columns), np.array(columns, dtype=np.int32), np.array(values, dtype=float))


def solve(limit=math.inf, p=None, budget=None, fixed=None, ways=True, partial=False, capacity=True):
    """The least of fixed costs and ways, or with `partial` of persons not served; none where nothing is allowed."""
    model = highspy.Highs()
    for option, value in [("output_flag", False), ("threads", 1), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-7)]:
        model.setOptionValue(option, value)

    def column(cost):
        model.addVar(0, 1)
        model.changeColCost(model.getNumCol() - 1, float(cost))
        return model.getNumCol() - 1

    for site in range(len(SITES)):
        column(fixed[site] if fixed else 0)
        model.changeColIntegrality(site, highspy.HighsVarType.kInteger)
    held = [[] for _ in SITES]
    for point, persons in enumerate(PERSONS):
        shares = []
        for site, cost in enumerate(COSTS[point]):
            if cost <= limit:
                share = column(persons * cost if ways else 0)
                row(model, -highspy.kHighsInf, 0, [share, site], [1, -1])
                held[site].append((share, persons))
                shares.append(share)
        if partial:
            shares.append(column(persons))
        row(model, 1, 1, shares, [1] * len(shares))
    for site, shares in enumerate(held if capacity else []):
        columns, values = [share for share, _ in shares], [persons for _, persons in shares]
        row(model, -highspy.kHighsInf, 0, columns + [site], values + [-CAPACITY[site]])
    if p is not None:
        row(model, 0, p, range(len(SITES)), [1] * len(SITES))
    if budget is not None:
        row(model, 0, budget, range(len(SITES)), PRICE)
    model.run()
    if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return model.getObjectiveValue()


def center(**allowed):
    limits = sorted({cost for costs in COSTS for cost in costs})
    return next(limit for limit in limits if solve(limit, ways=False, **allowed) is not None)


def cover(**allowed):
    return sum(PERSONS) - solve(20, ways=False, partial=True, **allowed)


def main():
    medians = [{"p": 9}, {"p": 12}, {"budget": 200}, {"p": 12, "budget": 220}, {"budget": 90, "capacity": False}]
    for allowed in medians:
        print("p-median", allowed, solve(**allowed))
    for allowed in [{"p": 9}, {"p": 12}, {"budget": 220}, {"budget": 90, "capacity": False}]:
        print("p-center", allowed, center(**allowed))
    for allowed in [{"p": 5}, {"p": 8}, {"budget": 100}, {"budget": 60, "capacity": False}]:
        print("mclp, limit 20", allowed, cover(**allowed))
    for limit in (30, 40):
        for name, fixed, capacity in [("number", [1] * 20, True), ("cost", PRICE, True), ("cost", PRICE, False)]:
            print("lscp", limit, name, capacity, solve(limit, ways=False, fixed=fixed, capacity=capacity))


if __name__ == "__main__":
    main()

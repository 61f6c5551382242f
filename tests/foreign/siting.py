"""The San Francisco case of spopt (205 census tracts, 16 stores) as tables of ours, and what spopt finds in it.

The data are those that the Python package of spopt brings for its own tests: `od.csv` (from, to, cost in metres),
`demand.csv` (id, persons), and `spopt.csv` (problem, p, limit, objective).
"""

import csv
import pathlib
import sys
import warnings

import pandas
import pulp
import spopt
from spopt.locate import LSCP, LSCPB, MCLP, PCenter, PMedian

warnings.filterwarnings("ignore")
OUT = pathlib.Path(sys.argv[1])
DATA = pathlib.Path(spopt.__file__).parent / "tests" / "test_locate" / "data"

name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
pairs = pandas.read_csv(DATA / name, dtype={"DestinationName": str})
costs = pairs.pivot_table(values="distance", index="DestinationName", columns="name")
persons = pairs.groupby("DestinationName")["demand"].first().loc[costs.index]


def write(name, header, rows):
    with open(OUT / name, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


rows = ((a, b, repr(float(costs.at[a, b]))) for a in costs.index for b in costs.columns)
write("od.csv", ["from", "to", "cost"], rows)
write("demand.csv", ["id", "persons"], persons.items())

solver = pulp.HiGHS(msg=False)
matrix, weights = costs.values, persons.values
models = []
for limit in (5000, 8000):
    models.append(("lscp", "", limit, LSCP.from_cost_matrix(matrix, limit).solve(solver)))
    models.append(("lscp-b", "", limit, LSCPB.from_cost_matrix(matrix, limit, solver).solve()))
for p in (2, 4, 6):
    models.append(("mclp", p, 5000, MCLP.from_cost_matrix(matrix, weights, 5000, p_facilities=p).solve(solver)))
    models.append(("p-median", p, "", PMedian.from_cost_matrix(matrix, weights, p_facilities=p).solve(solver)))
    models.append(("p-center", p, "", PCenter.from_cost_matrix(matrix, p_facilities=p).solve(solver)))
found = ((problem, p, limit, repr(float(model.problem.objective.value()))) for problem, p, limit, model in models)
write("spopt.csv", ["problem", "p", "limit", "objective"], found)

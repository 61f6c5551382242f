"""Coordinates by PROJ, for tests/proj.rs: python tests/proj/points.py > tests/proj/points.csv

Each row is a place on WGS 84 (longitude, latitude) and its coordinate in a system (x east, y north), by pyproj with grid
files off. `metres` is how near evenreach must come: the projections are the same formulas, so 0.001 m; where a datum
is turned or shifted, PROJ may choose other parameters than the table of proj4rs, and the tolerance is stated.
"""

import sys

import pyproj
from pyproj import CRS, Transformer, network
from pyproj.transformer import TransformerGroup

network.set_network_enabled(False)

SAME = 0.001


def rows():
    # The zones of CGCS2000: both ends of each family, and those of Dalian.
    for code in [4513, 4521, 4528, 4533, 4534, 4542, 4549, 4550, 4554, 4491, 4499, 4501, 4502, 4510, 4512]:
        meridian = next(p.value for p in CRS.from_epsg(code).coordinate_operation.params if "ongitude" in p.name)
        for off, lat in [(-1.5, 18.2), (0.0, 39.1), (1.49, 53.5)]:
            yield 4490, code, meridian + off, lat, SAME
    for code, lon, lat in [
        (32651, 121.7, 39.1), (32650, 119.9, 25.0), (32643, 73.6, 39.4), (32633, 13.4, 52.5), (32733, 15.0, -33.0),
        (25833, 13.4, 52.5), (3035, 24.9, 60.2), (3067, 24.9, 60.2), (2154, 2.35, 48.86), (3857, 121.7, 39.1),
        (3857, -179.9, -84.9), (6677, 139.7, 35.7), (2046, 15.4, -30.0), (26986, -71.1, 42.3), (2263, -73.9, 40.7),
        (5514, 14.4, 50.1), (21781, 7.45, 46.95), (31370, 4.35, 50.85),
    ]:
        yield 4326, code, lon, lat, None
    # Other datums.
    for code, lon, lat in [
        (3068, 13.4, 52.5), (31468, 11.6, 48.1), (4314, 13.4, 52.5), (28992, 4.9, 52.4), (27700, -0.1, 51.5),
        (28404, 20.5, 54.7), (4284, 37.6, 55.7), (4214, 121.7, 39.1), (2437, 121.7, 39.1), (2385, 121.7, 39.1),
        (4610, 121.7, 39.1), (4267, -100.0, 40.0),
    ]:
        yield 4326, code, lon, lat, None


# How near the shift of the table is to the one that PROJ takes, in metres, where they may differ.
TOLERANCE = {
    3068: 5, 31468: 5, 4314: 5, 28992: 1, 27700: 5, 21781: 5, 31370: 5, 5514: 5, 28404: 10, 4284: 10,
    4214: 100, 2437: 100, 2385: 200, 4610: 200, 4267: 200,
}

out = sys.stdout
out.write(f"# Made by tests/proj/points.py with pyproj {pyproj.__version__}, PROJ {pyproj.proj_version_str}, no grid files.\n")
out.write("system,lon,lat,x,y,metres\n")
for source, code, lon, lat, metres in rows():
    group = TransformerGroup(source, code, always_xy=True, allow_ballpark=True)
    transformer = group.transformers[0] if group.transformers else Transformer.from_crs(source, code, always_xy=True)
    x, y = transformer.transform(lon, lat)
    metres = metres or TOLERANCE.get(code, SAME)
    out.write(f"EPSG:{code},{lon!r},{lat!r},{x!r},{y!r},{metres}\n")

"""One small layer of each kind of geometry in the formats of other programs: the GeoJSON beside them is the truth.

Written by GDAL's ogr2ogr, and by geopandas through pyogrio.
"""

import json
import pathlib
import struct
import subprocess
import sys
import warnings

import geopandas

OUT = pathlib.Path(sys.argv[1])


def ring(x, y, size):
    east, north = round(x + size, 12), round(y + size, 12)
    return [[x, y], [east, y], [east, north], [x, north], [x, y]]


LAKE = ring(121.02, 39.02, 0.06)[::-1]
# Touches itself in one corner, and runs the wrong way for a shell.
BOW = [[121.5, 39.0], [121.52, 39.02], [121.54, 39.0], [121.54, 39.04], [121.52, 39.02], [121.5, 39.04], [121.5, 39.0]]

SHAPES = {
    "areas": [
        {"type": "Polygon", "coordinates": [ring(121.0, 39.0, 0.1)]},
        {"type": "Polygon", "coordinates": [ring(121.0, 39.0, 0.1), LAKE]},
        {
            "type": "MultiPolygon",
            "coordinates": [[ring(121.0, 39.0, 0.1), LAKE], [ring(121.04, 39.04, 0.02)], [ring(121.3, 39.1, 0.0123456789012345)]],
        },
        {"type": "MultiPolygon", "coordinates": [[BOW], [ring(121.6, 39.0, 0.01)]]},
        None,
    ],
    "places": [
        {"type": "Point", "coordinates": [121.1 + 0.1 / 3, 39.0 + 0.01 * n]} if n != 3 else None for n in range(5)
    ],
    "groups": [{"type": "MultiPoint", "coordinates": [[121.1, 39.1 + 0.01 * n], [121.2, 39.2]]} for n in range(5)],
    "roads": [
        {"type": "LineString", "coordinates": [[121.1, 39.1], [121.2, 39.15], [121.3, 39.1 + 0.01 * n]]}
        if n % 2
        else {"type": "MultiLineString", "coordinates": [[[121.1, 39.1], [121.2, 39.2]], [[121.3, 39.3], [121.4, 39.4 + 0.01 * n]]]}
        for n in range(5)
    ],
}

ROWS = [
    {"code": "0210213", "名称": "光明街道", "常住人口": 41250, "largest_class_size": 34, "share": 0.125, "opened": "2015-09-01", "备注": "含水面，㙍"},
    {"code": "0210214", "名称": "站前街道", "常住人口": 9007199, "largest_class_size": 41, "share": 1 / 3, "opened": "2018-02-28", "备注": None},
    {"code": "0210215", "名称": "登沙河街道", "常住人口": 0, "largest_class_size": None, "share": -2.5, "opened": None, "备注": "第一行，\"引号\""},
    {"code": "0210216", "名称": "É, ß", "常住人口": None, "largest_class_size": 12, "share": None, "opened": "2020-12-31", "备注": ""},
    {"code": "0210217", "名称": "杏树街道办事处", "常住人口": 7, "largest_class_size": 50, "share": 1e-7, "opened": "1999-01-01", "备注": "末行"},
]
# GBK has no such letters.
GBK_ROWS = [{**row, "备注": (row["备注"] or "").replace("㙍", "") or None, "名称": row["名称"].replace("É, ß", "无名")} for row in ROWS]


def geojson(path, shapes, rows):
    features = [{"type": "Feature", "properties": row, "geometry": shape} for row, shape in zip(rows, shapes)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
    return path


def run(*command):
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        sys.exit(" ".join(command) + "\n" + done.stderr.decode(errors="replace"))


def ogr(target, source, *options):
    run("ogr2ogr", "-q", *options, str(target), str(source))


def beside(path, ending):
    return path.with_suffix("." + ending)


TRUTH = {name: geojson(OUT / f"{name}.geojson", shapes, ROWS) for name, shapes in SHAPES.items()}
GBK = geojson(OUT / "areas.gbk.geojson", SHAPES["areas"], GBK_ROWS)

# Shapefiles: every kind of geometry, with heights, with measures.
for name, truth in TRUTH.items():
    ogr(OUT / f"{name}.shp", truth, "-lco", "ENCODING=UTF-8")
    ogr(OUT / f"{name}.z.shp", truth, "-lco", "ENCODING=UTF-8", "-dim", "XYZ")
    ogr(OUT / f"{name}.m.shp", truth, "-lco", "ENCODING=UTF-8", "-dim", "XYM")
# Encodings, stated and not.
ogr(OUT / "gbk.shp", GBK, "-lco", "ENCODING=GBK")
ogr(OUT / "gbk-unsaid.shp", GBK, "-lco", "ENCODING=GBK")
ogr(OUT / "utf8-unsaid.shp", TRUTH["areas"], "-lco", "ENCODING=UTF-8")
for name in ["gbk-unsaid", "utf8-unsaid"]:
    beside(OUT / f"{name}.shp", "cpg").unlink(missing_ok=True)
warnings.simplefilter("ignore")
frame = geopandas.read_file(GBK)
frame["opened"] = frame["opened"].dt.strftime("%Y-%m-%d")
frame.to_file(OUT / "geopandas.shp", encoding="GBK")
# Names in capitals, as older programs write them.
for ending in ["shp", "shx", "dbf", "prj", "cpg"]:
    (OUT / f"capitals.{ending.upper()}").write_bytes(beside(OUT / "gbk.shp", ending).read_bytes())
# Systems.
for code in [4549, 4528, 4490, 32651, 3857]:
    ogr(OUT / f"epsg{code}.shp", TRUTH["areas"], "-lco", "ENCODING=UTF-8", "-t_srs", f"EPSG:{code}")
# Files that are missing.
for missing in ["shx", "dbf", "prj"]:
    ogr(OUT / f"no-{missing}.shp", TRUTH["areas"], "-lco", "ENCODING=UTF-8")
    beside(OUT / f"no-{missing}.shp", missing).unlink()
# A record that is deleted but still there: GDAL itself takes it out when it closes the file.
ogr(OUT / "deleted.shp", TRUTH["areas"], "-lco", "ENCODING=UTF-8")
table = bytearray((OUT / "deleted.dbf").read_bytes())
(before,), (length,) = struct.unpack("<H", table[8:10]), struct.unpack("<H", table[10:12])
table[before + length] = ord("*")
(OUT / "deleted.dbf").write_bytes(table)

# The streets of the small study of the tests.
streets = [{"type": "Polygon", "coordinates": [ring(round(121.0 + 0.1 * n, 12), 39.0, 0.1)]} for n in range(2)]
names = [{"code": "S1", "name": "光明街道", "parent": "D"}, {"code": "S2", "name": "站前街道", "parent": "D"}]
ogr(OUT / "streets.shp", geojson(OUT / "streets.geojson", streets, names), "-lco", "ENCODING=GBK")

# FlatGeobuf, with its index and without, in other systems, and of mixed geometries. GDAL leaves out features without
# geometry.
for name, shapes in SHAPES.items():
    shapes, rows = zip(*[(shape, row) for shape, row in zip(shapes, ROWS) if shape])
    placed = geojson(OUT / f"{name}.placed.geojson", shapes, rows)
    ogr(OUT / f"{name}.fgb", placed, "-lco", "SPATIAL_INDEX=NO")
    ogr(OUT / f"{name}.z.fgb", placed, "-lco", "SPATIAL_INDEX=NO", "-dim", "XYZM")
ogr(OUT / "epsg4549.fgb", OUT / "areas.placed.geojson", "-lco", "SPATIAL_INDEX=NO", "-t_srs", "EPSG:4549")
mixed = [shapes[n] for n, shapes in enumerate(SHAPES.values())] + [SHAPES["areas"][1]]
ogr(OUT / "mixed.fgb", geojson(OUT / "mixed.geojson", mixed, ROWS), "-lco", "SPATIAL_INDEX=NO")
# Many points, numbered west to east: what the index leaves out can be counted.
grid = [{"type": "Point", "coordinates": [120 + x / 100, 38 + y / 100]} for x in range(100) for y in range(100)]
rows = [{"x": n // 100, "y": n % 100} for n in range(len(grid))]
ogr(OUT / "grid.fgb", geojson(OUT / "grid.geojson", grid, rows), "-lco", "SPATIAL_INDEX=YES")
ogr(OUT / "grid4549.fgb", OUT / "grid.geojson", "-lco", "SPATIAL_INDEX=YES", "-t_srs", "EPSG:4549")
ogr(OUT / "grid4549.shp", OUT / "grid.geojson", "-t_srs", "EPSG:4549")
geopandas.read_file(OUT / "grid.geojson").to_file(OUT / "geopandas.fgb", driver="FlatGeobuf")

# Sequences of features.
for name in ["areas", "places"]:
    ogr(OUT / f"{name}.geojsonl", TRUTH[name], "-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=15")
    ogr(OUT / f"{name}.rs.geojsons", TRUTH[name], "-f", "GeoJSONSeq", "-lco", "RS=YES", "-lco", "COORDINATE_PRECISION=15")

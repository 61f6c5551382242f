"""GeoParquet by geopandas and pyarrow: into the folder that is the first argument, each beside its GeoJSON."""

import datetime
import decimal
import json
import pathlib
import sys

import geopandas
import numpy
import pyarrow
import pyarrow.parquet
import shapely
from shapely.geometry import mapping

OUT = pathlib.Path(sys.argv[1])

# Values of the types of tables.
N = 3
table = pyarrow.table(
    {
        "code": ["0012", "0013", ""],
        "name": ["一幼", None, "it's"],
        "seats": pyarrow.array([90, None, -1], pyarrow.int32()),
        "share": pyarrow.array([0.1, 1e-7, 123456.789], pyarrow.float64()),
        "whole": pyarrow.array([3.0, 4.0, 5.5], pyarrow.float64()),
        "short": pyarrow.array([0.1, 2.0, None], pyarrow.float32()),
        "half": pyarrow.array(numpy.array([0.5, 2.0, -1.0], numpy.float16)),
        "tiny": pyarrow.array([1, None, -3], pyarrow.int8()),
        "unsigned": pyarrow.array([1, None, 2**64 - 1], pyarrow.uint64()),
        "money": pyarrow.array([decimal.Decimal("12.50"), None, decimal.Decimal("3.00")], pyarrow.decimal128(12, 2)),
        "open": pyarrow.array([True, None, False]),
        "day": pyarrow.array([datetime.date(2020, 9, 1), None, datetime.date(1969, 12, 31)]),
        "moment": pyarrow.array([datetime.datetime(2020, 9, 1, 8, 30), None, None], pyarrow.timestamp("us")),
        "kind": pyarrow.array(["公办", "民办", "公办"]).dictionary_encode(),
        "large": pyarrow.array(["a", None, "b"], pyarrow.large_string()),
        "view": pyarrow.array(["a", None, "a longer text than fits"], pyarrow.string_view()),
        "serves": pyarrow.array([["V1", "V2"], None, []], pyarrow.list_(pyarrow.string())),
        "nothing": pyarrow.nulls(N),
        "lon": [121.7, 121.8, 121.9],
        "lat": [39.0, 39.1, 39.2],
        "photo": pyarrow.array([b"x", None, b"y"]),
        "inner": pyarrow.array([{"a": 1}, None, {"a": 2}]),
    }
)
for packing in ["none", "snappy", "gzip", "zstd"]:
    pyarrow.parquet.write_table(table, OUT / f"table_{packing}.parquet", compression=packing)
pyarrow.parquet.write_table(table, OUT / "table_v2.parquet", data_page_version="2.0", use_dictionary=False)

# Layers of one kind of geometry each, so that they have a native encoding.
square = lambda x, y, d=0.01: shapely.box(x, y, x + d, y + d)
hole = shapely.Polygon([(121, 39), (122, 39), (122, 40), (121, 39)], [[(121.5, 39.1), (121.6, 39.1), (121.6, 39.2), (121.5, 39.1)]])
kinds = {
    "point": [shapely.Point(121, 39), None, shapely.Point(121.5, 39.5)],
    "linestring": [shapely.LineString([(121, 39), (122, 39.5)]), None, shapely.LineString([(1, 2), (3, 4), (5, 6)])],
    "polygon": [hole, None, square(121, 39)],
    "multipoint": [shapely.MultiPoint([(121, 39), (122, 39.5)]), None, shapely.MultiPoint([(1, 2)])],
    "multilinestring": [shapely.MultiLineString([[(121, 39), (122, 39.5)], [(1, 2), (3, 4)]]), None, shapely.MultiLineString([[(1, 2), (3, 4)]])],
    "multipolygon": [shapely.MultiPolygon([hole, square(123, 39)]), None, shapely.MultiPolygon([square(121, 39)])],
}


def geojson(frame, path):
    """Written here: what geopandas writes of numbers depends on GDAL."""
    features = [
        {"type": "Feature", "properties": properties, "geometry": None if shape is None else mapping(shape)}
        for properties, shape in zip(frame.drop(columns=frame.geometry.name).to_dict("records"), frame.geometry)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))


for kind, shapes in kinds.items():
    frame = geopandas.GeoDataFrame({"n": ["a", "b", "c"]}, geometry=shapes, crs="EPSG:4326")
    geojson(frame, OUT / f"{kind}.geojson")
    frame.to_parquet(OUT / f"{kind}_wkb.parquet")
    frame.to_parquet(OUT / f"{kind}_native.parquet", geometry_encoding="geoarrow", schema_version="1.1.0")

# A grid of many row groups, with the bounds of each row, and in a zone of Gauss and Krüger.
cells = [(x, y) for y in range(60) for x in range(100)]
grid = geopandas.GeoDataFrame(
    {"id": [f"{x}-{y}" for x, y in cells]},
    geometry=[square(121 + x / 100, 39 + y / 100) for x, y in cells],
    crs="EPSG:4326",
)
geojson(grid, OUT / "grid.geojson")
grid.to_parquet(OUT / "grid.parquet", write_covering_bbox=True, schema_version="1.1.0", row_group_size=500)
grid.to_crs("EPSG:4549").to_parquet(OUT / "grid_zone.parquet", write_covering_bbox=True, schema_version="1.1.0", row_group_size=500)
grid.set_crs(None, allow_override=True).to_parquet(OUT / "grid_unknown.parquet")

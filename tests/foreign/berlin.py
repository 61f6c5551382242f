"""The files of ../shared/data/berlin in the formats of other programs: one folder a format.

Written by GDAL (through pyogrio's own copy and ogr2ogr), pyarrow (through geopandas) and LibreOffice.
"""

import os
import pathlib
import subprocess
import sys

import geopandas
import pandas

OUT = pathlib.Path(sys.argv[1])
SHARED = pathlib.Path(os.environ.get("EVENREACH_SHARED", pathlib.Path(__file__).resolve().parents[2] / ".." / "shared"))
BERLIN = SHARED / "data" / "berlin"
if not BERLIN.is_dir():
    print(f"left out: {BERLIN} is not there", file=sys.stderr)
    sys.exit(0)

AREAS = ["boundaries_level1_bezirk", "boundaries_level2_bzr", "boundaries_level3_plr"]
TABLES = ["facilities", "population_plr_2020-12-31"]


def folder(name):
    path = OUT / name
    path.mkdir()
    return path


def ogr(target, source, *options):
    # Sidecars of GDAL's own would be taken for data.
    subprocess.run(["ogr2ogr", *options, str(target), str(source)], check=True)


# Boundaries in every format of layers; facilities as points; people as a table where the format has tables.
facilities = pandas.read_csv(BERLIN / "facilities.csv", dtype=str, keep_default_na=False)
points = geopandas.GeoDataFrame(
    facilities.drop(columns=["lon", "lat"]),
    geometry=geopandas.points_from_xy(facilities["lon"].astype(float), facilities["lat"].astype(float)),
    crs="EPSG:4326",
)
people = BERLIN / f"{TABLES[1]}.csv"
place = ["-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-a_srs", "EPSG:4326"]

shapefile = folder("shapefile")
for layer in AREAS:
    ogr(shapefile / f"{layer}.shp", BERLIN / f"{layer}.geojson", "-lco", "ENCODING=UTF-8")
ogr(shapefile / "facilities.shp", BERLIN / "facilities.csv", "-lco", "ENCODING=UTF-8", *place, "-oo", "KEEP_GEOM_COLUMNS=NO")

flatgeobuf = folder("flatgeobuf")
for layer in AREAS:
    # Without an index the features keep their order.
    ogr(flatgeobuf / f"{layer}.fgb", BERLIN / f"{layer}.geojson", "-lco", "SPATIAL_INDEX=NO")
ogr(flatgeobuf / "facilities.fgb", BERLIN / "facilities.csv", "-lco", "SPATIAL_INDEX=NO", *place, "-oo", "KEEP_GEOM_COLUMNS=NO")

sequence = folder("sequence")
for layer in AREAS:
    ogr(sequence / f"{layer}.geojsonl", BERLIN / f"{layer}.geojson", "-f", "GeoJSONSeq", "-lco", "COORDINATE_PRECISION=15")

geopackage = folder("geopackage") / "berlin.gpkg"
for layer in AREAS:
    ogr(geopackage, BERLIN / f"{layer}.geojson", "-update", "-append", "-nln", layer)
ogr(geopackage, BERLIN / "facilities.csv", "-update", "-append", "-nln", "facilities", *place, "-oo", "KEEP_GEOM_COLUMNS=NO")
ogr(geopackage, people, "-update", "-append", "-nln", "people")

parquet = folder("parquet")
for layer in AREAS:
    frame = geopandas.read_file(BERLIN / f"{layer}.geojson")
    frame.to_parquet(parquet / f"{layer}.parquet", write_covering_bbox=True)
    frame.to_parquet(parquet / f"{layer}.native.parquet", geometry_encoding="geoarrow")
points.to_parquet(parquet / "facilities.parquet", compression="zstd", row_group_size=1000)
pandas.read_csv(people, dtype={"id": str}).to_parquet(parquet / "people.parquet")

# Tables in every format of sheets, cells as text as an import with text columns leaves them, and numbers as numbers.
text = folder("text")
for table in TABLES:
    frame = pandas.read_csv(BERLIN / f"{table}.csv", dtype=str, keep_default_na=False)
    frame.to_csv(text / f"{table}.gb18030.csv", index=False, encoding="gb18030")
    frame.to_csv(text / f"{table}.utf16.csv", index=False, encoding="utf-16", sep=";")
    frame.to_csv(text / f"{table}.tsv", index=False, sep="\t")

workbook = folder("workbook")
for table in TABLES:
    frame = pandas.read_csv(BERLIN / f"{table}.csv", dtype=str, keep_default_na=False)
    numbers = [c for c in frame.columns if c in ("lon", "lat", "capacity") or c.startswith(("pop_", "age_"))]
    typed = frame.copy()
    for column in numbers:
        typed[column] = pandas.to_numeric(frame[column])
    typed.to_excel(workbook / f"{table}.xlsx", index=False, sheet_name="数据")
    # All cells as text.
    kinds = "/".join(f"{n + 1}/2" for n in range(len(frame.columns)))
    for ending in ["xls", "ods"]:
        subprocess.run(
            [
                "soffice", f"-env:UserInstallation=file://{OUT}/office", "--headless",
                f"--infilter=CSV:44,34,76,1,{kinds}", "--convert-to", ending, "--outdir", str(workbook),
                str(BERLIN / f"{table}.csv"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )

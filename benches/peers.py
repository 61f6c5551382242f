#!/usr/bin/env python3
"""Our readers and writers against what a user would pick otherwise, in one run on one machine: milliseconds and ratios.

    target/foreign/python/bin/python benches/peers.py [FOLDER [READERS EVENREACH]]

The packages are those of tests/foreign/requirements.txt (`tests/foreign/prepare` installs them). FOLDER holds the files,
made on the first run (some 1 GB); `target/peers` if none is given. A file `FOLDER/extract.osm.pbf` is measured if it is
there and `osmium` is installed.

Reading: both sides read each file five times in one process that holds nothing else; the best counts. Ours gives columns
of text and geometries; the other gives a data frame, or arrays. Converting: each side is a program that reads a file and
writes another, three times. Beside the time on the clock stands that of all processors, which other programs on the same
machine disturb less; ours counts the freeing of what was read. READERS is the built benchmark `readers` and EVENREACH the
program; without them cargo builds them.
"""

import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pandas
import pyogrio
import rasterio
import rasterio.windows
import shapely

HERE = Path(__file__).resolve().parent.parent
TIMES = 5
CITY = (114.0, 29.0, 114.5, 29.5)

# What is read: its name, the file, what reads it otherwise, and the call.
VECTORS = {
    "GeoJSON": "geojson",
    "GeoJSONSeq": "geojsons",
    "GeoPackage": "gpkg",
    "FlatGeobuf": "fgb",
    "Shapefile": "shp",
}
RASTERS = {
    "deflate, predictor 3": dict(tiled=True, compress="deflate", predictor=3),
    "zstd": dict(tiled=True, compress="zstd"),
    "LZW, tiles": dict(tiled=True, compress="lzw", predictor=2),
    "LZW, strips": dict(compress="lzw"),
}


def rough(ends, depth, chance):
    """Lines between two ends, refined by midpoint displacement: (lines, points, 2)."""
    line = ends
    for _ in range(depth):
        a, b = line[:, :-1], line[:, 1:]
        across = np.stack([a[..., 1] - b[..., 1], b[..., 0] - a[..., 0]], axis=-1)
        middle = (a + b) / 2 + across * chance.uniform(-0.15, 0.15, a.shape[:2])[..., None]
        line = np.concatenate([np.stack([a, middle], axis=2).reshape(len(line), -1, 2), line[:, -1:]], axis=1)
    return line


def polygons(n=200, depth=5):
    """A grid of n x n polygons over 110-120 E, 25-35 N; neighbours share their borders exactly."""
    chance = np.random.default_rng(42)
    step = 10 / n
    corners = np.stack(np.meshgrid(110 + step * np.arange(n + 1), 25 + step * np.arange(n + 1), indexing="ij"), axis=-1)
    corners += chance.uniform(-0.2, 0.2, corners.shape) * step
    pairs = [np.stack([a, b], axis=2).reshape(-1, 2, 2) for a, b in
             [(corners[:-1], corners[1:]), (corners[:, :-1], corners[:, 1:])]]
    east = rough(pairs[0], depth, chance).reshape(n, n + 1, -1, 2)
    north = rough(pairs[1], depth, chance).reshape(n + 1, n, -1, 2)
    parts = [east[:, :-1], north[1:], east[:, 1:, ::-1], north[:-1, :, ::-1]]
    rings = np.concatenate([part[:, :, :-1].reshape(n * n, -1, 2) for part in parts], axis=1)
    rings = np.concatenate([rings, rings[:, :1]], axis=1)
    number = np.arange(n * n)
    return geopandas.GeoDataFrame(
        {"code": [f"2102{i:08}" for i in number], "name": [f"街道{i}" for i in number], "residents": number % 9973},
        geometry=shapely.polygons(rings), crs="EPSG:4326",
    )


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [folder / f"areas.{end}" for end in [*VECTORS.values(), "parquet"]]
    if not all(path.exists() for path in wanted):
        areas = polygons()
        for end in VECTORS.values():
            pyogrio.write_dataframe(areas, folder / f"areas.{end}", encoding="UTF-8")
        areas.to_parquet(folder / "areas.parquet", compression="zstd", write_covering_bbox=True)
    chance = np.random.default_rng(7)
    if not (folder / "points.gpkg").exists():
        n = 1_000_000
        points = pandas.DataFrame({
            "编号": np.arange(n), "名称": [f"幼儿园{i}" for i in range(n)], "经度": chance.uniform(110, 120, n).round(6),
            "纬度": chance.uniform(25, 35, n).round(6), "办园性质": np.where(chance.random(n) < 0.5, "公办", "民办"),
            "学位": chance.integers(30, 600, n),
        })
        points.to_csv(folder / "points.csv", index=False, encoding="gb18030")
        points.head(50_000).to_excel(folder / "sheet.xlsx", index=False)
        places = geopandas.points_from_xy(points["经度"], points["纬度"])
        points = geopandas.GeoDataFrame(points.drop(columns=["经度", "纬度"]), geometry=places, crs="EPSG:4326")
        pyogrio.write_dataframe(points, folder / "points.gpkg")
        pyogrio.write_dataframe(points.head(50_000), folder / "some.gpkg")
    people = None
    for name, options in RASTERS.items():
        path = folder / raster_file(name)
        if path.exists():
            continue
        if people is None:
            people = (chance.gamma(0.3, 40, (4000, 4000)) * (chance.random((4000, 4000)) < 0.6)).astype("float32")
            people[chance.random((4000, 4000)) < 0.1] = -99999
        with rasterio.open(
            path, "w", driver="GTiff", count=1, height=4000, width=4000, dtype="float32", nodata=-99999, crs="EPSG:4326",
            transform=rasterio.transform.from_bounds(110, 25, 120, 35, 4000, 4000), **options,
        ) as out:
            out.write(people, 1)


def raster_file(name):
    return "people-" + name.replace(", ", "-").replace(" ", "-").lower() + ".tif"


def cells(path, window=None):
    """The cells with people of a raster: their persons, and where they are."""
    with rasterio.open(path) as raster:
        window = window and rasterio.windows.from_bounds(*window, raster.transform)
        people = raster.read(1, window=window)
        transform = raster.window_transform(window) if window else raster.transform
        rows, columns = np.nonzero((people != raster.nodata) & (people > 0))
        return people[rows, columns].astype("float64"), transform * (columns + 0.5, rows + 0.5)


def spent():
    """Seconds of all processors that this process and those it has waited for have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def best(call, times=TIMES):
    """The milliseconds of the best of several calls: on the clock, and of all processors."""
    clock, processors = [], []
    for _ in range(times):
        start, before = time.perf_counter(), spent()
        call()
        clock.append(time.perf_counter() - start)
        processors.append(spent() - before)
    return min(clock) * 1000, min(processors) * 1000


def ours(program, path, *options):
    """Milliseconds on the clock and of all processors, and rows; or why the file is not read."""
    before = spent()
    told = subprocess.run([program, *options, str(path)], check=True, capture_output=True, text=True).stdout.strip()
    parts = told.split("\t")
    # It reads a file as often as we do.
    processors = (spent() - before) / TIMES * 1000
    return (float(parts[1]), processors, int(parts[2])) if len(parts) == 4 else (None, None, parts[-1])


def program(*target):
    """A program of ours, built by cargo."""
    build = ["cargo", "build", "--release", *target, "--message-format=json-render-diagnostics"]
    lines = subprocess.run(build, cwd=HERE, check=True, capture_output=True, text=True).stdout.splitlines()
    built = [line for line in lines if '"executable":"' in line and f'"name":"{target[1]}"' in line]
    return built[-1].split('"executable":"')[1].split('"')[0]


def cases(folder):
    read = dict(use_arrow=True)
    for name, end in VECTORS.items():
        path = folder / f"areas.{end}"
        yield name, path, (), "pyogrio", lambda path=path: pyogrio.read_dataframe(path, **read)
    for name, end in [("FlatGeobuf, a city", "fgb")]:
        path = folder / f"areas.{end}"
        yield name, path, CITY, "pyogrio", lambda path=path: pyogrio.read_dataframe(path, bbox=CITY, **read)
    path = folder / "areas.parquet"
    yield "GeoParquet", path, (), "geopandas", lambda path=path: geopandas.read_parquet(path)
    yield "GeoParquet, a city", path, CITY, "geopandas", lambda path=path: geopandas.read_parquet(path, bbox=CITY)
    path = folder / "points.csv"
    yield "CSV, GB18030", path, (), "pandas", lambda path=path: pandas.read_csv(path, encoding="gb18030")
    path = folder / "sheet.xlsx"
    yield "XLSX", path, (), "pandas, openpyxl", lambda path=path: pandas.read_excel(path)
    for name in RASTERS:
        path = folder / raster_file(name)
        yield f"GeoTIFF, {name}", path, (), "rasterio", lambda path=path: cells(path)
        yield f"GeoTIFF, {name}, a city", path, CITY, "rasterio", lambda path=path: cells(path, CITY)
    path = folder / "extract.osm.pbf"
    if path.exists():
        export = ["osmium", "export", str(path), "--geometry-types=polygon", "-f", "geojsonseq", "-o", "/dev/null", "--overwrite"]
        yield "OSM PBF, buildings", path, (), "osmium export", lambda: subprocess.run(export, check=True, capture_output=True)


def conversions(folder):
    """What is written: its name, from which file, to which, and what writes it otherwise."""
    for name, source, to, options in [
        ("GeoPackage", "areas.gpkg", "out.gpkg", []),
        # What the standard asks for, and we do: seven digits, rings to the right.
        ("GeoJSON", "areas.gpkg", "out.geojson", ["-lco", "RFC7946=YES"]),
        ("FlatGeobuf", "areas.gpkg", "out.fgb", []),
        ("Shapefile", "areas.gpkg", "out.shp", ["-lco", "ENCODING=UTF-8"]),
        ("GeoPackage, points", "points.gpkg", "out.gpkg", []),
        ("CSV, points", "points.gpkg", "out.csv", ["-lco", "GEOMETRY=AS_XY"]),
        ("XLSX, points", "some.gpkg", "out.xlsx", []),
    ]:
        source = folder / source
        yield name, source, to, "ogr2ogr", lambda out, source=source, options=options: run("ogr2ogr", out, source, *options)
    areas = folder / "areas.gpkg"
    geoparquet = "import sys, geopandas; geopandas.read_file(sys.argv[2], use_arrow=True).to_parquet(sys.argv[1], compression='zstd')"
    yield "GeoParquet", areas, "out.parquet", "geopandas", lambda out: run(sys.executable, "-c", geoparquet, out, areas)


def run(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def convert(folder, evenreach):
    print(f"| {'from a GeoPackage to':<36} | {'ours, ms':>9} | {'CPU':>6} | {'MB':>6} | {'other':<17} | {'ms':>7} | {'CPU':>6} | {'MB':>6} | ratio | of CPU |")
    print("|" + "|".join("-" * n for n in [38, 11, 8, 8, 19, 9, 8, 8, 7, 8]) + "|")
    out = folder / "out"
    for name, source, to, other, call in conversions(folder):
        path = out / to
        measured = []
        for way in [lambda: run(evenreach, "convert", source, path, "--force"), lambda: call(path)]:
            def fresh():
                shutil.rmtree(out, ignore_errors=True)
                out.mkdir()
                way()
            clock, processors = best(fresh, 3)
            measured.append((clock, processors, sum(file.stat().st_size for file in out.iterdir()) / 1e6))
        (ms, cpu, mb), (other_ms, other_cpu, other_mb) = measured
        print(f"| {name:<36} | {ms:>9.0f} | {cpu:>6.0f} | {mb:>6.1f} | {other:<17} | {other_ms:>7.0f} | {other_cpu:>6.0f} | {other_mb:>6.1f} "
              f"| {other_ms / ms:>5.2f} | {other_cpu / cpu:>6.2f} |", flush=True)
    shutil.rmtree(out, ignore_errors=True)


def main():
    folder = Path(sys.argv[1]) if 1 < len(sys.argv) else HERE / "target" / "peers"
    make(folder)
    given = sys.argv[2:]
    reader, evenreach = given if given else (program("--bench", "readers"), program("--bin", "evenreach"))
    print(f"| {'read':<36} | {'ours, ms':>9} | {'CPU':>6} | {'rows':>8} | {'MB/s':>6} | {'other':<17} | {'ms':>7} | {'CPU':>6} | ratio | of CPU |")
    print("|" + "|".join("-" * n for n in [38, 11, 8, 10, 8, 19, 9, 8, 7, 8]) + "|")
    for name, path, city, other, call in cases(folder):
        options = ["--within", ",".join(map(str, city))] if city else []
        layer = "!buildings" if name.startswith("OSM") else ""
        ms, cpu, rows = ours(reader, f"{path}{layer}", *options)
        if ms is None:
            print(f"| {name:<36} | {rows}")
            continue
        other_ms, other_cpu = best(call)
        speed = path.stat().st_size / 1e6 / (ms / 1000)
        print(f"| {name:<36} | {ms:>9.1f} | {cpu:>6.0f} | {rows:>8} | {speed:>6.0f} | {other:<17} | {other_ms:>7.0f} | {other_cpu:>6.0f} "
              f"| {other_ms / ms:>5.2f} | {other_cpu / cpu:>6.2f} |", flush=True)
    print()
    convert(folder, evenreach)


main()

"""Population rasters that rasterio (GDAL) writes, and the cells that it reads of them.

Each band of a raster NAME.tif has a NAME.BAND.csv with one line a cell with people (easting, northing, persons) in the order
of rows and columns, and a line in `all.csv`: name, band, bands, CRS, cells with people, their sum, cells without data, and
cells whose number is none of persons.
"""

import sys
from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import Affine

folder = Path(sys.argv[1])
chance = np.random.default_rng(20201231)

NORTH_UP = Affine(1 / 120, 0, 121.0, 0, -1 / 120, 39.5)
METRES = Affine(100, 0, 300000, 0, -100, 4350000)
ROTATED = Affine(0.008, 0.002, 121.0, 0.002, -0.008, 39.5)


def cells(dtype, shape, nodata):
    """Mostly nobody, some few persons, some large numbers, and holes."""
    height, width = shape
    people = chance.gamma(0.3, 40, size=shape) * (chance.random(shape) < 0.5)
    kind = np.dtype(dtype)
    if kind.kind in "iu":
        people = np.minimum(people.round(), np.iinfo(kind).max - 2)
    people = people.astype(kind)
    if nodata is not None:
        people[chance.random(shape) < 0.1] = nodata
        people[: height // 3, : width // 4] = nodata
    return people


def make(name, dtype="float32", shape=(70, 90), nodata=None, crs="EPSG:4326", transform=NORTH_UP, bands=1, **options):
    data = np.stack([cells(dtype, shape, nodata) for _ in range(bands)])
    if options.pop("wrong", False):
        data[0, 40, :3] = [-5, -0.25, 2e10]
    keep(name, data, nodata, crs, transform, options)


def keep(name, data, nodata, crs, transform, options):
    path = folder / f"{name}.tif"
    profile = dict(driver="GTiff", count=data.shape[0], height=data.shape[1], width=data.shape[2], dtype=data.dtype)
    with rasterio.open(path, "w", nodata=nodata, crs=crs, transform=transform, **profile, **options) as out:
        out.write(data)
    told(name)


def told(name):
    path = folder / f"{name}.tif"
    with rasterio.open(path) as raster:
        for band in range(1, raster.count + 1):
            numbers = raster.read(band)
            if raster.nodata is None:
                empty = np.isnan(numbers) if numbers.dtype.kind == "f" else np.zeros(numbers.shape, bool)
            else:
                empty = np.isnan(numbers) | (numbers == np.array(raster.nodata).astype(numbers.dtype))
            persons = numbers.astype("float64")
            with np.errstate(invalid="ignore"):
                wrong = ~empty & ((persons < 0) | (persons > 1e10))
                rows, columns = np.nonzero(~empty & ~wrong & (persons > 0))
            kept = persons[rows, columns]
            east, north = raster.transform * (columns + 0.5, rows + 0.5)
            with open(folder / f"{name}.{band}.csv", "w") as out:
                for x, y, n in zip(np.atleast_1d(east), np.atleast_1d(north), kept):
                    out.write(f"{x!r},{y!r},{n!r}\n".replace("np.float64(", "").replace(")", ""))
            crs = raster.crs.to_string() if raster.crs else ""
            with open(folder / "all.csv", "a") as out:
                out.write(f"{name},{band},{raster.count},{crs},{len(kept)},{float(kept.sum())!r},{empty.sum()},{wrong.sum()}\n")


TILED = dict(tiled=True, blockxsize=32, blockysize=16)
for compress in [None, "deflate", "lzw", "packbits", "zstd"]:
    for layout, more in [("strips", dict(blockysize=7)), ("tiles", TILED)]:
        options = dict(more) if compress is None else dict(more, compress=compress)
        make(f"{compress or 'plain'}-{layout}", nodata=-99999.0, **options)
        if compress in ("deflate", "lzw", "zstd"):
            make(f"{compress}-{layout}-predictor2", "int32", nodata=-1, predictor=2, **options)
            make(f"{compress}-{layout}-predictor3", nodata=-3.4028234663852886e38, predictor=3, **options)
for dtype in ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]:
    make(f"type-{dtype}", dtype, compress="deflate", **TILED)
    make(f"type-{dtype}-predicted", dtype, compress="lzw", predictor=2, **TILED)
    make(f"type-{dtype}-big-endian", dtype, compress="zstd", predictor=2, ENDIANNESS="BIG", **TILED)
make("float64-predictor3", "float64", compress="deflate", predictor=3, nodata=float("nan"), **TILED)
make("float-big-endian-predictor3", compress="deflate", predictor=3, ENDIANNESS="BIG", **TILED)
for interleave in ["pixel", "band"]:
    for predictor, dtype in [(1, "float32"), (2, "uint16"), (3, "float32")]:
        name = f"bands-{interleave}-predictor{predictor}"
        make(name, dtype, bands=3, interleave=interleave, compress="deflate", predictor=predictor, **TILED)
make("nan", nodata=float("nan"), compress="deflate")
make("decimal-nodata", nodata=-3.4e38, compress="deflate")
make("wrong", wrong=True, compress="deflate", nodata=-99999.0)
make("utm", crs="EPSG:32651", transform=METRES, compress="deflate", **TILED)
make("rotated", transform=ROTATED, compress="deflate")
make("bigtiff", BIGTIFF="YES", compress="lzw", **TILED)
make("bigtiff-big-endian", BIGTIFF="YES", ENDIANNESS="BIG", compress="deflate")
make("sparse", nodata=-1.0, SPARSE_OK=True, compress="deflate", **TILED)
make("single-row", shape=(1, 33), compress="deflate")
make("user-defined", crs="+proj=laea +lat_0=39 +lon_0=121 +datum=WGS84 +units=m", transform=METRES, compress="deflate")

# Most of the tiles are not there at all.
data = np.full((1, 200, 300), -1.0, "float32")
data[0, 100:110, 150:160] = 3.25
keep("holes", data, -1.0, "EPSG:4326", NORTH_UP, dict(SPARSE_OK=True, compress="zstd", **TILED))

# Positions are those of the centres of cells.
data = np.stack([cells("float32", (20, 30), None)])
with rasterio.open(
    folder / "point.tif", "w", driver="GTiff", count=1, height=20, width=30, dtype="float32", crs="EPSG:4326",
    transform=NORTH_UP,
) as out:
    out.update_tags(AREA_OR_POINT="Point")
    out.write(data)
told("point")

# No tags of place: a world file beside it.
with rasterio.open(
    folder / "world.tif", "w", driver="GTiff", count=1, height=20, width=30, dtype="float32", transform=NORTH_UP,
    tfw="YES", PROFILE="BASELINE",
) as out:
    out.write(data)
told("world")
(folder / "world.tif.aux.xml").unlink(missing_ok=True)

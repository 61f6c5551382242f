"""OpenStreetMap extracts in other encodings, and what pyosmium and geopandas find in the one of Helsinki.

osmium writes the encodings. A small city with whole boundaries, schools and damage is drawn here as text (OPL).
"""

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import osmium
from pyproj import Geod
from shapely.geometry import Point, Polygon

out = Path(sys.argv[1])
helsinki = Path(__file__).parents[2] / "geodata" / "helsinki" / "Helsinki.osm.pbf"


def cat(source, target, *options):
    subprocess.run(["osmium", "cat", "--no-progress", "-O", *options, str(source), "-o", str(out / target)], check=True)


# --- one extract, many encodings -------------------------------------------------------------------------------------

cat(helsinki, "dense-zlib.osm.pbf", "-f", "pbf,pbf_dense_nodes=true,pbf_compression=zlib")
cat(helsinki, "plain-nodes.osm.pbf", "-f", "pbf,pbf_dense_nodes=false")
cat(helsinki, "unpacked.osm.pbf", "-f", "pbf,pbf_compression=none")
cat(helsinki, "no-metadata.osm.pbf", "-f", "pbf,add_metadata=false")
cat(helsinki, "lz4.osm.pbf", "-f", "pbf,pbf_compression=lz4")
cat(helsinki, "history.osm.pbf", "-f", "osh.pbf")
subprocess.run(["osmium", "sort", "--no-progress", "-O", helsinki, "-o", out / "sorted.osm.pbf"], check=True)
subprocess.run(
    ["osmium", "add-locations-to-ways", "--no-progress", "-O", "--ignore-missing-nodes", helsinki, "-o", out / "locations.osm.pbf"],
    check=True,
    stderr=subprocess.DEVNULL,
)
# Relations first, nodes last.
opl = subprocess.run(["osmium", "cat", "-f", "opl", helsinki], check=True, capture_output=True, text=True).stdout
(out / "backwards.opl").write_text("\n".join(reversed(opl.splitlines())) + "\n")
cat(out / "backwards.opl", "backwards.osm.pbf", "-f", "pbf")

# --- a small city ----------------------------------------------------------------------------------------------------

# Nodes at (column, row) of a grid of 0.01 degrees from 10 E 50 N; node 10 * row + column + 1000.
lines = [f"n{1000 + 10 * y + x} v1 x{10 + x / 100:.7f} y{50 + y / 100:.7f}" for y in range(6) for x in range(6)]


def node(x, y):
    return f"n{1000 + 10 * y + x}"


def way(number, places, tags=""):
    refs = ",".join(node(*place) for place in places)
    lines.append(f"w{number} v1 T{tags} N{refs}")


def relation(number, members, tags):
    lines.append(f"r{number} v1 T{tags} M{','.join(members)}")


boundary = "type=boundary,boundary=administrative"
way(1, [(0, 0), (2, 0)])
way(2, [(2, 4), (2, 0)])
way(3, [(2, 4), (0, 4), (0, 0)])
way(4, [(2, 0), (4, 0), (4, 4), (2, 4)])
# A hole of the west that is an enclave of the east.
for number, (x, y) in [(2001, (0.5, 1.5)), (2002, (1.5, 1.5)), (2003, (1.5, 2.5)), (2004, (0.5, 2.5))]:
    lines.append(f"n{number} v1 x{10 + x / 100:.7f} y{50 + y / 100:.7f}")
lines.append("w5 v1 T Nn2001,n2002,n2003")
lines.append("w6 v1 T Nn2003,n2004,n2001")
# West and east of level 9, both of level 8; the roles of the enclave are wrong on purpose.
relation(1, ["w1@outer", "w2@outer", "w3@outer", "w5@outer", "w6@outer"], f"{boundary},admin_level=9,name=West")
relation(2, ["w4@outer", "w2@outer", "w5@outer", "w6@outer"], f"{boundary},admin_level=9,name=East,name:zh=东")
relation(3, ["w1@outer", "w4@outer", "w3@outer"], f"{boundary},admin_level=8,name=City")
# Not closed; with a way that is not there; holding itself.
relation(4, ["w1@outer", "w2@outer"], f"{boundary},admin_level=10,name=Open")
relation(5, ["w1@outer", "w99@outer"], f"{boundary},admin_level=10,name=Cut")
relation(6, ["r6@subarea", "r6@subarea"], f"{boundary},admin_level=10,name=Itself")
# Schools by name, by level, and of neither.
for number, name, tags in [
    (3001, "东街小学", ""),
    (3002, "市第二中学", ""),
    (3003, "Combined", ",isced:level=1;2"),
    (3004, "Somewhere", ",operator:type=public,capacity=300"),
]:
    lines.append(f"n{number} v1 Tamenity=school,name={name.replace(' ', '%20%')}{tags} x10.0100000 y50.0100000")
# A house with a node that is not there; one of two levels; one in whose courtyard another stands.
lines.append("w20 v1 Tbuilding=house Nn1000,n9999,n1001,n1000")
corners = {4001: (0, 0), 4002: (20, 0), 4003: (20, 10), 4004: (0, 10), 4011: (5, 2), 4012: (9, 2), 4013: (9, 6), 4014: (5, 6)}
for number, (x, y) in corners.items():
    lines.append(f"n{number} v1 x{10.005 + x / 1e5:.7f} y{50.005 + y / 1e5:.7f}")
lines.append("w21 v1 Tbuilding=apartments,building:levels=5 Nn4001,n4002,n4003,n4004,n4001")
lines.append("w22 v1 Tbuilding=house Nn4011,n4012,n4013,n4014,n4011")
lines.append("r21 v1 Ttype=multipolygon,building=apartments,building:levels=5 Mw21@outer,w22@inner")
lines.append("w23 v1 Tbuilding=yes,shop=supermarket Nn4011,n4012,n4013,n4014,n4011")

order = {"n": 0, "w": 1, "r": 2}
lines.sort(key=lambda line: (order[line[0]], int(line[1:].split(" ")[0])))
(out / "city.opl").write_text("\n".join(lines) + "\n")
cat(out / "city.opl", "city.osm.pbf", "-f", "pbf", "--output-header", "osmosis_replication_timestamp=2024-03-02T20:00:00Z")

# --- what others find in Helsinki ------------------------------------------------------------------------------------

geod = Geod(ellps="WGS84")
usual = {"apartments": 4, "residential": 3, "block": 4, "dormitory": 4, "house": 2, "detached": 1.5, "yes": 2}
other_use = (
    "amenity shop office tourism leisure craft healthcare government military railway public_transport aeroway "
    "man_made power historic religion industrial building:use"
).split()


class Seen(osmium.SimpleHandler):
    """Dwellings by area, and places of some services."""

    def __init__(self):
        super().__init__()
        self.dwellings, self.places = [], {"market": [], "bus-stop": [], "clinic": [], "culture-centre": []}

    def services(self, tags):
        if tags.get("amenity") == "marketplace" or tags.get("shop") in ("supermarket", "greengrocer"):
            yield "market"
        if tags.get("highway") == "bus_stop" or (tags.get("public_transport") == "platform" and tags.get("bus") == "yes"):
            yield "bus-stop"
        if tags.get("amenity") in ("clinic", "doctors", "health_post") or tags.get("healthcare") in ("clinic", "centre", "doctor"):
            yield "clinic"
        if tags.get("amenity") in ("community_centre", "arts_centre"):
            yield "culture-centre"

    def node(self, node):
        for service in self.services(node.tags):
            self.places[service].append(Point(node.location.lon, node.location.lat))

    def area(self, area):
        rings = [(outer, list(area.inner_rings(outer))) for outer in area.outer_rings()]
        line = lambda ring: [(node.lon, node.lat) for node in ring]
        polygons = [Polygon(line(outer), [line(inner) for inner in inners]) for outer, inners in rings]
        for service in self.services(area.tags):
            self.places[service].append(polygons[0].representative_point())
        kind = area.tags.get("building")
        if kind not in usual or (kind == "yes" and any(area.tags.get(key, "no") != "no" for key in other_use)):
            return
        levels = usual[kind]
        for key, scale in (("height", 1 / 3), ("building:levels", 1)):
            try:
                number = float(area.tags[key].rstrip("m ")) * scale
                if 0 < number <= 200:
                    levels = number if key != "height" else max(1, number // 1)
            except (KeyError, ValueError):
                pass
        footprint = sum(abs(geod.geometry_area_perimeter(polygon)[0]) for polygon in polygons)
        middle = geopandas.GeoSeries(polygons).union_all().centroid
        self.dwellings.append((footprint, levels, middle))


seen = Seen()
seen.apply_file(str(helsinki), locations=True)
homes = geopandas.GeoSeries([place for _, _, place in seen.dwellings], crs=4326).to_crs(3067)
floor = [footprint * levels for footprint, levels, _ in seen.dwellings]
within = {}
for service, limit in [("market", 500), ("bus-stop", 500), ("clinic", 300), ("clinic", 1000), ("culture-centre", 500)]:
    places = geopandas.GeoSeries(seen.places[service], crs=4326).to_crs(3067).union_all()
    near = homes.distance(places) <= limit
    within[f"{service} {limit}"] = sum(area for area, is_near in zip(floor, near) if is_near) / sum(floor)
found = {
    "dwellings": len(floor),
    "floor": sum(floor),
    "facilities": {service: len(places) for service, places in seen.places.items()},
    "within": within,
}
(out / "helsinki.json").write_text(json.dumps(found, indent=1))

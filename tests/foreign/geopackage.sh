#!/usr/bin/env bash
# GeoPackages by GDAL: into the folder that is the first argument.
set -euo pipefail
cd "$1"

# A layer with values of every type, read back by GDAL itself as GeoJSON.
cat > places.geojson <<'JSON'
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"0012","name":"一幼 \"甲\"","seats":90,"share":0.1,"whole":3.0,"open":true,"day":"2020-09-01","none":null},"geometry":{"type":"Point","coordinates":[121.71,39.05]}},
{"type":"Feature","properties":{"code":"0013","name":null,"seats":-1,"share":1e-7,"whole":4.0,"open":false,"day":"2021-12-31","none":null},"geometry":null},
{"type":"Feature","properties":{"code":"","name":"it's","seats":9007199254740993,"share":123456.789,"whole":5.5,"open":null,"day":null,"none":null},"geometry":{"type":"Point","coordinates":[121.9,39.3]}}
]}
JSON
cat > shapes.geojson <<'JSON'
{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"n":1},"geometry":{"type":"Polygon","coordinates":[[[121,39],[122,39],[122,40],[121,39]],[[121.5,39.2],[121.6,39.2],[121.6,39.3],[121.5,39.2]]]}},
{"type":"Feature","properties":{"n":2},"geometry":{"type":"MultiPolygon","coordinates":[[[[121,39],[122,39],[122,40],[121,39]]],[[[123,39],[124,39],[124,40],[123,39]]]]}},
{"type":"Feature","properties":{"n":3},"geometry":{"type":"LineString","coordinates":[[121,39],[122,39.5]]}},
{"type":"Feature","properties":{"n":4},"geometry":{"type":"MultiLineString","coordinates":[[[121,39],[122,39.5]],[[121,38],[122,38.5],[123,38]]]}},
{"type":"Feature","properties":{"n":5},"geometry":{"type":"MultiPoint","coordinates":[[121,39],[122,39.5]]}}
]}
JSON
cat > people.csv <<'CSV'
code,residents
0012,4000
0013,1500
CSV
cat > people.csvt <<'CSV'
"String","Integer"
CSV

ogr2ogr -f GPKG many.gpkg places.geojson -nln places
ogr2ogr -f GPKG -update many.gpkg shapes.geojson -nln shapes
ogr2ogr -f GPKG -update many.gpkg people.csv -nln 人口 -oo AUTODETECT_TYPE=NO

# The same shapes with heights, measures, both; in a zone of Gauss and Krüger; as text of other byte orders cannot be
# asked of GDAL.
ogr2ogr -f GPKG z.gpkg shapes.geojson -nln shapes -dim XYZ
ogr2ogr -f GPKG m.gpkg shapes.geojson -nln shapes -dim XYM
ogr2ogr -f GPKG zm.gpkg shapes.geojson -nln shapes -dim XYZM
ogr2ogr -f GPKG zone.gpkg shapes.geojson -nln shapes -t_srs EPSG:4549
ogr2ogr -f GPKG without_index.gpkg shapes.geojson -nln shapes -lco SPATIAL_INDEX=NO

# Arcs, which no side of a polygon is.
cat > arcs.csv <<'CSV'
n,WKT
1,"CURVEPOLYGON((121 39,122 39,122 40,121 39))"
2,"CURVEPOLYGON(CIRCULARSTRING(121 39,122 40,123 39,122 38,121 39))"
3,"MULTISURFACE(((121 39,122 39,122 40,121 39)))"
4,"POINT(121 39)"
CSV
ogr2ogr -f GPKG arcs.gpkg arcs.csv -nln arcs -nlt GEOMETRY -a_srs EPSG:4326 -oo GEOM_POSSIBLE_NAMES=WKT -oo KEEP_GEOM_COLUMNS=NO

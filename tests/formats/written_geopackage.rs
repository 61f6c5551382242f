//! GeoPackages of ours in GDAL and QGIS.

use std::borrow::Cow;
use std::path::Path;
use std::process::Command;

use evenreach::space::Crs;
use evenreach::write::geopackage::{GeoPackage, Style};
use evenreach::write::{Column, Holds, Layer, Shapes, Value};
use geo::{Geometry, Point, polygon};

use crate::{has_qgis, program, python};

const QML: &str = r#"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22" styleCategories="Symbology">
  <renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0" forceraster="0">
    <symbols>
      <symbol type="fill" name="0" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map"><Option type="QString" name="color" value="12,34,56,255"/></Option>
          <prop k="color" v="12,34,56,255"/>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
</qgis>"#;

/// A layer of areas in a zone of Gauss and Krüger, one of points and a table; all with names that are hard to hold.
fn package() -> GeoPackage<'static> {
    let square = |west: f64| -> Geometry<f64> {
        polygon![(x: west, y: 0.0), (x: west + 1.0, y: 0.0), (x: west + 1.0, y: 1.0), (x: west, y: 1.0)].into()
    };
    let columns = || {
        let words = ["光明街道", "it's \"x\"; --", "=1+1"];
        vec![
            Column {
                name: "名称/name".into(),
                holds: Holds::Text,
                value: Box::new(move |row| Value::Text(words[row].into())),
            },
            Column {
                name: "beds".into(),
                holds: Holds::Whole,
                value: Box::new(|row| if row == 2 { Value::Missing } else { Value::Whole(1 << (40 + row)) }),
            },
            Column {
                name: "share".into(),
                holds: Holds::Number,
                value: Box::new(|row| Value::Number(row as f64 / 3.0)),
            },
            Column { name: "ok".into(), holds: Holds::Flag, value: Box::new(|row| Value::Flag(row == 1)) },
        ]
    };
    let areas = Shapes {
        crs: Crs::parse("EPSG:4549").expect("it is in the table"),
        shape: Box::new(move |row| (row != 2).then(|| Cow::Owned(square(500_000.0 + row as f64)))),
    };
    let points = Shapes {
        crs: Crs::wgs84(),
        shape: Box::new(|row| Some(Cow::Owned(Point::new(121.5 + row as f64, 39.1).into()))),
    };
    let layer = |name: &str, shapes| Layer { name: name.into(), n_rows: 3, columns: columns(), shapes };
    let style = Style { layer: "区域".into(), name: "结论".into(), qml: QML.into(), sld: None, is_default: true };
    GeoPackage {
        layers: vec![layer("区域", Some(areas)), layer("it's \"a\" layer", Some(points)), layer("table", None)],
        styles: vec![style],
        last_change: "2020-12-31T00:00:00.000Z".into(),
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && err.is_empty(), "{out}\n{err}");
    out.into_owned()
}

#[test]
fn gdal_reads_every_layer_without_a_warning() {
    if !program("ogrinfo") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x.gpkg");
    package().write_at(&path).unwrap();
    let info = |layer: &str| said(Command::new("ogrinfo").arg("-ro").arg(&path).arg(layer));
    let areas = info("区域");
    for expected in [
        "Geometry: Polygon",
        "Feature Count: 3",
        "Extent: (500000.000000, 0.000000) - (500002.000000, 1.000000)",
        "ID[\"EPSG\",4549]",
        "名称/name (String) = it's \"x\"; --",
        "beds (Integer64) = 2199023255552",
        "beds (Integer64) = (null)",
        "ok (Integer(Boolean)) = 1",
        "POLYGON ((500001 0,500002 0,500002 1,500001 1,500001 0))",
    ] {
        assert!(areas.contains(expected), "{expected}:\n{areas}");
    }
    assert!(info("it's \"a\" layer").contains("POINT (123.5 39.1)"));
    assert!(info("table").contains("Geometry: None"));
    // The spatial index answers, and follows when another program changes the layer.
    let found = |west: &str, east: &str| {
        let mut command = Command::new("ogrinfo");
        command.args(["-ro", "-so", "-spat", west, "0.2", east, "0.8"]).arg(&path).arg("区域");
        let text = said(&mut command);
        text.lines().find_map(|line| line.strip_prefix("Feature Count: ")).map(str::to_owned).unwrap_or(text)
    };
    assert_eq!([found("500000.2", "500000.8"), found("500001.2", "500001.8")], ["1", "1"]);
    let sql = "UPDATE \"区域\" SET geom = (SELECT geom FROM \"区域\" WHERE fid = 2) WHERE fid = 1";
    said(Command::new("ogrinfo").args(["-q", "-sql", sql]).arg(&path));
    assert_eq!([found("500000.2", "500000.8"), found("500001.2", "500001.8")], ["0", "2"]);
}

/// Loads a file in QGIS without a screen; prints for each layer its validity, its rows, its system and the colour that
/// it is drawn in. It leaves without the end that crashes where layers are still open.
const QGIS: &str = r#"
import os, sys
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
for name in sys.argv[2:]:
    layer = QgsVectorLayer(sys.argv[1] + "|layername=" + name, name, "ogr")
    colour = layer.renderer().symbol().color().name() if layer.isSpatial() else ""
    print(layer.isValid(), layer.featureCount(), len(list(layer.getFeatures())), layer.crs().authid(), colour)
sys.stdout.flush()
os._exit(0)
"#;

fn qgis(path: &Path, layers: &[&str]) -> Vec<String> {
    let output = python().args(["-c", QGIS]).arg(path).args(layers).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn qgis_opens_the_layers_in_their_style() {
    if !has_qgis() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x.gpkg");
    let mut package = package();
    // This version of QGIS cannot count the rows of a layer with a quotation mark in its name.
    package.layers[1].name = "places".into();
    package.write_at(&path).unwrap();
    let layers = qgis(&path, &["区域", "places", "table"]);
    assert_eq!(layers[0], "True 3 3 EPSG:4549 #0c2238");
    assert!(layers[1].starts_with("True 3 3 EPSG:4326 #"), "{layers:?}");
    assert_eq!(layers[2].trim_end(), "True 3 3");
}

"""Opens the outputs of a check in QGIS and says as JSON what it sees: qgis.py FOLDER PICTURE

For each layer: how many features, whether its geometry is drawn, the labels of the legend with the features that each rule
draws, and how much of a picture of it is coloured.
"""

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument


def rules(layer):
    """Each rule of the legend with the features that it draws."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    drawn = {}
    for rule in layer.renderer().rootRule().children():
        filter = QgsExpression(rule.filterExpression())
        assert not filter.hasParserError(), filter.parserErrorString()
        n = 0
        for feature in layer.getFeatures():
            context.setFeature(feature)
            n += bool(filter.evaluate(context))
            assert not filter.hasEvalError(), filter.evalErrorString()
        drawn[rule.label()] = n
    return drawn


def colours(layer, picture=None):
    """Parts of a picture of the layer by colour."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(400, 400))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(layer.extent())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    if picture:
        image.save(picture)
    seen = {}
    for x in range(0, 400, 4):
        for y in range(0, 400, 4):
            name = image.pixelColor(x, y).name()
            seen[name] = seen.get(name, 0) + 1
    return seen


def look(layer, picture=None):
    assert layer.isValid()
    aliases = [layer.attributeAlias(n) for n in range(layer.fields().count())]
    return {
        "features": layer.featureCount(),
        "renderer": layer.renderer().type(),
        "rules": rules(layer),
        "aliases": [alias for alias in aliases if alias],
        "colours": colours(layer, picture),
    }


QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], False)
application.initQgis()
folder, picture = sys.argv[1:3]
seen = {}
package = os.path.join(folder, "findings.gpkg")
probe = QgsVectorLayer(package, "probe", "ogr")
names = [line.split("!!::!!")[1] for line in probe.dataProvider().subLayers()]
for name in names:
    layer = QgsVectorLayer(package + "|layername=" + name, name, "ogr")
    if layer.isSpatial():
        seen[name] = look(layer, picture if name == "areas" else None)
    if name == "areas":
        n, ids, styles, _, problem = layer.listStylesInDatabase()
        for id in ids[:n]:
            text, problem = layer.getStyleFromDatabase(id)
            style = QDomDocument()
            assert style.setContent(text)[0], text
            ok, problem = layer.importNamedStyle(style)
            assert ok, problem
            rules(layer)
        seen["styles"] = styles[:n]
for name in ["areas", "underserved", "facilities"]:
    seen[name + ".geojson"] = look(QgsVectorLayer(os.path.join(folder, name + ".geojson"), name, "ogr"))
print(json.dumps(seen))
sys.stdout.flush()
# QGIS does not always end well.
os._exit(0)

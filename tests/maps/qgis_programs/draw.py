"""Open tables of GeoPackages, give each a style, and draw it. Run by the Python of QGIS.

In: [{"name", "file", "table", "style", "picture", "extent", "size", "labels"}]. Out, for each: valid, the message of loading,
the categories or rules, the scale range, the words of the log, and the picture as a file.
"""

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

application = QgsApplication([], False)
application.initQgis()
log = []
application.messageLog().messageReceived.connect(lambda text, tag, level: log.append([tag, int(level), text]))


def looks(layer):
    renderer = layer.renderer()
    if renderer.type() == "categorizedSymbol":
        return [[str(each.value() or ""), each.label()] for each in renderer.categories()]
    if renderer.type() == "RuleRenderer":
        rules = renderer.rootRule().children()
        return [["ELSE" if rule.isElse() else rule.filterExpression(), rule.label()] for rule in rules]
    return [["", renderer.type()]]


def lettering(layer):
    """Of the only labels: what they show, their size, from which scale, with a halo."""
    labeling = layer.labeling()
    if labeling is None or not layer.labelsEnabled():
        return None
    if labeling.type() == "rule-based":
        root = labeling.rootRule()
        (rule,) = root.children()
        settings, scale = rule.settings(), rule.minimumScale()
    else:
        settings = labeling.settings()
        scale = settings.minimumScale if settings.scaleVisibility else 0
    form = settings.format()
    halo, colour = form.buffer(), form.color()
    return {
        "field": settings.fieldName, "size": form.size(), "scale": scale, "halo": halo.enabled(), "halo_size": halo.size(),
        "colour": colour.name().upper(),
    }  # fmt: skip


def draw(layer, job):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputDpi(96)
    settings.setOutputSize(QSize(*job["size"]))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4547"))
    settings.setExtent(QgsRectangle(*job["extent"]))
    settings.setFlag(QgsMapSettings.Antialiasing, True)
    work = QgsMapRendererParallelJob(settings)
    work.start()
    work.waitForFinished()
    work.renderedImage().save(job["picture"])
    return [error.message for error in work.errors()]


def told(job):
    log.clear()
    layer = QgsVectorLayer(f"{job['file']}|layername={job['table']}", job["name"], "ogr")
    if not job.get("style"):
        said, done = "", True  # what the file itself says
    elif job["style"].endswith(".sld"):
        said, done = layer.loadSldStyle(job["style"])
    else:
        said, done = layer.loadNamedStyle(job["style"])
    found = {
        "name": job["name"], "valid": layer.isValid(), "said": said, "done": done, "looks": looks(layer),
        "labels": lettering(layer), "scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else None,
        "aliases": [field.alias() for field in layer.fields()],
    }  # fmt: skip
    layer.setLabelsEnabled(bool(job.get("labels")) and layer.labelsEnabled())
    found["errors"] = draw(layer, job)
    found["log"] = [entry for entry in log if entry[1] > 0]
    return found


print(json.dumps([told(job) for job in json.load(sys.stdin)]), flush=True)
os._exit(0)  # its own end takes down threads in an order that not every build survives

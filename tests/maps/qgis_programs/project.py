"""Open a project, with a login in the password store of this QGIS. Run by the Python of QGIS.

In: {"project", "login", "user", "token", "master", "count", "boxes"}; without a token the login is not made. Out: what the
project says and what each layer gives.
"""

import json
import os
import sys

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsLayerTreeGroup,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

job = json.load(sys.stdin)
application = QgsApplication([], True)
application.initQgis()
log = []
application.messageLog().messageReceived.connect(lambda text, tag, level: log.append([tag, int(level), text]))


def make_login():
    """What a person does once under Settings → Options → Authentication."""
    manager = QgsApplication.authManager()
    assert manager.setMasterPassword("only-for-tests", True)
    config = QgsAuthMethodConfig("Basic")
    config.setId(job["login"])
    config.setName("gis_service")
    config.setConfig("username", job["user"])
    config.setConfig("password", job["token"])
    done = manager.storeAuthenticationConfig(config)
    assert done if isinstance(done, bool) else done[0]


def tree(group):
    return [
        [child.name(), tree(child)]
        if isinstance(child, QgsLayerTreeGroup)
        else [child.name(), child.itemVisibilityChecked()]
        for child in group.children()
    ]


def sides(box):
    return [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]


def looks(layer):
    renderer = layer.renderer()
    if renderer is None:
        return None  # of a table without places
    if renderer.type() != "categorizedSymbol":
        return [["", renderer.type()]]
    return [[str(each.value() or ""), each.label()] for each in renderer.categories()]


def told(layer):
    found = {
        "name": layer.name(), "valid": layer.isValid(), "provider": layer.providerType(), "source": layer.source(),
        "looks": looks(layer), "scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else None,
        "labels": layer.labelsEnabled(), "crs": layer.crs().authid(), "geometry": layer.geometryType(), "editable": not layer.readOnly(),
    }  # fmt: skip
    if layer.name() in job.get("count", ()):
        features = list(layer.getFeatures())
        box = QgsRectangle()
        box.setMinimal()
        for feature in features:
            box.combineExtentWith(feature.geometry().boundingBox())
        found |= {"count": len(features), "box": sides(box), "extent": sides(layer.extent())}
        found["ids"] = sorted({feature["parcel_no"] for feature in features})[:3]
    for wanted in job.get("boxes", {}).get(layer.name(), []):
        asked = QgsFeatureRequest(QgsRectangle(*wanted))
        found.setdefault("in_box", []).append(sum(1 for _ in layer.getFeatures(asked)))
    return found


def draw(project, file):
    """The map as it opens, near the land that is asked for."""
    settings = QgsMapSettings()
    root = project.layerTreeRoot()
    checked = job.get("show") or [layer.name() for layer in root.checkedLayers()]
    settings.setLayers([layer for layer in root.layerOrder() if layer.name() in checked])
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputDpi(96)
    settings.setOutputSize(QSize(1000, 700))
    settings.setDestinationCrs(project.crs())
    way = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), project.crs(), project)
    settings.setExtent(way.transformBoundingBox(QgsRectangle(*job["view"])))
    settings.setTransformContext(project.transformContext())
    work = QgsMapRendererParallelJob(settings)
    work.start()
    work.waitForFinished()
    work.renderedImage().save(file)


if job.get("token"):
    make_login()
project = QgsProject.instance()
read = project.read(job["project"])
home = project.viewSettings().defaultViewExtent()
order = [layer.name() for layer in project.layerTreeRoot().layerOrder()]
answer = {
    "read": read, "error": project.error(), "title": project.title(), "crs": project.crs().authid(), "home": sides(home),
    "tree": tree(project.layerTreeRoot()), "order": order,
    "layers": [told(layer) for layer in project.mapLayers().values()],
}  # fmt: skip
if job.get("picture"):
    draw(project, job["picture"])
answer["log"] = [entry for entry in log if entry[1] > 0]
print(json.dumps(answer), flush=True)
os._exit(0)  # its own end takes down threads in an order that not every build survives

"""The same parcels by QGIS's own atlas, with Debian's Python: map, label, title, foot. It numbers no corners and has no table of
coordinates, so it does less. Arguments: GeoPackage, file."""

import sys

from qgis.core import (
    QgsApplication,
    QgsFillSymbol,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsPalLayerSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRenderContext,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)

MM = QgsUnitTypes.LayoutMillimeters


def main() -> None:
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername=parcels", "parcels", "ogr")
    symbol = QgsFillSymbol.createSimple({"color": "251,233,169", "outline_color": "217,48,37", "outline_width": "0.3"})
    layer.renderer().setSymbol(symbol)
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    text = QgsTextFormat()
    text.setSize(8)
    text.setBuffer(halo)
    labels = QgsPalLayerSettings()
    labels.fieldName = "parcel_no"
    labels.setFormat(text)
    labelling = QgsVectorLayerSimpleLabeling(labels)
    layer.setLabeling(labelling)
    layer.setLabelsEnabled(True)
    project.addMapLayer(layer)
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A4", QgsLayoutItemPage.Portrait)
    plan = QgsLayoutItemMap(layout)
    plan.attemptMove(QgsLayoutPoint(20, 40, MM))
    plan.attemptResize(QgsLayoutSize(170, 170, MM))
    plan.setExtent(layer.extent())
    plan.setAtlasDriven(True)
    plan.setAtlasScalingMode(QgsLayoutItemMap.Predefined)
    layout.addLayoutItem(plan)
    kept = [_label(layout, "宗地图  [% parcel_no %]", 20), _label(layout, "第 [% @atlas_featurenumber %] 页 共 [% @atlas_totalfeatures %] 页", 280)]  # fmt: skip
    bar = QgsLayoutItemScaleBar(layout)
    bar.setLinkedMap(plan)
    bar.attemptMove(QgsLayoutPoint(20, 215, MM))
    layout.addLayoutItem(bar)
    atlas = layout.atlas()
    atlas.setEnabled(True)
    atlas.setCoverageLayer(layer)
    atlas.setSortFeatures(True)
    atlas.setSortExpression("parcel_no")
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
    done, fault = QgsLayoutExporter.exportToPdf(atlas, sys.argv[2], settings)
    del kept, bar, labelling
    if done != QgsLayoutExporter.Success:
        sys.exit(f"QGIS: {fault}")


def _label(layout: QgsPrintLayout, said: str, y: float) -> QgsLayoutItemLabel:
    label = QgsLayoutItemLabel(layout)
    label.setText(said)
    label.attemptMove(QgsLayoutPoint(20, y, MM))
    label.attemptResize(QgsLayoutSize(170, 10, MM))
    layout.addLayoutItem(label)
    return label


if __name__ == "__main__":
    main()

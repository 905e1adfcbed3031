"""AGS 4.1 written: the validator of python-ags4 finds no fault in it, and it is read again with the same ground."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_ags4 import AGS4

from gis_service.surveys.logs import Layer, Log, Result, Sample
from gis_service.surveys.reading import reader
from gis_service.surveys.reading.ags_writer import write_ags
from gis_service.surveys.rules import Medium, PointKind, WasteClass
from tests.surveys.reading import made

LOG = Log(
    "ZK01", PointKind.BOREHOLE, Decimal("453649.888"), Decimal("2473733.499"), 4547, Decimal("4.5"), True, Decimal("3.25"),
    made_on=date(2026, 3, 5), contractor="某某勘察公司", driller="张三", logger="李四", diameter_mm=Decimal(110), water_first_m=Decimal("1.2"),
    water_stable_m=Decimal("1.05"), gas={"CH4_pct": Decimal("0.2")}, remark='靠近"旧围墙"\n东侧',
    layers=[
        Layer(Decimal(0), Decimal("0.8"), "素填土", False),
        Layer(Decimal("0.8"), Decimal("3.6"), "杂填土", True, WasteClass.DEMOLITION_WASTE, {"brick_concrete": Decimal(70), "soil": Decimal(30)}, description="灰黑色"),
        Layer(Decimal("3.6"), Decimal("4.5"), "海泥", False),
    ],
    samples=[
        Sample("S1", Decimal(1), Decimal("1.5"), Medium.SOLID_WASTE, laboratory="检测公司", taken_on=date(2026, 3, 5), results=[
            Result("铅", Decimal("0.05"), "mg/L", "HJ 766-2015", Decimal("0.05"), "<"), Result("pH", Decimal("7.4"), "")]),
        Sample("S2", Decimal(2), Decimal(2), Medium.GROUNDWATER),
    ],
)  # fmt: skip


def written(*logs: Log) -> bytes:
    return write_ags(logs, "北围摸排", producer="gis-service", issued=date(2026, 3, 9))


def faults(content: bytes) -> dict[str, list[str]]:
    """What the validator of python-ags4 complains of, by its rule."""
    told = AGS4.check_file(io.StringIO(content.decode(), newline=""), standard_AGS4_dictionary="4.1")
    return {rule: [each["desc"] for each in found] for rule, found in told.items() if rule.startswith("AGS Format Rule")}  # fmt: skip


def test_the_validator_finds_nothing_but_chinese_letters() -> None:
    found = faults(written(LOG, replace(LOG, point_no="TK01", kind=PointKind.PIT, samples=[], water_first_m=None)))

    assert found.keys() == {"AGS Format Rule 1"}, found
    assert all("Non-ASCII" in each for each in found["AGS Format Rule 1"])


def test_a_file_in_latin_letters_has_no_fault_at_all() -> None:
    layers = [replace(layer, soil_name=name, description=name, composition_pct={}) for layer, name in zip(LOG.layers, ("FILL", "WASTE", "CLAY"), strict=True)]  # fmt: skip
    result = Result("Lead", Decimal("0.05"), "mg/l")
    samples = [replace(LOG.samples[0], laboratory="Lab", results=[result])]
    log = replace(LOG, contractor="C", driller="D", logger="L", remark="near", layers=layers, samples=samples, bottom_reached=True)  # fmt: skip

    assert faults(write_ags([log], "P1", producer="gis-service", issued=date(2026, 3, 9))) == {}


def test_a_file_is_read_again_with_the_same_holes_layers_and_results() -> None:
    found = reader.read(written(LOG), "导出.ags", box=made.BOX)

    (log,) = found.logs
    assert found.issues == []
    assert log.bottom_reached
    assert (found.crs, log.easting, log.northing, log.ground_elev_m) == (4547, LOG.easting, LOG.northing, LOG.ground_elev_m)  # fmt: skip
    assert (log.made_on, log.driller, log.logger, log.diameter_mm) == (LOG.made_on, "张三", "李四", 110)
    assert (log.water_first_m, log.water_stable_m) == (LOG.water_first_m, LOG.water_stable_m)
    ground = [(layer.from_m, layer.to_m, layer.soil_name, layer.is_waste, layer.waste_class) for layer in LOG.layers]
    assert [(layer.from_m, layer.to_m, layer.soil_name, layer.is_waste, layer.waste_class) for layer in log.layers] == ground  # fmt: skip
    assert [sample.sample_no for sample in log.samples] == ["S1", "S2"]
    assert [(each.analyte, each.qualifier, each.value, each.unit) for each in log.samples[0].results] == [
        ("铅", "<", Decimal("0.05"), "mg/L"),
        ("pH", "", Decimal("7.4"), "-"),
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30), st.text(max_size=30), st.sampled_from(PointKind))
def test_no_text_breaks_the_format(remark: str, described: str, kind: PointKind) -> None:
    text = described.encode("utf-8", "ignore").decode().replace("\x00", "")
    layers = [replace(layer, description=text) for layer in LOG.layers]
    log = replace(LOG, remark=remark.encode("utf-8", "ignore").decode().replace("\x00", ""), layers=layers, kind=kind)

    found = reader.read(written(log), "导出.ags", box=made.BOX)

    assert [(log.kind, len(log.layers)) for log in found.logs] == [(kind, 3)]

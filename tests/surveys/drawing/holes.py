"""Logs as they are written at 北围: a filled pit over hydraulic fill over mud."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from gis_service.surveys.logs import Layer, Log, Sample
from gis_service.surveys.rules import Medium, Odour, PointKind, PositionMethod
from gis_service.surveys.words import soils

RUBBLE = {
    "brick_concrete": Decimal(62),
    "soil": Decimal(25),
    "wood": Decimal(5),
    "plastic": Decimal(4),
    "metal": Decimal(2),
    "other": Decimal(2),
}


def layer(from_m: str | float, to_m: str | float, name: str, **more: object) -> Layer:
    known = soils().get(name)
    is_waste = bool(known and known.is_waste)
    kind = known.waste_class if known else None
    return Layer(Decimal(str(from_m)), Decimal(str(to_m)), name, **{"is_waste": is_waste, "waste_class": kind, **more})  # type: ignore[arg-type]


PIT = (
    layer(0, "0.60", "素填土", colour="黄褐色", moisture="稍湿", description="松散,以粉质黏土为主,含少量碎石。"),
    layer("0.60", "2.90", "建筑垃圾", composition_pct=RUBBLE, colour="灰红色", odour=Odour.WEAK, description="砖块、混凝土块为主,块径 5–35 cm。"),
    layer("2.90", "3.15", "素填土", description="夹层。"),
    layer("3.15", "4.40", "杂填土", colour="灰黑色", moisture="饱和", odour=Odour.MEDIUM, degradation="部分腐化"),
    layer("4.40", "6.20", "冲填土", colour="灰色", description="粉细砂为主,含贝壳碎屑。"),
    layer("6.20", "9.50", "淤泥", colour="灰黑色", description="流塑,有腥味,含腐殖质。"),
)  # fmt: skip

ZK01 = Log(
    "ZK01", PointKind.BOREHOLE, Decimal("452312.451"), Decimal("2478613.208"), 4547, Decimal("9.50"), True, Decimal("3.62"), PositionMethod.RTK,
    date(2026, 10, 14), "珠海某岩土工程勘察有限公司", "陈某", "林某", Decimal(110), Decimal("1.85"), Decimal("1.30"), Odour.WEAK,
    {"CH4_pct": Decimal("0.3"), "H2S_ppm": Decimal("1.2")}, Decimal("2.4"), date(2026, 10, 15), "孔位距围挡 6 m。", PIT,
    [Sample("ZK01-G1", Decimal("1.0"), Decimal("1.5"), Medium.SOLID_WASTE), Sample("ZK01-T1", Decimal("4.6"), Decimal("4.8"), Medium.SOIL),
     Sample("ZK01-W1", Decimal("1.9"), Decimal("1.9"), Medium.GROUNDWATER)],
)  # fmt: skip

OPEN = replace(
    ZK01, point_no="TK03", kind=PointKind.PIT, total_depth_m=Decimal("4.10"), bottom_reached=False,
    layers=[*PIT[:3], replace(PIT[3], to_m=Decimal("4.10"))], samples=[], remark="<script>alert(1)</script> 涌水,停挖。",
)  # fmt: skip


def hole(no: str, x: float, y: float, layers: Sequence[Layer], **more: object) -> Log:
    """A log at a place, as deep as its layers."""
    plain = replace(
        ZK01, point_no=no, easting=Decimal(str(x)), northing=Decimal(str(y)), layers=layers, samples=[], remark=""
    )
    return replace(plain, total_depth_m=layers[-1].to_m, **{"water_first_m": None, "water_stable_m": None, **more})  # type: ignore[arg-type]


words = st.text(alphabet=st.sampled_from("松散饱和灰黑色含砖块塑料,。; abcXYZ<>&\"'05%(m)"), max_size=120)


@st.composite
def logs(draw: st.DrawFn, *, thin: bool = False) -> Log:
    """Logs that agree with themselves, with layers from a decimetre to many metres (or all of 0.1 m) and any words."""
    count = 20 if thin else draw(st.integers(0, 25))
    steps = [1] * count if thin else [draw(st.integers(1, 60)) for _ in range(count)]
    layers, at = [], 0
    for step in steps:
        name = draw(st.sampled_from([*soils(), "天外来物"]))
        some = draw(st.booleans())
        layers.append(
            layer(
                Decimal(at) / 10, Decimal(at + step) / 10, name, description=draw(words), colour=draw(st.sampled_from(["", "灰黑色"])),
                composition_pct=RUBBLE if some and soils().get(name) and soils()[name].is_waste else {},
            )
        )  # fmt: skip
        at += step
    depth = Decimal(at or 25) / 10
    water = st.none() | st.decimals(0, depth, places=2)
    samples = [Sample(f"S{n}", depth * n / 30, depth * n / 30, Medium.SOIL) for n in range(draw(st.integers(0, 25)))]
    return replace(
        ZK01, layers=layers, total_depth_m=depth, bottom_reached=draw(st.booleans()), samples=samples,
        water_first_m=draw(water), water_stable_m=draw(water), remark=draw(words), point_no=draw(st.sampled_from(["ZK01", "北围-TK-117"])),
        ground_elev_m=draw(st.none() | st.decimals(-5, 90, places=2)),
    )  # fmt: skip

"""The sample's disposal projects as data: which land, how it is cleared, who carries and receives. All names are made up. Pure.

What stage a project has reached is the register's word (`ways`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SiteTold:
    """消纳场所."""

    name: str
    kind: str
    place: tuple[float, float]
    licence_no: str
    licensed: tuple[date, date]
    accepts: tuple[str, ...]


@dataclass(frozen=True)
class CarrierTold:
    """运输企业 with its trucks."""

    carrier: str
    permit_no: str
    valid: tuple[date, date]
    plates: tuple[str, ...]


BUILDING = ("demolition_waste", "decoration_waste", "site_waste", "mixed")
SITES = {
    "recycling": SiteTold("示例建筑垃圾资源化利用厂(示例)", "recycling", (113.4835, 22.4162), "示例消纳〔2023〕3号", (date(2023, 6, 1), date(2028, 5, 31)), BUILDING),
    "landfill": SiteTold("示例渣土消纳场(示例)", "landfill", (113.4712, 22.3876), "示例消纳〔2023〕8号", (date(2023, 9, 1), date(2027, 8, 31)), ("excavated_soil", "slurry", *BUILDING)),
    "burner": SiteTold("示例存量垃圾分选焚烧厂(示例)", "incineration", (113.4585, 22.4031), "示例环许〔2024〕5号", (date(2024, 3, 1), date(2029, 2, 28)), ("domestic_waste", "mixed")),
    "old": SiteTold("示例临时受纳点(示例)", "backfill", (113.5020, 22.4290), "示例消纳〔2022〕1号", (date(2022, 1, 1), date(2024, 12, 31)), ("excavated_soil",)),
}  # fmt: skip
CARRIERS = {
    "soil": CarrierTold("示例渣土运输有限公司(示例)", "示例运准〔2024〕12号", (date(2024, 1, 1), date(2027, 12, 31)), tuple(f"粤CS11{n:02}" for n in range(1, 9))),
    "clean": CarrierTold("示例环卫运输有限公司(示例)", "示例运准〔2025〕4号", (date(2025, 3, 1), date(2028, 2, 29)), tuple(f"粤CS12{n:02}" for n in range(1, 7))),
    "gone": CarrierTold("示例绿源运输有限公司(示例)", "示例运准〔2023〕7号", (date(2023, 1, 1), date(2025, 12, 31)), ("粤CS1301", "粤CS1302")),
}  # fmt: skip


@dataclass(frozen=True)
class Doubt:
    """Something odd about the load of a number; `decided` is by whom it was settled, and how."""

    load: int
    what: str
    decided: str = ""


@dataclass(frozen=True)
class ProjectTold:
    """A project: its land (the first parcel tells its stage), its bodies, what is known of it."""

    parcels: tuple[str, ...]
    waste_class: str
    bodies: tuple[str, ...] = ()
    """Parcel whose survey drew a body and the body's place there, like `SS-0016/1`."""
    m3: int = 0
    """Best estimate where no survey of ours tells it, from a report older than the system."""
    method: str = "excavate_remove"
    batch: str = "2026 年第一批"
    site: str = "recycling"
    carrier: str = "soil"
    loads: int = 0
    """Loads so far; 0 with `share`: as many as that share of the estimate takes."""
    share: float = 0.0
    trucks: int = 4
    doubts: tuple[Doubt, ...] = ()
    waived: str = ""
    """Why the land may be handed over with its waste."""

    @property
    def year(self) -> int:
        return int(self.batch[:4])


WAIVED = "接收单位知悉地下遗留固废,由移交方保留清运责任,供地前完成处置;经分管领导批准先行移交管护。"

PROJECTS = (
    ProjectTold(
        ("BW-0019",), "decoration_waste", ("BW-0019/1",), batch="2024 年第一批", share=0.98, trucks=5,
        doubts=(Doubt(41, "ticket_twice", "does_not_count"), Doubt(126, "overweight", "stands"), Doubt(203, "net_differs", "stands")),
    ),
    ProjectTold(
        ("BW-0039",), "domestic_waste", ("BW-0039/1",), batch="2025 年第一批", site="burner", carrier="clean", loads=172, trucks=5,
        doubts=(
            Doubt(37, "overweight", "stands"), Doubt(88, "ticket_twice", "does_not_count"), Doubt(97, "outside_sites"), Doubt(119, "net_differs"), Doubt(134, "overweight"), Doubt(143, "too_fast"),
            Doubt(151, "ticket_twice"), Doubt(160, "overweight"), Doubt(171, "on_the_road"), Doubt(172, "on_the_road"),
        ),
    ),
    ProjectTold(
        ("TJ-0015", "TJ-0007"), "excavated_soil", ("TJ-0015/1",), batch="2025 年第一批", site="landfill", loads=48, trucks=3,
        doubts=(Doubt(29, "outside_sites"), Doubt(44, "overweight")),
    ),
    ProjectTold(("TJ-0007",), "excavated_soil", ("TJ-0007/1",), batch="2025 年第二批", site="landfill"),
    ProjectTold(("SS-0016",), "demolition_waste", ("SS-0016/1", "SS-0016/2"), batch="2025 年第一批"),
    ProjectTold(("TJ-0006",), "demolition_waste", ("TJ-0006/1",)),
    ProjectTold(("BW-0023",), "decoration_waste", ("BW-0023/1",), batch="2025 年第二批", waived=WAIVED),
    ProjectTold(("JD-0012",), "decoration_waste", m3=4_370, batch="2025 年第二批", waived=WAIVED),
    ProjectTold(("HT-0006",), "mixed", m3=3_140),
    ProjectTold(("BW-0001",), "demolition_waste", m3=1_500),
    ProjectTold(("HT-0020",), "mixed", m3=7_710, batch="2025 年第二批"),
    ProjectTold(("HH-0001",), "decoration_waste", m3=4_280, batch="2025 年第二批"),
    ProjectTold(("HH-0005",), "demolition_waste", m3=8_930, batch="2025 年第一批"),
    ProjectTold(("TJ-0021",), "excavated_soil", m3=7_010, batch="2025 年第一批", site="landfill"),
    ProjectTold(("BW-0034",), "mixed", m3=3_510, method="screen_reuse", batch="2025 年第一批", loads=36, trucks=3),
)  # fmt: skip

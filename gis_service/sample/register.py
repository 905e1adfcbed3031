"""The register of the sample district: units, areas, papers, parcels and their two years of dated changes. Pure.

`build()` gives all of it as plain values. Every parcel's changes, replayed in order from nothing, give its present state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from shapely import Point

from gis_service.sample import land, lineage, papers, stories
from gis_service.sample.land import Land, Site
from gis_service.sample.papers import Document
from gis_service.sample.parcel_file import Dealt, ParcelFile, serial
from gis_service.sample.records import UNITS, Area, Parcel, Register
from gis_service.sample.sites import SITES

SEED = 20241104
XINGU_NEAR = Point(452_326, 2_478_499)  # 格创·芯谷: about here, see the domain's list of places
XINGU_NAME = "格创·芯谷二期地块(示例)"
REDRAWN = ("larger", "smaller", *([None] * 26))

HOLDERS = ("CBZX", "CBZX", "CBZX", "CBZX", "GXJT", "GXJT", "CCFZ", "ZRZY")
MANAGERS = ("ZRZY", "ZRZY", "CBZX", "TJWZ")
CUSTODIANS = ("GH01", "GH01", "GH02", "GH02", "GH03", "GH04", "SQ-SZ", "SQ-QA", "SQ-NZ")
PRESENT_CLASSES = (
    *([("LU2023", "2301")] * 4), *([("GBT21010", "1201")] * 3), ("LU2023", "2306"), ("LU2023", "0403"), ("GBT21010", "0404"),
    ("LU2023", "1704"), ("GBT21010", "1104"), ("LU2023", "0304"), ("GBT21010", "0307"), ("LU2023", "0103"), ("GBT21010", "1206"),
)  # fmt: skip
SOURCES = (
    "acquisition",
    "acquisition",
    "acquisition",
    "resumption",
    "purchase",
    "reclamation",
    "exchange",
    "historical",
    "other",
)
OUTLINE_SOURCES = (*(["surveyed"] * 14), "imported", "imported", "imported", "drawn", "drawn", "gps", "gcj02_converted")
REMARKS = (
    None,
    None,
    None,
    None,
    None,
    "示例数据:边界以测绘成果为准",
    "临近河涌,汛期前加密巡查",
    "地块内有供电线路,施工前须核实",
    "东侧便道为周边企业借用",
)


def build(seed: int = SEED, sites: Sequence[Site] = SITES) -> Register:
    """The whole sample district."""
    lands = [land.draw(site, seed) for site in sites]
    files = _files(lands, seed)
    gone, acts = lineage.gone(files)
    parcels = [*(file.parcel() for file in files), *gone]
    documents = papers.written([(change.document, change.at) for parcel in parcels for change in parcel.changes], lands)
    areas = tuple(Area(each.site.code, each.site.name, each.site.name_en, each.outline) for each in lands)
    ground = tuple(feature for each in lands for feature in each.features)
    return Register(
        UNITS,
        areas,
        tuple(documents.values()),
        tuple(_numbered(each, documents) for each in parcels),
        ground,
        tuple(replace(act, document=documents[act.document].doc_no) for act in acts),
    )


def _files(lands: Sequence[Land], seed: int) -> list[ParcelFile]:
    """One file a parcel, each with its hand; the parcel nearest to 格创·芯谷 gets that story."""
    places = [(drawn, number) for drawn in lands for number, plot in enumerate(drawn.plots) if plot.idle]
    xingu = min(range(len(places)), key=lambda k: places[k][0].plots[places[k][1]].shape.distance(XINGU_NEAR))
    hands = _deal(len(places) - 1, np.random.default_rng([seed, 1]))
    hands.insert(xingu, replace(hands[0], story=stories.XINGU, outline_source="surveyed", redrawn=None, remark=None))
    names = {xingu: XINGU_NAME}
    files = []
    for k, (drawn, number) in enumerate(places):
        origin = lineage.origins(drawn.site.code).get(serial(drawn, number))
        hand = replace(hands[k], redrawn=None) if origin else hands[k]
        files.append(ParcelFile(drawn, number, hand, seed, names.get(k), origin))
    return files


def _numbered(parcel: Parcel, documents: dict[str, Document]) -> Parcel:
    """The parcel with numbers of papers in place of their keys."""
    changes = tuple(replace(change, document=documents[change.document].doc_no) for change in parcel.changes)
    return replace(parcel, changes=changes, documents=tuple(dict.fromkeys(change.document for change in changes)))


def _deal(count: int, rng: np.random.Generator) -> list[Dealt]:
    """A hand for each parcel; with enough parcels every story and every card is dealt at least once."""
    again = [story for story in stories.STORIES for _ in range(story.weight)]
    told = [*stories.STORIES, *_shuffled(again, len(again), rng)]
    columns = (stories.FENCES, stories.USES, HOLDERS, MANAGERS, CUSTODIANS, SOURCES, OUTLINE_SOURCES, PRESENT_CLASSES, REMARKS, REDRAWN)  # fmt: skip
    dealt = [_shuffled([told[k % len(told)] for k in range(count)], count, rng)]
    dealt += [_shuffled(cards, count, rng) for cards in columns]
    return [Dealt(*hand) for hand in zip(*dealt, strict=True)]


def _shuffled(cards: Sequence[Any], count: int, rng: np.random.Generator) -> list[Any]:
    """`count` cards from as many shuffled packs as that takes."""
    packs = [rng.permutation(len(cards)) for _ in range(-(-count // len(cards)))]
    return [cards[k] for k in np.concatenate(packs)[:count]] if packs else []

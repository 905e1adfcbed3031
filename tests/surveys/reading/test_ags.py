"""AGS 4 and AGS 3: real files against an independent count, made ground decided by stated rules, and every rule visible."""

import csv
import io
import logging
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from gis_service.surveys import words
from gis_service.surveys.reading import ags, english, reader
from gis_service.surveys.reading.english import meaning
from gis_service.surveys.reading.result import Notes, Read
from gis_service.surveys.rules import Medium, PointKind, WasteClass
from tests.surveys.reading import made

BRITISH = 27700

#: From the README of the files: holes, with coordinates, strata, and strata whose words name fill or waste (a coarse search).
README = {
    "1-CO106833.013_Cuthbertson Logs.ags": (12, 12, 95, 12),
    "19-0869 - 2019-07-25 0958 - Final - 1.ags": (8, 8, 22, 6),
    "Combined Court Centre East India Dock.ags": (31, 31, 196, 136),
    "Hindley Mill Embankment FRA01.ags": (12, 12, 71, 57),
    "Whitworth Road.ags": (12, 12, 61, 19),
    "GCC_19934-1_Sighthill_PreviousSI_2006.ags": (86, 85, 441, 275),
    "Babworth TPs.AGS": (6, 6, 19, 16),
    "20-0089 - 2020-04-08 0951 - Final - 1.ags": (3, 3, 17, 3),
}


@pytest.fixture
def boreholes(shared_data: Path) -> Path:
    return shared_data / "boreholes_ags"


def read(path: Path) -> Read:
    return reader.read(path, path.name, crs=BRITISH)


def independent(path: Path) -> tuple[dict[str, str], dict[str, list[tuple[Decimal, Decimal]]]]:
    """Depths and strata of a file by the csv module and nothing of ours: {hole: depth}, {hole: [(top, base)]}."""
    depths: dict[str, str] = {}
    strata: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    group, heads = "", []
    for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))):
        if not row or not row[0] or row[0] in ("UNIT", "TYPE", "<UNITS>", "<CONT>"):
            continue
        if row[0] == "GROUP" or row[0].startswith("**"):
            group, heads = row[1] if row[0] == "GROUP" else row[0].strip("*"), []
        elif row[0] == "HEADING" or row[0].startswith("*"):
            heads += [each.strip("*") for each in row]
        else:
            told = dict(zip(heads, row, strict=False))
            hole = told.get("LOCA_ID") or told.get("HOLE_ID", "")
            if group in ("LOCA", "HOLE"):
                depths[hole] = told.get("LOCA_FDEP") or told["HOLE_FDEP"]
            elif group == "GEOL":
                strata[hole].append((Decimal(told["GEOL_TOP"]), Decimal(told["GEOL_BASE"])))
    return depths, strata


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.shared_data
@pytest.mark.parametrize("name", README)
def test_a_real_file_has_the_holes_and_strata_of_its_readme(boreholes: Path, name: str) -> None:
    holes, placed, strata, _ = README[name]

    found = read(boreholes / name)

    assert (found.points, found.layers) == (holes, strata)
    assert len(found.logs) + len(found.refused) == holes
    assert sum(issue.code == "no_coordinates" for issue in found.errors) == holes - placed


@pytest.mark.shared_data
@pytest.mark.parametrize("name", README)
def test_depths_and_layers_of_a_real_file_are_those_an_independent_reading_finds(boreholes: Path, name: str) -> None:
    depths, strata = independent(boreholes / name)

    found = read(boreholes / name)

    assert {log.point_no for log in found.logs} | set(found.refused) == depths.keys()
    for log in found.logs:
        assert log.total_depth_m == Decimal(depths[log.point_no])
        assert [(layer.from_m, layer.to_m) for layer in log.layers] == sorted(strata[log.point_no])


@pytest.mark.shared_data
def test_refused_holes_of_real_files_are_those_that_contradict_themselves(boreholes: Path) -> None:
    """Six holes of Sighthill end short of their depth, two hold a layer without thickness, three lie wrong or nowhere."""
    refused = {name: set(read(boreholes / name).refused) for name in README}

    assert {name: holes for name, holes in refused.items() if holes} == {
        "GCC_19934-1_Sighthill_PreviousSI_2006.ags": {"02", "04A", "10A", "12", "20", "22C", "30", "32A", "68", "69"},
        "Combined Court Centre East India Dock.ags": {"13602104"},
    }


@pytest.mark.shared_data
def test_the_lost_digit_of_sighthill_is_found_and_put_back_and_so_is_another_wrong_one(boreholes: Path) -> None:
    found = read(boreholes / "GCC_19934-1_Sighthill_PreviousSI_2006.ags")

    far = {issue.row: issue.zh for issue in found.errors if issue.code == "far_away"}
    assert len(far) == 2
    lost, wrong = sorted(far.values(), reverse=True)
    assert "30 的坐标(东 25978.29" in lost
    assert "东坐标可能少了一位" in lost
    assert "12 的坐标(东 250503.35" in wrong
    assert "第 3 位可能写错,约为东 259503.35" in wrong
    (nowhere,) = (issue for issue in found.errors if issue.code == "no_coordinates")
    assert nowhere.zh.startswith("22C 没有坐标")


@pytest.mark.shared_data
def test_made_ground_is_decided_layer_by_layer_and_never_in_silence(boreholes: Path) -> None:
    """The README counts every stratum whose words name fill or waste; ours tells waste from fill. Both are shown, not made equal."""
    ours = {}
    for name in README:
        found = read(boreholes / name)
        waste = sum(issue.code == "ags_waste" for issue in found.warnings)
        fill = sum(issue.code == "ags_fill" for issue in found.warnings)
        ours[name] = (waste, fill, README[name][3])
        told = {issue.row for issue in found.warnings if issue.code == "ags_waste"}
        assert {layer.row for log in found.logs for layer in log.layers if layer.is_waste} <= told

    assert ours == {
        "1-CO106833.013_Cuthbertson Logs.ags": (20, 11, 12),
        "19-0869 - 2019-07-25 0958 - Final - 1.ags": (1, 5, 6),
        "Combined Court Centre East India Dock.ags": (96, 40, 136),
        "Hindley Mill Embankment FRA01.ags": (22, 35, 57),
        "Whitworth Road.ags": (13, 6, 19),
        "GCC_19934-1_Sighthill_PreviousSI_2006.ags": (194, 81, 275),
        "Babworth TPs.AGS": (6, 10, 16),
        "20-0089 - 2020-04-08 0951 - Final - 1.ags": (1, 2, 3),
    }


@pytest.mark.shared_data
def test_groups_that_come_twice_are_refused_with_the_line(
    boreholes: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        found = read(boreholes / "invalid_DuplicateGroups.ags")

    issue = made.errors(found)["ags_duplicate_group"]
    assert (issue.row, list(found.logs)) == (42, [])
    assert "SAMP 出现了两次(第 42 行)。请先合并" in issue.zh
    assert capsys.readouterr() == ("", "")
    assert caplog.text == ""


@pytest.mark.shared_data
def test_results_of_the_laboratory_come_along_and_words_among_them_are_named(boreholes: Path) -> None:
    found = read(boreholes / "Hindley Mill Embankment FRA01.ags")

    results = [result for log in found.logs for sample in log.samples for result in sample.results]
    assert len(results) == 20
    stones = [result for result in results if result.analyte == "Stone Content"]
    assert {(result.qualifier, result.value, result.detection_limit, result.unit) for result in stones} == {
        ("<", Decimal("0.1"), Decimal("0.10"), "%")
    }
    assert sum(issue.code == "result_left_out" for issue in found.warnings) == 4


@pytest.mark.shared_data
def test_the_mapping_of_a_person_goes_before_the_rules(boreholes: Path) -> None:
    path = boreholes / "Whitworth Road.ags"

    found = reader.read(path, path.name, crs=BRITISH, soils={"102": "杂填土", "clay": "黏土"})

    waste = [layer for log in found.logs for layer in log.layers if layer.is_waste]
    assert {layer.soil_name for layer in waste} == {"杂填土"}
    by_rule = sum(issue.code == "ags_waste" for issue in found.warnings)
    assert (len(waste), by_rule) == (19, 1), "18 strata with legend 102, and made ground under another legend"


# --- made files ------------------------------------------------------------------------------------------------------


def ags4(geol: str = "", loca: str = "", more: str = "") -> bytes:
    """A hole ZK01 of 4 m in the district, as AGS 4 writes it."""
    return (
        '"GROUP","PROJ"\r\n"HEADING","PROJ_ID","PROJ_CONT"\r\n"UNIT","",""\r\n"TYPE","ID","X"\r\n"DATA","1","Drillers"\r\n\r\n'
        '"GROUP","LOCA"\r\n"HEADING","LOCA_ID","LOCA_TYPE","LOCA_NATE","LOCA_NATN","LOCA_GL","LOCA_FDEP","LOCA_STAR","LOCA_GREF"\r\n'
        '"UNIT","","","m","m","m","m","yyyy-mm-dd",""\r\n"TYPE","ID","PA","2DP","2DP","2DP","2DP","DT","PA"\r\n'
        + (loca or '"DATA","ZK01","CP","453649.88","2473733.50","3.25","4.00","2026-03-05","EPSG4547"\r\n')
        + '\r\n"GROUP","GEOL"\r\n"HEADING","LOCA_ID","GEOL_TOP","GEOL_BASE","GEOL_DESC"\r\n"UNIT","","m","m",""\r\n"TYPE","ID","2DP","2DP","X"\r\n'
        + (
            geol
            or '"DATA","ZK01","0.00","1.50","MADE GROUND: brick rubble"\r\n"DATA","ZK01","1.50","4.00","Soft grey CLAY"\r\n'
        )
        + more
    ).encode()


def test_a_small_file_gives_its_hole_with_water_diameter_samples_and_dates() -> None:
    more = (
        '\r\n"GROUP","SAMP"\r\n"HEADING","LOCA_ID","SAMP_TOP","SAMP_REF","SAMP_TYPE","SAMP_ID","SAMP_BASE","SAMP_DTIM"\r\n'
        '"UNIT","","m","","","","m","yyyy-mm-ddThh:mm"\r\n"TYPE","ID","2DP","X","PA","ID","2DP","DT"\r\n'
        '"DATA","ZK01","1.00","1","ES","","1.50","2026-03-05T10:30"\r\n"DATA","ZK01","2.00","2","W","A2","",""\r\n'
        '"DATA","ZK01","3.80","3","U","","4.25",""\r\n'
        '\r\n"GROUP","WSTG"\r\n"HEADING","LOCA_ID","WSTG_DPTH"\r\n"UNIT","","m"\r\n"TYPE","ID","2DP"\r\n"DATA","ZK01","1.80"\r\n"DATA","ZK01","1.20"\r\n'
        '\r\n"GROUP","HDIA"\r\n"HEADING","LOCA_ID","HDIA_DPTH","HDIA_DIAM"\r\n"UNIT","","m","mm"\r\n"TYPE","ID","2DP","0DP"\r\n"DATA","ZK01","4.00","110"\r\n'
    )

    found = reader.read(ags4(more=more), "a.ags", box=made.BOX)

    (log,) = found.logs
    assert (found.errors, found.format, found.crs) == ([], "AGS 4", 4547)
    assert (log.kind, log.contractor, log.diameter_mm, log.water_first_m) == (
        PointKind.BOREHOLE,
        "Drillers",
        110,
        Decimal("1.20"),
    )
    assert [(sample.sample_no, sample.medium, str(sample.taken_on)) for sample in log.samples] == [
        ("ZK01-1.00-ES1", Medium.SOLID_WASTE, "2026-03-05"),
        ("A2", Medium.GROUNDWATER, "None"),
    ]
    assert "4.00 m" in made.warnings(found)["sample_left_out"].zh


def test_a_description_no_rule_fits_refuses_its_hole_and_asks_for_a_mapping() -> None:
    strange = ags4('"DATA","ZK01","0.00","4.00","Zorblax"\r\n')

    found = reader.read(strange, "a.ags")
    mapped = reader.read(strange, "a.ags", soils={"zorblax": "淤泥"})
    wrong = reader.read(strange, "a.ags", soils={"zorblax": "淤妮"})

    assert "请在对照表里给它一个土名" in made.errors(found)["ags_no_rule"].zh
    assert found.refused == ["ZK01"]
    assert mapped.logs[0].layers[0].soil_name == "淤泥"
    assert "淤泥" in made.errors(wrong)["mapping"].zh


def test_ags_3_carries_long_texts_on_and_its_dates_are_day_month_year() -> None:
    content = (
        '"**PROJ"\n"*PROJ_ID"\n"1"\n\n"**HOLE"\n"*HOLE_ID","*HOLE_NATE","*HOLE_NATN"\n"*HOLE_FDEP","*HOLE_STAR","*HOLE_TYPE"\n'
        '"<UNITS>","m","m","m","dd/mm/yyyy",""\n"TP1","259431.1","666428.2","2.00","15/11/2005","TP"\n\n'
        '"**GEOL"\n"*HOLE_ID","*GEOL_TOP","*GEOL_BASE","*GEOL_DESC"\n"<UNITS>","m","m",""\n'
        '"TP1","0","2.00","MADE GROUND: clay with frag"\n"<CONT>","","","ments of brick"\n'
    )

    found = reader.read(content.encode(), "alt.ags", crs=BRITISH)

    (log,) = found.logs
    assert (found.format, log.kind, str(log.made_on)) == ("AGS 3", PointKind.PIT, "2005-11-15")
    assert log.layers[0].description == "MADE GROUND: clay with fragments of brick"
    assert log.layers[0].waste_class is WasteClass.DEMOLITION_WASTE


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b'"**PROJ"\n"*PROJ_ID"\n"1"\n"**HOLE"\n"*HOLE_ID"\n"A"\n"**HOLE"\n', "ags_broken", 7),
        (b'"**PROJ"\n"*PROJ_ID"\n"1"\n"**HOLE"\n"*HOLE_ID"\n"<CONT>","x"\n', "ags_broken", 6),
        (b'"**PROJ"\n"*PROJ_ID"\n"1","2","3"\n', "ags_broken", 3),
        (b'"**PROJ"\n"*PROJ_ID"\n"1"\n', "no_points", None),
        (b'"GROUP","PROJ"\r\n"HEADING","PROJ_ID"\r\n"DATA","1"\r\n', "no_points", None),
        (b'"GROUP","LOCA"\r\n"HEADING","LOCA_ID"\r\n"DATA","1","2"\r\n', "ags_fields", 3),
        (b'"GROUP","LOCA"\r\n"DATA","1"\r\n', "ags_broken", None),
        (b'"GROUP"\r\n', "not_ags", None),
        (b'"GROUP","LOCA"\r\n"HEADING","LOCA_ID"\r\n\r\n"DATA","1"\r\n', "ags_broken", None),
        (b'"GROUP","LOCA"\r\n"HEADING","LOCA\x00"\r\n', "nul", 2),
        (b"LOCA_ID,LOCA_NATE\r\n", "not_ags", None),
    ],
)
def test_broken_files_are_refused_with_a_sentence_and_the_line(content: bytes, code: str, row: int | None) -> None:
    found = reader.read(content, "kaputt.ags")

    assert made.errors(found)[code].row == row
    assert "请" in made.errors(found)[code].zh


@pytest.mark.parametrize(
    ("codec", "told"), [("utf-8", False), ("utf-8-sig", False), ("gb18030", True), ("cp1252", True)]
)
def test_the_encoding_of_a_file_is_found_and_said_where_it_is_not_utf8(codec: str, told: bool) -> None:
    text = "灰色黏土" if codec == "gb18030" else "grey CLAY at 20 °C" if codec == "cp1252" else "grey CLAY"
    content = ags4(f'"DATA","ZK01","0.00","4.00","Soft CLAY {text}"\r\n').decode().encode(codec)

    found = reader.read(content, "a.ags", box=made.BOX)

    assert found.logs[0].layers[0].description == f"Soft CLAY {text}"
    assert ("encoding" in made.warnings(found)) == told


# --- rules -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("description", "soil", "waste_class"),
    [
        ("MADE GROUND: Brick and concrete rubble", "杂填土", WasteClass.DEMOLITION_WASTE),
        ("MADE GROUND: Black ash and clinker", "杂填土", WasteClass.GENERAL_INDUSTRIAL),
        ("MADE GROUND: Domestic refuse with plastic bags", "杂填土", WasteClass.DOMESTIC_WASTE),
        ("MADE GROUND: Clay with brick and ash", "杂填土", WasteClass.MIXED),
        ("MADE GROUND: Rubble with asbestos sheets", "杂填土", WasteClass.HAZARDOUS),
        ("MADE GROUND: Soft brown sandy CLAY of low plasticity", "素填土", None),
        ("MADE GROUND: Firm plastic CLAY", "素填土", None),
        ("Possible MADE GROUND: Orange brown clayey fine SAND.", "素填土", None),
        ("Soft infill of clay", "素填土", None),
        ("Dense grey SAND with a little shell debris", "砂", None),
        ("Stiff sandy gravelly CLAY. Gravel of sandstone and coal.", "黏土", None),
        ("Clayey SAND with gravel of mudstone", "砂", None),
        ("Weak grey SANDSTONE recovered as gravel", "风化岩", None),
        ("Spongy brown PEAT", "泥炭", None),
        ("TOP SOIL", "耕植土", None),
        ("Zorblax", "", None),
    ],
)
def test_the_rules_tell_fill_from_waste_and_the_main_soil(
    description: str, soil: str, waste_class: WasteClass | None
) -> None:
    found = meaning(description)

    assert (found.soil, found.is_waste, found.waste_class) == (soil, waste_class is not None, waste_class)


def test_a_legend_makes_ground_made_but_not_of_rock_or_of_nothing() -> None:
    assert meaning("Brown sandy CLAY", "MADE GROUND").soil == "素填土"
    assert meaning("Grass over ashy SAND", "MADE GROUND").is_waste
    assert meaning("Strong grey MUDSTONE", "MADE GROUND").soil == "风化岩"
    assert meaning("No recovery.", "MADE GROUND").soil == "未取芯"


def test_natural_ground_that_names_waste_stays_natural_and_is_doubted() -> None:
    found = reader.read(ags4('"DATA","ZK01","0.00","4.00","Soft CLAY with a brick"\r\n'), "a.ags")

    assert not found.logs[0].layers[0].is_waste
    assert "brick" in made.warnings(found)["ags_doubtful"].zh


def test_every_soil_of_the_rules_is_a_word_of_ours_and_fill_is_no_waste() -> None:
    rules = [soil for soil, _ in english._rules().natural]

    assert all(words.soil(soil) is not None and not words.soil(soil).is_waste for soil in rules)
    assert not words.soil(english.SOIL_FILL).is_waste
    assert words.soil(english.WASTE_FILL).is_waste


def test_a_file_is_known_by_its_content_whatever_it_is_called() -> None:
    assert reader.read(ags4(), "bohrungen.txt", box=made.BOX).format == "AGS 4"
    assert ags.looks_like(b'\xef\xbb\xbf"GROUP","PROJ"')
    assert not ags.looks_like(b"GROUPS of people")
    assert Notes("x").issues == []

"""The table of columns: what an import recognises, what a Shapefile can name, what people read."""

import pytest

from gis_service.exports.fields import all_fields, fields, named
from gis_service.parcels.imports.columns.derived import derived
from gis_service.parcels.imports.columns.recognise import header, recognise
from gis_service.parcels.imports.landing import FIELDS

STORED_UNDER = {
    "area_name": "area", "right_holder": "right_holder_unit_id", "managing_unit": "managing_unit_id",
    "custodian_unit": "custodian_unit_id", "current_class_code": "current_class", "planned_class_code": "planned_class",
    "planned_class_system": "class_system",
}  # fmt: skip


def test_every_header_maps_itself_when_the_file_comes_back() -> None:
    for spelling in ("zh", "en", "shp"):
        names = [getattr(field, spelling) for field in all_fields()]
        found = recognise(names)
        expected = {STORED_UNDER.get(f.name, f.name): getattr(f, spelling) for f in all_fields() if not f.told}
        assert {field: column.name for field, column in found.by_field.items()} == expected, spelling
        assert [note.code for note in found.notes] == ["column.derived"]  # the figures that are computed anew


def test_what_is_only_told_is_not_read() -> None:
    figures = ["area_computed_m2", "area_mu", "fence_ratio", "fence_length_m", "sign_count", "camera_count"]
    told = [f for f in all_fields() if f.told]
    assert [f.name for f in told] == figures
    for f in told:
        for name in (f.zh, f.en, f.shp, f"围蔽与设施-{f.zh}", f"Fences and devices-{f.en}"):
            assert (header(name), derived(name)) == (None, f.name)


@pytest.mark.parametrize(
    "name", ["围蔽率(%)", "围蔽长度(m)", "围蔽-长度(m)", "围蔽类型", "围蔽高度(m)", "围蔽线", "围蔽率"]
)
def test_figures_of_fences_are_not_taken_for_the_fence_status(name: str) -> None:
    assert header(name) is None
    assert recognise(["围蔽情况", name]).name_of("fence_status") == "围蔽情况"


def test_units_stand_in_the_titles_of_what_is_counted_and_measured() -> None:
    for name in ("fence_ratio", "fence_length_m", "sign_count", "camera_count"):
        assert named(name).zh.endswith(")")


def test_every_column_an_import_fills_leaves_too() -> None:
    names = {f.name for f in all_fields()} | {"right_holder_unit_id", "managing_unit_id", "custodian_unit_id"}
    assert set(FIELDS) - names == set()


def test_names_in_a_shapefile_fit_and_differ() -> None:
    names = [f.shp for f in all_fields()]
    assert all(name.isascii() and len(name) <= 10 for name in names)
    assert len(set(names)) == len(names)


def test_contacts_are_apart() -> None:
    assert {f.name for f in fields(contacts=True)} - {f.name for f in fields()} == {"contact_person", "contact_phone"}

"""The table of columns: what an import recognises, what a Shapefile can name, what people read."""

from gis_service.exports.fields import all_fields, fields
from gis_service.parcels.imports.columns import header, recognise
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
        assert [note.code for note in found.notes] == ["column.unknown"]  # the figures that are computed anew


def test_what_is_only_told_is_not_read() -> None:
    assert [f.name for f in all_fields() if f.told] == ["area_computed_m2", "area_mu"]
    assert all(header(name) is None for f in all_fields() if f.told for name in (f.zh, f.en, f.shp))


def test_every_column_an_import_fills_leaves_too() -> None:
    names = {f.name for f in all_fields()} | {"right_holder_unit_id", "managing_unit_id", "custodian_unit_id"}
    assert set(FIELDS) - names == set()


def test_names_in_a_shapefile_fit_and_differ() -> None:
    names = [f.shp for f in all_fields()]
    assert all(name.isascii() and len(name) <= 10 for name in names)
    assert len(set(names)) == len(names)


def test_contacts_are_apart() -> None:
    assert {f.name for f in fields(contacts=True)} - {f.name for f in fields()} == {"contact_person", "contact_phone"}

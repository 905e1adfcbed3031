"""The eight relations of shapes, by PostGIS in the storage CRS."""

from psycopg import sql

from gis_service.maps.cql2.terms import Kind, Term, fault

RELATIONS = {
    name: f"st_{name.removeprefix('s_')}"
    for name in (
        "s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses", "s_contains",
    )
}  # fmt: skip
OF_COLLECTIONS = ("s_intersects", "s_disjoint")


def relation(op: str, one: Term, other: Term) -> Term:
    """`op` between two shapes. The boxes are compared first, by an operator that may use the index under row policies."""
    if (one.mixed or other.mixed) and op not in OF_COLLECTIONS:
        raise fault(
            op.upper(),
            "含点、线、面的集合只能用于 S_INTERSECTS 和 S_DISJOINT",
            "a collection of points, lines and areas goes with S_INTERSECTS and S_DISJOINT only",
        )
    if op == "s_disjoint":  # by its opposite: PostGIS asks GEOS for it, which takes no collections
        return Term(Kind.BOOLEAN, sql.SQL("(not st_intersects({}, {}))").format(one.sql, other.sql))
    pattern = "({0} && {1} and " + RELATIONS[op] + "({0}, {1}))"
    return Term(Kind.BOOLEAN, sql.SQL(pattern).format(one.sql, other.sql))

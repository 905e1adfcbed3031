"""Which version a writer saw, as If-Match names it. Tags are `"name.version"`, with a name of the thing's own."""

from gis_service.core.errors import NoVersionSeen


def version_seen(if_match: str | None, name: str) -> int:
    """The version of the thing called `name`, of which If-Match may name several; -1, which is none, where it is not named.

    >>> version_seen('"p7.3"', "p7"), version_seen('"p8.1", W/"p7.3"', "p7"), version_seen('"p8.3"', "p7")
    (3, 3, -1)

    Raises `NoVersionSeen` where nothing is named at all.
    """
    if not if_match:
        raise NoVersionSeen()
    for tag in if_match.split(","):
        named, _, version = tag.strip().removeprefix("W/").strip('"').partition(".")
        if named == name and version.isdigit():
            return int(version)
    return -1

"""Which version a writer saw, as If-Match names it. Tags are `"name.version"`, with a name of the thing's own.
What follows the version behind a hyphen tells representations of one version apart, and is of no concern here."""

from gis_service.core.errors import NoVersionSeen


def version_seen(if_match: str | None, name: str) -> int:
    """The version of the thing called `name`, of which If-Match may name several; -1, which is none, where it is not named.

    >>> version_seen('"p7.3"', "p7"), version_seen('"p8.1", W/"p7.3"', "p7"), version_seen('"p8.3"', "p7")
    (3, 3, -1)
    >>> version_seen('"7.3-9f3a21c05d1e"', "7")
    3

    Raises `NoVersionSeen` where nothing is named at all.
    """
    if not if_match:
        raise NoVersionSeen()
    for tag in if_match.split(","):
        named, _, version = tag.strip().removeprefix("W/").strip('"').partition(".")
        number = version.partition("-")[0]
        if named == name and number.isdigit():
            return int(number)
    return -1

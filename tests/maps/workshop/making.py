"""What the tests of the workshop have in common: the content of a layer with something changed, and saving it as somebody."""

import copy
from typing import Any

from httpx2 import Response

from gis_service.maps.catalogue import Catalogue
from gis_service.maps.workshop.schemas import content_out
from tests.conftest import Person

SHIPPED = Catalogue.load()
LAYER = "parcel-fence"
RED, TEAL = "#D93025", "#0B7A75"


def content(layer: str = LAYER, **change: Any) -> dict[str, Any]:
    """The shipped content, free to be changed; named parts are replaced."""
    return {**copy.deepcopy(content_out(SHIPPED[layer])), **change}


def recoloured(colour: str = TEAL, layer: str = LAYER, at: int = 0) -> dict[str, Any]:
    made = content(layer)
    made["style"]["categories"][at]["fill"] = colour
    return made


def address(layer: str = LAYER) -> str:
    return f"/api/v1/layers/{layer}/versions"


def tag(person: Person, layer: str = LAYER) -> str:
    return person.get(address(layer)).headers["ETag"]


def saved(
    person: Person, wanted: dict[str, Any], *, layer: str = LAYER, reason: str = "试一种颜色", **headers: str
) -> Response:
    """The answer to saving over what stands now."""
    seen = {"If-Match": tag(person, layer), **headers}
    return person.post(address(layer), json={"content": wanted, "reason": reason}, headers=seen)

"""Small words for writing XML."""

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, indent, tostring


def element(
    tag: str, attributes: Mapping[str, str] | None = None, children: Iterable[Element] = (), text: str | None = None
) -> Element:
    """An element with all that is in it."""
    made = Element(tag, dict(attributes or {}))
    made.extend(children)
    made.text = text
    return made


def written(root: Element, head: str) -> str:
    """A document as text, indented so that two versions can be compared by eye."""
    indent(root, " ")
    return f"{head}\n{tostring(root, encoding='unicode')}\n"

"""The XML of a KML as placemarks: walked one by one, without DTD, entities, network links or anything from elsewhere."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from gis_service.parcels.reading import encoding
from gis_service.parcels.reading.kml import balloon
from gis_service.parcels.reading.result import EncodingInfo, Issue, unreadable

CONTAINERS = ("Folder", "Document")
GEOMETRIES = ("Polygon", "LineString", "LinearRing", "MultiGeometry", "Point", "Track", "MultiTrack", "Model")
MOST_DEPTH = 200

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_PREFIXES = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*(?=[\s=>/])")
_BOUND = re.compile(r"xmlns:([A-Za-z_][\w.-]*)\s*=")
_ROOT = re.compile(r"<(?![?!])[^\s/>]+")
_OVITAL = re.compile(r"奥维|ovital|ovkml|ovkmz|ovmap|ovobj", re.IGNORECASE)


@dataclass(frozen=True)
class Placemark:
    """One placemark: its geometry as XML, its attributes, the folders it lies in."""

    attributes: dict[str, Any]
    geometry: Element | None
    folder: str


@dataclass
class Document:
    """A KML as text, and what is said in it outside of placemarks."""

    xml: bytes
    names: list[str] = field(default_factory=list)
    links: int = 0
    schema: dict[str, "Field"] = field(default_factory=dict)

    def placemarks(self, folder: str | None = None) -> Iterator[Placemark]:
        """Placemarks in the order of the file, those of one folder (by its path or its own name) where one is named."""
        for found in _walk(self):
            if folder is None or folder in (found.folder, found.folder.rpartition("/")[2]):
                yield found


@dataclass(frozen=True)
class Field:
    """A field of a Schema: its type, and the name shown for it."""

    kind: str
    shown: str | None


# --- text --------------------------------------------------------------------------------------------------------


def opened(raw: bytes, given: str | None) -> tuple[Document, EncodingInfo, list[Issue]]:
    """The document as UTF-8 without declaration, every prefix bound; nothing of it is parsed yet."""
    text, info, issues = _text(raw, given)
    text = _bound(_DECLARATION.sub("", text, count=1))
    return Document(text.encode("utf-8", "replace")), info, issues


def _text(raw: bytes, given: str | None) -> tuple[str, EncodingInfo, list[Issue]]:
    said = _DECLARED.match(raw)
    codec = encoding.codec_of(said[1].decode("ascii")) if said and not given else None
    if codec in (None, "utf-8") or codec.startswith("utf-16"):
        return encoding.decoded(raw, given)
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return encoding.decoded(raw, given)
    shown = encoding.shown(codec)
    return text, EncodingInfo(shown, [f"XML 声明的编码：{shown}"], [f"The encoding the XML declares: {shown}"]), []


def _bound(text: str) -> str:
    """Some programs write gx: or xsi: without saying what they are; an unbound prefix would end the parsing."""
    missing = set(_PREFIXES.findall(text)) - set(_BOUND.findall(text)) - {"xml", "xmlns"}
    root = _ROOT.search(text)
    if not missing or root is None:
        return text
    bound = "".join(f' xmlns:{prefix}="urn:x-unbound:{prefix}"' for prefix in sorted(missing))
    return text[: root.end()] + bound + text[root.end() :]


# --- walking -----------------------------------------------------------------------------------------------------


def local(element: Element) -> str:
    """The name of an element without its namespace: KML 2.0, 2.1, 2.2 and none are read alike."""
    return str(element.tag).rpartition("}")[2]


def child(element: Element, *path: str) -> Element | None:
    found: Element | None = element
    for name in path:
        found = next((inner for inner in found if local(inner) == name), None) if found is not None else None
    return found


def text_of(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _events(document: Document) -> Iterator[tuple[str, Element]]:
    try:
        yield from iterparse(io.BytesIO(document.xml), events=("start", "end"), forbid_dtd=True)
    except DefusedXmlException:
        raise unreadable("kml.dtd") from None
    except ParseError as fault:
        line, column = fault.position
        raise unreadable("kml.syntax", line=line, column=column + 1) from None


#: Elements that are forgotten once they are whole; of placemarks nothing stays.
_FORGOTTEN = frozenset({"Style", "StyleMap", "NetworkLink", "GroundOverlay", "Folder", "Document"})


def _walk(document: Document) -> Iterator[Placemark]:
    """Placemark by placemark; what was handed out is forgotten, so that memory stays near the size of the text."""
    document.names, document.links = [], 0
    inside: list[Element] = []
    folders: list[str] = []
    for event, element in _events(document):
        name = local(element)
        if event == "start":
            inside.append(element)
            folders += [""] if name == "Folder" else []
            if len(inside) > MOST_DEPTH:
                raise unreadable("json.too_deep")
            continue
        inside.pop()
        if name == "Placemark":
            yield _placemark(document, element, "/".join(folder for folder in folders if folder))
            element.clear()
            if inside:
                inside[-1].remove(element)
        else:
            _notice(document, element, local(inside[-1]) if inside else "", folders)
        if name in _FORGOTTEN:
            element.clear()


def _notice(document: Document, element: Element, parent: str, folders: list[str]) -> None:
    """What is said outside of placemarks: names of documents and folders, links, fields."""
    name = local(element)
    if name == "name" and parent in CONTAINERS:
        document.names.append(text_of(element))
        if parent == "Folder":
            folders[-1] = text_of(element)
    elif name == "NetworkLink":
        document.links += 1
    elif name == "Schema":
        _learn(document, element)
    elif name == "Folder":
        folders.pop()


def _learn(document: Document, schema: Element) -> None:
    for inner in schema:
        if local(inner) == "SimpleField" and inner.get("name"):
            shown = balloon.read(text_of(child(inner, "displayName")))[0]
            document.schema[str(inner.get("name"))] = Field((inner.get("type") or "").lower(), shown)


# --- one placemark -----------------------------------------------------------------------------------------------


def _placemark(document: Document, element: Element, folder: str) -> Placemark:
    geometry = next((inner for inner in element if local(inner) in GEOMETRIES), None)
    attributes: dict[str, Any] = {}
    for name in ("name", "address", "phoneNumber"):
        if found := text_of(child(element, name)):
            attributes[name] = found
    described, pairs = balloon.read(text_of(child(element, "description")))
    said = dict(_extended(document, child(element, "ExtendedData")))
    attributes |= {name: value for name, value in said.items() if name not in attributes}
    attributes |= {name: value for name, value in pairs.items() if name not in attributes}
    if described:
        attributes.setdefault("description", described)
    if folder:
        attributes.setdefault("folder", folder)
    return Placemark(attributes, geometry, folder)


def _extended(document: Document, data: Element | None) -> Iterator[tuple[str, Any]]:
    """`Data` and `SimpleData`, each by the name people see where that is Chinese, typed where a Schema says so."""
    for inner in data.iter() if data is not None else ():
        kind, name = local(inner), inner.get("name")
        if kind == "Data" and name:
            shown = balloon.read(text_of(child(inner, "displayName")))[0]
            yield _named(name, shown), text_of(child(inner, "value")) or None
        elif kind == "SimpleData" and name:
            known = document.schema.get(name, Field("", None))
            yield _named(name, known.shown), _typed(text_of(inner), known.kind)


def _named(name: str, shown: str | None) -> str:
    return shown if shown and not shown.isascii() and len(shown) <= 60 else name


def _typed(text: str, kind: str) -> Any:
    if not text:
        return None
    try:
        if kind in ("int", "uint", "short", "ushort"):
            return int(text)
        if kind in ("float", "double"):
            return float(text)
    except ValueError:
        return text
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text) if kind == "bool" else text


# --- where it comes from -----------------------------------------------------------------------------------------


def ovital(document: Document, file_name: str) -> str | None:
    """What shows that 奥维 wrote the file: its name, its head, the name of its document or folders."""
    if file_name.lower().endswith((".ovkml", ".ovkmz")):
        return file_name[-60:]
    head = document.xml[: max(0, document.xml.find(b"<Placemark"))] or document.xml[:4000]
    for text in (head.decode("utf-8", "replace"), *document.names):
        if found := _OVITAL.search(text):
            return text[max(0, found.start() - 20) : found.end() + 20].strip()
    return None

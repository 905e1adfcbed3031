"""A layer as a folder again, so that a district can carry what it made in the workshop into its own `layers/`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gis_service.maps.catalogue import Facts, Layer


def written(layer: Layer, out: Path) -> Path:
    """Writes `out/<id>/{layer.toml,style.json,words.md}`, over what is there; returns the folder.

    `layer` is a shipped layer as it stands or as a version has it; attributes that its folder borrows stay borrowed.
    """
    folder = out / layer.id
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(layer).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def texts(layer: Layer) -> Mapping[str, str]:
    style = layer.style.model_dump(mode="json", exclude_none=True)
    return {
        "layer.toml": "\n".join(_toml(layer)) + "\n",
        "style.json": json.dumps(style, ensure_ascii=False, indent=2) + "\n",
        "words.md": f"# {layer.title}\n\n{layer.description}\n\n## {layer.title_en}\n\n{layer.description_en}\n",
    }


def _toml(layer: Layer) -> Iterator[str]:
    said = layer.model_dump(mode="json", exclude_none=True, include=set(Facts.model_fields) - {"attributes"})
    yield from (f"{name} = {_value(value)}" for name, value in said.items())
    if layer.attributes_of is None:
        for attribute in layer.attributes:
            yield ""
            yield "[[attributes]]"
            facts = attribute.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            yield from (f"{name} = {_value(value)}" for name, value in facts.items())


def _value(value: Any) -> str:
    """Texts of one line, numbers and yes or no are written in TOML as in JSON."""
    return json.dumps(value, ensure_ascii=False)

"""The corpus: every hostile file, made when the tests run; there is no binary file in the repository."""

from tests.hostile.corpus import archives, databases, json, markup, office, plain, shapes, texts
from tests.hostile.corpus.case import Case

CASES: list[Case] = [
    case for module in (plain, shapes, archives, json, markup, texts, databases, office) for case in module.cases()
]

"""R44, R46: hostile files end in a sentence and reach nothing. `python -m tests.proving.hostile`"""

from collections.abc import Iterator

from tests.proving.by_tests import proved, run
from tests.proving.lines import Line, ended

WHOLE_WAY = ("tests/hostile/test_whole_way.py", "tests/hostile/test_http.py", "tests/hostile/test_pictures.py")


def lines(small: bool = False) -> Iterator[Line]:
    """The whole corpus; `small` changes nothing."""
    corpus = run("tests/hostile/test_corpus.py")
    cases, why = int(corpus.recorded.get("cases", 0)), "; ".join(corpus.faults)[:400]
    figure = f"{cases} files of {corpus.recorded.get('kinds', 0)} kinds (H1 …), {len(corpus.faults)} that did not end as they should"
    goal = "≥ 400 cases; 0 crashes, each told with file, row or feature, and reason"
    yield Line("R44", "hostile files in their cells", figure, goal, corpus.holds and cases >= 400, why)
    visits = int(corpus.recorded.get("connections", -1))
    figure = f"{visits} connections, {len(corpus.faults)} files in whose answer the secret was, of {cases}"
    reached = "a listening port and a secret file lie beside each of them"
    yield Line("R46", "what a file could reach", figure, "0 and 0", corpus.holds and visits == 0, why or reached)
    yield proved(
        "R44",
        "uploads, requests and pictures on the whole way",
        "refused, nothing kept, the worker goes on",
        *WHOLE_WAY,
    )


if __name__ == "__main__":
    ended(lines())

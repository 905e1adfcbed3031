"""The program that fuzzes one target, run by the interpreter of `.venv-atheris` with our packages on its path.

    python -m tests.proving.parsers.program TARGET FOLDER [libFuzzer's options]

Only our own code is watched (`instrument_imports`): that of libraries is theirs, and watching it takes minutes to begin.
"""

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import atheris


def main(arguments: list[str]) -> None:
    """Ends by itself: with 0 when the time is over, otherwise with what broke."""
    name, folder, *options = arguments
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["gis_service"]):
        from tests.proving.parsers.targets import TARGETS

        target = TARGETS[name]
        seeds, corpus = target.seeds(), Path(folder) / "corpus"
        for seed in seeds:
            target.fuzz(seed)  # imports what it needs, watched
    corpus.mkdir(exist_ok=True)
    for n, seed in enumerate(seeds):
        (corpus / f"seed{n}").write_bytes(seed)
    if target.words:
        words = Path(folder) / "words"
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words))
        options.append(f"-dict={words}")
    sys.stdout.flush()
    atheris.Setup([sys.argv[0], *options, str(corpus)], _kept(target.fuzz, Path(folder)))
    atheris.Fuzz()


def _kept(fuzz: Callable[[bytes], None], folder: Path) -> Callable[[bytes], None]:
    """The same, with the bytes kept that broke it: libFuzzer does not always come to that before the end."""

    def watched(data: bytes) -> None:
        try:
            fuzz(data)
        except Exception:
            (folder / "broken-exception").write_bytes(data)
            raise

    return watched


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode())


if __name__ == "__main__":
    main(sys.argv[1:])

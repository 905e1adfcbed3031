"""How a job ends that somebody waits for: done, or failed with a sentence for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gis_service.core.errors import Refusal


@contextmanager
def told(fail: Callable[[Refusal], None], broke: Refusal, *, left: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Work whose refusal is its answer, and whose breakage is told as `broke` and raised on for the log.

    What is named in `left` ends the work in silence: the record says so already, as of one that was cancelled.
    """
    try:
        yield
    except left:
        return
    except Refusal as refusal:
        fail(refusal)
    except Exception:
        fail(broke)
        raise

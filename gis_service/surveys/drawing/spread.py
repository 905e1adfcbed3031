"""Labels moved apart as little as possible: isotonic regression by pooling (Barlow et al. 1972), then held inside the limits."""

from collections.abc import Sequence


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Where blocks of these sizes begin, in their order, none over another, each as near to where it is wanted as the others let it.

    `wanted` must ascend. The blocks stay within `low`…`high` as long as their sizes together fit; else they begin at `low`.

    >>> spread([0, 1, 10], [4, 4, 4], 0, 20)
    [0.0, 4.0, 10.0]
    """
    before = [sum(sizes[:n]) for n in range(len(sizes))]
    level = _ascending([want - shift for want, shift in zip(wanted, before, strict=True)])
    ceiling = max(low, high - sum(sizes))
    return [min(max(value, low), ceiling) + shift for value, shift in zip(level, before, strict=True)]


def _ascending(values: Sequence[float]) -> list[float]:
    """The ascending sequence nearest to these values in the sense of least squares."""
    pools: list[tuple[float, int]] = []
    for value in values:
        mean, count = float(value), 1
        while pools and pools[-1][0] > mean:
            above, number = pools.pop()
            mean, count = (above * number + mean * count) / (number + count), number + count
        pools.append((mean, count))
    return [mean for mean, count in pools for _ in range(count)]

"""The picture of a procedure, drawn from its table: states from top to bottom, steps forward on the right, returns on the left.

The next state of the usual way lies below; other steps forward run in lanes on the right, steps back in lanes on the left, dashed.
What stays in a state stands in its box. The same picture stands in the docs and on the page, there with "you are here".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from gis_service.procedures.rules import Procedure, State, Step

BOX_W, ROW, TOP, GAP = 210, 18, 34, 26
LABEL_W, LANE = 132, 14
INK, LINE, ACCENT, DONE, PAPER = "#1f2933", "#7b8794", "#1F5FA8", "#e8f1e9", "#ffffff"
FONT = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


@dataclass(frozen=True)
class Edge:
    start: int
    end: int
    step: Step
    port: int = 0
    lane: int = 0


@dataclass(frozen=True)
class Drawing:
    """Where everything lies: tops and heights of the boxes, the edges on either side with their ports and lanes."""

    tops: tuple[int, ...]
    heights: tuple[int, ...]
    right: tuple[Edge, ...]
    left: tuple[Edge, ...]
    down: tuple[Edge, ...]


def svg(procedure: Procedure, *, lang: str = "zh", here: str | None = None, passed: Sequence[str] = ()) -> str:
    """The picture as SVG text; `here` is the present state, `passed` those it came through."""
    drawing = laid_out(procedure)
    left_w = _side_width(drawing.left)
    width = left_w + BOX_W + _side_width(drawing.right)
    height = drawing.tops[-1] + drawing.heights[-1] + 12
    title = procedure.zh if lang == "zh" else procedure.en
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(title)}" font-family="{FONT}" font-size="12" fill="{INK}">'
        ),
        (
            f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            f'<path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>'
        ),
    ]
    parts += [_down(drawing, edge, left_w, lang) for edge in drawing.down]
    parts += [_aside(drawing, edge, left_w, lang, to_right=True) for edge in drawing.right]
    parts += [_aside(drawing, edge, left_w, lang, to_right=False) for edge in drawing.left]
    parts += [
        _box(procedure, state, drawing.tops[n], drawing.heights[n], left_w, lang, here, passed)
        for n, state in enumerate(procedure.states)
    ]
    return "".join(parts) + "</svg>"


def laid_out(procedure: Procedure) -> Drawing:
    """Boxes in the order of the table; every edge gets a port of its own at its box and a lane free along its way."""
    place = {state.code: n for n, state in enumerate(procedure.states)}
    down: list[Edge] = []
    right: list[Edge] = []
    left: list[Edge] = []
    for n, state in enumerate(procedure.states):
        for step in procedure.offered(state.code):
            end = place[procedure.target(state.code, step)]
            if end == n + 1 and not any(edge.start == n for edge in down):
                down.append(Edge(n, end, step))
            elif end > n:
                right.append(Edge(n, end, step))
            elif end < n:
                left.append(Edge(n, end, step))
    ported_right, ported_left = _ported(right), _ported(left)
    heights = [_height(procedure, n, state, ported_right, ported_left) for n, state in enumerate(procedure.states)]
    tops, at = [], 12
    for height in heights:
        tops.append(at)
        at += height + GAP
    return Drawing(tuple(tops), tuple(heights), _in_lanes(ported_right), _in_lanes(ported_left), tuple(down))


def _height(procedure: Procedure, n: int, state: State, right: Sequence[Edge], left: Sequence[Edge]) -> int:
    ports = max(sum(edge.start == n for edge in side) for side in (right, left))
    return TOP + max(ROW * ports, 14 * len(_staying(procedure, state))) + (4 if ports else 0)


def _staying(procedure: Procedure, state: State) -> list[Step]:
    return [step for step in procedure.offered(state.code) if procedure.target(state.code, step) == state.code]


def _ported(edges: Sequence[Edge]) -> list[Edge]:
    return [
        Edge(edge.start, edge.end, edge.step, port=sum(other.start == edge.start for other in edges[:n]))
        for n, edge in enumerate(edges)
    ]


def _in_lanes(edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """Short ways inside, long ways outside; two ways share a lane where they do not meet, or lead to the same state."""
    placed: list[Edge] = []
    for edge in sorted(edges, key=lambda edge: (abs(edge.end - edge.start), edge.start)):
        lane = 0
        while any(other.lane == lane and other.end != edge.end and _meet(edge, other) for other in placed):
            lane += 1
        placed.append(Edge(edge.start, edge.end, edge.step, edge.port, lane))
    return tuple(placed)


def _meet(a: Edge, b: Edge) -> bool:
    return min(a.start, a.end) <= max(b.start, b.end) and min(b.start, b.end) <= max(a.start, a.end)


def _side_width(edges: Sequence[Edge]) -> int:
    return LABEL_W + LANE * (2 + max(edge.lane for edge in edges)) if edges else 24


def _down(drawing: Drawing, edge: Edge, left_w: int, lang: str) -> str:
    x, y = left_w + BOX_W // 2, drawing.tops[edge.start] + drawing.heights[edge.start]
    return (
        f'<path d="M{x} {y}V{drawing.tops[edge.end]}" stroke="{LINE}" fill="none" marker-end="url(#tip)"/>'
        f'<text x="{x + 8}" y="{y + GAP - 9}">{escape(_said(edge.step, lang))}</text>'
    )


def _aside(drawing: Drawing, edge: Edge, left_w: int, lang: str, *, to_right: bool) -> str:
    side, sign = (left_w + BOX_W, 1) if to_right else (left_w, -1)
    y = drawing.tops[edge.start] + TOP + ROW * edge.port - 2
    target = drawing.tops[edge.end] + 12
    lane = side + sign * (LABEL_W + LANE * (1 + edge.lane))
    dash = ' stroke-dasharray="5 3"' if edge.step.is_return else ""
    anchor = "start" if to_right else "end"
    return (
        f'<path d="M{side} {y}H{lane}V{target}H{side}" stroke="{LINE}" fill="none"{dash} marker-end="url(#tip)"/>'
        f'<text x="{side + sign * 8}" y="{y - 4}" text-anchor="{anchor}">{escape(_said(edge.step, lang))}</text>'
    )


def _said(step: Step, lang: str) -> str:
    words = step.zh if lang == "zh" else step.en
    return words if len(words) <= (11 if lang == "zh" else 22) else words[: 10 if lang == "zh" else 21] + "…"


def _box(
    procedure: Procedure, state: State, top: int, height: int, left_w: int, lang: str, here: str | None, passed: Sequence[str]
) -> str:  # fmt: skip
    is_here = state.code == here
    fill = ACCENT if is_here else DONE if state.code in passed else PAPER
    ink = PAPER if is_here else INK
    words = state.zh if lang == "zh" else state.en
    mark = ("▶ " if is_here else "") + words
    shape = f'<rect x="{left_w}" y="{top}" width="{BOX_W}" height="{height}" rx="{16 if state.final else 4}" fill="{fill}" stroke="{ACCENT if is_here else INK}"/>'
    label = f'<text x="{left_w + BOX_W // 2}" y="{top + 21}" text-anchor="middle" font-size="14" font-weight="600" fill="{ink}">{escape(mark)}</text>'
    staying = "".join(
        f'<text x="{left_w + BOX_W // 2}" y="{top + 38 + 14 * n}" text-anchor="middle" font-size="11" fill="{ink}">{escape("+ " + _said(step, lang))}</text>'
        for n, step in enumerate(_staying(procedure, state))
    )
    here_note = f"<title>{escape('当前所在' if lang == 'zh' else 'you are here')}</title>" if is_here else ""
    current = ' aria-current="step"' if is_here else ""
    return f'<g data-state="{escape(state.code)}"{current}>{here_note}{shape}{label}{staying}</g>'

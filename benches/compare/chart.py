"""The measurements as one SVG that reads on a light and on a dark page."""

import math
from collections.abc import Callable
from html import escape

from .measure import Runs
from .result import PROGRAMS, Row, memory, seconds, size

WIDTH = 880
MARGIN = 24
LABELS = 190
PANEL = 300
GAP = 40
BAR = 13
CASE = 3 * BAR + 16
TOP = 84
GROWTH = 210
# Of a panel's width, so that the number behind the longest bar has room.
LONGEST = 0.78

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.page { fill: #ffffff; }
.head { font-size: 15px; font-weight: 600; }
.soft { fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.span { stroke: #1f2328; stroke-width: 1; }
.p0 { fill: #0b62c4; stroke: #0b62c4; }
.p1 { fill: #8a949e; stroke: #8a949e; }
.p2 { fill: #bf7d1a; stroke: #bf7d1a; }
.line { fill: none; stroke-width: 2; }
.bar { stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .page { fill: #0d1117; }
  .soft { fill: #9198a1; }
  .grid { stroke: #3d444d; }
  .span { stroke: #e6edf3; }
  .p0 { fill: #6cb2ff; stroke: #6cb2ff; }
  .p1 { fill: #a3adb8; stroke: #a3adb8; }
  .p2 { fill: #e3b341; stroke: #e3b341; }
  .line { fill: none; }
  .bar { stroke: none; }
}
"""


def svg(rows: list[Row], below: str) -> str:
    """Time and memory at the largest size; how both grow, if there are several sizes."""
    sizes = sorted({row.asked for row in rows})
    shown = [row for row in rows if row.asked == sizes[-1]]
    parts = [_legend(sizes[-1])]
    left, right = MARGIN + LABELS, MARGIN + LABELS + PANEL + GAP
    parts += _bars(shown, left, "Seconds", lambda runs: runs.seconds, seconds, spans=True)
    parts += _bars(shown, right, "Memory at its peak", lambda runs: runs.peak, memory)
    for at, row in enumerate(shown):
        parts.append(_text(left - 10, TOP + at * CASE + 23, row.case.title, "", "end"))
    bottom = TOP + len(shown) * CASE
    if len(sizes) > 1:
        first = [row for row in rows if row.case == shown[0].case]
        top = bottom + 60
        parts.append(_text(MARGIN, top - 22, f"Growth: {shown[0].case.title}", "head"))
        parts += _growth(first, MARGIN + 70, top, lambda runs: runs.seconds, _short_seconds)
        parts += _growth(first, right, top, lambda runs: runs.peak, memory)
        bottom = top + GROWTH + 26
    height = bottom + 34
    parts.append(_text(MARGIN, height - 14, below, "soft"))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img">',
            f"<title>{escape(' beside '.join([PROGRAMS[0], ' and '.join(PROGRAMS[1:])]))}</title>",
            f"<desc>{escape(_described(shown))}</desc>",
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{height}" rx="6"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _described(rows: list[Row]) -> str:
    said = []
    for row in rows:
        times = [f"{name} {seconds(runs.seconds)} s" for name, runs in row.runs.items()]
        said.append(f"{row.case.title}: {', '.join(times)}.")
    return " ".join(said)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def _legend(asked: int) -> str:
    parts = [_text(MARGIN, 30, f"Reading {size(asked)} of login exports", "head")]
    for at, name in enumerate(PROGRAMS):
        x = WIDTH - MARGIN - 300 + at * 105
        parts.append(f'<rect class="bar p{at}" x="{x}" y="20" width="12" height="12" rx="2"/>')
        parts.append(_text(x + 18, 30, name))
    return "\n".join(parts)


def _bars(
    rows: list[Row],
    left: float,
    title: str,
    value: Callable[[Runs], float],
    say: Callable[[float], str],
    spans: bool = False,
) -> list[str]:
    measured = [runs for row in rows for runs in row.runs.values()]
    most = max(runs.slowest if spans else value(runs) for runs in measured)
    scale = PANEL * LONGEST / most
    bottom = TOP + len(rows) * CASE - 8
    parts = [
        _text(left, TOP - 14, title, "soft"),
        f'<line class="grid" x1="{left}" y1="{TOP - 4}" x2="{left}" y2="{bottom}"/>',
    ]
    for at, row in enumerate(rows):
        for slot, name in enumerate(PROGRAMS):
            y = TOP + at * CASE + slot * BAR
            runs = row.runs.get(name)
            if runs is None:
                parts.append(_text(left + 6, y + 10, f"{name}: not measured", "soft"))
                continue
            width, end = value(runs) * scale, value(runs) * scale
            parts.append(
                f'<rect class="bar p{slot}" x="{left}" y="{y}" width="{width:.1f}" '
                f'height="{BAR - 2}" rx="1.5"/>'
            )
            if spans:
                y_span = y + (BAR - 2) / 2
                end = runs.slowest * scale
                parts.append(
                    f'<line class="span" x1="{left + runs.fastest * scale:.1f}" y1="{y_span}" '
                    f'x2="{left + end:.1f}" y2="{y_span}"/>'
                )
            parts.append(_text(left + end + 6, y + 10, say(value(runs))))
    return parts


def _growth(
    rows: list[Row],
    left: float,
    top: float,
    value: Callable[[Runs], float],
    say: Callable[[float], str],
) -> list[str]:
    """Lines over size, both axes logarithmic: what grows as the bytes do is a diagonal."""
    rows = sorted(rows, key=lambda row: row.asked)
    values = [value(runs) for row in rows for runs in row.runs.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    first, last = math.log10(rows[0].asked), math.log10(rows[-1].asked)

    def x(asked: int) -> float:
        return left + (math.log10(asked) - first) / (last - first) * (PANEL - 20)

    def y(number: float) -> float:
        return top + GROWTH - (math.log10(number) - low) / (high - low) * GROWTH

    parts = []
    for power in range(low, high + 1):
        line = y(10.0**power)
        parts.append(
            f'<line class="grid" x1="{left}" y1="{line:.1f}" x2="{left + PANEL - 20}" '
            f'y2="{line:.1f}"/>'
        )
        parts.append(_text(left - 8, line + 4, say(10.0**power), "soft", "end"))
    for row in rows:
        parts.append(_text(x(row.asked), top + GROWTH + 18, size(row.asked), "soft", "middle"))
    for slot, name in enumerate(PROGRAMS):
        points = [(x(row.asked), y(value(row.runs[name]))) for row in rows if name in row.runs]
        path = " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
        parts.append(f'<polyline class="p{slot} line" points="{path}"/>')
        for across, up in points:
            parts.append(f'<circle class="p{slot}" cx="{across:.1f}" cy="{up:.1f}" r="3"/>')
    return parts


def _short_seconds(value: float) -> str:
    return f"{value:g} s"

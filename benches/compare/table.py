"""The measurements as Markdown."""

from .measure import Runs
from .result import OURS, PEERS, PROGRAMS, Row, memory, seconds, size

NOTHING = "–"


def markdown(rows: list[Row]) -> str:
    """One table for each size, and one of the growth between the smallest and the largest."""
    sizes = sorted({row.asked for row in rows})
    parts = [_at(asked, [row for row in rows if row.asked == asked]) for asked in sizes]
    if len(sizes) > 1:
        parts.append(_growth(rows, sizes[0], sizes[-1]))
    parts.append(_many_files(rows))
    return "\n\n".join(part for part in parts if part)


def _table(header: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [header, rule, *rows])


def _at(asked: int, rows: list[Row]) -> str:
    header = ["data", "on disk", *PROGRAMS]
    header += [f"{OURS} / {peer}" for peer in PEERS]
    header += [f"memory, {program}" for program in PROGRAMS]
    lines = []
    for row in rows:
        cells = [row.case.title, size(row.bytes)]
        cells += [_time(row.runs.get(program)) for program in PROGRAMS]
        cells += [_factor(row.ratio(peer)) for peer in PEERS]
        cells += [_peak(row.runs.get(program)) for program in PROGRAMS]
        lines.append(cells)
    return f"**{size(asked)}** (seconds: median, fastest to slowest)\n\n" + _table(header, lines)


def _growth(rows: list[Row], small: int, large: int) -> str:
    header = ["data", "bytes", *PROGRAMS, *[f"memory, {program}" for program in PROGRAMS]]
    lines = []
    for after in rows:
        before = [row for row in rows if row.asked == small and row.case == after.case]
        if after.asked != large or not before:
            continue
        pairs = [(before[0].runs.get(name), after.runs.get(name)) for name in PROGRAMS]
        cells = [after.case.title, f"× {after.bytes / before[0].bytes:.1f}"]
        cells += [f"× {b.seconds / a.seconds:.1f}" if a and b else NOTHING for a, b in pairs]
        cells += [f"× {b.peak / a.peak:.1f}" if a and b else NOTHING for a, b in pairs]
        lines.append(cells)
    if not lines:
        return ""
    return f"**Growth** from {size(small)} to {size(large)}\n\n" + _table(header, lines)


def _many_files(rows: list[Row]) -> str:
    """What many small files cost beside one of the same rows."""
    said = []
    for many in rows:
        for one in rows:
            if (many.case.id, one.case.id, many.asked) != ("hourly", "joined", one.asked):
                continue
            if OURS in many.runs and OURS in one.runs:
                times = many.runs[OURS].seconds / one.runs[OURS].seconds
                said.append(f"{times / (many.bytes / one.bytes):.2f} at {size(many.asked)}")
    if not said:
        return ""
    return f"A byte in hourly files costs {OURS} so many times what it costs in one file: " + (
        ", ".join(said) + "."
    )


def _time(runs: Runs | None) -> str:
    if runs is None:
        return NOTHING
    return f"{seconds(runs.seconds)} ({seconds(runs.fastest)} to {seconds(runs.slowest)})"


def _peak(runs: Runs | None) -> str:
    return NOTHING if runs is None else memory(runs.peak)


def _factor(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"

"""The table: medians and ratios over the passes, in 100 columns.

>>> print(short(0.0000234, "seconds"), short(2300.0, "bytes"), short(1.234, "times"))
23.4 us 2.25 KB 1.23
"""

from __future__ import annotations

import statistics
import textwrap

from benchmarks.rows import NOTES, PEERS, ROWS, Row

Results = dict[str, dict[str, list[float]]]
"""Numbers by who ("floor", "nbconvo" or a peer) and key, one for each pass."""


def table(results: Results, peers: list[str]) -> str:
    """All rows for which nbconvo has a number."""
    ours = results.get("nbconvo", {})
    names = "".join(f"{PEERS[peer][0]:>{width(peer)}}" for peer in peers)
    lines = [f"{'':29}{'floor':>9}{'nbconvo':>9}{'x':>6}{'target':>8}  {names}".rstrip()]
    lines += [line(row, results, peers) for row in ROWS if row.key in ours]
    notes = [textwrap.fill(note, 100) for note in NOTES.strip().split("\n\n")]
    return "\n\n".join(["\n".join(lines), *notes])


def width(peer: str) -> int:
    """Of its column."""
    return max(7, len(PEERS[peer][0]) + 1)


def line(row: Row, results: Results, peers: list[str]) -> str:
    """One of them."""
    ours = results["nbconvo"][row.key]
    floor = results.get("floor", {}).get(row.floor_key or row.key)
    over = ratio(ours, floor) if floor else None
    goal = row.limit if row.target is None else row.target
    value = statistics.median(ours) if row.target is None else over
    mark = "" if goal is None or value is None else " " if value <= goal else "!"
    target = "" if goal is None else f"{goal:.1f}x" if row.target else short(goal, row.unit)
    cells = "".join(f"{peer_cell(row, results.get(peer, {}), ours):>{width(peer)}}" for peer in peers)
    floor_text = short(statistics.median(floor), row.unit) if floor else ""
    over_text = f"{over:.1f}" if over is not None else ""
    left = f"{row.label:29}{floor_text:>9}{short(statistics.median(ours), row.unit):>9}{over_text:>6}"
    return f"{left}{target:>8} {mark:1}{cells}".rstrip()


def peer_cell(row: Row, theirs: dict[str, list[float]], ours: list[float]) -> str:
    """Their number beside ours; a growth stands for itself."""
    numbers = theirs.get(row.peers_key or row.key)
    if not numbers:
        return "-"
    if row.unit == "times":
        return short(statistics.median(numbers), "times")
    times = ratio(numbers, ours)
    return f"{times:.3g}" if times < 999 else f"{times:,.0f}"


def ratio(these: list[float], those: list[float]) -> float:
    """The median of the ratios that were taken in one pass each."""
    return statistics.median(one / other for one, other in zip(these, those, strict=False) if other)


def short(value: float, unit: str) -> str:
    """A number of at most four digits with its unit."""
    if unit == "times":
        return f"{value:.2f}"
    if unit == "bytes":
        return f"{value / 1024:.3g} KB"
    if value == 0:
        return "0"
    for factor, name in ((1e6, "us"), (1e3, "ms"), (1, "s")):
        if value * factor < 1000 or name == "s":
            return f"{value * factor:.3g} {name}"
    raise AssertionError

"""The workloads on LangGraph: a node that calls `interrupt`, resumed with `Command(resume=...)`; the synchronous API.

Durable: `SqliteSaver` on a connection as its documentation makes it, `durability="sync"` (each step is saved before the next).
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from benchmarks.measure import flatness, held, run, scaled, timed


class Number(TypedDict):
    """What a graph knows: how often it went round, and how often it shall."""

    number: int
    count: int


def one_more(state: Number) -> dict[str, int]:
    """A step."""
    return {"number": state["number"] + 1}


def ask(state: Number) -> dict[str, int]:
    """An ask, then a step."""
    interrupt("your name")
    return one_more(state)


def stream(state: Number) -> dict[str, int]:
    """A node that streams tokens."""
    write = get_stream_writer()
    for _ in range(state["count"]):
        write("token ")
    return one_more(state)


def is_through(state: Number) -> str:
    """Round again, or on."""
    return "on" if state["number"] >= state["count"] else "again"


def rounds(name: str, node: Any, after: Any = None) -> StateGraph[Any]:
    """A graph that goes round `node` as often as its input says, then to `after` or to its end."""
    graph = StateGraph(Number)
    graph.add_node(name, node)
    graph.add_edge(START, name)
    graph.add_conditional_edges(name, is_through, {"on": "after" if after else END, "again": name})
    if after:
        graph.add_node("after", after)
        graph.add_edge("after", END)
    return graph


def thread(name: str, steps: int = 0) -> Any:
    """The configuration of one execution."""
    return {"configurable": {"thread_id": name}, "recursion_limit": steps + 10}


def ask_times(graph: Any, count: int) -> list[float]:
    """Seconds from each reply to the next ask."""
    graph.invoke({"number": 0, "count": count + 1}, thread("asks"), durability="sync")
    times: list[float] = []
    for _ in range(count):
        begin = time.perf_counter()
        state = graph.invoke(Command(resume="Ada"), thread("asks"), durability="sync")
        times.append(time.perf_counter() - begin)
        assert state["__interrupt__"]
    return times


def w1(_: Path, scale: float) -> dict[str, float]:
    """Ask, reply, resume, in memory."""
    ask_times(rounds("ask", ask).compile(InMemorySaver()), 20)
    times = ask_times(rounds("ask", ask).compile(InMemorySaver()), scaled(1_000, scale))
    return {"w1": statistics.median(times), "w1_flat": flatness(times)}


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """The same, saved in a file."""
    with SqliteSaver.from_conn_string(str(folder / "asks.sqlite3")) as saver:
        times = ask_times(rounds("ask", ask).compile(saver), scaled(300, scale))
    return {"w1d": statistics.median(times)}


def w2(_: Path, scale: float) -> dict[str, float]:
    """Threads that wait at an interrupt."""
    graph, count = rounds("ask", ask).compile(InMemorySaver()), scaled(1_000, scale)

    def start(names: range) -> None:
        for name in names:
            graph.invoke({"number": 0, "count": 1}, thread(str(name)), durability="sync")

    start(range(10))
    with timed() as took:
        start(range(10, 10 + count))
    with held() as kept:
        start(range(10 + count, 10 + count + count // 2))
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / (count // 2)}


def w3(folder: Path, scale: float) -> dict[str, float]:
    """Steps that are saved one by one; W6: the state behind 1,000 of them from another connection."""
    path, count, graph = str(folder / "steps.sqlite3"), scaled(1_000, scale), rounds("step", one_more, ask)
    with SqliteSaver.from_conn_string(path) as saver, timed() as took:
        graph.compile(saver).invoke({"number": 0, "count": count}, thread("steps", count), durability="sync")
    with timed() as back, SqliteSaver.from_conn_string(path) as saver:
        state = graph.compile(saver).get_state(thread("steps"))
    assert state.next == ("after",), state
    assert state.interrupts
    return {"w3": took.seconds / count, "w6": back.seconds}


def w4(_: Path, scale: float) -> dict[str, float]:
    """Tokens from a node to who iterates over the stream."""
    graph, count = rounds("stream", stream).compile(), scaled(20_000, scale)
    graph.invoke({"number": count, "count": 1})
    with timed() as took:
        tokens = list(graph.stream({"number": count, "count": count}, stream_mode="custom"))
    assert len(tokens) == count
    return {"w4": took.seconds / count}


if __name__ == "__main__":
    run(w1, w1d, w2, w3, w4)

"""The workloads on Burr: an application that halts before the action that needs an answer, and runs on with it as an input.

Durable: `SQLitePersister` as it comes, which saves after every action. The synchronous API; no tracking.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from burr.core import ApplicationBuilder, State, action, expr
from burr.core.action import streaming_action
from burr.core.persistence import SQLitePersister

from benchmarks.measure import flatness, held, run, scaled, timed


@action(reads=["number"], writes=["number"])
def answer(state: State[Any], reply: str) -> State[Any]:
    """Takes the reply to the ask."""
    return state.update(number=state["number"] + len(reply))


@action(reads=["number"], writes=["number"])
def step(state: State[Any]) -> State[Any]:
    """One step."""
    return state.update(number=state["number"] + 1)


@streaming_action(reads=["count"], writes=["number"])
def stream(state: State[Any]) -> Any:
    """Streams tokens."""
    for _ in range(state["count"]):
        yield {"token": "token "}, None
    yield {"token": ""}, state.update(number=state["count"])


def asking(builder: Any) -> Any:
    """An application that asks again and again."""
    return builder.with_actions(answer).with_transitions(("answer", "answer")).with_entrypoint("answer")


def in_memory() -> Any:
    """One that asks, and is kept nowhere."""
    application = asking(ApplicationBuilder()).with_state(number=0).build()
    application.run(halt_before=["answer"], inputs={"reply": ""})  # to the ask
    return application


def ask_times(application: Any, count: int) -> list[float]:
    """Seconds from each reply to the next ask."""
    times: list[float] = []
    for number in range(count):
        begin = time.perf_counter()
        _, _, state = application.run(halt_after=["answer"], inputs={"reply": "x"})
        times.append(time.perf_counter() - begin)
        assert state["number"] == number + 1
    return times


def w1(_: Path, scale: float) -> dict[str, float]:
    """Ask, reply, resume, in memory."""
    ask_times(in_memory(), 20)
    times = ask_times(in_memory(), scaled(1_000, scale))
    return {"w1": statistics.median(times), "w1_flat": flatness(times)}


def persister(path: Path) -> SQLitePersister:
    """Where states are saved."""
    saver = SQLitePersister(str(path))
    saver.initialize()
    return saver


def w1d(folder: Path, scale: float) -> dict[str, float]:
    """The same, saved in a file."""
    with persister(folder / "asks.sqlite3") as saver:
        builder = ApplicationBuilder().with_state(number=0).with_state_persister(saver).with_identifiers(app_id="asks")
        times = ask_times(asking(builder).build(), scaled(300, scale))
    return {"w1d": statistics.median(times)}


def w2(_: Path, scale: float) -> dict[str, float]:
    """Applications that wait for an answer."""
    count = scaled(500, scale)
    in_memory()
    with timed() as took:
        waiting = [in_memory() for _ in range(count)]
    with held() as kept:
        waiting += [in_memory() for _ in range(count // 2)]
    return {"w2": took.seconds / count, "w2_bytes": kept.bytes / (count // 2)}


def stepping(saver: SQLitePersister, count: int) -> Any:
    """An application that takes `count` steps, then asks."""
    return (
        ApplicationBuilder()
        .with_actions(step, answer)
        .with_transitions(("step", "answer", expr(f"number >= {count}")), ("step", "step"))
        .with_state_persister(saver)
        .initialize_from(saver, resume_at_next_action=True, default_state={"number": 0}, default_entrypoint="step")
        .with_identifiers(app_id="steps")
        .build()
    )


def w3(folder: Path, scale: float) -> dict[str, float]:
    """Steps that are saved one by one; W6: an application made from the newest of them."""
    path, count = folder / "steps.sqlite3", scaled(1_000, scale)
    with persister(path) as saver, timed() as took:
        stepping(saver, count).run(halt_before=["answer"], inputs={"reply": ""})
    with timed() as back, persister(path) as saver:
        application = stepping(saver, count)
    assert application.get_next_action().name == "answer"
    return {"w3": took.seconds / count, "w6": back.seconds}


def w4(_: Path, scale: float) -> dict[str, float]:
    """Tokens from an action to who iterates over the stream."""
    count = scaled(20_000, scale)
    builder = ApplicationBuilder().with_actions(stream).with_entrypoint("stream").with_state(count=count, number=0)
    application = builder.build()
    with timed() as took:
        _, container = application.stream_result(halt_after=["stream"])
        tokens = [each["token"] for each in container]
    assert len(tokens) >= count, len(tokens)
    return {"w4": took.seconds / count}


if __name__ == "__main__":
    run(w1, w1d, w2, w3, w4)

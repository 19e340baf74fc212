"""Workflow code that touches the world is stopped at the call and told the fix; activities and the notebook are not."""

from __future__ import annotations

import asyncio
import importlib
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NotAllowedInWorkflow, WorkflowFailed
from nbconvo.workflows import activity, workflow


def bind_a_socket() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


PLAIN: dict[str, Callable[[], Any]] = {
    "open": lambda: open(__file__),  # noqa: SIM115
    "write": lambda: Path("never-written").write_text("x"),
    "Path.read_text": lambda: Path(__file__).read_text(),
    "os.open": lambda: os.open(__file__, os.O_RDONLY),
    "socket": lambda: socket.create_connection(("127.0.0.1", 9)),
    "getaddrinfo": lambda: socket.getaddrinfo("localhost", 80),
    "bind": bind_a_socket,
    "subprocess": lambda: subprocess.run([sys.executable, "-c", ""], check=False),
    "os.system": lambda: os.system("true"),
    "os.fork": lambda: os.fork(),
    "thread": lambda: threading.Thread(target=int).start(),
    "pool": lambda: ThreadPoolExecutor().submit(int),
    "input": lambda: input(),
    "time.sleep": lambda: time.sleep(0),
    "urllib": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
    "sqlite3": lambda: sqlite3.connect(":memory:"),
}
ASYNC: dict[str, Callable[[], Any]] = {
    "run_in_executor": lambda: asyncio.get_running_loop().run_in_executor(None, int),
    "to_thread": lambda: asyncio.to_thread(int),
    "open_connection": lambda: asyncio.open_connection("127.0.0.1", 9),
    "open_connection by name": lambda: asyncio.open_connection("localhost", 9),
    "start_server": lambda: asyncio.start_server(print, "127.0.0.1", 0),
    "create_subprocess_exec": lambda: asyncio.create_subprocess_exec("true"),
    "create_subprocess_shell": lambda: asyncio.create_subprocess_shell("true"),
    "getaddrinfo": lambda: asyncio.get_running_loop().getaddrinfo("localhost", 80),
    "datagram": lambda: asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, ("127.0.0.1", 0)),
}
LOOP: dict[str, Callable[[], Any]] = {
    "add_reader": lambda: asyncio.get_running_loop().add_reader(0, print),
    "add_writer": lambda: asyncio.get_running_loop().add_writer(0, print),
    "add_signal_handler": lambda: asyncio.get_running_loop().add_signal_handler(2, print),
    "run_until_complete": lambda: asyncio.get_running_loop().run_until_complete(asyncio.Event()),  # type: ignore[arg-type]
    "run_forever": lambda: asyncio.get_running_loop().run_forever(),
}


def workflow_of(call: Callable[[], Any], *, awaited: bool) -> type[Any]:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None:
            if awaited:
                await call()
            else:
                call()

    return Sample


async def refusal(engine: KernelEngine, call: Callable[[], Any], *, awaited: bool) -> str:
    with pytest.raises(WorkflowFailed) as caught:
        await (await engine.start(workflow_of(call, awaited=awaited))).result()
    assert isinstance(caught.value.__cause__, NotAllowedInWorkflow), caught.value.__cause__
    return str(caught.value.__cause__)


FIXES = {"input": "`await self.wait_for_input(...)`", "time.sleep": "`await asyncio.sleep(...)` or `await workflow.sleep(...)`"}


@pytest.mark.parametrize("name", PLAIN)
async def test_a_call_that_touches_the_world_is_refused(engine: KernelEngine, name: str) -> None:
    before = threading.active_count()
    text = await refusal(engine, PLAIN[name], awaited=False)
    assert "is not allowed in workflow code" in text
    assert FIXES.get(name, "put it in an @activity and await that") in text
    assert threading.active_count() == before
    assert not Path("never-written").exists()


@pytest.mark.parametrize("name", ASYNC)
async def test_an_await_that_touches_the_world_is_refused(engine: KernelEngine, name: str) -> None:
    text = await refusal(engine, ASYNC[name], awaited=True)
    assert "put it in an @activity and await that" in text


@pytest.mark.parametrize("name", LOOP)
async def test_the_loop_is_the_engines(engine: KernelEngine, name: str) -> None:
    assert "is not allowed in workflow code" in await refusal(engine, LOOP[name], awaited=False)


async def test_a_refusal_can_be_caught_and_leaves_nothing_behind(engine: KernelEngine) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> list[str]:
            caught = []
            for name, call in PLAIN.items():
                try:
                    call()
                except NotAllowedInWorkflow:
                    caught.append(name)
            await asyncio.sleep(1)
            return caught

    assert await (await engine.start(Sample)).result() == [*PLAIN]


def touch_the_world(folder: Path) -> str:
    path = folder / "x"
    path.write_text("x")
    time.sleep(0)
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    sqlite3.connect(":memory:").close()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname()).close()
    return path.read_text() + subprocess.run(["echo", "y"], capture_output=True, text=True, check=True).stdout.strip()


async def test_an_activity_may_touch_the_world(engine: KernelEngine, tmp_path: Path) -> None:
    @activity()
    async def work() -> str:
        in_thread = await asyncio.to_thread(str, "z")
        return touch_the_world(tmp_path) + in_thread

    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> str:
            return await work()

    assert await (await engine.start(Sample)).result() == "xyz"


async def test_so_may_the_notebook_while_a_workflow_waits(engine: KernelEngine, tmp_path: Path) -> None:
    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> str:
            await asyncio.sleep(1)
            return "done"

    handle = await engine.start(Sample)
    assert touch_the_world(tmp_path) == "xy"
    assert await asyncio.to_thread(touch_the_world, tmp_path) == "xy"
    assert await handle.result() == "done"
    assert touch_the_world(tmp_path) == "xy"


async def test_other_threads_are_not_watched(engine: KernelEngine, tmp_path: Path) -> None:
    go, done, seen = threading.Event(), threading.Event(), []

    def other() -> None:
        go.wait()
        try:
            seen.append(touch_the_world(tmp_path))
        except Exception as error:
            seen.append(repr(error))
        done.set()

    thread = threading.Thread(target=other)
    thread.start()

    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> bool:
            go.set()
            return done.wait(10)

    finished = await (await engine.start(Sample)).result()
    thread.join()
    assert (finished, seen) == (True, ["xy"])


async def test_workflow_code_may_import(engine: KernelEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "never_seen_before.py").write_text("from pathlib import Path\nLINES = len(Path(__file__).read_text())\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("colorsys", None)

    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> list[Any]:
            import colorsys

            return [colorsys.rgb_to_hsv(1, 1, 1)[2], importlib.import_module("never_seen_before").LINES > 0]

    assert await (await engine.start(Sample)).result() == [1, True]


async def test_workflow_code_may_format_a_traceback_and_a_time_zone(engine: KernelEngine) -> None:
    import traceback
    import zoneinfo

    @workflow.define(name="w")
    class Sample:
        @workflow.entrypoint
        async def run(self) -> list[bool]:
            try:
                raise ValueError("inner")
            except ValueError:
                text = traceback.format_exc()
            zoneinfo.ZoneInfo.clear_cache()
            return ["inner" in text, workflow.now().astimezone(zoneinfo.ZoneInfo("Europe/Paris")).utcoffset() is not None]

    assert await (await engine.start(Sample)).result() == [True, True]


async def test_a_workflow_run_while_a_module_is_imported_is_watched_too(tmp_path: Path) -> None:
    code = """
import asyncio
from nbconvo.engine import KernelEngine
from nbconvo.workflows import workflow

@workflow.define(name="w")
class W:
    @workflow.entrypoint
    async def run(self) -> None:
        open(__file__)

async def main():
    async with KernelEngine() as engine:
        await (await engine.start(W)).result()

try:
    asyncio.run(main())
except Exception as error:
    print(type(error.__cause__).__name__)
"""
    (tmp_path / "script.py").write_text(code)
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import script"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("NotAllowedInWorkflow\n", "")


async def test_the_sleep_of_python_is_back_after_each_turn(engine: KernelEngine) -> None:
    real = time.sleep
    await refusal(engine, PLAIN["time.sleep"], awaited=False)
    assert time.sleep is real

"""`nbconvo run`: a notebook executed where nobody can type, with recorded sessions for its workflow cells.

Exit status: 0 when every cell ran, 1 when one failed (or took too long), 2 when the command cannot be carried out as it is
written, 130 after Ctrl-C and 143 after SIGTERM. What was run is written out in each of the cases but 2.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from nbconvo.errors import UsageError
from nbconvo.views.replies_file import read_recording

VARIABLE = "NBCONVO_REPLIES"
"""How the files reach the kernel; `nbconvo.ipython.replies_files` says what it holds."""


def add_command(commands: Any) -> None:
    """Tell the parser of the `nbconvo` command about `run`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "run", help="run a notebook without a browser, with recorded replies, and write it executed", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("notebook", type=Path)
    parser.add_argument(
        "--replies", metavar="[NAME=]FILE", action="append", default=[],
        help="what run.record wrote, for the cell `%%%%workflow NAME`, or for every workflow cell that no other is named for",
    )  # fmt: skip
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: NOTEBOOK.executed.ipynb beside the notebook")
    parser.add_argument("--timeout", type=_seconds, metavar="S", help="longest time for a cell, in seconds; default: none")


def command(given: argparse.Namespace) -> int:
    """Carry out `nbconvo run`; returns the exit status."""
    path: Path = given.notebook
    output: Path = given.output or path.with_suffix(".executed.ipynb")
    try:
        if find_spec("nbclient") is None:
            raise UsageError("nbclient runs the notebook, and is not installed: pip install nbclient (JupyterLab brings it, too)")
        if not output.parent.is_dir():
            raise UsageError(f"{output} cannot be written: there is no folder {output.parent}.")
        notebook = read_notebook(path)
        replies = _replies(given.replies, notebook)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    status = 1
    try:
        status = execute(notebook, path, replies=replies, timeout=given.timeout)
    finally:  # also when nobody reads what is printed any more, as in `nbconvo run ... | head`
        written = status == 2 or _write(notebook, output)
    return status if written else 1


def read_notebook(path: Path) -> Any:
    """The notebook in a file. Raises `UsageError` when there is none."""
    import nbformat  # noqa: PLC0415 - only who runs notebooks needs it; it comes with JupyterLab and nbclient

    try:
        found = cast("Any", nbformat.read(path, as_version=4))  # pyright: ignore[reportUnknownMemberType]
    except (OSError, ValueError, nbformat.validator.NotebookValidationError) as error:
        raise UsageError(f"{path} is no notebook that can be read: {error}") from error
    return found


def execute(notebook: Any, path: Path, *, replies: str | None = None, timeout: float | None = None) -> int:
    """Run the cells in a kernel of their own and print what they show; outputs go into `notebook`. Returns the exit status.

    `path` is where the notebook is: its folder is the working directory. `replies` is the value of `NBCONVO_REPLIES`.
    """
    # The kernel may be started from a notebook's own terminal: which notebook it is must not be taken from there.
    environment = {**os.environ, "JPY_SESSION_NAME": str(path.resolve())}
    if replies is not None:
        environment[VARIABLE] = replies
    return asyncio.run(_Execution(notebook, path, timeout).run(environment))


class _Execution:
    def __init__(self, notebook: Any, path: Path, timeout: float | None) -> None:
        from nbclient import NotebookClient  # noqa: PLC0415 - only this command needs it

        quiet = ["--log-level=ERROR"]  # the kernel talks to this process alone; its notes are for servers
        place = {"metadata": {"path": str(path.resolve().parent)}}
        self._client: Any = NotebookClient(notebook, timeout=timeout, extra_arguments=quiet, resources=place)
        self._notebook = notebook
        self._signal: int | None = None
        self._tasks: set[asyncio.Future[Any]] = set()

    async def run(self, environment: dict[str, str]) -> int:
        """Run all cells; returns the exit status."""
        from jupyter_client.kernelspec import NoSuchKernel  # noqa: PLC0415 - only this command needs it

        try:
            async with self._client.async_setup_kernel(env=environment):
                self._listen(asyncio.get_running_loop())
                ended_well = await self._run_cells()
        except NoSuchKernel as error:
            print(f"This notebook's kernel is not installed: {error}", file=sys.stderr)
            return 2
        if self._signal is not None:
            print("Interrupted.", file=sys.stderr)
            return 128 + self._signal
        return 0 if ended_well else 1

    async def _run_cells(self) -> bool:
        """True when every cell ended well."""
        from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError  # noqa: PLC0415 - see above

        for index, cell in enumerate(self._notebook.cells):
            try:
                await self._client.async_execute_cell(cell, index, execution_count=self._client.code_cells_executed + 1)
            except (CellControlSignal, CellExecutionError, DeadKernelError) as error:
                _show(cell)
                if self._signal is None:
                    print(f"Cell {index + 1} failed:\n{_told(cell, error)}", file=sys.stderr)
                return False
            _show(cell)
            if self._signal is not None:
                return False
        return True

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on Ctrl-C interrupts the cell, and a second one ends the kernel. (nbclient would end it at the first.)"""
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self._interrupt, number)
            except NotImplementedError:  # Windows: the exception goes up through the loop, and nothing more is written
                return

    def _interrupt(self, number: int) -> None:
        manager = self._client.km
        ending = manager.shutdown_kernel(now=True) if self._signal is not None else manager.interrupt_kernel()
        self._signal = number
        task = asyncio.ensure_future(ending)
        self._tasks.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._tasks.discard)


def _replies(words: Sequence[str], notebook: Any) -> str | None:
    """The value of the variable. Raises `UsageError` for a file that cannot be played, or that no cell is there for."""
    if not words:
        return None
    lines = [line.split() for line in map(_first_line, notebook.cells) if line.startswith("%%workflow")]
    files: dict[str, str] = {}
    for word in words:
        name, equals, file = word.partition("=")
        name, file = (name, file) if equals and name.isidentifier() else ("", word)
        if name in files:
            raise UsageError(f"--replies: two files for {name or 'the same cells'}; say NAME=FILE, once for each run.")
        if not any(not name or name in line[1:] for line in lines):
            raise UsageError(f"--replies {word}: the notebook has no cell `%%workflow{' ' + name if name else ''}`.")
        read_recording(file, needs_input=False)  # the cell may give it
        files[name] = str(Path(file).resolve())
        if os.pathsep in files[name]:
            raise UsageError(f"--replies {word}: a path with {os.pathsep!r} in it cannot be handed on.")
    return os.pathsep.join(f"{name}={file}" if name else file for name, file in files.items())


def _first_line(cell: Any) -> str:
    source: str = cell.source.lstrip("\n") if cell.cell_type == "code" else ""
    return source.partition("\n")[0]


def _show(cell: Any) -> None:
    """Print what a cell shows; its error is told elsewhere."""
    for output in cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain")
        if text:
            print(f"{text.rstrip()}\n", flush=True)


def _told(cell: Any, error: Exception) -> str:
    """The traceback of a cell that failed, without colours where they would be in the way; else what went wrong with it."""
    tracebacks = [output["traceback"] for output in cell.get("outputs", []) if output["output_type"] == "error"]
    text = "\n".join(tracebacks[-1]) if tracebacks else str(error).strip()
    return text if sys.stderr.isatty() else re.sub(r"\x1b\[[\d;]*m", "", text)


def _write(notebook: Any, path: Path) -> bool:
    import nbformat  # noqa: PLC0415 - see above

    try:
        nbformat.write(notebook, path)  # pyright: ignore[reportUnknownMemberType]
    except OSError as error:
        print(f"{path} cannot be written: {error}", file=sys.stderr)
        return False
    print(f"Written to {path}", file=sys.stderr)
    return True


def _seconds(word: str) -> float:
    seconds = float(word)
    if not seconds > 0:
        raise argparse.ArgumentTypeError("it has to be more than 0")
    return seconds

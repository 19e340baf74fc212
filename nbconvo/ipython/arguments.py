"""The words after `%%workflow`."""

from __future__ import annotations

import argparse
import json
import shlex
from dataclasses import dataclass
from typing import Any, NoReturn

from nbconvo.errors import UsageError

DESCRIPTION = """Define a workflow in this cell and start it. The conversation opens below the cell; the cell's value is the run.

Imports of mistralai.workflows are mapped to nbconvo.workflows in the cell, so a pasted script runs as it is; its
`if __name__ == "__main__":` block does not run here."""

EPILOG = """Answer in the cell, or from Python: run.reply("Ada"), await run, run.transcript, run.cancel()."""


@dataclass(frozen=True, slots=True)
class WorkflowArguments:
    """What a `%%workflow` line says. `input` is source text: JSON, else a Python expression."""

    name: str | None
    input: str | None
    replies: tuple[Any, ...]
    replies_file: str | None
    wait: bool
    new: bool
    id: str | None
    timeout: float | None
    check: bool = False


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%workflow: {message}\n{self.format_usage().strip()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="%%workflow", description=DESCRIPTION, epilog=EPILOG, add_help=False, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("name", nargs="?", help="variable that the run is bound to")
    parser.add_argument(
        "--input", metavar="JSON|EXPR", help="the workflow's input, as JSON or a Python expression; left out, a form asks for it"
    )
    parser.add_argument("--reply", metavar="VALUE", action="append", default=[], help="answer the next ask; once per ask")
    parser.add_argument(
        "--replies", metavar="FILE", help="play a recorded session (run.record); a relative path starts at the notebook's folder"
    )
    parser.add_argument("--wait", action="store_true", help="the cell waits for the result; the widget stays alive")
    parser.add_argument(
        "--new", action="store_true", help="start another run, even where one waits since before a restart of the kernel"
    )
    parser.add_argument("--id", help="id of the execution; the run with this id is taken up when there is one")
    parser.add_argument("--timeout", metavar="S", type=float, help="with --wait: give up waiting (not the run) after S seconds")
    parser.add_argument("--check", action="store_true", help="do not start it: show what would be different under the real SDK")
    parser.add_argument("--engine", choices=["kernel"], default="kernel", help="where it runs")
    return parser


_PARSER = _parser()


def parse(line: str) -> WorkflowArguments:
    """Read the line. Raises `UsageError` with the right way to write it."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%%workflow: {error} in {line!r}") from error
    given = _PARSER.parse_args(words)
    if given.name is not None and not given.name.isidentifier():
        raise UsageError(f"%%workflow: {given.name!r} cannot be a variable name; the run is bound to it.")
    if given.new and given.id:
        raise UsageError("%%workflow: --new starts a run under an id of its own; leave out --id.")
    if given.replies and (given.reply or given.id):
        raise UsageError("%%workflow: --replies plays a run from its start, all of it; leave out --reply and --id.")
    replies = tuple(_reply(word) for word in given.reply)
    return WorkflowArguments(
        given.name, given.input, replies, given.replies, given.wait, given.new, given.id, given.timeout, given.check
    )


def usage() -> str:
    """The help text."""
    return _PARSER.format_help()


def _reply(word: str) -> Any:
    """Objects and lists are JSON, anything else is what a person would type."""
    if word[:1] in "{[":
        try:
            return json.loads(word)
        except json.JSONDecodeError as error:
            raise UsageError(f"%%workflow: --reply {word!r} looks like JSON and is not: {error}") from error
    return word

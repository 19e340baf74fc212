"""The words after `%convo` and `%%convo`, read by the table of commands."""

from __future__ import annotations

import difflib
import io
import shlex
from dataclasses import dataclass, field
from typing import Any

from nbconvo.errors import UsageError
from nbconvo.ipython.convo_commands import CELL, COMMANDS, OPTIONS, Command

INTRODUCTION = """Talk to a model or an agent: through Mistral's API when MISTRAL_API_KEY is set, else offline in this process.

%convo                        show the current conversation
%%convo [--model M | --agent NAME] [--new] [--tools a,b] [--stream/--no-stream] [--var]
                              send the cell's text, starting a conversation when there is none; its value is the answer
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What a line says: the command's name, and its words and options as they were written; flags are True or False."""

    name: str
    command: Command
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    text: str = ""


def parse_cell(line: str) -> Request:
    """The options of a `%%convo` line. Raises `UsageError`.

    >>> parse_cell("--tools add --no-stream").values
    {'tools': 'add', 'stream': False}
    """
    request = _read("%%convo", CELL, line)
    if {"model", "agent"} <= set(request.values):
        raise UsageError("%%convo: --model and --agent exclude each other; an agent has a model of its own.")
    return request


def parse_line(line: str) -> Request:
    """A `%convo` line with a command. Raises `UsageError`, which names the commands that are near.

    >>> request = parse_line("append --no-store What's up?")
    >>> request.values, request.text
    ({'store': False}, "What's up?")
    """
    name, _, rest = line.strip().partition(" ")
    if name == "agents":
        second, _, rest = rest.strip().partition(" ")
        name = f"agents {second.replace('-', '_') or 'list'}"
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean `%convo {near[0]}`?" if near else "`%convo?` lists them."
        raise UsageError(f"%convo: there is no command {name!r}; {hint}")
    return _read(name, COMMANDS[name], rest)


def usage() -> str:
    """The help text: every command with its words and options."""
    commands = "\n".join(f"%convo {_signature(name, command)}\n    {command.help}" for name, command in COMMANDS.items())
    options = "\n".join(f"--{name:20}{option.help}" for name, option in OPTIONS.items())
    return f"{INTRODUCTION}\n{commands}\n\nOptions\n{options}\n"


def _signature(name: str, command: Command) -> str:
    words = [f"[{word[:-1].upper()}]" if word.endswith("?") else word.upper() for word in command.words]
    return " ".join([name, *words, *(f"[--{option}]" for option in command.options), *(["MESSAGE"] if command.says else [])])


def _read(name: str, command: Command, line: str) -> Request:
    """Options and words in any order; where the rest of the line is a message, they come before it."""
    reader = _Reader(f"%convo {name}" if name in COMMANDS else name, line)
    values: dict[str, Any] = {}
    missing = list(command.words)
    while (word := reader.next(keep=command.says and not missing)) is not None:
        if word.startswith("--"):
            reader.option(word, command, values)
        elif missing:
            values[missing.pop(0).rstrip("?")] = word
        else:
            raise reader.error(f"{word!r} is one word too many")
    if missing and not missing[0].endswith("?"):
        raise reader.error(f"{missing[0].upper()} is missing: {_signature(name, command)}")
    return Request(name, command, values, reader.rest() if command.says else "")


class _Reader:
    """Words of a line, one by one, quotes as in a shell; what comes after them stays as it was written."""

    def __init__(self, who: str, line: str) -> None:
        self._who = who
        self._line = line
        self._stream = io.StringIO(line)
        self._lexer = shlex.shlex(self._stream, posix=True)
        self._lexer.whitespace_split = True
        self._lexer.commenters = ""
        self._end = 0  # of the words that were read

    def error(self, what: str) -> UsageError:
        """A mistake in this line."""
        return UsageError(f"{self._who}: {what}. `%convo?` shows how it is written.")

    def next(self, *, keep: bool) -> str | None:
        """The next word; None at the end, and with `keep` at the first word that is no option."""
        rest = self._line[self._end :].lstrip()
        if not rest or (keep and not rest.startswith("--")):
            return None
        try:
            word = self._lexer.get_token()
        except ValueError as error:
            raise self.error(f"{error} in {self._line!r}".replace("No closing", "no closing")) from None
        self._end = self._stream.tell()
        return None if word == "--" and keep else word

    def option(self, word: str, command: Command, values: dict[str, Any]) -> None:
        """An option with its value."""
        name, equals, value = word.removeprefix("--").partition("=")
        name = name.replace("_", "-")
        plain = name.removeprefix("no-")
        kind = OPTIONS[plain].kind if plain in command.options else None
        if kind is None or (plain != name and kind != "flag"):
            near = difflib.get_close_matches(plain, command.options, 1)
            raise self.error(f"there is no option --{name}" + (f"; did you mean --{near[0]}" if near else ""))
        if kind in ("flag", "switch"):
            values[plain] = plain == name
            return
        given = value if equals else self.next(keep=False)
        if given is None:
            raise self.error(f"--{name} needs a value")
        values[plain] = given

    def rest(self) -> str:
        """What was not read; without its quotes when it is one quoted text."""
        text = self._line[self._end :].strip()
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]:
            return text[1:-1]
        return text

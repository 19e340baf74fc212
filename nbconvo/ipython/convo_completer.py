"""Tab after `%convo` and `%%convo`: commands, options, and the functions that can be tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nbconvo.ipython.convo_commands import CELL, COMMANDS, OPTIONS, Command

_HOOK = "complete_command"
_WORDS = ("%convo", "%%convo")


def install(shell: Any, names: Callable[[], Iterable[str]]) -> None:
    """Tell IPython; `names` gives the functions of the notebook."""

    def complete(_: Any, event: Any) -> list[str]:
        return candidates(event.text_until_cursor, names)

    for word in _WORDS:
        shell.set_hook(_HOOK, complete, str_key=word)


def uninstall(shell: Any) -> None:
    """Take it back. IPython has no call for this; the dispatcher's table is its own."""
    for word in _WORDS:
        shell.strdispatchers[_HOOK].strs.pop(word, None)


def candidates(line: str, names: Callable[[], Iterable[str]]) -> list[str]:
    """The words that may stand where the line ends.

    >>> candidates("%convo h", list), candidates("%convo list --page", list)
    (['history'], ['--page', '--page-size'])
    """
    magic, *words = line.split()
    started = words.pop() if words and not line[-1].isspace() else ""
    if words and words[-1] == "--tools":
        before, comma, name = started.rpartition(",")
        return [f"{before}{comma}{each}" for each in sorted(names()) if each.startswith(name)]
    command, group = _command(magic, words)
    names_here = sorted({name.split()[group] for name in COMMANDS if _in(name, words, group)})
    return [each for each in (names_here if command is None else _options(command)) if each.startswith(started)]


def _command(magic: str, words: list[str]) -> tuple[Command | None, int]:
    """The command that was written; else None, and which word of its name is wanted."""
    if magic == "%%convo":
        return CELL, 0
    if words[:1] == ["agents"]:
        return COMMANDS.get(" ".join(words[:2])), 1
    return COMMANDS.get(words[0]) if words else None, 0


def _in(name: str, words: list[str], group: int) -> bool:
    return name.startswith("agents ") if group else not words


def _options(command: Command) -> list[str]:
    flags = [f"--no-{name}" for name in command.options if OPTIONS[name].kind == "flag"]
    return sorted([*(f"--{name}" for name in command.options), *flags])

"""Installs `%convo` and `%%convo` in an IPython shell, and takes them back."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbconvo.ipython import convo_completer
from nbconvo.ipython.convo_arguments import usage
from nbconvo.ipython.convo_transform import CONVO, await_lines, transform_cell

if TYPE_CHECKING:
    from nbconvo.ipython.convo import Convo


def install(shell: Any) -> None:
    """The transforms, the magics for `?` and for callers that do not transform, completion, and how results are shown."""
    from nbconvo.ipython.convo_results import show_models  # noqa: PLC0415 - what few need is loaded late

    convo = _ConvoWhenNeeded(shell)
    shell.input_transformers_cleanup.append(transform_cell)
    shell.input_transformers_post.append(await_lines)
    shell.builtin_trap.auto_builtins[CONVO] = convo
    shell.register_magic_function(_magic(convo), "line_cell", "convo")
    convo_completer.install(shell, lambda: convo.names)
    show_models(shell)


def uninstall(shell: Any) -> None:
    """Take everything back."""
    from nbconvo.ipython.convo_results import hide_models  # noqa: PLC0415 - the same

    for transforms, ours in ((shell.input_transformers_cleanup, transform_cell), (shell.input_transformers_post, await_lines)):
        if ours in transforms:
            transforms.remove(ours)
    shell.builtin_trap.auto_builtins.pop(CONVO, None)
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("convo", None)
    convo_completer.uninstall(shell)
    hide_models(shell)


class _ConvoWhenNeeded:
    """Stands for the `Convo` until it is first used: conversations take a moment to import."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._convo, name)

    @cached_property
    def _convo(self) -> Convo:
        from nbconvo.ipython.convo import Convo  # noqa: PLC0415 - see above

        return Convo(self._shell)


def _magic(running: _ConvoWhenNeeded) -> Any:
    def convo(line: str, cell: str | None = None) -> Any:
        """For `?`, and for callers of `run_line_magic` and `run_cell_magic`, which do not transform the cell's source."""
        __tracebackhide__ = True
        return running.blocking(line, cell)

    convo.__doc__ = usage()
    vars(convo)["_ipython_magic_no_var_expand"] = True  # {names} mean nothing, unless --var is given
    return convo

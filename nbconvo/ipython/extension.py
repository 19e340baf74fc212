"""`%load_ext nbconvo`: the cell transform, its syntax-tree half, and a fallback magic; unloading takes all of it back."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbconvo.ipython import convo_magics
from nbconvo.ipython.arguments import parse, usage
from nbconvo.ipython.settings import NbConvo, settings
from nbconvo.ipython.transform import CELL, WorkflowCell, add_await, bound_names, rewrite, transform_cell

if TYPE_CHECKING:
    from nbconvo.ipython.cell import Cell
    from nbconvo.ipython.run import Run
    from nbconvo.portability import Findings


def load(shell: Any) -> None:
    """Install in an IPython shell; a second load changes nothing."""
    unload(shell)
    cell = _CellWhenNeeded(shell)
    shell.configurables.append(settings())
    shell.input_transformers_cleanup.append(transform_cell)
    shell.input_transformers_post.append(add_await)
    shell.ast_transformers.append(WorkflowCell())
    shell.builtin_trap.auto_builtins[CELL] = cell
    shell.register_magic_function(_fallback(shell, cell), "cell", "workflow")
    convo_magics.install(shell)


def unload(shell: Any) -> None:
    """Take everything back."""
    for transforms, ours in ((shell.input_transformers_cleanup, transform_cell), (shell.input_transformers_post, add_await)):
        if ours in transforms:
            transforms.remove(ours)
    shell.ast_transformers[:] = [one for one in shell.ast_transformers if not isinstance(one, WorkflowCell)]
    shell.builtin_trap.auto_builtins.pop(CELL, None)
    shell.configurables[:] = [one for one in shell.configurables if not isinstance(one, NbConvo)]
    shell.magics_manager.magics["cell"].pop("workflow", None)
    convo_magics.uninstall(shell)


class _CellWhenNeeded:
    """Stands for the `Cell` until the first workflow cell runs: the engine takes a moment to import."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cell, name)

    @cached_property
    def _cell(self) -> Cell:
        from nbconvo.ipython.cell import Cell  # noqa: PLC0415 - a fifth of a second that only users of workflows pay
        from nbconvo.ipython.notebook import notebook  # noqa: PLC0415

        return Cell(notebook(), self._shell)


def _fallback(shell: Any, running: _CellWhenNeeded) -> Any:
    def workflow(line: str, cell: str) -> Run | Findings:
        """For callers of `run_cell_magic` and scripts made by nbconvert, which do not transform the cell's source."""
        __tracebackhide__ = True
        arguments = parse(line)
        source = shell.transform_cell(cell)
        body = shell.compile.ast_parse(source).body
        filename = shell.compile.cache(source, shell.execution_count)
        exec(compile(ast.Module(rewrite(body), []), filename, "exec"), shell.user_ns)
        return running.start(arguments, bound_names(body))

    workflow.__doc__ = usage()
    return workflow

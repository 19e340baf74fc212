"""`%load_ext nbconvo`: the cell transform, its syntax-tree half, and a fallback magic; unloading takes all of it back."""

from __future__ import annotations

import ast
from typing import Any

from nbconvo.ipython.arguments import parse, usage
from nbconvo.ipython.cell import Cell
from nbconvo.ipython.notebook import notebook
from nbconvo.ipython.run import Run
from nbconvo.ipython.settings import NbConvo
from nbconvo.ipython.transform import CELL, WorkflowCell, add_await, bound_names, rewrite, transform_cell


def load(shell: Any) -> None:
    """Install in an IPython shell; a second load changes nothing."""
    unload(shell)
    cell = Cell(notebook(), shell)
    shell.configurables.append(notebook().settings)
    shell.input_transformers_cleanup.append(transform_cell)
    shell.input_transformers_post.append(add_await)
    shell.ast_transformers.append(WorkflowCell())
    shell.builtin_trap.auto_builtins[CELL] = cell
    shell.register_magic_function(_fallback(shell, cell), "cell", "workflow")


def unload(shell: Any) -> None:
    """Take everything back."""
    for transforms, ours in ((shell.input_transformers_cleanup, transform_cell), (shell.input_transformers_post, add_await)):
        if ours in transforms:
            transforms.remove(ours)
    shell.ast_transformers[:] = [one for one in shell.ast_transformers if not isinstance(one, WorkflowCell)]
    shell.builtin_trap.auto_builtins.pop(CELL, None)
    shell.configurables[:] = [one for one in shell.configurables if not isinstance(one, NbConvo)]
    shell.magics_manager.magics["cell"].pop("workflow", None)


def _fallback(shell: Any, running: Cell) -> Any:
    def workflow(line: str, cell: str) -> Run:
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

"""`%load_ext nbconvo`: the cell transform, its syntax-tree half, and a fallback magic; unloading takes all of it back."""

from __future__ import annotations

import ast
from typing import Any

from nbconvo.ipython.arguments import usage
from nbconvo.ipython.cell import Cell
from nbconvo.ipython.notebook import notebook
from nbconvo.ipython.transform import CELL, MAGIC, WorkflowCell, transform_cell


def load(shell: Any) -> None:
    """Install in an IPython shell; a second load changes nothing."""
    unload(shell)
    shell.input_transformers_cleanup.append(transform_cell)
    shell.ast_transformers.append(WorkflowCell())
    shell.register_magic_function(_fallback(shell), "cell", "workflow")
    shell.user_ns[CELL] = Cell(notebook(), shell.user_ns)
    shell.user_ns_hidden[CELL] = shell.user_ns[CELL]  # not one of the user's variables


def unload(shell: Any) -> None:
    """Take everything back."""
    if transform_cell in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(transform_cell)
    shell.ast_transformers[:] = [one for one in shell.ast_transformers if not isinstance(one, WorkflowCell)]
    shell.magics_manager.magics["cell"].pop("workflow", None)
    shell.user_ns.pop(CELL, None)


def _fallback(shell: Any) -> Any:
    def workflow(line: str, cell: str) -> Any:
        """For callers of `run_cell_magic` and scripts made by nbconvert, which do not transform the cell's source."""
        source = "".join(transform_cell([f"{MAGIC} {line}\n", *cell.splitlines(keepends=True)]))
        module = shell.compile.ast_parse(shell.transform_cell(source))
        for node in WorkflowCell().visit(module).body[:-1]:
            exec(compile(ast.Module([node], []), "<%%workflow>", "exec"), shell.user_ns)  # noqa: S102 - a cell's code
        return shell.user_ns[CELL].end()

    workflow.__doc__ = usage()
    return workflow

"""What the generated statements of a workflow cell do: note what the cell defines, then run it."""

from __future__ import annotations

import json
import sys
from typing import Any

from nbconvo.errors import UsageError
from nbconvo.ipython import host
from nbconvo.ipython.arguments import WorkflowArguments, parse
from nbconvo.ipython.notebook import Notebook
from nbconvo.ipython.run import Run
from nbconvo.ipython.transform import restore_source
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, WorkflowDefinition


class Cell:
    """The workflow cell that is running: `begin` is its first statement, `end` its last."""

    def __init__(self, notebook: Notebook, namespace: dict[str, Any]) -> None:
        self._notebook = notebook
        self._namespace = namespace
        self._arguments: WorkflowArguments | None = None
        self._before: set[int] = set()

    def begin(self, line: str) -> None:
        """Read the arguments and remember which workflows are there already."""
        __tracebackhide__ = True
        restore_source(sys._getframe(1).f_code.co_filename, line)  # noqa: SLF001 - the cell's own frame
        self._arguments = parse(line)
        self._before = {id(cls) for cls in self._workflows()}

    async def end(self) -> Run:
        """Start the workflow that the cell defined last; wait for it with `--wait` and where nobody can answer."""
        __tracebackhide__ = True
        arguments, self._arguments = self._arguments, None
        if arguments is None:
            raise UsageError("A %%workflow cell was left half-way; run it again.")
        run = self._notebook.run(self._defined(), self._input(arguments), id=arguments.id, replies=arguments.replies)
        if arguments.name:
            self._namespace[arguments.name] = run
        if arguments.wait or host.is_headless():
            await run.result(arguments.timeout)
        else:
            await run.settle()
        return run

    def skipped_main(self) -> None:
        """Stands in for an `if __name__ == "__main__":` block."""
        print('The `if __name__ == "__main__":` block does not run here: %%workflow starts the workflow in this kernel.')

    def _defined(self) -> type[Any]:
        new = [cls for cls in self._workflows() if id(cls) not in self._before]
        if not new:
            raise UsageError("This %%workflow cell defines no workflow: decorate a class with @workflow.define(name=...).")
        return new[-1]

    def _workflows(self) -> list[type[Any]]:
        return [value for value in list(self._namespace.values()) if _is_workflow(value)]

    def _input(self, arguments: WorkflowArguments) -> Any:
        """JSON, else an expression in the notebook's namespace."""
        if arguments.input is None:
            return None
        try:
            return json.loads(arguments.input)
        except json.JSONDecodeError:
            pass
        try:
            return eval(arguments.input, self._namespace)  # noqa: S307 - the notebook's own code, as any cell
        except SyntaxError as error:
            raise UsageError(f"%%workflow: --input {arguments.input!r} is neither JSON nor a Python expression: {error.msg}") from None


def _is_workflow(value: Any) -> bool:
    return isinstance(value, type) and isinstance(value.__dict__.get(DEFINITION_ATTRIBUTE), WorkflowDefinition)

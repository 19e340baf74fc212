"""What the generated statements of a workflow cell do: read its arguments, then run the workflow that it defines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from nbconvo.engine.failures import source_names
from nbconvo.errors import StartInputInvalid, UsageError
from nbconvo.ipython import host
from nbconvo.ipython.arguments import WorkflowArguments, parse
from nbconvo.ipython.notebook import Notebook
from nbconvo.ipython.replies_files import replies_file
from nbconvo.ipython.run import Run
from nbconvo.ipython.transform import restore_source
from nbconvo.portability import Findings, check
from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, WorkflowDefinition, definition_of
from nbconvo.views.script import read_script


class Cell:
    """The workflow cell that is running: `begin` is its first statement, `end` its last. Runs in the namespace of `shell`."""

    def __init__(self, notebook: Notebook, shell: Any) -> None:
        self._notebook = notebook
        self._shell = shell
        self._arguments = parse("")

    def begin(self, line: str) -> None:
        """Read the arguments, before the cell does anything."""
        __tracebackhide__ = True
        frame = sys._getframe(1)  # noqa: SLF001 - the cell's own frame  # pyright: ignore[reportPrivateUsage]
        restore_source(frame.f_code.co_filename)
        source_names[frame.f_code.co_filename] = f"Cell In[{host.execution_count()}]"
        try:
            self._arguments = parse(line)
        except UsageError as error:
            raise error.with_traceback(None) from None  # the text says it all

    async def end(self, names: Sequence[str]) -> Run | Findings | None:
        """Start the workflow; wait for it with `--wait` and where nobody can answer. With `--check`, look at it only.

        A cell that defines flows and no workflow runs them itself: there is nothing left to start.
        """
        __tracebackhide__ = True
        arguments = self._arguments
        try:
            run = self.start(arguments, names)
        except (UsageError, StartInputInvalid) as error:
            raise error.with_traceback(None) from None
        if run is None or isinstance(run, Findings):
            return run
        await run.settle()
        if arguments.wait or host.is_headless():
            await run.result(arguments.timeout)
        else:
            await run.scripted(arguments.timeout)
        return run

    def start(self, arguments: WorkflowArguments, names: Sequence[str]) -> Run | Findings | None:
        """Start the last workflow among the `names` that the cell bound, and bind the run; or check it and start nothing."""
        __tracebackhide__ = True
        namespace = self._shell.user_ns
        workflows = [namespace[name] for name in names if _is_workflow(namespace.get(name))]
        if not workflows and any(_is_flow(namespace.get(name)) for name in names):
            return None
        if not workflows:
            raise UsageError("This %%workflow cell defines no workflow: decorate a class with @workflow.define(name=...).")
        if arguments.check:
            return check(workflows[-1])
        run = self._run(arguments, workflows[-1], _input(arguments.input, namespace))
        if arguments.name:
            run.name = arguments.name
            namespace[arguments.name] = run
        return run

    def _run(self, arguments: WorkflowArguments, workflow: type[Any], value: Any) -> Run:
        file = replies_file(arguments.name) or arguments.replies_file
        if file is not None:
            script = read_script(host.notebook_folder() / file, definition_of(workflow).name, needs_input=value is None)
            return self._notebook.run_in_cell(workflow, script.input if value is None else value, script, fresh=True)
        return self._notebook.run_in_cell(workflow, value, arguments.replies, fresh=arguments.new, id=arguments.id)

    def skipped_main(self) -> None:
        """Stands in for an `if __name__ == "__main__":` block."""
        print('The `if __name__ == "__main__":` block does not run here: %%workflow starts the workflow in this kernel.')


def _input(source: str | None, namespace: dict[str, Any]) -> Any:
    """JSON, else an expression in the notebook's namespace."""
    __tracebackhide__ = True
    if source is None:
        return None
    try:
        return json.loads(source)
    except json.JSONDecodeError:
        pass
    try:
        code = compile(source, "<string>", "eval")
    except SyntaxError as error:
        text = f"%%workflow: --input {source!r} is neither JSON nor a Python expression: {error.msg}"
        raise UsageError(text) from None
    return eval(code, namespace)  # the notebook's own code, as in any cell


def _is_flow(value: Any) -> bool:
    return isinstance(value, type) and hasattr(value, "__nbconvo_graph__")


def _is_workflow(value: Any) -> bool:
    return isinstance(value, type) and isinstance(value.__dict__.get(DEFINITION_ATTRIBUTE), WorkflowDefinition)

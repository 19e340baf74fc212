"""Tasks and todo lists as they ran on the real SDK, with our import root."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from nbconvo.workflows import InteractiveWorkflow, WorkflowError, task, task_from, workflow
from nbconvo.workflows.conversational import (
    ChatAssistantWorkingTask,
    CommandResultRunning,
    CommandResultSuccess,
    CommandToolUIState,
    TodoList,
    TodoListItem,
)
from tests.parity.cases import Approval


@workflow.define(name="w-todo")
class WTodo(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        i1 = TodoListItem("One", "d1")
        i2 = TodoListItem("Two", "d2")
        i3 = TodoListItem("Three", "d3")
        async with TodoList(items=[i1, i2]) as tl:
            async with i1:
                pass
            await tl.add_item(i3)
            await tl.remove_item(i2)
            try:
                async with i3:
                    raise WorkflowError("inside")
            except WorkflowError:
                pass
            st = i3.status
            await i3.set_status("todo")
            try:
                await i2.set_status("done")
            except RuntimeError as e:
                if "not bound to a TodoList" not in str(e):
                    raise
            else:
                return "a removed item could be set"
        return st


@workflow.define(name="w-todo-exc")
class WTodoExc(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        item = TodoListItem("One", "d1")
        async with TodoList(items=[item]), item:
            raise WorkflowError("inside")


@workflow.define(name="w-move")
class WMove:
    @workflow.entrypoint
    async def run(self) -> str:
        async with task("t", state={"l": ["a", "b", "c"]}) as t:
            await t.set_state({"l": ["c", "a", "b"]})
        return "ok"


class PS(BaseModel):
    model_config = ConfigDict(title="document_processing")
    progress: float = 0.0
    text: str = ""


@workflow.define(name="w-task")
class WTask:
    @workflow.entrypoint
    async def run(self) -> str:
        async with task("stateless"):
            pass
        async with task_from(PS(), id="fixed-id") as t:
            await t.update_state({"progress": 0.5})
            await t.update_state({"text": "Hel"})
            await t.update_state({"text": "Hello"})
            await t.set_state(PS(progress=1.0, text="Bye"))
            await t.set_state(PS(progress=1.0, text="Bye"))
        try:
            async with task("stateless2") as t2:
                await t2.set_state({"a": 1})
        except RuntimeError as e:
            return str(e)
        return "ok"


@workflow.define(name="w-cancel-task")
class WCancelTask(InteractiveWorkflow):
    @workflow.entrypoint
    async def run(self) -> str:
        async with task("job", state={"p": 0}):
            await self.wait_for_input(Approval, label="A")
        return "ok"


@workflow.define(name="w-working")
class WWorking:
    @workflow.entrypoint
    async def run(self) -> str:
        running = CommandToolUIState(toolCallId="1", command="ls", result=CommandResultRunning())
        async with task_from(ChatAssistantWorkingTask(title="List", content="ls", toolUIState=running)) as t:
            done = CommandToolUIState(toolCallId="1", command="ls", result=CommandResultSuccess(output="ok"))
            await t.update_state({"toolUIState": done})
        async with task_from(ChatAssistantWorkingTask(type="thinking", title="Think", content="hm")):
            pass
        return "ok"

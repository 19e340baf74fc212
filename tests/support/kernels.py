"""A real ipykernel and the front end of a notebook page, without the browser.

A `Page` does what JupyterLab does with a kernel: it sends cells, collects their outputs by parent, keeps the widgets' models from
`comm_open` on, applies patches, and sends what a person does as custom messages. It runs in the test's own thread: waiting reads
messages until a condition holds, so nothing depends on how long things take.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from nbconvo.protocol.patch import apply

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ROOT / ".venv" / "kernels"
INSTALLED = "installed"
VERSIONS = [*sorted(path.stem for path in (ROOT / "requirements" / "kernels").glob("*.txt")), INSTALLED]
"""The ipykernels that are tested: the older ones stand in folders of their own, the newest is the one of this environment."""

PATIENCE = 15.0
"""Seconds after which something that should have happened is said not to happen."""

Message = dict[str, Any]


def kernel_environment(version: str) -> dict[str, str]:
    """The environment variables that make a kernel process use this ipykernel."""
    if version == INSTALLED:
        return {}
    overlay = OVERLAYS / version
    if not (overlay / "ipykernel").is_dir():
        raise AssertionError(f"ipykernel {version} is not in {overlay.relative_to(ROOT)}: run `make kernels` in the repository.")
    return {"PYTHONPATH": str(overlay)}


@contextmanager
def running_kernel(directory: Path, version: str = INSTALLED) -> Iterator[Kernel]:
    """A kernel with its working directory and everything it writes in `directory`."""
    manager = KernelManager(kernel_name="python3")
    own = {"IPYTHONDIR": str(directory / "ipython"), "JUPYTER_CONFIG_DIR": str(directory / "config")}
    manager.start_kernel(
        env={**os.environ, **own, **kernel_environment(version)}, cwd=str(directory), extra_arguments=["--log-level=ERROR"]
    )
    kernel = Kernel(manager)
    try:
        yield kernel
    finally:
        for page in kernel.pages:
            page.client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


class Kernel:
    """A running kernel. `page` is the notebook's first page; `open_page()` opens another on the same kernel."""

    def __init__(self, manager: KernelManager) -> None:
        self._manager = manager
        self.pages: list[Page] = []
        self.page = self.open_page()

    def open_page(self) -> Page:
        """Another browser tab."""
        client = BlockingKernelClient(connection_file=self._manager.connection_file)  # with a session of its own
        client.load_connection_file()
        client.start_channels(hb=False)  # on a busy machine a late heartbeat is taken for a death
        client.wait_for_ready(timeout=60)
        page = Page(client)
        self.pages.append(page)
        return page

    def calm(self) -> None:
        """End the cells that still run, so that a test that failed spoils no other."""
        for cell in [cell for page in self.pages for cell in page.cells if not cell.done]:
            self.interrupt()
            cell.wait()

    def interrupt(self) -> None:
        """What the Interrupt button does, in the way that the kernelspec wants."""
        self._manager.interrupt_kernel()


class Page:
    """One page: its cells, its widgets, and every message it has read."""

    def __init__(self, client: BlockingKernelClient) -> None:
        self.client = client
        self.messages: list[Message] = []
        self.replies: dict[str, Message] = {}
        self.widgets: dict[str, Widget] = {}
        self.cells: list[Cell] = []

    def send(self, code: str, *, allow_stdin: bool = True, silent: bool = False) -> Cell:
        """Send a cell and do not wait for it."""
        cell = Cell(self, self.client.execute(code, allow_stdin=allow_stdin, silent=silent, stop_on_error=True))
        self.cells.append(cell)
        return cell

    def run(self, code: str, *, allow_stdin: bool = True) -> Cell:
        """Send a cell and wait for its end, however it ends."""
        return self.send(code, allow_stdin=allow_stdin).wait()

    def value(self, code: str) -> str:
        """The text of an expression; everything that the page has to hear before is heard then."""
        cell = self.run(code)
        assert not cell.error, cell.error
        return cell.value

    def until(self, condition: Callable[[], Any], what: str, within: float = PATIENCE) -> Any:
        """Read messages until `condition` gives something true, and return that."""
        deadline = time.monotonic() + within
        while not (result := condition()):
            if time.monotonic() > deadline:
                heard = [message["msg_type"] for message in self.messages[-20:]]
                raise AssertionError(f"not within {within:g} seconds: {what}. Heard last: {heard}")
            self._read()
        return result

    def settle(self) -> None:
        """Hear everything the kernel has said so far: what it says later comes after the answer to this."""
        self.run("None")

    def conversations(self) -> list[Widget]:
        """The conversation widgets, oldest first."""
        return [widget for widget in self.widgets.values() if "_assets" in widget.opened]

    def assets(self) -> list[Widget]:
        """The models that carry the front end's bundle."""
        return [widget for widget in self.widgets.values() if "sources" in widget.opened]

    def subshell(self) -> str:
        """A subshell of the kernel, as JupyterLab makes for comms; an id that the kernel makes up."""
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        answer = self.client.control_channel.get_msg(timeout=PATIENCE)
        return answer["content"]["subshell_id"]

    def comm(self, comm_id: str, data: Message, subshell: str | None = None) -> None:
        """Send one comm message."""
        message = self.client.session.msg("comm_msg", {"comm_id": comm_id, "data": data})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def _read(self) -> None:
        """Take in what is there, waiting for it a moment."""
        with suppress(Empty):
            self._hear(self.client.get_iopub_msg(timeout=0.05))
        while self.client.shell_channel.msg_ready():
            reply = self.client.get_shell_msg(timeout=1)
            self.replies[reply["parent_header"].get("msg_id", "")] = reply

    def _hear(self, message: Message) -> None:
        self.messages.append(message)
        content = message["content"]
        match message["msg_type"]:
            case "comm_open" if content["target_name"] == "jupyter.widget":
                cell = message["parent_header"].get("msg_id", "")
                self.widgets[content["comm_id"]] = Widget(self, content["comm_id"], cell, content["data"]["state"])
            case "comm_msg" if content["comm_id"] in self.widgets:
                self.widgets[content["comm_id"]].hear(content["data"])


@dataclass
class Cell:
    """A cell that was sent, by the id of its message."""

    page: Page
    id: str

    @property
    def outputs(self) -> list[Message]:
        """What came with this cell as its parent, in order, without states."""
        kinds = {"stream", "display_data", "update_display_data", "execute_result", "error"}
        return [one for one in self.page.messages if one["parent_header"].get("msg_id") == self.id and one["msg_type"] in kinds]

    @property
    def done(self) -> bool:
        """True when the kernel has answered and has said everything that belongs to the cell."""
        idle = any(
            one["msg_type"] == "status" and one["content"]["execution_state"] == "idle"
            for one in self.page.messages
            if one["parent_header"].get("msg_id") == self.id
        )
        return idle and self.id in self.page.replies

    def wait(self, within: float = PATIENCE) -> Cell:
        """Wait for its end, however it ends."""
        self.page.until(lambda: self.done, "the cell ends", within)
        return self

    def conversation(self) -> Widget:
        """The conversation that this cell opened, when its first words are there."""

        def opened() -> list[Widget]:
            conversations = [one for one in self.page.conversations() if one.cell == self.id]
            assert conversations or not self.error, self.error
            return conversations

        return self.page.until(opened, "a conversation opens")[-1]

    @property
    def status(self) -> str:
        """ "ok", "error" or "aborted"."""
        return self.page.replies[self.id]["content"]["status"]

    @property
    def stdout(self) -> str:
        """What was printed."""
        return "".join(
            one["content"]["text"] for one in self.outputs if one["msg_type"] == "stream" and one["content"]["name"] == "stdout"
        )

    @property
    def stderr(self) -> str:
        """What was said on the error stream."""
        return "".join(
            one["content"]["text"] for one in self.outputs if one["msg_type"] == "stream" and one["content"]["name"] == "stderr"
        )

    @property
    def value(self) -> str:
        """The text of its value; empty when it has none."""
        return "".join(one["content"]["data"]["text/plain"] for one in self.outputs if one["msg_type"] == "execute_result")

    @property
    def error(self) -> str:
        """Its traceback without colours; empty when it ended well."""
        lines = [line for one in self.outputs if one["msg_type"] == "error" for line in one["content"]["traceback"]]
        return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(lines))

    def saved_outputs(self) -> list[NotebookNode]:
        """Its outputs as a notebook holds them now: displays carry their newest update, whichever cell or task sent it."""
        updates = [one["content"] for one in self.page.messages if one["msg_type"] == "update_display_data"]
        newest = {content["transient"]["display_id"]: content["data"] for content in updates}
        saved: list[NotebookNode] = []
        for message in self.outputs:
            if message["msg_type"] != "update_display_data":
                output = output_from_msg(message)
                display_id = message["content"].get("transient", {}).get("display_id")
                output["data"] = newest.get(display_id, output.get("data"))
                saved.append(output)
        return saved

    @property
    def displays(self) -> list[Message]:
        """The mime bundles of its displays, updates not included."""
        return [one["content"]["data"] for one in self.outputs if one["msg_type"] == "display_data"]


@dataclass
class Widget:
    """A widget's model as one page sees it. For a conversation, `view` is what the page would draw."""

    page: Page
    comm_id: str
    cell: str
    opened: Message
    custom: list[Message] = field(default_factory=list)
    view: Message = field(default_factory=dict)
    seq: int = 0
    answered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._take_state(self.opened.get("state"))

    def hear(self, data: Message) -> None:
        """One message from the kernel."""
        if data["method"] == "update":
            self._take_state(data["state"].get("state"))
        if data["method"] != "custom":
            return
        content = data["content"]
        self.custom.append(content)
        match content["kind"]:
            case "patch":
                assert content["seq"] == self.seq + 1, f"patch {content['seq']} after {self.seq}"
                self.seq, self.view = content["seq"], apply(self.view, content["ops"])
            case "state":
                self._take_state(content["state"])

    def _take_state(self, state: Message | None) -> None:
        if state:
            self.seq, self.view = state["seq"], state["view"]

    @property
    def status(self) -> str:
        """The run's status on this page."""
        return self.view["status"]

    @property
    def texts(self) -> list[str]:
        """What the workflow said, as far as it is text."""
        return ["".join(chunk["text"] for chunk in item["chunks"]) for item in self.view["items"] if item["kind"] == "message"]

    def ask(self) -> Message:
        """The oldest open ask that this page has not answered, when there is one."""
        return self.page.until(lambda: [ask for ask in self.view["asks"] if ask["task_id"] not in self.answered], "an ask opens")[
            0
        ]

    def until(self, status: str) -> None:
        """Wait until the page shows this status."""
        self.page.until(lambda: self.status == status, f"the page shows {status!r}")

    def send(self, content: Message, subshell: str | None = None) -> None:
        """A custom message, as `model.send` makes it."""
        self.page.comm(self.comm_id, {"method": "custom", "content": content}, subshell)

    def post(self, value: Any, task_id: str | None = None, *, subshell: str | None = None) -> str:
        """Answer the ask on screen (or the one named) and do not wait; a string is a chat message. Returns the reply's id."""
        task_id = task_id or self.ask()["task_id"]
        self.answered.add(task_id)
        reply_id = uuid.uuid4().hex
        answer = {"message": [{"type": "text", "text": value}]} if isinstance(value, str) else value
        self.send({"kind": "reply", "reply_id": reply_id, "task_id": task_id, "input": answer}, subshell)
        return reply_id

    def ack(self, reply_id: str) -> Message:
        """What became of a reply, when the kernel says it."""
        return self.page.until(lambda: self.acks(reply_id), "the reply is acknowledged")[0]

    def acks(self, reply_id: str) -> list[Message]:
        """All answers to one reply that have come so far."""
        return [one for one in self.custom if one["kind"] == "ack" and one["reply_id"] == reply_id]

    def reply(self, value: Any, task_id: str | None = None) -> Message:
        """Answer and wait for what becomes of it."""
        return self.ack(self.post(value, task_id))

    def request_state(self) -> None:
        """What a page that opens later asks each model."""
        self.page.comm(self.comm_id, {"method": "request_state"})

"""Published attacks on pages that show untrusted text, HTML or SVG, in every place where a workflow can show any of them.

`tests/data/vectors.json` has them by technique, with `{JS}` where a script would run and `{URL}` where something would be
fetched. The script is noticed by a variable of the page, the fetch by a server that counts what it is sent. A connection that the
browser opens ahead and sends nothing over does not count: docs/security.md has it among the limits.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.cells import workflow_cell
from tests.browser.conftest import DATA, OpenWith
from tests.support.lab import Lab

RUN_ME = "top.taken=1"


class Canary:
    """A server on this machine that nobody has a reason to connect to."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._listen, args=(connection,), daemon=True).start()

    def _listen(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if said := connection.recv(1000):
                self.requests.append(said)
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        """Count no longer."""
        self._socket.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


@pytest.fixture
def dialogs(page: Page) -> list[str]:
    """The texts of the dialogs that were opened."""
    seen: list[str] = []
    watch(page, seen)
    return seen


def watch(page: Page, dialogs: list[str]) -> None:
    def on_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", on_dialog)


def vectors(canary: Canary) -> list[str]:
    groups: dict[str, list[str]] = json.loads((DATA / "vectors.json").read_text("utf-8"))
    found = [vector for group in groups.values() for vector in group]
    assert len(set(found)) >= 150
    address = f"http://{canary.address}/x"
    return [
        vector.replace("{JS}", RUN_ME).replace("{URL}", address).replace("canary.invalid", canary.address) for vector in found
    ]


BEFORE = """
import json, pathlib
from mistralai.workflows import task
from mistralai.workflows.conversational import *
from mistralai.workflows.plugins.mistralai import (
    CanvasPayload, CanvasResource, ChatAssistantWorkingTask, CommandResultFailed, CommandToolUIState, CreateFileOperation,
    FileToolUIState, GenericToolUIState, ReplaceFileOperation, ResourceOutput, SearchReplaceBlock, TodoList, TodoListItem,
    ToolResultFailed,
)

VECTORS = json.loads(pathlib.Path({path!r}).read_text("utf-8"))

def canvas(kind, text, title="Canvas", language=None):
    content = {{"type": kind, "title": title, "content": text, "language": language}}
    resource = {{"uri": f"file://{{title}}/{{kind}}/{{hash(text)}}", "mimeType": "application/vnd.mistral.canvas"}}
    return {{"type": "resource", "resource": {{**resource, "canvas": content, "readonly": False}}}}

def component(name, **props):
    return {{"name": name, "props": props}}

def tree(root):
    resource = {{"mimeType": "application/vnd.mistral.ui-component", "component": root, "version": "1.7.0", "display": "block"}}
    return {{"type": "resource", "resource": resource}}

def display(**data):
    return {{"type": "display", "display": {{key.replace("_", "/"): value for key, value in data.items()}}}}

async def say(*chunks):
    async with task("assistant_message", {{"contentChunks": list(chunks)}}):
        pass

def everything(v):
    parts = [
        component("Alert", title=v, children=v, variant=v), component("Avatar", src=v, alt=v, text=v),
        component("Badge", children=v),
        component("ButtonLink", href=v, children=v), component("Image", src=v, alt=v), component("Markdown", content=v),
        component("Tooltip", trigger=v, children=v), component("PieChart", data=[{{"name": v, "value": 1}}], title=v),
        component("Chart", variant="bar", data=[{{v: v, "y": 1}}], xAxis=v, yAxis=["y", v], title=v), component(v, x=v),
    ]
    return tree(component("Card", title=v, description=v, children=parts))
"""

TEXTS = """
async with TodoList(items=[TodoListItem(title=v, description=v) for v in VECTORS]):
    pass
for v in VECTORS:
    await say(
        {"type": "text", "text": v}, {"type": "thinking", "thinking": [{"type": "text", "text": v}]}, everything(v),
        {"type": "image_url", "image_url": v}, {"type": v, "x": v}, canvas("text/markdown", v, v), canvas("code", v, v, v),
        display(text_markdown=v, text_plain=v), display(text_latex=v), display(text_plain=v), display(image_png=v),
        display(application_json={v: v}),
    )
    tool = GenericToolUIState(toolCallId="c", name=v, arguments={v: v}, result=ToolResultFailed(error=v))
    async with task("working", ChatAssistantWorkingTask(type="tool", title=v, content=v, toolUIState=tool)):
        pass
files = [ReplaceFileOperation(uri=v, fileContentBefore=v, blocks=[SearchReplaceBlock(search=v, replace="x")]) for v in VECTORS]
tool = FileToolUIState(toolCallId="c", operations=[*files, *(CreateFileOperation(uri="file://" + v, content=v) for v in VECTORS)])
async with task("working", ChatAssistantWorkingTask(type="tool", title="Files", content="", toolUIState=tool)):
    pass
tool = CommandToolUIState(toolCallId="c", command=" ".join(VECTORS), result=CommandResultFailed(error=chr(10).join(VECTORS)))
async with task("working", ChatAssistantWorkingTask(type="tool", title="Command", content="", toolUIState=tool)):
    pass
Asked = type("Asked", (FormInput,), {
    "__annotations__": {"text": str, "one": str, "file": str, "secret": str}, "__doc__": " ".join(VECTORS),
    "__module__": __name__,
    "text": TextField(" ".join(VECTORS), error_message=VECTORS[0], prefilled_value=VECTORS[0]),
    "one": SingleChoice([(str(n), v) for n, v in enumerate(VECTORS)], VECTORS[1]), "file": FileField(VECTORS[2]),
    "secret": TextField(VECTORS[3]),
})
await asyncio.gather(
    self.wait_for_input(Asked, label=VECTORS[4]),
    self.wait_for_input(ChatInput(VECTORS[5], suggestions=[[TextChunk(text=v)] for v in VECTORS]), label=VECTORS[6]),
    self.wait_for_input(ConfirmationInput([(str(n), v) for n, v in enumerate(VECTORS)], VECTORS[7]), label=VECTORS[8]),
)
"""

DRAWN = """
for v in VECTORS:
    await say(canvas("text/html", v), canvas("image/svg+xml", v), canvas("slides", "# x\\n\\n---\\n\\n" + v))
    await say({"type": "display", "display": {"image/svg+xml": v}})
for start in range(0, len(VECTORS), 20):
    some = VECTORS[start:start + 20]
    await say(canvas("slides", "".join(f"<section>{v}</section>" for v in some)), display(text_html="".join(some)))
    await say(canvas("mermaid", "graph TD\\n" + "\\n".join(f'  A{n}["{v}"]' for n, v in enumerate(some))))
inner = json.dumps(VECTORS)
await say(canvas("react", "const all = " + inner + "; export default () => all.map((v, i) => "
    "<div key={i} title={v} dangerouslySetInnerHTML={{__html: v}} />);"))
await say(*[canvas("react", f"export default () => <p>{v}</p>") for v in VECTORS[:20]])
draft = CanvasResource(uri="file://x", canvas=CanvasPayload(type="text/html", title=VECTORS[0], content="\\n".join(VECTORS)))
await send_assistant_message([ResourceOutput(resource=draft)])
await self.wait_for_input(CanvasInput("file://x", prompt=VECTORS[1]), label=VECTORS[2])
"""

FOUND = """() => {
  const wrong = [];
  const active = "script object embed link base meta frame audio video use image foreignObject".split(" ");
  const fetching = ["formaction", "action", "background", "ping", "srcset", "poster"];
  for (const element of document.querySelectorAll(":is(.nbc-live, .nbc-static) *")) {
    const say = (what) => wrong.push(`${what}: ${element.outerHTML.slice(0, 200)}`);
    const name = element.localName;
    if (active.includes(name)) say("active");
    if (name === "iframe" && element.getAttribute("sandbox") !== "allow-scripts") say("a frame that may too much");
    if (name === "img" && !/^data:image[/][a-z+]+[;,]/i.test(element.getAttribute("src"))) say("a picture to fetch");
    if (name === "a" && !["http:", "https:", "mailto:"].includes(element.protocol)) say("a link");
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on")) say("a handler");
      if (name === "style" && /url[(]|expression|-moz-binding/i.test(value)) say("a style");
      if (fetching.includes(name)) say(name);
    }
  }
  return wrong;
}"""


def assert_harmless(page: Page, canary: Canary, dialogs: list[str], lab: Lab) -> None:
    assert page.evaluate("window.taken") is None
    assert dialogs == []
    assert page.evaluate(FOUND) == []
    assert canary.requests == []
    assert len(page.context.pages) <= 2, "a page was opened"
    for frame in page.frames:
        assert not frame.url or frame.url.startswith(("about:", "chrome-error:", lab.url)), frame.url


def draw_all(page: Page) -> None:
    """Open what is folded, and let the earlier items be drawn."""
    earlier = page.locator(".nbc-earlier")
    while earlier.count():
        earlier.first.evaluate("(button) => button.click()")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
    page.evaluate("() => { for (const each of document.querySelectorAll('.nbc-live details')) each.open = true; }")


def wait_for_frames(page: Page) -> None:
    """Until frames with content of their own have come, and no more are coming."""
    before = 0
    while len(page.frames) < 300 or len(page.frames) != before:
        before = len(page.frames)
        page.wait_for_timeout(2_000)


@pytest.mark.parametrize("slots", ["texts", "drawn"])
def test_no_vector_does_anything(
    slots: str,
    open_with: OpenWith,
    lab: Lab,
    page: Page,
    canary: Canary,
    dialogs: list[str],
    new_page: Callable[[], Page],
    tmp_path: Path,
) -> None:
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(vectors(canary)), "utf-8")
    cell = workflow_cell(TEXTS if slots == "texts" else DRAWN, before=BEFORE.format(path=str(path)))
    notebook = open_with(lab, cell)
    notebook.run_and_wait(1)
    out = notebook.conversation(1)
    expect(out.get_by_text("Waiting for you")).to_be_visible(timeout=60_000)
    expect(out.locator("[data-control]").filter(has_text="Loading the")).to_have_count(0)
    draw_all(page)
    if slots == "drawn":
        wait_for_frames(page)
    page.wait_for_timeout(2_000)  # attacks may take a moment; there is nothing to wait for when they fail
    assert_harmless(page, canary, dialogs, lab)

    notebook.save()
    page.close()
    lab.stop_kernels()
    again = new_page()
    watch(again, dialogs)
    lab.open(again, notebook.name)
    expect(again.locator(".nbc-static")).to_be_visible()
    again.evaluate("() => { for (const each of document.querySelectorAll('.nbc-static details')) each.open = true; }")
    again.wait_for_timeout(1_000)
    assert_harmless(again, canary, dialogs, lab)


def test_the_canary_sings(page: Page, canary: Canary) -> None:
    """What the other tests rely on: what is fetched is counted."""
    page.set_content(f"<img src='http://{canary.address}/x'>")
    page.wait_for_load_state()  # the picture's answer included
    assert canary.requests

"""In a real kernel: files come in through the widget, objects are shown as the notebook displays them, secrets stay away."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path
from typing import Any

from tests.support.cells import cell
from tests.support.kernels import Kernel, Page, Widget

FORM = """
from pydantic import SecretStr
from nbconvo import workflows
from nbconvo.workflows.files import local_path
from nbconvo.workflows.conversational import FileField, FormInput, TextField, send_assistant_message, show

class Papers(FormInput):
    scan: str = FileField("Scan", max_bytes=60_000_000)
    key: SecretStr = TextField("Key")

@workflows.activity()
async def measure(url: str, key: SecretStr) -> str:
    return f"{local_path(url).stat().st_size} {len(key.get_secret_value())}"

@workflows.workflow.define(name="papers")
class PapersWorkflow(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> str:
        papers = await self.wait_for_input(Papers, label="Papers")
        return await measure(papers.scan, papers.key)
"""

SHOWING = """
from nbconvo import workflows
from nbconvo.workflows.conversational import send_assistant_message, show

class Both:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "both", "text/html": "<b>both</b>", "application/javascript": "alert(1)"}

class Png:
    def _repr_png_(self):
        return b"\\x89PNG"

@workflows.workflow.define(name="showing")
class Showing:
    @workflows.workflow.entrypoint
    async def run(self) -> None:
        await show(Both())
        await send_assistant_message(["Look:", Png()])
"""
GREETING = """
import nbconvo
from nbconvo import workflows

@workflows.activity()
async def greet(name: str) -> str:
    return f"Hi {name}"

@workflows.workflow.define(name="greet")
class Greeting:
    @workflows.workflow.entrypoint
    async def run(self) -> str:
        return await greet("Ada")
"""
SECRET = "correct horse battery staple"


def talk(conversation: Widget, kind: str, *buffers: bytes, **message: Any) -> dict[str, Any]:
    """One message of an upload, and what the kernel says to it."""
    reply_id = uuid.uuid4().hex
    session = conversation.page.client.session
    content = {"kind": kind, "reply_id": reply_id, **message}
    comm = session.msg("comm_msg", {"comm_id": conversation.comm_id, "data": {"method": "custom", "content": content}})
    session.send(conversation.page.client.shell_channel.socket, comm, buffers=list(buffers))
    return conversation.ack(reply_id)


def begin(conversation: Widget, size: int, upload_id: str = "u") -> dict[str, Any]:
    file = {"filename": "scan.bin", "content_type": "", "size": size}
    return talk(conversation, "upload_begin", upload_id=upload_id, task_id=conversation.ask()["task_id"], field=["scan"], **file)


def test_fifty_megabytes_come_in_and_the_secret_is_written_nowhere(fresh_kernel: Kernel, tmp_path: Path) -> None:
    page = fresh_kernel.page
    conversation = page.run(cell(FORM, "papers_run")).conversation()
    piece, pieces = os.urandom(1 << 20), 50
    size = len(piece) * pieces
    assert begin(conversation, 60_000_001)["code"] == "rejected"
    assert begin(conversation, size)["code"] == "accepted"
    for number in range(pieces):
        assert talk(conversation, "upload_chunk", piece, upload_id="u", offset=number * len(piece))["code"] == "accepted"
    ended = talk(conversation, "upload_end", upload_id="u")
    assert (ended["code"], ended["file"]["size"], ended["file"]["filename"]) == ("accepted", size, "scan.bin")
    wrong = conversation.reply({"scan": ended["file"]["url"]})
    assert [error["path"] for error in wrong["errors"]] == [["key"]]
    conversation.reply({"scan": ended["file"]["url"], "key": SECRET}, conversation.view["asks"][0]["task_id"])
    conversation.until("completed")
    assert page.value("papers_run.transcript.view['items'][-1]['value']") == f"'{size} {len(SECRET)}'"
    assert SECRET not in json.dumps(conversation.view)
    assert SECRET not in page.value("papers_run.to_json() + papers_run.to_html() + repr(papers_run.events)")
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in kept if path.stat().st_size < size and SECRET.encode() in path.read_bytes()]


def test_an_upload_that_is_given_up_leaves_nothing(fresh_kernel: Kernel, tmp_path: Path) -> None:
    page = fresh_kernel.page
    conversation = page.run(cell(FORM, "given_up")).conversation()
    for upload_id in ("cancelled", "closed"):
        assert begin(conversation, 10, upload_id)["code"] == "accepted"
        assert talk(conversation, "upload_chunk", b"12345", upload_id=upload_id, offset=0)["code"] == "accepted"
    assert talk(conversation, "upload_cancel", upload_id="cancelled")["code"] == "accepted"
    page.run("given_up.cancel()")
    conversation.until("canceled")
    late = talk(conversation, "upload_chunk", b"67890", upload_id="closed", offset=5)
    assert late["code"] == "rejected"
    assert "choose the file again" in late["errors"][0]["message"]
    assert list(tmp_path.rglob("*.part")) == []


def test_a_secret_in_a_reply_from_a_cell_is_not_shown(page: Page, tmp_path: Path) -> None:
    paper = tmp_path / "paper.txt"
    paper.write_text("x" * 7)
    page.run(cell(FORM, "from_cell")).conversation()
    replied = page.run(f"from_cell.reply({{'scan': {str(paper)!r}, 'key': {SECRET!r}}})")
    assert "Answered 'Papers'" in replied.value
    assert SECRET not in replied.value
    assert page.value("await from_cell") == f"'7 {len(SECRET)}'"


def test_an_object_is_shown_as_the_notebook_displays_it(page: Page) -> None:
    conversation = page.run(cell(SHOWING)).conversation()
    conversation.until("completed")
    both, (text, png) = (item["chunks"] for item in conversation.view["items"])
    assert both == [{"type": "display", "display": {"text/plain": "both", "text/html": "<b>both</b>"}}]
    assert text == {"type": "text", "text": "Look:"}
    assert png["display"]["image/png"].strip() == "iVBORw=="


def test_activities_are_shown_as_wanted(page: Page) -> None:
    page.run(GREETING)
    for shown, expected in (("full", "[('greet', ['Ada'], 'Hi Ada')]"), ("none", "[]")):
        page.run(f"run = nbconvo.run(Greeting, show_activities={shown!r})\nawait run")
        found = "[(i['name'], i['arguments'], i['result']) for i in run.transcript.view['items'] if i['kind'] == 'activity']"
        assert page.value(found) == expected
    page.run("%config NbConvo.show_activities = 'none'\nrun = nbconvo.run(Greeting)\nawait run")
    assert page.value("[i['kind'] for i in run.transcript.view['items']]") == "['result']"
    page.run("%config NbConvo.show_activities = 'compact'")

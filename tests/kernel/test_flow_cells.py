"""Document 004 unchanged, in `%%workflow` cells of a real kernel, and flows in plain cells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kernels import Kernel, Page, running_kernel

pytestmark = pytest.mark.kernel

DATA = Path(__file__).resolve().parents[1] / "data"
QUICK_START = (DATA / "quick_start_004.py").read_text()
CONVERSATIONAL = (DATA / "conversational_flow_004.py").read_text()
"""As the document has them; the three dots in the handlers of the second are a reply here."""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with running_kernel(tmp_path_factory.mktemp("flows")) as kernel:
        kernel.page.run("%load_ext nbconvo")
        yield kernel


@pytest.fixture
def page(kernel: Kernel) -> Iterator[Page]:
    yield kernel.page
    kernel.calm()


def scripted(*answers: str) -> str:
    return (
        "import nbconvo.flow as ours\nfrom nbconvo.conversations.models import ScriptedModel\n"
        f"ours.set_model('gpt-4o-mini', ScriptedModel({list(answers)!r}))"
    )


def test_the_quick_start_runs_unchanged_and_restores(page: Page) -> None:
    page.run(scripted("order", "help", "goodbye"))
    cell = page.run(f"%%workflow\n{QUICK_START}")
    assert cell.error == ""
    assert cell.displays == []
    restored = "SupportFlow().kickoff(user_message='Bye', session_id=session_id)['messages'][0]['content']"
    assert page.value(restored) == "'Where is my order?'"
    assert page.value("flow.session(session_id).messages[-1]['content']") == "'Goodbye!'"


def test_without_a_key_the_words_decide(page: Page) -> None:
    page.run("ours.set_model('gpt-4o-mini', None)")
    cell = page.run(f"%%workflow\n{QUICK_START}")
    assert cell.error == ""
    assert page.value("[one['content'] for one in flow.conversation_messages if one['role'] == 'assistant']") == (
        "['Your order is on the way.', 'How can I help?']"
    )


def test_the_conversational_flow_runs_unchanged(page: Page) -> None:
    page.run(scripted("converse", "I can search.", "INTERNET_SEARCH", "converse", "It is about AI."))
    cell = page.run(f"%%workflow\n{CONVERSATIONAL}")
    assert cell.error == ""
    assert page.value("[one.content for one in flow.state.messages if one.role == 'assistant']") == (
        "['I can search.', 'AI news', 'It is about AI.']"
    )


ASKING = """
from nbconvo.flow import *
class Asking(Flow[ChatState]):
    @start()
    def greet(self):
        if self.state.last_user_message == "fail":
            raise RuntimeError("boom")
        return f"Hello, {self.ask('Name?')}!"
asking = Asking()
"""


def test_a_blocking_kickoff_asks_the_front_end_or_says_at_once_that_it_cannot(page: Page) -> None:
    page.run(ASKING)
    refused = page.run("asking.kickoff(user_message='hi')", allow_stdin=False)
    assert "InputUnavailableError" in refused.error
    assert "await flow.kickoff_async" in refused.error
    sent = page.send("asking.kickoff(user_message='hi')")
    request = page.client.get_stdin_msg(timeout=30)
    assert request["content"]["prompt"] == "Name? "
    page.client.input("Ada")
    assert sent.wait().value == "'Hello, Ada!'"


def test_an_awaited_kickoff_is_answered_while_it_waits(page: Page) -> None:
    page.run(ASKING)
    page.run("import asyncio\ntask = asyncio.ensure_future(asking.kickoff_async(user_message='hi', session_id='s'))")
    page.run("await asyncio.sleep(0.1)\nasking.session('s').submit(asking.session('s').pending[0]['task_id'], 'Eve')")
    assert page.value("await task") == "'Hello, Eve!'"


def test_an_error_of_a_step_is_shown_where_it_happened(page: Page) -> None:
    page.run(ASKING)
    for code in ("asking.kickoff(user_message='fail')", "await asking.kickoff_async(user_message='fail')"):
        error = page.run(code).error
        assert "RuntimeError: boom" in error
        assert 'raise RuntimeError("boom")' in error
        assert "asyncio.run()" not in error

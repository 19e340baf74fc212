"""`%%convo` and `%convo` in a real kernel: streaming, waiting, interrupting, asking, and what errors look like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.kernels import Cell, Kernel, Page
from tests.support.refresh_notebooks import executed

BACKEND = """
from nbconvo.conversations import EmbeddedBackend, ScriptedModel
from nbconvo.conversations.models import Delay, ToolCall
backend = EmbeddedBackend(model=ScriptedModel([{script}]))
%convo config --backend backend
"""
WIDGET = """
import ipywidgets
seen = []
box = ipywidgets.IntText()
box.observe(lambda change: seen.append(change.new), 'value')
box
"""
ADD = """
import threading
def add(a: int, b: int) -> int:
    'Add two numbers.'
    where.append(threading.current_thread() is threading.main_thread())
    return a + b
where = []
"""
SERVER = """
import os
backend = EmbeddedBackend(keys=['right'])
serving = backend.serve()
os.environ['MISTRAL_API_KEY'] = 'gnorw-terces'[::-1]
get_ipython().run_line_magic('convo', f'config --server-url {serving.__enter__()}')
"""
KERNELSPEC = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}


@pytest.fixture
def scripted(page: Page) -> Callable[[str], Page]:
    """The page of a kernel whose model replies a script, with no conversation yet."""

    def prepare(script: str) -> Page:
        prepared = page.run(BACKEND.format(script=script))
        assert not prepared.error, prepared.error
        return page

    return prepare


@pytest.fixture
def offline(page: Page) -> Page:
    """The page of a kernel whose model is the offline one, with no conversation yet."""
    page.run("from nbconvo.conversations import EmbeddedBackend\nbackend = EmbeddedBackend()\n%convo config --backend backend")
    return page


def texts(cell: Cell) -> list[str]:
    """What the cell's output said, one text for each update."""
    kinds = ("display_data", "update_display_data")
    return [one["content"]["data"]["text/plain"] for one in cell.outputs if one["msg_type"] in kinds]


def saved(cell: Cell) -> str:
    """The one output of the cell as it is saved."""
    (output,) = [one for one in cell.saved_outputs() if one.output_type == "display_data"]
    return output["data"]["text/plain"]


# A cell


def test_cell_shows_its_answer_once_and_is_the_answer(offline: Page) -> None:
    cell = offline.run("%%convo\nWhat is 6*7?")
    assert "6*7 = 42" in saved(cell)
    assert (
        offline.value("_.text.endswith('6*7 = 42'), _.outputs[0].role, _.usage['total_tokens'] > 0")
        == "(True, 'assistant', True)"
    )


def test_an_answer_streams_into_one_output(scripted: Callable[[str], Page]) -> None:
    cell = scripted("['One ', Delay(0.4), 'two ', Delay(0.4), 'three.']").run("%%convo\ncount")
    kinds = [one["msg_type"] for one in cell.outputs]
    assert kinds == ["display_data"] + ["update_display_data"] * (len(kinds) - 1)
    assert texts(cell)[0] == "One"
    assert saved(cell).startswith("One two three.")
    assert len({one["content"]["transient"]["display_id"] for one in cell.outputs}) == 1
    assert set(cell.displays[0]) == {"text/plain", "text/markdown"}


def test_without_stream_the_answer_is_shown_when_it_is_whole(scripted: Callable[[str], Page]) -> None:
    cell = scripted("['One ', Delay(0.4), 'two.']").run("%%convo --no-stream\ncount")
    assert len(texts(cell)) == 1
    assert texts(cell)[0].startswith("One two.")


def test_the_kernel_answers_widgets_while_a_cell_waits(each_kernel: Kernel) -> None:
    page = each_kernel.page
    page.run(BACKEND.format(script="['One ', Delay(60), 'two.']"))
    page.run(WIDGET)
    box = next(one for one in reversed(page.widgets.values()) if one.opened.get("_model_name") == "IntTextModel")
    waiting = page.send("%%convo\ncount")
    page.until(lambda: texts(waiting), "the answer begins")
    heard = len(page.messages)
    page.comm(box.comm_id, {"method": "update", "state": {"value": 7}, "buffer_paths": []})
    page.until(lambda: [one for one in page.messages[heard:] if one["msg_type"] == "comm_msg"], "the widget has answered")
    assert not waiting.done
    each_kernel.interrupt()
    waiting.wait()
    assert page.value("seen") == "[7]"


def test_interrupt_marks_what_came_and_stores_nothing(each_kernel: Kernel) -> None:
    page = each_kernel.page
    page.run(BACKEND.format(script="'First.', ['Half ', Delay(60), 'whole.'], 'Third.'"))
    page.run("%%convo\none")
    stopped = page.send("%%convo\ntwo")
    page.until(lambda: texts(stopped), "the answer begins")
    each_kernel.interrupt()
    stopped.wait()
    assert stopped.status == "error"
    assert stopped.error == "Interrupted: The cell was interrupted. Send the message again when you want its answer."
    assert saved(stopped) == "Half\n\nInterrupted: what came so far is shown, and was not stored."
    assert page.value("history = %convo history\n[entry.content for entry in history.entries]") == "['one', 'First.']"
    assert "Third." in saved(page.run("%%convo\nthree"))


def test_a_first_message_that_is_interrupted_starts_no_conversation(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    page.run(BACKEND.format(script="['Half ', Delay(60)], 'Whole.'"))
    stopped = page.send("%%convo\none")
    page.until(lambda: texts(stopped), "the answer begins")
    fresh_kernel.interrupt()
    stopped.wait()
    assert page.value("found = %convo list\nlen(found)") == "0"
    assert "There is no conversation yet" in page.run("%convo").stdout


# Tools


def test_functions_of_the_notebook_are_tools(offline: Page) -> None:
    offline.run(ADD)
    cell = offline.run("%%convo --tools add\nPlease add 2 and 40.")
    assert "→ 42" in saved(cell)
    assert offline.value("where") == "[False]"
    again = offline.run("def add(a: int, b: int) -> int:\n    'Add.'\n    raise OSError('no numbers today')")
    assert not again.error
    assert "→ Error: OSError: no numbers today" in saved(offline.run("%%convo\nPlease add 3 and 4."))


def test_an_agent_s_tools_may_change_from_cell_to_cell(offline: Page) -> None:
    offline.run(f"{ADD}%convo agents create Clerk --tools add")
    assert "The tools are: none" in saved(offline.run("%%convo --agent Clerk\nPlease add 1 and 2."))
    assert "→ 3" in saved(offline.run("%%convo --tools add\nPlease add 1 and 2."))
    assert "→ 7" in saved(offline.run("%%convo\nPlease add 3 and 4."))
    assert offline.value("current = %convo get\nhasattr(current, 'agent_id')") == "True"


@pytest.mark.parametrize("option", ["--tools add", "--model other"])
def test_what_only_a_new_conversation_can_have_needs_new(offline: Page, option: str) -> None:
    offline.run(f"{ADD}%convo start Hello")
    assert "Add --new" in offline.run(f"%%convo {option}\nHi").error
    assert not offline.run(f"%%convo {option} --new\nHi").error


CONFIRMED = """
import nbconvo
@nbconvo.tool(requires_confirmation=True)
def erase(name: str) -> str:
    'Erase a file.'
    erased.append(name)
    return 'gone'
erased = []
"""


@pytest.mark.parametrize(("choice", "erased"), [("accept", "['a.txt']"), ("decline", "[]")])
def test_a_tool_asks_in_the_cell(scripted: Callable[[str], Page], choice: str, erased: str) -> None:
    page = scripted("ToolCall('erase', {'name': 'a.txt'}), 'Done.'")
    page.run(CONFIRMED)
    cell = page.send("%%convo --tools erase\nErase a.txt")
    asked = cell.conversation()
    assert asked.ask()["prompt"] == 'Run erase({"name": "a.txt"})?'
    asked.reply({"choice": choice})
    cell.wait()
    assert not cell.error
    assert page.value("erased") == erased


def test_a_tool_that_asks_is_refused_where_nobody_can_be_asked(scripted: Callable[[str], Page]) -> None:
    page = scripted("ToolCall('erase', {'name': 'a.txt'}), 'Done.'")
    page.run(CONFIRMED)
    cell = page.run("%%convo --tools erase\nErase a.txt", allow_stdin=False)
    assert "nobody can be asked where this notebook runs" in saved(cell)
    assert page.value("erased") == "[]"


def test_interrupt_while_a_tool_asks(scripted: Callable[[str], Page], shared_kernel: Kernel) -> None:
    page = scripted("ToolCall('erase', {'name': 'a.txt'}), 'After all.'")
    page.run(CONFIRMED)
    cell = page.send("%%convo --tools erase\nErase a.txt")
    cell.conversation().ask()
    shared_kernel.interrupt()
    cell.wait()
    assert cell.error.startswith("Interrupted: ")
    assert "After all." in saved(page.run("%%convo\nNever mind."))


# Lines and errors


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("%convo lst", "there is no command 'lst'; did you mean `%convo list`?"),
        ("%%convo\n ", "the cell says nothing"),
        ("%%convo --tools nothing\nHi", "'nothing' is neither a function of this notebook nor one of web_search"),
        ("%%convo --var\nHi {nobody}", "there is no variable 'nobody'"),
        ("%convo get conv_none", "not found (status 404)"),
        ("%convo get ../agents", "'../agents' is neither a name that is known nor an id."),
        ("%convo list --metadata {", "is neither JSON"),
        ("%%convo --agent nobody\nHi", "(status 404)"),
        ("%convo start --completion-args '{\"temprature\": 1}' Hi", "did you mean 'temperature'?"),
    ],
)  # fmt: skip
def test_errors_are_one_line(offline: Page, source: str, said: str) -> None:
    cell = offline.run(source)
    assert cell.status == "error"
    assert said in cell.error
    assert cell.error.startswith("ConvoError: ")
    assert "\n" not in cell.error


def test_a_wrong_key_is_one_line_that_does_not_show_it(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    page.run(f"from nbconvo.conversations import EmbeddedBackend\n{SERVER}")
    refused = page.run("%%convo\nHi").error
    assert refused.startswith("ConvoError: The API key was refused")
    page.run("%convo config --reset\nos.environ['MISTRAL_API_KEY'] = 'gnorw terces'[::-1]")
    impossible = page.run("%%convo\nHi").error
    assert impossible.startswith("ConvoError: The API key has characters that no key has")
    assert "\n" not in refused + impossible
    assert "secret" not in str(page.messages)


def test_an_answer_that_breaks_off_is_marked_and_can_be_sent_again(scripted: Callable[[str], Page]) -> None:
    page = scripted("['Half', OSError('the model is gone')], OSError('still gone'), 'Whole.'")
    broken = page.run("%%convo\nHi")
    assert saved(broken) == "Half\n\nThe answer broke off."
    assert broken.error.startswith("ConvoError: ")
    refused = page.run("%%convo --no-stream\nHi")
    assert texts(refused) == []
    assert "still gone" in refused.error
    assert "Whole." in saved(page.run("%%convo\nHi"))


def test_lines_give_plain_objects_that_show_themselves(offline: Page) -> None:
    offline.run("%convo start Is this <b>a question</b>?")
    assert offline.value("type(_).__name__, _.outputs[0].role") == "('ConversationResponse', 'assistant')"
    shown = offline.run("%convo history")
    (data,) = [one["content"]["data"] for one in shown.outputs if one["msg_type"] == "execute_result"]
    assert "Is this &lt;b&gt;a question&lt;/b&gt;?" in data["text/html"]
    assert data["text/plain"].startswith("1. You\n\nIs this <b>a question</b>?")
    assert offline.value("type(_).__name__, len(_.entries)") == "('ConversationHistory', 2)"


def test_lines_start_append_and_restart_also_streaming(offline: Page) -> None:
    assert "You said: one" in saved(offline.run("%convo start --stream one"))
    assert offline.value("answer = %convo append two\nanswer.outputs[0].content") == "'You said: two'"
    assert "You said: three" in saved(offline.run("%convo restart --stream 2 three"))
    texts = "[entry.content.splitlines()[-1] for entry in history.entries]"
    assert offline.value(f"history = %convo history\n{texts}") == "['one', 'You said: one', 'three', 'You said: three']"


def test_a_line_in_a_function_blocks_and_works(offline: Page) -> None:
    offline.run("def ask():\n    answer = %convo start Hello {there}\n    return answer")
    assert offline.value("ask().outputs[0].content.endswith('You said: Hello {there}')") == "True"


def test_help_and_completion_come_and_go(fresh_kernel: Kernel) -> None:
    page = fresh_kernel.page
    complete = "get_ipython().Completer.complete(line_buffer={0!r}, cursor_pos=len({0!r}))[1]"
    assert page.value(complete.format("%convo his")) == "['history']"
    assert page.value("'%convo agents create' in get_ipython().magics_manager.magics['line']['convo'].__doc__") == "True"
    page.run("%unload_ext nbconvo")
    assert "history" not in eval(page.value(complete.format("%convo his")))
    assert page.run("%convo list").status == "error"
    page.run("%load_ext nbconvo\n%reload_ext nbconvo")
    assert page.value("found = %convo list\nfound") == "None."


# Where nobody looks


def test_an_executed_notebook_holds_the_answers(tmp_path: Path) -> None:
    sources = ["%load_ext nbconvo", "%%convo\nWhat is 6*7?", "_.text", "%convo"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata = KERNELSPEC
    first, second = (executed(notebook, tmp_path) for _ in range(2))
    assert [cell.outputs for cell in first.cells] == [cell.outputs for cell in second.cells]
    (answer,) = first.cells[1].outputs
    assert "6*7 = 42" in answer.data["text/markdown"]

"""`check` says what is not the same under the real SDK, at the place, and is silent about what is."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from nbconvo.portability import Finding, Findings, check
from nbconvo.portability.rules import RULES
from nbconvo.portability.text import as_python
from nbconvo.portability.upstream import home_of, is_known, is_refused
from tests.parity import cases

DATA = Path(__file__).parents[1] / "data"
HEAD = """\
import asyncio, contextlib, datetime, os, random, time, uuid
from datetime import timedelta
from os.path import join
from pathlib import Path
import mistralai.workflows as workflows
import mistralai.workflows.plugins.mistralai as talk
from mistralai.workflows import WorkflowError, activity, task, workflow
"""


def source(
    body: str, *, above: str = "", options: str = "", base: str = "workflows.InteractiveWorkflow", members: str = ""
) -> str:
    """A workflow with this body of its entrypoint."""
    cls = f'@workflow.define(name="w"{options})\nclass W({base}):\n{indent(dedent(members), "    ")}'
    method = f"    @workflow.entrypoint\n    async def run(self) -> None:\n{indent(dedent(body), ' ' * 8)}\n"
    return f"{HEAD}{dedent(above)}\n{cls}\n{method}"


def codes(text: str) -> list[str]:
    return [one.code for one in check(text)]


ACTIVITY = "@activity()\nasync def double(n: int) -> int:\n    return 2 * n\n"
STICKY = ACTIVITY.replace("()", "(sticky_to_worker=True)", 1)

# Seen to hang, to fail or to differ on mistralai-workflows 3.16, unless the source of the rule says otherwise.
FOUND = {
    "parentheses": HEAD + "@workflow.define\nclass W:\n    pass\n",
    "entrypoints": source("pass", members="@workflow.entrypoint\nasync def other(self) -> None: ..."),
    "super-init": source("pass", members="def __init__(self) -> None:\n    self.n = 1"),
    "async-query": source("pass", members="@workflow.query()\nasync def n(self) -> int:\n    return 1"),
    "activity-in-class": source("pass", members="@activity()\nasync def n(self) -> int:\n    return 1"),
    "reserved-name": source("pass").replace('name="w"', 'name="schedules"'),
    "schedules": source("pass", options=", schedules=[workflows.Schedule(input=None)]"),
    "long-wait": source("await workflow.sleep(timedelta(days=30))"),
    "unguarded-run": source("pass") + "asyncio.run(workflows.run_worker([W]))\n",
    "unknown-name": source("raise workflows.ApplicationError('x')"),
    "ours-only": source("nbconvo.runs()", above="import nbconvo"),
    "wrong-call": source("await self.wait_for_input(talk.ChatInput(), on_timeout=None)"),
    "second-import": source("pass", above="import requests"),
    "undefined-name": source("return elsewhere"),
    "refused-call": source("return time.time()"),
    "no-such-loop": source("await asyncio.to_thread(len, '')"),
    "unseeded": source("return random.Random().random()"),
    "as-completed": source("[await one for one in asyncio.as_completed([double(1)])]", above=ACTIVITY),
    "set-order": source("for n in {1, 2}:\n    await double(n)", above=ACTIVITY),
    "exception": source("raise ValueError('x')"),
    "activity-result": source("await double(1)", above=ACTIVITY.replace("2 * n", "'two'")),
    "shared-state": source("seen.append(1)", above="seen = []"),
    "moved-items": source("async with task('t', state={'l': ['a', 'b']}) as t:\n    await t.set_state({'l': ['b', 'a']})"),
    "sticky-session": source("await double(1)", above=STICKY),
    "canvas-uri": source("""
        canvas = talk.CanvasResource(canvas=talk.CanvasPayload(type="code", title="t", content="c"))
        await self.wait_for_input(talk.CanvasInput(canvas.uri))
    """),
    "component": source("await show()", above="@activity()\nasync def show() -> dict:\n    return talk.UIComponentResource()"),
}  # fmt: skip


def test_every_rule_has_a_case() -> None:
    assert list(FOUND) == [rule.code for rule in RULES]
    assert all(rule.why.endswith(".") and rule.source for rule in RULES)


@pytest.mark.parametrize("code", FOUND)
def test_what_is_different_is_found_once(code: str) -> None:
    assert codes(FOUND[code]) == [code]


REFUSED = [
    *("random.random()", "random.randint(1, 2)", "time.sleep(1)", "time.perf_counter()", "uuid.uuid4()"),
    *("datetime.datetime.now()", "datetime.date.today()", "open('x')", "input()", "Path('x').read_text()"),
    *("os.environ['HOME']", "os.getenv('HOME')", "os.path.join('a', 'b')"),
]


@pytest.mark.parametrize("call", REFUSED)
def test_the_sandbox_refuses(call: str) -> None:
    assert codes(source(f"return {call}")) == ["refused-call"]


@pytest.mark.parametrize(
    "line", ["from time import time as now", "from random import randint as now", "from secrets import token_hex as now"]
)
def test_the_sandbox_sees_through_another_name(line: str) -> None:
    assert codes(source("return now()", above=line)) == ["refused-call"]


HANGING = [
    "raise NotImplementedError",
    "raise Mine('x')",
    "self.helper()",
    "await_me = helper()",
    "try:\n    raise ValueError('x')\nexcept KeyError:\n    pass",
    "try:\n    raise ValueError('x')\nexcept ValueError:\n    raise",
    "from mistralai.workflows.exceptions import WorkflowsException\nraise WorkflowsException('x')",
]
ABOVE = "class Mine(Exception): ...\nclass Failing(WorkflowError): ...\ndef helper() -> None:\n    raise ValueError('x')\n"


@pytest.mark.parametrize("body", HANGING)
def test_an_exception_that_hangs(body: str) -> None:
    assert codes(source(body, above=ABOVE, members="def helper(self) -> None:\n    raise Mine")) == ["exception"]


SILENT = [
    "raise WorkflowError('x')",
    "raise Failing('x')",
    "raise TimeoutError",
    "raise asyncio.TimeoutError",
    "assert False",
    "raise asyncio.CancelledError",
    "try:\n    raise ValueError('x')\nexcept ValueError:\n    pass",
    "try:\n    helper()\nexcept Exception:\n    pass",
    "with contextlib.suppress(ValueError):\n    raise ValueError('x')",
    "raise unknown_to_us",
    "return join('a', 'b')",
    "return Path('a') / 'b'",
    "return uuid.uuid5(uuid.NAMESPACE_DNS, 'x')",
    "return random.Random(1).random()",
    "return workflow.random().choice([1, 2])",
    "return time.strftime('%Y')",
    "print('hello')",
    "with workflow.unsafe.skip_determinism_enforcement():\n    return time.time()",
    "with workflow.unsafe.imports_passed_through():\n    import requests",
    "await asyncio.gather(double(1), asyncio.wait_for(double(2), 5))",
    "async with asyncio.timeout(5), asyncio.TaskGroup() as group:\n    group.create_task(double(1))",
    "for n in sorted({1, 2}):\n    await double(n)",
    "total = 0\nfor n in {1, 2}:\n    total += n",
    "names = [1]\nnames.append(2)",
    "time = 3\nreturn time.time()",
    "await workflow.sleep(3599)",
    "async with task('t', state={'l': ['a']}) as t:\n    await t.set_state({'l': ['a', 'b']})",
    "async with workflows.run_sticky_worker_session():\n    await double(1)",
    "await self.wait_for_input(talk.ChatInput(), 'label', timeout=timedelta(minutes=5))",
    "return [name for name in dir(self) if not name.startswith('_')]",
]


@pytest.mark.parametrize("body", SILENT)
def test_what_is_the_same_is_not_found(body: str) -> None:
    unknown = "def make(): ...\nunknown_to_us = make()\n"
    assert list(check(source(body, above=ABOVE + ACTIVITY + unknown))) == []


def test_an_activity_may_do_anything() -> None:
    above = "@activity()\nasync def read() -> str:\n    if not os.listdir(): raise ValueError\n    return open('x').read()\n"
    assert codes(source("await read()", above=above)) == []


def test_more_time_is_enough_time() -> None:
    assert codes(source("await workflow.sleep(7200)", options=", execution_timeout=timedelta(hours=3)")) == []
    assert codes(source("await workflow.sleep(7200)", options=", execution_timeout=timedelta(hours=2)")) == ["long-wait"]
    assert (
        codes(source("await workflow.sleep(7200)", options=", execution_timeout=how_long()", above="def how_long(): ...")) == []
    )


@pytest.mark.parametrize("name", ["greeting_000.py", "greeting_000_main.py", "expense_000.py"])
def test_the_documents_own_examples_are_silent(name: str) -> None:
    assert list(check((DATA / name).read_text())) == []


COMPLETE = [
    cases.WTimeout,
    cases.WCancel,
    cases.WNone,
    cases.WInModel,
    cases.WInMulti,
    cases.WInPrim,
    cases.WBadReturn,
    cases.WSleep,
]


@pytest.mark.parametrize("cls", [*COMPLETE, cases.WTwice, cases.WActs])
def test_what_completes_on_the_real_sdk_is_silent(cls: type[Any]) -> None:
    assert list(check(cls)) == []


HUNG = [(cases.WNoSuper, "super-init"), (cases.WRaise, "exception"), (cases.WRaise2, "exception"), (cases.WDet, "refused-call")]


@pytest.mark.parametrize(("cls", "code"), HUNG)
def test_what_hung_on_the_real_sdk_is_found(cls: type[Any], code: str) -> None:
    (finding,) = check(cls)
    assert finding.code == code
    line = (Path(cases.__file__).read_text().splitlines())[finding.line - 1]
    assert line[finding.column - 1 :].startswith(("def __init__", "raise", "random.random"))


def test_columns_count_letters() -> None:
    (finding,) = check(source("say = 'é€😀'; raise ValueError"))
    assert (finding.line, finding.column) == (14, 22)


def test_magics_are_no_python_and_keep_the_lines() -> None:
    text = "%%workflow talk\n!ls\nfiles = !ls\nx = '''\n%d\n'''\n?x\nx?\n"
    assert as_python(text).count("\n") == text.count("\n")
    assert "x = '''\n%d\n'''" in as_python(text)
    findings = check("%%workflow\n%time\n" + source("raise ValueError"))
    assert [one.line for one in findings] == [16]


def test_what_cannot_be_checked_says_so() -> None:
    with pytest.raises(SyntaxError):
        check("def")
    with pytest.raises(TypeError, match="is not a workflow"):
        check(int)


def test_ours_at_their_places() -> None:
    assert home_of("mistralai.workflows.WorkflowsException") == "mistralai.workflows.exceptions.WorkflowsException"
    assert home_of("mistralai.workflows.ApplicationError") == "temporalio.exceptions.ApplicationError"
    assert home_of("mistralai.workflows.workflow.seconds") is None
    assert is_known("mistralai.workflows.somewhere.deep")
    assert is_refused("os.path.join")
    assert not is_refused("osmosis.path")


def test_findings_show_as_text_and_as_a_table() -> None:
    findings = Findings([Finding(3, 5, "code", "<b>bold</b> & more", "Do <i>not</i>.")])
    assert repr(findings) == "line 3, column 5: code: <b>bold</b> & more Do <i>not</i>."
    html = findings._repr_html_()
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; more" in html
    assert "<b>" not in html
    assert "<i>" not in html
    assert Findings([])._repr_html_() == f"<p>{Findings([])!r}</p>"
    assert findings[0] == findings[:1][0]


def test_what_an_author_writes_cannot_become_html() -> None:
    html = check(
        source("raise ValueError", above="").replace('name="w"', 'name="<script>"') + "x = workflows.Nope\n"
    )._repr_html_()
    assert "<script>" not in html

"""The static twin: text, markdown and HTML of every item, and nothing active whatever anybody writes."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from nbconvo.views import static
from nbconvo.views.asks import ask_view
from nbconvo.views.fold import empty_view
from nbconvo.views.model import Item, RunStatus, TranscriptView
from nbconvo.views.transcript import Transcript


def view(*items: Any, status: RunStatus = "completed", asks: Any = (), title: str = "Greeting") -> TranscriptView:
    ended = None if status in ("running", "waiting") else 9.0
    return {**empty_view("e", "w", title), "items": [*items], "status": status, "asks": [*asks], "ended_at": ended}


def message(text: str, *, is_error: bool = False) -> Item:
    chunks: Any = [{"type": "text", "text": text}]
    return {"kind": "message", "id": "m", "chunks": chunks, "streaming": False, "is_error": is_error, "at": 1.0}


def answer(text: str = "Ada", **changes: Any) -> Item:
    base: Any = {"kind": "answer", "id": "a", "ask": "chat", "label": None, "prompt": "Name?", "text": text, "value": None}
    return {**base, "state": "answered", "at": 1.0, **changes}


def activity(status: str, error: str | None = None, name: str = "price") -> Item:
    item: Any = {"kind": "activity", "id": "x", "name": name, "status": status, "attempt": 1, "error": error, "at": 1.0}
    return item


def task(state: Any, status: str = "completed", error: str | None = None) -> Item:
    item: Any = {"kind": "task", "id": "j", "type": "job", "status": status, "state": state, "error": error, "at": 1.0}
    return item


def result(value: Any) -> Item:
    return {"kind": "result", "id": "result", "value": value, "at": 1.0}


def failure(message: str = "boom", kind: str = "ValueError", traceback: str = "") -> Item:
    return {"kind": "error", "id": "error", "type": kind, "message": message, "traceback": traceback, "at": 1.0}


def without_title(text: str) -> str:
    return text.split("\n\n", 1)[1]


class Reader(HTMLParser):
    """Collects every tag with its attributes, and the text outside the style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_decl = unknown_decl = handle_pi = handle_comment


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


ITEMS: dict[str, tuple[Item, str, str, str]] = {
    "message": (message("Hello **you**"), "Hello **you**", "Hello **you**", "Hello you"),
    "error message": (message("Bad", is_error=True), "Error: Bad", "**Error:** Bad", "ErrorBad"),
    "chat": (answer(), "> Ada", "> Ada", "You: Ada"),
    "two lines": (answer("one\ntwo"), "> one\n> two", "> one\n> two", "You: onetwo"),
    "empty answer": (answer(""), ">", ">", "You: "),
    "labelled chat": (answer(label="Name"), "Name\n> Ada", "> **Name**\n> Ada", "NameYou: Ada"),
    "confirmation": (
        answer("Yes", ask="confirmation", label="Final", prompt="Proceed?"),
        "Final\nProceed?\n> Yes",
        "> **Final**\n> **Proceed?**\n> Yes",
        "FinalProceed?You: Yes",
    ),
    "form": (
        answer("", ask="form", prompt=None, label="Expense", value={"amount": 4.5}),
        'Expense\n> {\n>   "amount": 4.5\n> }',
        '> **Expense**\n> ```\n> {\n>   "amount": 4.5\n> }\n> ```',
        'ExpenseYou: {  "amount": 4.5}',
    ),
    "timed out": (
        answer("", state="timed_out", label="Name"),
        "Name\n> No answer in time",
        "> **Name**\n> No answer in time",
        "NameNo answer in time",
    ),
    "cancelled": (
        answer("", state="canceled"),
        "> Cancelled before an answer",
        "> Cancelled before an answer",
        "Cancelled before an answer",
    ),
    "failed ask": (
        answer("", state="failed"),
        "> Failed before an answer",
        "> Failed before an answer",
        "Failed before an answer",
    ),
    "activity runs": (activity("running"), "… price", "`… price`", "… price"),
    "activity retries": (activity("retrying", "no line"), "↻ price (no line)", "`↻ price (no line)`", "↻ price (no line)"),
    "activity done": (activity("completed"), "✓ price", "`✓ price`", "✓ price"),
    "activity failed": (activity("failed", "no `line`"), "✗ price (no `line`)", "`✗ price (no 'line')`", "✗ price (no `line`)"),
    "task": (
        task({"p": 1}),
        '[job: completed]\n{\n  "p": 1\n}',
        '```\n[job: completed]\n{\n  "p": 1\n}\n```',
        '[job: completed]\n{\n  "p": 1\n}',
    ),
    "failed task": (
        task(None, "failed", "boom"),
        "[job: failed (boom)]\nnull",
        "```\n[job: failed (boom)]\nnull\n```",
        "[job: failed (boom)]\nnull",
    ),
    "text result": (result("Hi"), "Hi", "```\nHi\n```", "Hi"),
    "json result": (result([1, "é"]), '[\n  1,\n  "é"\n]', '```\n[\n  1,\n  "é"\n]\n```', '[\n  1,\n  "é"\n]'),
    "error": (failure(), "ValueError: boom", "**ValueError**: boom", "ValueError: boom"),
    "silent error": (failure("", "TimeoutError"), "TimeoutError", "**TimeoutError**: ", "TimeoutError: "),
    "remote error": (failure("boom", ""), "Error: boom", "**Error**: boom", "Error: boom"),
    "traced error": (
        failure("no <class 'int'>", traceback="Traceback\n  line"),
        "ValueError: no <class 'int'>",
        "**ValueError**: no \\<class 'int'\\>\n\n```\nTraceback\n  line\n```",
        "ValueError: no <class 'int'>TracebackTraceback\n  line",
    ),
}


@pytest.mark.parametrize("name", ITEMS)
def test_every_item_as_text_markdown_and_html(name: str) -> None:
    item, text, markdown, html_text = ITEMS[name]
    shown = view(item)
    assert without_title(static.to_text(shown)) == text
    assert without_title(static.to_markdown(shown)) == markdown
    assert read(static.to_html(shown)).text.removeprefix("Greeting").replace("\n", "") == html_text.replace("\n", "")


def test_there_is_an_example_of_every_kind_of_item() -> None:
    assert {item[0]["kind"] for item in ITEMS.values()} == {"message", "answer", "activity", "task", "result", "error"}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("running", "Running"),
        ("waiting", "Waiting for an answer. Run the cell to go on."),
        ("canceled", "Cancelled"),
        ("failed", "Failed"),
    ],
)
def test_the_status_is_told(status: RunStatus, text: str) -> None:
    shown = view(status=status)
    assert (static.to_text(shown), static.to_markdown(shown)) == (f"Greeting\n\n{text}", f"**Greeting**\n\n*{text}*")
    assert read(static.to_html(shown)).text == f"Greeting{text}"


def test_a_completed_run_says_nothing_of_its_status() -> None:
    assert static.to_text(view()) == "Greeting"


CHAT = {
    "title": "ChatInput",
    "properties": {"message": {"description": "Name?", "examples": [[{"type": "text", "text": "Ada"}]]}},
}
CONFIRM = {"title": "Confirmation", "properties": {"choice": {"oneOf": [{"const": "a", "description": "Yes"}, {"const": "b"}]}}}


@pytest.mark.parametrize(
    ("schema", "label", "text"),
    [(CHAT, None, "? Name? (Ada)"), (CHAT, "You", "? You: Name? (Ada)"), (CONFIRM, None, "? An answer is wanted (Yes / b)")],
)
def test_an_open_ask_is_told(schema: dict[str, Any], label: str | None, text: str) -> None:
    shown = view(status="waiting", asks=[ask_view("a", schema, label, 1.0)])
    assert f"\n\n{text}\n\n" in static.to_text(shown)
    assert f"\n\n*{text}*\n\n" in static.to_markdown(shown)
    assert text in read(static.to_html(shown)).text


def test_a_chunk_that_is_no_text_is_shown_as_json() -> None:
    item: Any = {**message(""), "chunks": [{"type": "resource", "resource": {"uri": "file://x"}}]}
    assert '"uri": "file://x"' in static.to_text(view(item))
    assert '"uri": "file://x"' in read(static.to_html(view(item))).text


@pytest.mark.parametrize("text", ["```", "a\n```python\nb\n```\n", "`````", "~~~\n```"])
def test_a_fence_in_the_text_does_not_end_the_block(text: str) -> None:
    markdown = without_title(static.to_markdown(view(result(text))))
    (fence,) = MarkdownIt("commonmark").parse(markdown)
    assert (fence.type, fence.content) == ("fence", text if text.endswith("\n\n") else f"{text}\n")


@pytest.mark.parametrize(
    "text",
    [
        "*a* _b_ `c`",
        "<b>bold</b>",
        "# no heading",
        "- no list",
        "1. no list",
        "[no](link)",
        "a & b &amp; c",
        "a \\ b",
        "> deep",
        "| a | b |",
    ],
)
def test_what_a_person_typed_is_no_markdown(text: str) -> None:
    markdown = without_title(static.to_markdown(view(answer(text))))
    reader = read(MarkdownIt("commonmark").enable("table").render(markdown))
    assert [tag for tag, _ in reader.tags] == ["blockquote", "p"]
    assert reader.text.strip() == text


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![picture](https://evil.example/track.png)",
    "![picture][ref]\n\n[ref]: https://evil.example/track.png",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&colon;alert(1))",
    "[click](vbscript:x) [click](data:text/html;base64,PHNjcmlwdD4=) [click](file:///etc/passwd)",
    "<javascript:alert(1)>",
    '[x](https://a.example "\\" onmouseover=alert(1) x=\\"")',
    '```html" onclick="alert(1)\n<b>\n```',
    "<iframe src=https://evil.example></iframe><object data=x></object><embed src=x>",
    "<svg/onload=alert(1)><math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<style>@import url(https://evil.example/x.css);</style><link rel=stylesheet href=x><base href=x>",
    "<form action=https://evil.example><input autofocus onfocus=alert(1)></form>",
    "</div></div><script>alert(1)</script>",
    "</pre></details><script>alert(1)</script>",
    "<!-- --><![CDATA[x]]><?php x ?><!DOCTYPE x>",
    "\"><script>alert(1)</script>'",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\x00<script\x00>alert(1)</script>",
    "| a |\n|:-:|\n| <script>alert(1)</script> |",
]
TAGS = {
    "div",
    "p",
    "strong",
    "em",
    "small",
    "br",
    "pre",
    "code",
    "details",
    "summary",
    "style",
    "a",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "s",
}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


def assert_harmless(html: str) -> None:
    reader = read(html)
    for tag, attributes in reader.tags:
        assert tag in TAGS
        for name, value in attributes.items():
            assert name in ("class", "href", "title", "start", "style")
            if name == "href":
                assert (value or "").startswith(("https://", "http://", "mailto:"))
            if name == "style":
                assert value in ("text-align:left", "text-align:center", "text-align:right")
    assert [tag for tag, _ in reader.tags].count("style") == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gives_nothing_active_anywhere(text: str) -> None:
    chat = {
        "title": "ChatInput",
        "properties": {"message": {"description": text, "examples": [[{"type": "text", "text": text}]]}},
    }
    confirm = {
        "title": "Confirmation",
        "properties": {"choice": {"description": text, "oneOf": [{"const": "a", "description": text}]}},
    }
    strange: Any = {**message(""), "chunks": [{"type": text, "resource": {"uri": text}}]}
    items = [
        message(text),
        strange,
        answer(text, label=text),
        answer(text, ask="confirmation", prompt=text),
        answer("", ask="form", value={text: text}, label=text),
        answer("", state="timed_out", label=text),
        activity("failed", text, text),
        {**task({text: text}, "failed", text), "type": text},
        result(text),
        result({text: [text]}),
        failure(text, text, text),
    ]
    asks = [ask_view("a", chat, text, 1.0), ask_view("b", confirm, text, 1.0)]
    assert_harmless(static.to_html(view(*items, asks=asks, status="waiting", title=text)))


def test_an_ordinary_link_is_kept() -> None:
    tags = read(static.to_html(view(message("[docs](https://example.com/a?b=1&c=2)")))).tags
    assert ("a", {"href": "https://example.com/a?b=1&c=2"}) in tags


def test_the_same_conversation_gives_the_same_bytes_whenever_it_was_held() -> None:
    one = view(message("Hello"), answer(), failure())
    other: Any = {**one, "execution_id": "other", "started_at": 5.0, "ended_at": 7.0}
    other["items"] = [{**item, "id": f"other {item['id']}", "at": 77.0} for item in one["items"]]
    assert static.mimebundle(other) == static.mimebundle(one)


def test_a_transcript_prints_as_text_and_shows_in_three_forms() -> None:
    shown = view(message("Hello"), answer())
    transcript = Transcript(shown)
    assert str(transcript) == repr(transcript) == static.to_text(shown) == "Greeting\n\nHello\n\n> Ada"
    assert (transcript.to_markdown(), transcript.to_html()) == (static.to_markdown(shown), static.to_html(shown))
    bundle = transcript._repr_mimebundle_(include=None, exclude=None)
    assert bundle == static.mimebundle(shown)
    assert bundle.keys() == {"text/plain", "text/markdown", "text/html"}

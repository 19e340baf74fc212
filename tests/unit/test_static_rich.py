"""The static twin of what is more than text, and nothing active in it whatever anybody puts in."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from nbconvo.protocol.canvas import CanvasInput
from nbconvo.protocol.inputs import input_schema
from nbconvo.views import static
from nbconvo.views.asks import ask_view
from nbconvo.views.blocks import MAX_IMAGE
from nbconvo.views.safe_html import safe_html
from tests.unit.test_components import COMPONENTS
from tests.unit.test_static import HOSTILE, TAGS, answer, message, read, view, without_title

PNG = base64.b64encode(b"\x89PNG\r\n").decode()
MORE_TAGS = TAGS | {"img", "b", "i", "u", "span", "caption", "tfoot", "kbd", "sub", "sup", "dl", "dt", "dd"}
ATTRIBUTES = {"class", "href", "title", "start", "style", "src", "alt", "rel", "open", "colspan", "rowspan"}


def said(*chunks: Any, **more: Any) -> Any:
    return {**message(""), "chunks": [*chunks], **more}


def canvas(kind: str, content: str, title: str = "Draft", **more: Any) -> Any:
    resource = {"uri": "file://canvas/1", "canvas": {"type": kind, "title": title, "content": content, "language": None, **more}}
    return {"type": "resource", "resource": {**resource, "mimeType": "application/vnd.mistral.canvas"}}


def component(name: str, **props: Any) -> Any:
    return {"name": name, "props": props}


def ui(name: str, **props: Any) -> Any:
    mime = "application/vnd.mistral.ui-component"
    return {"type": "resource", "resource": {"mimeType": mime, "component": component(name, **props)}}


def working(tool: Any = None, **more: Any) -> Any:
    base = {"kind": "working", "id": "w", "type": "tool", "title": "Work", "content": "said", "tool": tool}
    return {**base, "status": "completed", "error": None, "at": 1.0, **more}


def command(output: str) -> Any:
    return {"type": "command", "toolCallId": "1", "command": "ls", "result": {"status": "success", "output": output}}


def todo(*steps: tuple[str, str, str], error: str | None = None) -> Any:
    shown = [{"id": title, "status": status, "title": title, "description": more} for status, title, more in steps]
    return {"kind": "todo", "id": "t", "steps": shown, "status": "running", "error": error, "at": 1.0}


def texts(item: Any) -> tuple[str, str]:
    return without_title(static.to_text(view(item))), without_title(static.to_markdown(view(item)))


CARD = ui(
    "Card", title="T", description="D", children=[component("Badge", children="ok"), component("Markdown", content="**x**")]
)
OPERATIONS = [
    {"type": "create", "uri": "a.py", "content": "x"},
    {"type": "read", "uri": "b.py"},
    {"type": "replace", "uri": "c.py", "fileContentBefore": "", "blocks": [{"search": "old\nsame", "replace": "new\nsame"}]},
    {"type": "delete", "uri": "d.py"},
]
EXAMPLES: dict[str, tuple[Any, str, str]] = {
    "markdown canvas": (said(canvas("text/markdown", "# Hi")), "Draft\n\n# Hi", "**Draft**\n\n# Hi"),
    "code canvas": (
        said(canvas("code", "x = 1", language="python")),
        "Draft\n\nx = 1",
        "**Draft**\n\n```python\nx = 1\n```",
    ),
    "html canvas": (said(canvas("text/html", "<b>x</b>")), "Draft\n\n<b>x</b>", "**Draft**\n\n```html\n<b>x</b>\n```"),
    "card": (said(CARD), "T\n\nD\n\n[ok]\n\n**x**", "**T**\n\n*D*\n\n\\[ok\\]\n\n**x**"),
    "alert": (
        said(ui("Alert", variant="error", title="Oh", children="no")),
        "Error: Oh\n\nno",
        "**Error: Oh**\n\nno",
    ),
    "chart": (
        said(ui("Chart", title="C", data=[{"x": "a", "y": 1}, {"x": "b|c"}])),
        "C\n\nx | y\na | 1\nb|c | ",
        "**C**\n\n| x | y |\n| --- | --- |\n| a | 1 |\n| b\\|c |  |",
    ),
    "link": (said(ui("ButtonLink", href="https://x.y/z", children="Go")), "Go (https://x.y/z)", "[Go](<https://x.y/z>)"),
    "no link": (said(ui("ButtonLink", href="javascript:x", children="Go")), "Go (javascript:x)", "Go (javascript:x)"),
    "tooltip": (said(ui("Tooltip", trigger="?", children="more")), "?\n\nmore", "?\n\nmore"),
    "avatar": (said(ui("Avatar", src="https://x/y.png", text="AL")), "[image: AL]", "\\[image: AL\\]"),
    "unknown": (
        said(ui("Hologram", depth=3)),
        '{\n  "name": "Hologram",\n  "props": {\n    "depth": 3\n  }\n}',
        '```\n{\n  "name": "Hologram",\n  "props": {\n    "depth": 3\n  }\n}\n```',
    ),
    "thought": (said({"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}), "Thinking\n\nhm", "**Thinking**\n\nhm"),
    "displayed": (said({"type": "display", "display": {"text/plain": "1 2"}}), "1 2", "```\n1 2\n```"),
    "displayed markdown": (said({"type": "display", "display": {"text/plain": "x", "text/markdown": "*x*"}}), "*x*", "*x*"),
    "structured": (
        said({"type": "text", "text": "x"}, structured={"k": 1}),
        'x\n\n{\n  "k": 1\n}',
        'x\n\n```json\n{\n  "k": 1\n}\n```',
    ),
    "todo": (
        todo(("done", "One", "d"), ("in_progress", "Two", ""), ("todo", "Three", ""), error="boom"),
        "[x] One: d\n[…] Two\n[ ] Three\n\nboom",
        "```\n[x] One: d\n[…] Two\n[ ] Three\n```\n\n*boom*",
    ),
    "working": (
        working(command("a\nb")),
        "✓ Work\n\nsaid\n\n$ ls\n\na\nb",
        "**✓ Work**\n\nsaid\n\n```sh\n$ ls\n```\n\n```\na\nb\n```",
    ),
    "files": (
        working({"type": "file", "toolCallId": "1", "operations": OPERATIONS}, content=""),
        "✓ Work\n\nCreated a.py\n\nx\n\nRead b.py\n\nChanged c.py\n\n-old\n+new\n same\n\nDeleted d.py",
        "**✓ Work**\n\nCreated a.py\n\n```\nx\n```\n\nRead b.py\n\n"
        "Changed c.py\n\n```diff\n-old\n+new\n same\n```\n\nDeleted d.py",
    ),
    "tool": (
        working(
            {
                "type": "generic_tool",
                "toolCallId": "1",
                "name": "add",
                "arguments": {"a": 1},
                "result": {"status": "success", "value": 2},
            },
            content="",
        ),
        '✓ Work\n\nadd {\n  "a": 1\n}\n\n2',
        '**✓ Work**\n\n```\nadd {\n  "a": 1\n}\n```\n\n```\n2\n```',
    ),
    "activity in full": (
        {"kind": "activity", "id": "x", "name": "price", "status": "completed", "attempt": 1, "error": None, "at": 1.0}
        | {"arguments": ["tea"], "result": 4.5},
        '✓ price\n\n[\n  "tea"\n]\n\n4.5',
        '**✓ price**\n\n```\n[\n  "tea"\n]\n```\n\n```\n4.5\n```',
    ),
    "form": (
        answer("", ask="form", prompt=None, label="Trip", value={"a": 1}, rows=[{"label": "Where", "text": "Oslo"}]),
        "Trip\n> Where: Oslo",
        "> **Trip**\n> Where: Oslo",
    ),
    "edited canvas": (
        answer("shorter", ask="canvas", prompt=None, canvas="u", value={"canvas": {"title": "t", "content": "new"}}),
        "> shorter\n>\n> new",
        "> shorter\n>\n> new",
    ),
    "default": (
        answer("No", ask="confirmation", prompt="Go?", value={"choice": "decline"}, state="timed_out"),
        "Go?\n> No answer in time, so this was taken:\n> No",
        "> **Go?**\n> No answer in time, so this was taken:\n> No",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_as_text_and_markdown(name: str) -> None:
    item, text, markdown = EXAMPLES[name]
    assert texts(item) == (text, markdown)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_kind_as_html_says_the_same(name: str) -> None:
    item, text, _ = EXAMPLES[name]
    shown = read(static.to_html(view(item)))
    told = " ".join([shown.text, *(f"({attributes['href']})" for tag, attributes in shown.tags if tag == "a")])
    for word in re.sub(r"[*#>|]", " ", text).split():
        assert word in told


def test_an_image_is_shown_when_it_is_in_the_document() -> None:
    inside = said({"type": "image_url", "image_url": f"data:image/png;base64,{PNG}"})
    assert ("img", {"src": f"data:image/png;base64,{PNG}", "alt": ""}) in read(static.to_html(view(inside))).tags
    drawn = said({"type": "display", "display": {"image/png": PNG, "text/plain": "<Figure>"}})
    assert ("img", {"src": f"data:image/png;base64,{PNG}", "alt": "<Figure>"}) in read(static.to_html(view(drawn))).tags


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/track.png",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PHNjcmlwdD4=",
        'data:image/png;base64,x" onerror="alert(1)',
        f"data:image/png;base64,{'A' * MAX_IMAGE}",
        "javascript:alert(1)",
    ],
    ids=lambda address: address[:40],
)
def test_any_other_image_is_only_told_of(address: str) -> None:
    item = said({"type": "image_url", "image_url": address}, ui("Image", src=address, alt="A"), ui("Avatar", src=address))
    shown = static.to_html(view(item))
    assert "img" not in [tag for tag, _ in read(shown).tags]
    assert "[image" in shown


def test_a_table_of_a_notebook_keeps_its_cells_and_nothing_else() -> None:
    cells = '<tr style="x"><th>a</th><td colspan="2">1 &lt; 2</td></tr>'
    html = f'<style>.x{{}}</style><table border="1" class="dataframe">{cells}</table>'
    shown = static.to_html(view(said({"type": "display", "display": {"text/html": html, "text/plain": "a"}})))
    assert '<table><tr><th>a</th><td colspan="2">1 &lt; 2</td></tr></table>' in shown


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<b>x", "<b>x</b>"),
        ("</b></td>x", "x"),
        ("<b><i>x</b>y", "<b><i>x</i></b>y"),
        ("<svg><style><b>x</b></style></svg>y", "y"),
        ("<script>if (a<b) x</script>y", "y"),
        ("<td colspan=99999 rowspan=2x>x</td>", "<td>x</td>"),
        ("<!-- x --><?x?><!DOCTYPE x>y", "y"),
        ("<a href=https://x>y</a><img src=x><custom-x>z</custom-x>", "yz"),
        ("&lt;script&gt;&amp;&#60;b&#62;", "&lt;script&gt;&amp;&lt;b&gt;"),
    ],
)
def test_html_of_others_is_written_anew(html: str, safe: str) -> None:
    assert safe_html(html) == safe


def assert_harmless(html: str) -> None:
    for tag, attributes in read(html).tags:
        assert tag in MORE_TAGS
        assert attributes.keys() <= ATTRIBUTES
        assert (attributes.get("href") or "https://").startswith(("https://", "http://", "mailto:"))
        assert (attributes.get("src") or "data:image/png;base64,").startswith("data:image/")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_content_gives_nothing_active_anywhere(text: str) -> None:
    strange = [{"search": text, "replace": text}]
    operations = [{**operation, "uri": text, "content": text, "blocks": strange} for operation in OPERATIONS]
    keys = ["title", "description", "variant", "href", "src", "alt", "text", "trigger", "content", "xAxis"]
    props = dict.fromkeys(keys, text)
    items = [
        said(
            *(canvas(kind, text, text, language=text) for kind in ("text/markdown", "text/html", "image/svg+xml", "code", text))
        ),
        said(*(ui(name, **props, children=text, data=[{text: text}]) for name in [*COMPONENTS, text])),
        said(*(ui(name, **props, children=[component(name, **props)]) for name in COMPONENTS)),
        said({"type": "thinking", "thinking": [{"type": "text", "text": text}]}, {"type": "image_url", "image_url": text}),
        *(
            said({"type": "display", "display": {mime: text}})
            for mime in ("text/plain", "text/markdown", "text/html", "image/png")
        ),
        said(structured={text: text}),
        todo((text, text, text), error=text),
        working(command(text), title=text, content=text, error=text),
        working({"type": "file", "operations": operations}),
        working({"type": "generic_tool", "name": text, "arguments": {text: text}, "result": {"status": text, "error": text}}),
        answer(text, ask="form", rows=[{"label": text, "text": text}], value={}),
        answer(text, ask="canvas", canvas=text, value={"canvas": {"title": text, "content": text}}),
    ]
    schema = {"title": text, "description": text, "properties": {text: {"description": text, "oneOf": [{"const": text}]}}}
    asks = [ask_view("a", schema, text, 1.0), ask_view("b", input_schema(CanvasInput(text, prompt=text)), text, 1.0)]
    assert_harmless(static.to_html(view(*items, asks=asks, status="waiting", title=text)))


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "resource"},
        {"type": "resource", "resource": {"component": {"name": "Card", "props": {"children": [5, None, {"name": 1}]}}}},
        {"type": "resource", "resource": {"component": {"name": "Chart", "props": {"data": [5, None]}}}},
        {"type": "resource", "resource": {"canvas": {"type": "code"}}},
        {"type": "thinking", "thinking": [5, "x"]},
        {"type": "display", "display": {}},
        {"type": "image_url", "image_url": {"url": "https://x"}},
        {"type": "text"},
        {},
    ],
    ids=str,
)
def test_a_chunk_that_is_not_what_it_should_be_is_shown_all_the_same(chunk: Any) -> None:
    for form in static.mimebundle(view(said(chunk))).values():
        assert form


def test_components_that_are_nested_too_deep_are_cut() -> None:
    deep: Any = component("Markdown", content="bottom")
    for _ in range(100):
        deep = component("Row", children=[deep])
    shown = static.to_text(view(said({"type": "resource", "resource": {"component": deep}})))
    assert "bottom" not in shown
    assert "…" in shown

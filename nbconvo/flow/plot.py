"""A drawing of a flow's graph: mermaid text, and a page of HTML that needs nothing else, with the way of the last turn marked.

Source: flow specification, "Graph" (`plot()`).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from nbconvo.flow.graph import Graph, Step

_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em;color:#1c1c1c;background:#fff}"
    "li{margin:.4em 0}code{background:#f2f2f2;padding:.1em .3em;border-radius:3px}"
    ".ran{font-weight:600;color:#0a6640}pre{background:#f6f6f6;padding:1em;overflow:auto}"
)


class FlowPlot:
    """The drawing: `mermaid` is its text, `html` a page. In a notebook it shows itself."""

    def __init__(self, graph: Graph, path: Sequence[str] = ()) -> None:
        self._graph = graph
        self._path = list(path)

    @property
    def mermaid(self) -> str:
        """The graph in mermaid's words."""
        ids = {name: f"s{number}" for number, name in enumerate(self._graph.steps)}
        lines = ["flowchart TD", *(f"    {ids[name]}{_shape(step)}" for name, step in self._graph.steps.items())]
        for label in self._labels():
            lines.append(f"    {_label_id(self._graph, label)}([{_quoted(label)}])")
        for step in self._graph.steps.values():
            names = step.condition.names() if step.condition else []
            lines += [f"    {self._id(name, ids)} --> {ids[step.name]}" for name in names]
            lines += [
                f"    {ids[step.name]} -.-> {_label_id(self._graph, label)}"
                for label in self._labels()
                if step.routes and (step.labels is None or label in step.labels)
            ]
        ran = [ids[name] for name in dict.fromkeys(self._path) if name in ids]
        if ran:
            lines += [f"    class {','.join(ran)} ran", "    classDef ran stroke:#0a6640,stroke-width:3px"]
        return "\n".join(lines)

    def _labels(self) -> list[str]:
        return self._graph.listened_labels

    def _id(self, name: str, ids: dict[str, str]) -> str:
        return ids.get(name) or _label_id(self._graph, name)

    @property
    def html(self) -> str:
        """A page that shows the steps, what each listens to, and the text to draw them with. Nothing in it is active."""
        items = "".join(
            f"<li{self._mark(step)}><code>{escape(step.name)}</code> {escape(_words(step))}</li>"
            for step in self._graph.steps.values()
        )
        way = " → ".join(self._path)
        last = f"<p>The last turn went: {escape(way)}</p>" if way else ""
        title = escape(f"Flow {self._graph.flow}")
        body = f"<h1>{title}</h1><ul>{items}</ul>{last}<h2>Mermaid</h2><pre>{escape(self.mermaid)}</pre>"
        head = f"<meta charset='utf-8'><title>{title}</title><style>{_STYLE}</style>"
        return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"

    def _mark(self, step: Step) -> str:
        return " class='ran'" if step.name in self._path else ""

    def save(self, filename: str) -> Path:
        """Write the page; `.html` is added where the name has no ending."""
        path = Path(filename)
        path = path if path.suffix else path.with_suffix(".html")
        path.write_text(self.html, encoding="utf-8")
        return path

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/plain": self.mermaid, "text/markdown": f"```mermaid\n{self.mermaid}\n```"}

    def __repr__(self) -> str:
        return self.mermaid


def _shape(step: Step) -> str:
    text = _quoted(step.name)
    return f"{{{text}}}" if step.routes else (f"[[{text}]]" if step.begins else f"[{text}]")


def _quoted(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


def _label_id(graph: Graph, label: str) -> str:
    return f"l{graph.listened_labels.index(label)}"


def _words(step: Step) -> str:
    when = "begins" if step.condition is None else f"after {', '.join(step.condition.names())}"
    return f"{when}, routes" if step.routes else when

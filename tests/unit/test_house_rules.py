"""What keeps the code small and readable, measured. A limit is only ever made tighter."""

from __future__ import annotations

import ast
import asyncio
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "nbconvo").rglob("*.py"))
PYTHON = [*OURS, *sorted((ROOT / "js").glob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
GENERATED = ROOT / "js" / "src" / "protocol.ts"
BROWSER = [path for folder in ("src", "test") for path in sorted((ROOT / "js" / folder).rglob("*.ts*")) if path != GENERATED]
LONGEST_FILE = 400
LONGEST_FUNCTION = 45
MEDIAN_FUNCTION = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def definitions(tree: ast.AST, *, inside: str = "") -> Iterator[tuple[str, Documented]]:
    """Classes, and functions that are not inside a function, with their dotted names."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield inside + node.name, node
            yield from definitions(node, inside=f"{inside}{node.name}.")
        elif isinstance(node, Function):
            yield inside + node.name, node
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from definitions(node, inside=inside)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file, inner ones too, with its length in lines without its docstring."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, Function):
            documented = ast.get_docstring(node) is not None
            body = node.body[1:] if documented else node.body
            start = body[0].lineno if body else node.lineno
            yield f"{name_of(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - start + 1


@pytest.mark.parametrize("path", [*PYTHON, *BROWSER], ids=name_of)
def test_a_file_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE


def test_a_function_is_short() -> None:
    lengths = dict(each for path in OURS for each in functions(path))
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_FUNCTION


def is_public(name: str) -> bool:
    """A test says in its name what it is about."""
    return not any(part.startswith(("_", "test_")) for part in name.split("."))


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_what_is_public_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree)
    assert [name for name, node in definitions(tree) if is_public(name) and not documented(node, path)] == []


def documented(node: Documented, path: Path) -> bool:
    """A method that a library calls by the library's own name needs no second explanation, and an overload none at all."""
    if isinstance(node, Function):
        loops = path.name == "loop.py" and hasattr(asyncio.AbstractEventLoop, node.name)
        overloads = "overload" in [ast.unparse(each) for each in node.decorator_list]
        if loops or overloads or node.name.startswith("visit_"):
            return True
    return ast.get_docstring(node) is not None


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_an_import_inside_a_function_says_why(path: Path) -> None:
    lines = path.read_text().splitlines()
    bare = [line for line in inner_imports(path) if not has_reason(lines, line)]
    assert [f"{line}: {lines[line - 1]}" for line in bare] == []


def inner_imports(path: Path) -> list[int]:
    inner = [node for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, Function) for node in ast.walk(each)]
    return sorted({node.lineno for node in inner if isinstance(node, ast.Import | ast.ImportFrom)})


def has_reason(lines: list[str], line: int) -> bool:
    """On the line itself, or above it or the imports it stands among."""
    if re.search(r"# noqa: PLC0415 - .", lines[line - 1]):
        return True
    above = lines[line - 2].strip()
    return above.startswith("#") or ("import " in above and has_reason(lines, line - 1))


def test_the_types_of_the_browser_are_those_of_python() -> None:
    command = [sys.executable, str(ROOT / "js" / "typescript.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

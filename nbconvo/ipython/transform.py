"""`%%workflow` as a transformation of the cell's source, so that the body stays ordinary Python.

Line 1 becomes one statement and one statement is appended: line numbers, tracebacks, syntax errors, `!shell`, `%time`, top-level
await and `inspect.getsource` all stay right, which they do not when a magic compiles its own body.
"""

from __future__ import annotations

import ast
import linecache

MAGIC = "%%workflow"
CELL = "__nbconvo_cell__"
"""The name in the notebook's namespace that the generated statements call."""

IMPORTS = {"mistralai.workflows": "nbconvo.workflows"}
"""Packages whose imports are mapped to ours inside a workflow cell."""


def transform_cell(lines: list[str]) -> list[str]:
    """IPython's cleanup transform: `%%workflow args` and a body to a plain cell; any other cell is left as it is."""
    if not lines or not _is_workflow_line(lines[0]):
        return lines
    arguments = lines[0][len(MAGIC) :].strip()
    body = lines[1:]
    if body and not body[-1].endswith("\n"):
        body[-1] += "\n"
    return [f"{CELL}.begin({arguments!r})\n", *body, f"await {CELL}.end()\n"]


def restore_source(filename: str, arguments: str) -> None:
    """Make tracebacks show the cell as it was written, without the generated lines."""
    size, mtime, lines, name = linecache.cache.get(filename, (0, None, [], ""))  # type: ignore[misc]
    if lines and lines[0].startswith(f"{CELL}.begin("):
        lines = [f"{MAGIC} {arguments}".rstrip() + "\n", *lines[1:-1]]
        linecache.cache[filename] = (size, mtime, lines, name)


class WorkflowCell(ast.NodeTransformer):
    """Rewrites the syntax tree of workflow cells, and of nothing else: imports are mapped, a `__main__` block becomes a note."""

    def visit_Module(self, module: ast.Module) -> ast.Module:
        if module.body and _is_begin(module.body[0]):
            module.body = [self.visit(statement) for statement in module.body]
            ast.fix_missing_locations(module)
        return module

    def visit_If(self, node: ast.If) -> ast.stmt:
        if not _is_main_test(node.test):
            return self.generic_visit(node)  # type: ignore[return-value]
        note = ast.parse(f"{CELL}.skipped_main()", mode="exec").body[0]
        return ast.copy_location(note, node)

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        node.names = [_mapped_alias(alias) for alias in node.names]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.module == "mistralai" and node.level == 0 and any(alias.name == "workflows" for alias in node.names):
            node.module = "nbconvo"
        elif node.module and node.level == 0:
            node.module = _mapped(node.module)
        return node


def _mapped(module: str) -> str:
    for theirs, ours in IMPORTS.items():
        if module == theirs or module.startswith(f"{theirs}."):
            return ours + module[len(theirs) :]
    return module


def _mapped_alias(alias: ast.alias) -> ast.alias:
    """`import mistralai.workflows` binds the name `mistralai`: it becomes `import nbconvo as mistralai` (its parts load when used)."""
    module = _mapped(alias.name)
    if module == alias.name or alias.asname:
        return ast.alias(module, alias.asname)
    return ast.alias(module.partition(".")[0], alias.name.partition(".")[0])


def _is_workflow_line(line: str) -> bool:
    words = line.split()
    return bool(words) and words[0] == MAGIC and not line.startswith(" ")


def _is_begin(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "begin"))):
            return name == CELL
        case _:
            return False


def _is_main_test(test: ast.expr) -> bool:
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
        case _:
            return False

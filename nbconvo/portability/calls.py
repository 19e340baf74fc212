"""Rules about what the SDK offers: its names, and how they are called. The table that says why is in `rules`."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from nbconvo.portability.hits import Hit, own_nodes
from nbconvo.portability.program import Function, Program
from nbconvo.portability.upstream import NO_SECOND_IMPORT, THEIRS, call_of, canonical, home_of, is_known

_PASSED = "imports_passed_through"


def unknown_name(program: Program) -> Iterator[Hit]:
    """A name that the SDK does not have, or has elsewhere. What is imported from nbconvo, an export puts in its place."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                mapped = node.module.partition(".")[0] == "nbconvo"
                yield from _unknown(f"{canonical(node.module)}.{alias.name}", alias, mapped=mapped)
        elif isinstance(node, ast.Attribute) and (path := program.path(node)) is not None:
            yield from _unknown(path, node, mapped=_root(node) in program.ours)


def _unknown(path: str, node: ast.AST, *, mapped: bool) -> Iterator[Hit]:
    module, _, name = path.rpartition(".")
    if path.startswith(f"{THEIRS}.") and name != "*" and not name.startswith("__") and not is_known(path):
        home = home_of(path)
        if home is None or not mapped:
            yield Hit(node, f"{module} has no {name!r}.", f"It is {home}." if home else "Do without it.")


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def ours_only(program: Program) -> Iterator[Hit]:
    """Parts of nbconvo that are no mirror of the SDK, in code that is handed over."""
    activities = (node for function in program.activities for node in ast.walk(function))
    for node in [*(place.node for place in program.places), *activities]:
        path = program.path(node) if isinstance(node, ast.Name) else None
        if path is not None and path.partition(".")[0] == "nbconvo":
            yield Hit(node, f"{path} is a part of nbconvo; there is none under the real SDK.", f"Use what {THEIRS} has.")


def wrong_call(program: Program) -> Iterator[Hit]:
    """A call with an option that the SDK does not have, or without one that it needs."""
    for node in ast.walk(program.tree):
        path = _callee(program, node.func) if isinstance(node, ast.Call) else None
        known = call_of(path) if path else None
        if path and known and isinstance(node, ast.Call):
            name = path.rpartition(".")[2]
            for one in node.keywords:
                if one.arg is not None and one.arg not in known.parameters:
                    yield Hit(
                        one, f"{name} has no option {one.arg!r}: TypeError.", f"Its options: {', '.join(known.parameters)}."
                    )
            yield from _missing(node, name, known.parameters, known.required)


def _missing(node: ast.Call, name: str, parameters: tuple[str, ...], required: tuple[str, ...]) -> Iterator[Hit]:
    given = {*parameters[: len(node.args)], *(one.arg for one in node.keywords)}
    open_ended = None in given or any(isinstance(one, ast.Starred) for one in node.args)
    if missing := [one for one in required if one not in given and not open_ended]:
        yield Hit(node, f"{name} needs {' and '.join(map(repr, missing))}: TypeError.", f"Give {', '.join(missing)}.")


def _callee(program: Program, function: ast.expr) -> str | None:
    match function:
        case ast.Attribute(ast.Name("self"), "wait_for_input"):
            return f"{THEIRS}.InteractiveWorkflow.wait_for_input"
        case _:
            path = program.path(function)
            return home_of(path) if path is not None and path.startswith(f"{THEIRS}.") else None


def second_import(program: Program) -> Iterator[Hit]:
    """An import, at module level or in workflow code, that the sandbox cannot do again."""
    for node in [*program.tree.body, *(place.node for place in program.places)]:
        for module in modules_of(node):
            if cannot_import_again(module):
                text = f"The sandbox imports {module.partition('.')[0]} a second time, which fails."
                yield Hit(node, text, f"Put it under `with workflow.unsafe.{_PASSED}():`.")


def modules_of(node: ast.AST) -> list[str]:
    """The dotted names that an import statement brings in."""
    match node:
        case ast.Import(names):
            return [one.name for one in names]
        case ast.ImportFrom(str(module), names, 0):
            return [f"{module}.{one.name}" for one in names]
        case _:
            return []


def cannot_import_again(module: str) -> bool:
    """True for a module that needs `imports_passed_through` in the sandbox."""
    root = module.partition(".")[0]
    if root == "mistralai":
        return f"{module}.".startswith("mistralai.client.") and not f"{module}.".startswith("mistralai.client.models.")
    return root in NO_SECOND_IMPORT


def undefined_name(program: Program) -> Iterator[Hit]:
    """A name that the source neither binds nor imports, in workflow code."""
    known = {*program.bound, *program.names, *_imported(program.tree), *vars(builtins), "__class__", "__file__", "__name__"}
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in ast.walk(program.tree)):
        return
    seen: set[str] = set()
    for function in {place.function: None for place in program.places} | dict.fromkeys(program.activities):
        for node in _loads(function):
            if node.id not in known and node.id not in seen:
                seen.add(node.id)
                text = f"{node.id!r} is not defined in this source: NameError, and the run hangs."
                yield Hit(node, text, "`nbconvo export` takes along what other cells define.")


def _loads(function: Function) -> Iterator[ast.Name]:
    return (node for node in own_nodes(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))


def _imported(tree: ast.Module) -> set[str]:
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {one.asname or one.name.partition(".")[0] for node in nodes for one in node.names}

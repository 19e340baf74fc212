"""Rules about the world outside: what the sandbox refuses, and what comes out otherwise on a replay. `rules` says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbconvo.portability.hits import Hit, own_nodes
from nbconvo.portability.program import Function, Place, Program
from nbconvo.portability.upstream import is_refused

_DURABLE = {
    "time.sleep": "Use `await workflow.sleep(...)`.",
    "uuid.uuid1": "Use `workflow.uuid4()`.",
    "uuid.uuid4": "Use `workflow.uuid4()`.",
    "builtins.input": "Ask with `await self.wait_for_input(...)`.",
}
_LOOP = {
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
    "asyncio.open_connection",
    "asyncio.run",
    "asyncio.start_server",
    "asyncio.to_thread",
}
_ACTIVITY = "Put it in an @activity."


def refused_call(program: Program) -> Iterator[Hit]:
    """A call, or a look at `os.environ`, that the sandbox stops."""
    inner: set[ast.AST] = set()
    for place in program.places:
        node = place.node
        path = _builtin(program, node) or (program.path(node) if isinstance(node, ast.Attribute | ast.Name) else None)
        if node in inner or path is None or not is_refused(path) or _is_pure(program, node, path):
            continue
        inner |= set(ast.walk(node))
        yield Hit(node, f"The sandbox refuses {path.removeprefix('builtins.')} in workflow code, and the run hangs.", _fix(path))


def _builtin(program: Program, node: ast.AST) -> str | None:
    match node:
        case ast.Name("open" | "input" as name, ast.Load()) if name not in program.bound and name not in program.names:
            return f"builtins.{name}"
        case _:
            return None


def _is_pure(program: Program, node: ast.AST, path: str) -> bool:
    """`from os.path import join` goes round the sandbox, and does no harm. A name alone that is not called does none either."""
    base = node
    while isinstance(base, ast.Attribute):
        base = base.value
    through = program.names.get(base.id, "") if isinstance(base, ast.Name) else ""
    return path.startswith("os.path.") and through != "os"


def _fix(path: str) -> str:
    if path.startswith(("random.", "secrets.")):
        return "Use `workflow.random()`."
    if path.startswith(("time.", "datetime.")) and path not in _DURABLE:
        return "Use `workflow.now()`."
    if path.startswith("os.path."):
        return "Use `pathlib.PurePath`."
    return _DURABLE.get(path, _ACTIVITY)


def no_such_loop(program: Program) -> Iterator[Hit]:
    """What the workflow's event loop does not do."""
    for place in program.places:
        if isinstance(place.node, ast.Call):
            path = program.path(place.node.func)
            in_executor = isinstance(place.node.func, ast.Attribute) and place.node.func.attr == "run_in_executor"
            if path in _LOOP or in_executor:
                yield Hit(place.node, f"The workflow's event loop has no {path or 'run_in_executor'}: the run hangs.", _ACTIVITY)


def unseeded(program: Program) -> Iterator[Hit]:
    """Chance that the sandbox does not see."""
    for place in program.places:
        match place.node:
            case ast.Call(func, args, keywords):
                path = program.path(func)
                if path == "random.SystemRandom" or (path == "random.Random" and not args and not keywords):
                    yield Hit(place.node, f"{path} draws other numbers on a replay.", "Use `workflow.random()`.")
            case _:
                continue


def as_completed(program: Program) -> Iterator[Hit]:
    """`asyncio.as_completed`, in any spelling."""
    for place in program.places:
        if isinstance(place.node, ast.Call) and program.path(place.node.func) == "asyncio.as_completed":
            text = "asyncio.as_completed starts coroutines in the order of a set, another one on a replay."
            yield Hit(place.node, text, "Use `asyncio.gather`.")


def set_order(program: Program) -> Iterator[Hit]:
    """A loop over a set whose body awaits."""
    for place in program.places:
        node = place.node
        if isinstance(node, ast.For | ast.AsyncFor) and _awaits(node.body) and _is_set(program, place, node.iter):
            yield _unordered(node.iter)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
            for loop in node.generators:
                if _awaits([node]) and _is_set(program, place, loop.iter):
                    yield _unordered(loop.iter)


def _unordered(node: ast.AST) -> Hit:
    return Hit(node, "The order of a set is another one on a replay, and so is what is awaited.", "Loop over `sorted(...)`.")


def _awaits(nodes: list[ast.stmt] | list[ast.expr]) -> bool:
    return any(isinstance(each, ast.Await | ast.AsyncWith) for node in nodes for each in ast.walk(node))


def _is_set(program: Program, place: Place, node: ast.expr) -> bool:
    match node:
        case ast.Set() | ast.SetComp() | ast.Call(ast.Name("set" | "frozenset")):
            return True
        case ast.Call(ast.Name("list" | "tuple" | "enumerate"), [inner, *_]):
            return _is_set(program, place, inner)
        case ast.BinOp(left, ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub(), right):
            return _is_set(program, place, left) and _is_set(program, place, right)
        case ast.Name(name):
            return name in _sets(program, place.function)
        case _:
            return False


def _sets(program: Program, function: Function) -> set[str]:
    """Local names that are sets wherever they are bound."""
    found: dict[str, bool] = {}
    for node in own_nodes(function):
        match node:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                found[name] = found.get(name, True) and isinstance(value, ast.Set | ast.SetComp)
            case ast.Assign([ast.Tuple([ast.Name(done), ast.Name(pending)])], ast.Await(ast.Call(func))):
                waits = program.path(func) == "asyncio.wait"
                found |= {name: found.get(name, True) and waits for name in (done, pending)}
            case ast.Name(name, ast.Store()):
                found.setdefault(name, False)  # the assignments above come before their targets
            case _:
                continue
    return {name for name, is_set in found.items() if is_set}

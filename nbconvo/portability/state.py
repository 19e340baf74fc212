"""Rules about state: what a run keeps, and what it shows. The table that says why is in `rules`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, cast

from nbconvo.portability.hits import Hit, keyword, literal
from nbconvo.portability.program import Function, Program

_CHANGES = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort", "update",
})  # fmt: skip
_CONTAINERS = frozenset({"Counter", "OrderedDict", "defaultdict", "deque", "dict", "list", "set"})


def module_state(program: Program) -> Iterator[Hit]:
    """Workflow code that changes what belongs to the module or to the class."""
    shared = _containers(program.tree.body)
    own = {name for cls in program.workflows for name in _containers(cls.body) - _bound_on_self(cls)}
    for place in program.places:
        changed = _changed(place.node)
        name = changed and ast.unparse(changed)
        match changed:
            case ast.Name(one) if one in shared and one not in _locals(place.function):
                yield _state(place.node, f"{name} belongs to the module")
            case ast.Attribute(ast.Name(owner), one) if one in own and owner in (
                "self",
                *(cls.name for cls in program.workflows),
            ):
                yield _state(place.node, f"{name} belongs to the class")
            case _ if isinstance(place.node, ast.Global):
                yield _state(place.node, f"{', '.join(place.node.names)} belongs to the module")
            case _:
                continue


def _state(node: ast.AST, what: str) -> Hit:
    text = f"{what}: here all runs share it, and a replay changes it again; the sandbox gives each run its own."
    return Hit(node, text, "Keep it on self, set in __init__ or in the entrypoint.")


def _containers(body: list[ast.stmt]) -> set[str]:
    """The names that are bound to something that can change."""
    found: set[str] = set()
    for node in body:
        match node:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                if isinstance(value, ast.List | ast.Dict | ast.Set) or _makes_container(value):
                    found.add(name)
            case _:
                continue
    return found


def _makes_container(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _CONTAINERS


def _bound_on_self(cls: ast.ClassDef) -> set[str]:
    """The attributes that each instance gets for itself."""
    return {
        node.attr
        for node in ast.walk(cls)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


def _changed(node: ast.AST) -> ast.expr | None:
    """What a node changes in place: by a method, or by an item."""
    match node:
        case ast.Call(ast.Attribute(value, method)) if method in _CHANGES:
            return value
        case ast.Subscript(value, _, ast.Store() | ast.Del()):
            return value
        case _:
            return None


def _locals(function: Function) -> set[str]:
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return names | {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}


def moved_items(program: Program) -> Iterator[Hit]:
    """A task state whose list comes back in another order."""
    for function in dict.fromkeys([*(place.function for place in program.places), *program.activities]):
        before = _first_state(program, function)
        for node in ast.walk(function):
            match node:
                case ast.Call(ast.Attribute(_, "set_state" | "update_state"), [state]):
                    if _reverses(state) or _is_moved(before, literal(state)):
                        text = "The items of a list move: the SDK raises `Unknown operation: move`, and the run hangs."
                        yield Hit(state, text, "Keep the order of the list, or show it in another task.")
                case _:
                    continue


def _first_state(program: Program, function: Function) -> Any:
    tasks = (node for node in ast.walk(function) if isinstance(node, ast.Call) and program.is_call_of(node, "task", "Task"))
    return next((literal(keyword(node, "state")) for node in tasks), None)


def _reverses(node: ast.AST) -> bool:
    for each in ast.walk(node):
        match each:
            case ast.Call(ast.Name("reversed")):
                return True
            case ast.Subscript(_, ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))):
                return True
            case _:
                continue
    return False


def _is_moved(before: Any, after: Any) -> bool:
    """True when a list has the same items in another order."""
    match before, after:
        case dict(), dict():
            keys = cast("dict[Any, Any]", before).keys() & cast("dict[Any, Any]", after).keys()
            return any(_is_moved(before[key], after[key]) for key in keys)
        case list(), list():
            items, others = cast("list[Any]", before), cast("list[Any]", after)
            return items != others and sorted(map(repr, items)) == sorted(map(repr, others))
        case _:
            return False


def sticky_without_session(program: Program) -> Iterator[Hit]:
    """A sticky activity in a source that never opens a session."""
    if any(program.is_call_of(node, "run_sticky_worker_session") for node in ast.walk(program.tree)):
        return
    sticky = {one.name for one in program.activities if _is_sticky(program.decorator(one, "activity"))}
    for place in program.places:
        match place.node:
            case ast.Call(ast.Name(name)) if name in sticky:
                text = f"Activity {name!r} is sticky to a worker and no session is open: the run hangs."
                yield Hit(place.node, text, "Call it inside `async with workflows.run_sticky_worker_session():`.")
            case _:
                continue


def _is_sticky(decorator: ast.expr | None) -> bool:
    return isinstance(decorator, ast.Call) and literal(keyword(decorator, "sticky_to_worker")) is True


def canvas_id(program: Program) -> Iterator[Hit]:
    """A canvas without a uri that is asked about later."""
    nodes = [place.node for place in program.places]
    if any(program.is_call_of(node, "CanvasInput") for node in nodes):
        for node in nodes:
            if isinstance(node, ast.Call) and program.sdk(node.func) == "CanvasResource" and keyword(node, "uri") is None:
                text = "The canvas gets another uri when a worker replays the run, and the open question about it names that one."
                yield Hit(node, text, 'Give it: CanvasResource(uri=f"file://canvas/{workflow.uuid4()}", ...).')


def component_in_activity(program: Program) -> Iterator[Hit]:
    """A component that an activity returns."""
    for function in program.activities:
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                for each in ast.walk(node.value):
                    if isinstance(each, ast.Call) and program.sdk(each.func) == "UIComponentResource":
                        text = "A component loses its name and its properties on the way out of an activity."
                        yield Hit(each, text, "Return data, and make the component in the workflow.")

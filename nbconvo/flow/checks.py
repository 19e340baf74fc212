"""What is wrong with a graph, told when the class is made and not when a person is waiting. Each text names the fix.

Source: flow specification, "Graphs are checked when the class is made"; the text about a listener named like its label is
CrewAI's with a hint.
"""

from __future__ import annotations

from difflib import get_close_matches

from nbconvo.flow.conditions import Condition
from nbconvo.flow.errors import FlowDefinitionError
from nbconvo.flow.graph import Graph, Step


def check(graph: Graph) -> None:
    """Raises `FlowDefinitionError` for the first thing that cannot work."""
    for step in graph.steps.values():
        _check_name(graph, step)
    listening = [step for step in graph.steps.values() if not step.begins]
    if listening and not graph.starts:
        raise _error(graph, f"no step begins it: put @start() on one, for example on {listening[0].name!r}")
    for step in listening:
        _check_labels(graph, step)
    _check_loops(graph)
    _check_reachable(graph)


def _error(graph: Graph, text: str) -> FlowDefinitionError:
    return FlowDefinitionError(f"Flow {graph.flow}: {text}.")


def _check_name(graph: Graph, step: Step) -> None:
    if step.condition and step.name in step.condition.names():
        raise _error(
            graph,
            f"listen condition {step.name!r} matches the handler name {step.name!r}. @listen labels are names of routes: "
            f"rename the method, for example `def handle_{step.name}(self)`",
        )


def _check_labels(graph: Graph, step: Step) -> None:
    """A name that is no step must be a label that some router can give."""
    routers = [each for each in graph.steps.values() if each.routes]
    known = {label for each in routers for label in each.labels or ()}
    if any(each.labels is None for each in routers):
        return  # what that one gives is not known before it runs
    for name in step.condition.names() if step.condition else ():
        if name not in graph.steps and name not in known:
            near = get_close_matches(name, [*graph.steps, *known], 1)
            hint = f"did you mean {near[0]!r}?" if near else "add a @router that gives it, or listen to a step"
            raise _error(graph, f"step {step.name!r} listens to {name!r}, which is no step and no label of a router: {hint}")


def _check_loops(graph: Graph) -> None:
    """Steps that start each other without a router between them would never stop."""
    after = {name: [one.name for one in graph.listeners(name) if _alone(one.condition, name)] for name in graph.steps}
    for first in graph.steps:
        if path := _way_back(first, after):
            way = " -> ".join(path)
            raise _error(graph, f"endless loop {way}: put a @router into it that can give None or another label")


def _alone(when: Condition | None, name: str) -> bool:
    """True when `name` alone makes the condition true."""
    return when is not None and when.satisfiable({name}) and any(name == one for one in when.names())


def _way_back(first: str, after: dict[str, list[str]]) -> list[str] | None:
    paths = [[first]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for following in after.get(path[-1], []):
            if following == first:
                return [*path, first]
            if following not in seen:
                seen.add(following)
                paths.append([*path, following])
    return None


def _check_reachable(graph: Graph) -> None:
    reached = {step.name for step in graph.starts}
    happens = set(reached)
    while True:
        for name in list(reached):
            step = graph.steps[name]
            happens |= set(step.labels or ()) if step.labels is not None else _any_label(graph, step)
        new = {one.name for one in graph.steps.values() if one.condition and one.condition.satisfiable(happens)} - reached
        if not new:
            break
        reached |= new
        happens |= new
    lost = [step for step in graph.steps.values() if step.name not in reached]
    if lost and graph.starts:
        names = lost[0].condition.names() if lost[0].condition else []
        waits = " and ".join(map(repr, names))
        raise _error(graph, f"step {lost[0].name!r} can never run: it waits for {waits}. Listen to a step that runs")


def _any_label(graph: Graph, step: Step) -> set[str]:
    return set(graph.listened_labels) if step.routes else set()

"""The rules, in a table: what each looks for, why it matters under the real SDK, and where that is known from.

"run" in a source means that it was seen on `mistralai-workflows` 3.16 with a Temporal server.
"""

from __future__ import annotations

from dataclasses import dataclass

from nbconvo.portability import calls, definitions, failures, state, world
from nbconvo.portability.hits import Find


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing to look for. `code` names it in a finding, `why` is one sentence, `source` says how it is known."""

    code: str
    find: Find
    why: str
    source: str


_SPEC = "workflows specification"
_CALLS = f'{_SPEC}, "Calls available inside a workflow"; run'
_DOCS = f'{_SPEC}, "Docs vs code"; run'
_NOTEBOOK = f'{_SPEC}, "Notebook-specific obstacles"'
_DEFINITION = f'{_SPEC}, "Definition"; run'
_FAILURE = f'{_SPEC}, "Failure semantics"; run'
_DETERMINISM = f'{_SPEC}, "Determinism"; run'

RULES = (
    Rule(
        "parentheses",
        definitions.missing_parentheses,
        "A bare decorator is called with the class and returns a function.",
        _DEFINITION,
    ),
    Rule("entrypoints", definitions.two_entrypoints, "The first entrypoint in the alphabet wins, without a word.", _DEFINITION),
    Rule(
        "super-init",
        definitions.no_super_init,
        "The base class keeps the open asks in attributes that its __init__ makes.",
        _FAILURE,
    ),
    Rule("async-query", definitions.async_query, "A query must answer at once.", _DEFINITION),
    Rule("activity-in-class", definitions.activity_in_class, "Activities are functions.", _DEFINITION),
    Rule("reserved-name", definitions.reserved_name, "The hosted API has paths of these names.", _DEFINITION),
    Rule("schedules", definitions.schedules, "Schedules belong to the API now.", _DOCS),
    Rule(
        "long-wait",
        definitions.long_wait,
        "An execution ends after an hour unless it is given more; here it does not.",
        _DEFINITION,
    ),
    Rule("unguarded-run", definitions.unguarded_run, "The sandbox imports the workflow's module for each run.", _NOTEBOOK),
    Rule(
        "unknown-name",
        calls.unknown_name,
        "The SDK has another set of names, or has them elsewhere.",
        "the names of 3.16.0, in upstream.json",
    ),
    Rule("ours-only", calls.ours_only, "What is not under nbconvo.workflows has no counterpart.", "the layout of this package"),
    Rule(
        "wrong-call",
        calls.wrong_call,
        "An option of ours, or a default of ours, is a TypeError there.",
        "the signatures of 3.16.0, in upstream.json; run",
    ),
    Rule(
        "second-import",
        calls.second_import,
        "The sandbox imports the workflow's module for itself, with what it imports.",
        _DETERMINISM,
    ),
    Rule("undefined-name", calls.undefined_name, "A module has no other cells.", _NOTEBOOK),
    Rule("refused-call", world.refused_call, "A sandbox violation retries the workflow task for ever.", _DETERMINISM),
    Rule("no-such-loop", world.no_such_loop, "Temporal's event loop has no threads, processes and sockets.", "run"),
    Rule("unseeded", world.unseeded, "The sandbox lets it pass, and a replay comes out otherwise.", _DETERMINISM),
    Rule("as-completed", world.as_completed, "The SDK warns that it is not deterministic; here it is.", "run"),
    Rule(
        "set-order", world.set_order, "Strings hash otherwise in each process.", "the Python language reference, object.__hash__"
    ),
    Rule(
        "exception",
        failures.hanging_exception,
        "Only WorkflowError and its like fail an execution; anything else hangs it.",
        _FAILURE,
    ),
    Rule("activity-result", failures.wrong_result, "The result of an activity is decoded by its annotation.", _CALLS),
    Rule("shared-state", state.module_state, "The sandbox imports the module anew for each run.", "run"),
    Rule("moved-items", state.moved_items, "The SDK's own patches have no move.", f'{_SPEC}, "JSON patches"; run'),
    Rule("sticky-session", state.sticky_without_session, "Here one process is always the same worker.", _CALLS),
    Rule("canvas-uri", state.canvas_id, "The default uri is not made from the run's own chance.", f'{_SPEC}, "Docs vs code"'),
    Rule(
        "component",
        state.component_in_activity,
        "The SDK writes components and cannot read them.",
        f'{_SPEC}, "Messages, canvases, final output"; run',
    ),
)
"""In the order in which an author would look at them."""

"""Which label a text names. A label counts as a whole, or it does not count.

>>> whole_label("It is 'order'.", ["order", "help"])
'order'
>>> whole_label("notorder", ["order", "help"]) is None
True
>>> whole_label("neither approved nor rejected", ["approved", "rejected"]) is None
True

Source: flow specification, "Intent and routing" (of the original's rules: the longest label contained in the text won).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, cast

_NEGATIONS = re.compile(r"\b(not|no|never|neither|nor|isn't|don't|cannot|can't)\b", re.IGNORECASE)


def whole_label(text: str, labels: Sequence[str], *, field: str = "outcome") -> str | None:
    """The one label that `text` names, in any case; None when it names none, several, or denies one.

    JSON with the label in `field` is understood, too.
    """
    cleaned = _from_json(text, field).strip()
    folded = {label.casefold(): label for label in labels}
    bare = cleaned.strip("\"'`.!:;, \n").casefold()
    if bare in folded:
        return folded[bare]
    if _NEGATIONS.search(cleaned):
        return None
    found = [label for label in labels if _mentions(cleaned, label)]
    longest = [label for label in found if not any(label != other and _mentions(other, label) for other in found)]
    return longest[0] if len(longest) == 1 else None


def _mentions(text: str, label: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(label)}(?![\w-])", text, re.IGNORECASE) is not None


def _from_json(text: str, field: str) -> str:
    stripped = re.sub(r"^```(?:json)?\s*|\s*```$", "", text.strip())
    if not stripped.startswith("{"):
        return text
    try:
        value: Any = json.loads(stripped)
    except ValueError:
        return text
    return str(cast("dict[str, Any]", value).get(field, "")) if isinstance(value, dict) else text

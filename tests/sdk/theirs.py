"""The real package. Importing it warns, logs and sets up logging, none of which is the concern of these tests."""

from __future__ import annotations

import logging
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mistralai.workflows.plugins.mistralai as plugin
    from mistralai import workflows
    from mistralai.workflows import conversational, exceptions
    from mistralai.workflows.core._events.json_patch import make_json_patch
    from mistralai.workflows.protocol.v1.events import JSONPatch

logging.getLogger().handlers.clear()

__all__ = ["JSONPatch", "conversational", "exceptions", "make_json_patch", "plugin", "workflows"]

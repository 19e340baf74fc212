"""Ours beside the real package, at test time: run by `make sdk`, in a venv of its own, where there is a Python >= 3.12.

Everywhere else the real package is missing and there is nothing here to run; `make sdk` fails when it finds nothing.
"""

from __future__ import annotations

import importlib.util

if importlib.util.find_spec("mistralai") is None or importlib.util.find_spec("mistralai.workflows") is None:
    collect_ignore_glob = ["test_*.py", "theirs.py"]

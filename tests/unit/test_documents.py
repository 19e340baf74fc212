"""Documents run: the Python in README, CONTRIBUTING and docs/, and every example in a docstring."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import nbconvo

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MODULES = ["nbconvo", *sorted(module.name for module in pkgutil.walk_packages(nbconvo.__path__, "nbconvo."))]
WITH_EXAMPLES = [name for name in MODULES if ">>> " in Path(importlib.import_module(name).__file__ or "").read_text()]


def elsewhere(work: Callable[[], Any]) -> Any:
    """Run `work` in a thread of its own: an asyncio.run there leaves the loop that pytest-asyncio keeps here alone."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_python_in_a_document_runs(document: Path) -> None:
    text = document.read_text()
    namespace: dict[str, object] = {"__name__": "__document__"}
    for block in BLOCK.finditer(text):
        above = text.count("\n", 0, block.start(1))
        code = compile("\n" * above + block[1], str(document), "exec")  # so that a traceback names the document's own line
        elsewhere(lambda code=code: exec(code, namespace))


def test_the_readme_shows_code() -> None:
    assert len(BLOCK.findall((ROOT / "README.md").read_text())) >= 2


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_run(name: str) -> None:
    results = elsewhere(lambda: doctest.testmod(importlib.import_module(name)))
    assert results.attempted > 0
    assert results.failed == 0

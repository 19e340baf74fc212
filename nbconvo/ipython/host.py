"""Where this process stands: in a kernel or not, with someone who can answer or not."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def shell() -> Any:
    """The IPython shell of this process, None outside of IPython. Does not import IPython."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None


def kernel() -> Any:
    """The ipykernel of this process, None outside of one."""
    return getattr(shell(), "kernel", None)


def is_headless() -> bool:
    """True when nobody can answer in a cell: no kernel, or a client that takes no input (nbclient, nbval, nbconvert, papermill).

    It is the rule by which the built-in `input()` decides.
    """
    here = kernel()
    return here is None or not getattr(here, "_allow_stdin", False)


def cell_id() -> str | None:
    """The id of the cell that is running, where the front end tells it (JupyterLab and Notebook 7 do)."""
    here = kernel()
    if here is None:
        return None
    return here.get_parent().get("metadata", {}).get("cellId")


def cell() -> tuple[str, str] | None:
    """Notebook and cell id of the cell that is running, where both are known and somebody can answer."""
    path, running = notebook_path(), cell_id()
    return None if is_headless() or path is None or running is None else (path, running)


def notebook_path() -> str | None:
    """The path of the notebook that is open, where the server tells it."""
    return os.environ.get("JPY_SESSION_NAME")


def notebook_folder() -> Path:
    """Where the notebook is, which is where its relative paths begin; the working directory where nobody tells."""
    path = Path(notebook_path() or "")
    return path.parent if path.is_absolute() else Path.cwd()


def notebook_stem() -> str:
    """The notebook's name without its ending; "notebook" where nobody tells."""
    return Path(notebook_path() or "notebook.ipynb").stem


def execution_count() -> int:
    """The number of the cell that is running; 0 outside of IPython."""
    return getattr(shell(), "execution_count", 0)

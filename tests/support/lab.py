"""A real JupyterLab or Notebook 7, and a notebook open in a real Chromium.

Everything Jupyter writes goes to a directory of its own: a shared workspace would bring back old tabs, a shared configuration
somebody's settings. Only what a person does is done through the page; the exceptions (run a cell, save, restart) go through the
application's own commands.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Locator, Page

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NOTIFICATIONS = '{"fetchNews": "false", "checkForUpdates": false}'  # the news toast would cover part of every screenshot


@dataclass(frozen=True)
class Lab:
    """A running server."""

    url: str
    root: Path
    app: str

    def write(self, name: str, *cells: str, kernel: str = "python3") -> Path:
        """Put a notebook with these code cells into the server's root; a cell that starts with `# md` is markdown."""
        made = [new_markdown_cell(cell[5:]) if cell.startswith("# md") else new_code_cell(cell) for cell in cells]
        notebook = new_notebook(cells=made)
        notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
        path = self.root / name
        path.write_text(nbformat.writes(notebook))
        return path

    def open(self, page: Page, name: str) -> OpenNotebook:
        """Open a notebook and wait until its kernel is idle."""
        where = "doc/tree" if self.app == "lab" else "notebooks"
        page.goto(f"{self.url}/{where}/{name}")
        notebook = OpenNotebook(page)
        notebook.wait_until_ready()
        return notebook


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook in a page."""

    page: Page

    def wait_until_ready(self) -> None:
        """Until document and kernel are there; a cell run before that is sometimes lost."""
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=90_000)
        session = "window.jupyterapp.shell.currentWidget.context.sessionContext.session"
        self.page.wait_for_function(f"() => {session}?.kernel?.status === 'idle'", timeout=90_000)

    def run(self, index: int) -> None:
        """Run one cell and do not wait for its end."""
        self.page.evaluate(
            "(index) => { const nb = window.jupyterapp.shell.currentWidget.content; nb.activeCellIndex = index; nb.deselectAll();"
            " void window.jupyterapp.commands.execute('notebook:run-cell'); }",
            index,
        )

    def run_and_wait(self, index: int) -> None:
        """Run one cell and wait until the kernel has done it."""
        before = self.execution_count(index)
        self.run(index)
        self.page.wait_for_function(
            "([index, before]) => { const c = window.jupyterapp.shell.currentWidget.content.widgets[index].model;"
            " return c.executionCount !== null && c.executionCount !== before; }",
            arg=[index, before],
            timeout=60_000,
        )

    def execution_count(self, index: int) -> int | None:
        """The number beside the cell."""
        return self.page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.executionCount", index)

    def cell(self, index: int) -> Locator:
        """One cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The output area of one cell."""
        return self.cell(index).locator(".jp-Cell-outputWrapper")

    def outputs(self, index: int) -> list[dict[str, object]]:
        """The outputs of one cell as they would be saved."""
        return self.page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.outputs.toJSON()", index)

    def command(self, name: str) -> None:
        """Run an application command and wait for it."""
        self.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)

    def save(self) -> None:
        """Save the document."""
        self.command("docmanager:save")

    def interrupt(self) -> None:
        """What the Interrupt button does."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.interrupt()")

    def restart(self) -> None:
        """Restart the kernel, without the question whether to."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.restart()")
        self.wait_until_ready()

    def reload(self) -> None:
        """Reload the page as a person does; the notebook must have been saved."""
        self.page.reload()
        self.wait_until_ready()

    def theme(self, dark: bool) -> None:
        """Switch the application's theme."""
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        wanted = "false" if dark else "true"
        self.page.wait_for_function("(light) => document.body.dataset.jpThemeLight === light", arg=wanted)


@contextmanager
def running_lab(directory: Path, app: str = "lab") -> Iterator[Lab]:
    """A JupyterLab ("lab") or Notebook 7 ("notebook") server on a free port, its files under `directory`."""
    root = directory / "root"
    root.mkdir(parents=True)
    port = _free_port()
    with (directory / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "jupyter", app, *_options(port, root)]
        server = subprocess.Popen(command, env=_environment(directory), stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, server, directory / "server.log")
        yield Lab(url, root, app)
    finally:
        _shut_down(url, server)


def _options(port: int, root: Path) -> list[str]:
    return [
        "--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}",
        "--ServerApp.allow_root=True", "--expose-app-in-browser",
    ]  # fmt: skip


def _environment(directory: Path) -> dict[str, str]:
    settings = directory / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(NOTIFICATIONS)
    places = {"HOME": ".", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime", "IPYTHONDIR": "ipython"}
    places |= {"JUPYTER_DATA_DIR": "data", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    own = {name: str(directory / place) for name, place in places.items()}
    return {**os.environ, "PYDEVD_DISABLE_FILE_VALIDATION": "1", **own}


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(1200):
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/api/status", timeout=2).read()
            return
        if server.poll() is not None:
            raise RuntimeError(log.read_text())
        time.sleep(0.05)
    raise RuntimeError(f"no server at {url} after a minute: {log.read_text()}")


def _shut_down(url: str, server: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, which stops its kernels too; make sure it has."""
    with suppress(OSError):
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/shutdown", method="POST", data=b""), timeout=5).close()
    with suppress(subprocess.TimeoutExpired):
        server.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def kernel_spec(directory: Path, name: str, environment: dict[str, str]) -> None:
    """Put a kernel of this Python with extra environment variables where the server of `directory` finds it."""
    place = directory / "data" / "kernels" / name
    place.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": name, "language": "python", "env": environment}
    (place / "kernel.json").write_text(json.dumps(spec))

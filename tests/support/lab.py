"""A real JupyterLab or Notebook 7, and a notebook open in a real Chromium.

Everything Jupyter writes goes to a directory of its own: a shared workspace would bring back old tabs, a shared configuration
somebody's settings. Only what a person does is done through the page; the exceptions (run a cell, save, restart) go through the
application's own commands.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
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

_RUN_CELL = """async ([index, wait]) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  const done = window.jupyterapp.commands.execute('notebook:run-cell');
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error(`cell ${index} still runs after a minute`)), 60_000));
  if (wait) await Promise.race([done, late]);
}"""


@dataclass(frozen=True)
class Lab:
    """A running server. `directory` holds what Jupyter keeps for itself, `root` the notebooks."""

    url: str
    directory: Path
    app: str

    @property
    def root(self) -> Path:
        """Where the notebooks are."""
        return self.directory / "root"

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
        self._start_kernel(name)
        where = "doc/tree" if self.app == "lab" else "notebooks"
        page.goto(f"{self.url}/{where}/{name}")
        notebook = OpenNotebook(page, name)
        notebook.wait_until_ready()
        return notebook

    def open_without_kernel(self, page: Page, name: str) -> OpenNotebook:
        """Open a notebook of a kernel that this server does not have, and choose to have none."""
        page.goto(f"{self.url}/doc/tree/{name}")
        page.get_by_role("dialog").get_by_role("button", name="No Kernel").click()
        page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.isReady")
        return OpenNotebook(page, name)

    def _start_kernel(self, name: str) -> None:
        """The page would start it too, but only when it has loaded. Does nothing when the notebook's kernel runs already."""
        kernel = nbformat.read(self.root / name, as_version=4).metadata.kernelspec.name
        session = {"path": name, "name": name, "type": "notebook", "kernel": {"name": kernel}}
        self._ask("POST", "/api/sessions", session)

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method, data=data)) as answer:
            return answer.read()

    def trust(self, path: Path) -> None:
        """`jupyter trust`, as this server's user."""
        command = [sys.executable, "-m", "jupyter", "trust", str(path)]
        subprocess.run(command, env=_environment(self.directory), check=True, capture_output=True)

    def stop_kernels(self) -> None:
        """End every kernel, so that the next notebook has the machine for itself."""
        for session in json.loads(self._ask("GET", "/api/sessions")):
            with suppress(urllib.error.HTTPError):  # the page may have ended it meanwhile
                self._ask("DELETE", f"/api/sessions/{session['id']}")


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook in a page."""

    page: Page
    name: str

    def wait_until_ready(self) -> None:
        """Until document and kernel are there; a cell run before that is sometimes lost."""
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context?.isReady", timeout=90_000)
        session = "window.jupyterapp.shell.currentWidget.context.sessionContext.session"
        self.page.wait_for_function(f"() => {session}?.kernel?.status === 'idle'", timeout=90_000)

    def run(self, index: int) -> None:
        """Run one cell and do not wait for its end."""
        self.page.evaluate(_RUN_CELL, [index, False])

    def run_and_wait(self, index: int) -> None:
        """Run one cell and wait until the kernel has done it."""
        self.page.evaluate(_RUN_CELL, [index, True])

    def execution_count(self, index: int) -> int | None:
        """The number beside the cell."""
        return self.page.evaluate("(i) => window.jupyterapp.shell.currentWidget.content.widgets[i].model.executionCount", index)

    def cell(self, index: int) -> Locator:
        """One cell."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The output area of one cell."""
        return self.cell(index).locator(".jp-Cell-outputWrapper")

    def conversation(self, index: int) -> Locator:
        """The live widget below one cell."""
        return self.output(index).locator(".nbc-live")

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
    port = _free_port()
    lab = Lab(f"http://127.0.0.1:{port}", directory, app)
    lab.root.mkdir(parents=True)
    _write_settings(directory)
    with (directory / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "jupyter", app, *_options(port, lab.root)]
        server = subprocess.Popen(
            command, env=_environment(directory), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_until_up(lab.url, server, directory / "server.log")
        yield lab
    finally:
        _shut_down(lab.url, server)


def _options(port: int, root: Path) -> list[str]:
    return [
        "--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}",
        "--ServerApp.allow_root=True", "--expose-app-in-browser",
    ]  # fmt: skip


def _write_settings(directory: Path) -> None:
    settings = directory / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(NOTIFICATIONS)


def _environment(directory: Path) -> dict[str, str]:
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


def chromium() -> str:
    """The browser to use: $CHROMIUM, else the one on PATH."""
    found = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if found is None:
        raise FileNotFoundError("No Chromium on PATH: install it (apt install chromium), or name one in $CHROMIUM.")
    return found


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

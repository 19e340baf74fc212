"""One JupyterLab, one Notebook 7 and one Chromium for all tests here; each test gets a page and a notebook of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect, sync_playwright

from tests.support.lab import CHROMIUM_FLAGS, Lab, OpenNotebook, chromium, running_lab

HERE = Path(__file__).parent
DATA = HERE.parent / "data"

OpenWith = Callable[..., OpenNotebook]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


# The scope is the package: Playwright keeps an event loop running in this thread, and asynchronous tests elsewhere need it free.
@pytest.fixture(scope="package")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """The browser. It has a profile on disk, so that Jupyter's own files are loaded and compiled once and not for each page."""
    expect.set_options(timeout=15_000)
    profile = tmp_path_factory.mktemp("chromium")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=chromium(), args=CHROMIUM_FLAGS, viewport={"width": 1280, "height": 900}
        )
        yield context
        context.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab"), "lab") as lab:
        yield lab


@pytest.fixture(scope="package")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("notebook7"), "notebook") as lab:
        yield lab


@pytest.fixture(params=["lab", "notebook7"])
def app(request: pytest.FixtureRequest) -> Lab:
    """JupyterLab, then Notebook 7."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def new_page(context: BrowserContext) -> Iterator[Callable[[], Page]]:
    """Pages (tabs) that are closed after the test; none of them may have seen an exception in our code."""
    pages: list[Page] = []
    errors: list[str] = []

    def ours(error: Error) -> None:
        # JupyterLab itself sometimes throws while it starts; what comes from us comes from a blob.
        if "blob:" in (error.stack or ""):
            errors.append(f"{error.message}\n{error.stack}")

    def make() -> Page:
        page = context.new_page()
        page.on("pageerror", ours)
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close()
    assert not errors, errors[0]


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    return new_page()


@pytest.fixture
def open_with(page: Page, request: pytest.FixtureRequest) -> Iterator[OpenWith]:
    """`open_with(server, *cells)`: a new notebook, opened, with nbconvo loaded. Cell 0 is the loading; yours start at 1."""
    servers: list[Lab] = []

    def make(server: Lab, *cells: str, kernel: str = "python3") -> OpenNotebook:
        servers.append(server)
        name = f"{request.node.name.translate(str.maketrans('[]', '__'))}.ipynb"
        server.write(name, "%load_ext nbconvo", *cells, kernel=kernel)
        notebook = server.open(page, name)
        notebook.run_and_wait(0)
        return notebook

    yield make
    for server in servers:
        server.stop_kernels()

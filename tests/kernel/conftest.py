"""Real kernels for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.kernels import VERSIONS, Kernel, Page, running_kernel

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.kernel)


@pytest.fixture(scope="session", params=VERSIONS)
def kernel_of_each_version(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel of each version, used by many tests one after the other."""
    with running_kernel(tmp_path_factory.mktemp("kernel"), request.param) as kernel:
        kernel.page.run("%load_ext nbconvo")
        yield kernel


@pytest.fixture
def each_kernel(kernel_of_each_version: Kernel) -> Iterator[Kernel]:
    """The same, with no cell running."""
    yield kernel_of_each_version
    kernel_of_each_version.calm()


@pytest.fixture(scope="session")
def shared_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel of the newest version, for tests that leave nothing behind but names."""
    with running_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        kernel.page.run("%load_ext nbconvo")
        yield kernel


@pytest.fixture
def fresh_kernel(tmp_path: Path) -> Iterator[Kernel]:
    """A kernel of one's own."""
    with running_kernel(tmp_path) as kernel:
        kernel.page.run("%load_ext nbconvo")
        yield kernel


@pytest.fixture
def page(shared_kernel: Kernel) -> Iterator[Page]:
    """The page of the shared kernel, with no cell running."""
    yield shared_kernel.page
    shared_kernel.calm()

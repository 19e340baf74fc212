"""The build hook where people meet it: a clone, an edit, an sdist without npm, an editable install with npm and without."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path("nbconvo/widgets/static")
CHUNKS = {f"{STATIC}/{source.stem}.js" for source in (ROOT / "js/src/chunks").iterdir()}
BUNDLE = {f"{STATIC}/loader.js", f"{STATIC}/core.js"} | CHUNKS

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def tree(tmp_path: Path, copy_repository: Callable[[Path], Path]) -> Path:
    """A clone with the node modules in place, so that only the building takes time."""
    copied = copy_repository(tmp_path / "clone")
    (copied / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules", target_is_directory=True)
    return copied


def build(python: Run, tree: Path, *kinds: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return python("-m", "build", "--no-isolation", *kinds, "--outdir", str(tree / "dist"), cwd=tree, env=env)


def install_editable(python: Run, tree: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Into a folder of its own: the environment the tests run in stays as it is."""
    options = ["--verbose", "--no-deps", "--no-build-isolation", "--target", str(tree / "installed")]
    return python("-m", "pip", "install", *options, "--editable", ".", cwd=tree, env=env)


def wheel_files(tree: Path) -> set[str]:
    [wheel] = (tree / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_clean_tree_is_built_into_sdist_and_wheel(tree: Path, python: Run) -> None:
    done = build(python, tree)  # the wheel is made from the sdist
    assert done.returncode == 0, done.stdout

    assert wheel_files(tree) >= BUNDLE | {"nbconvo/__init__.py"}
    assert not [name for name in wheel_files(tree) if name.startswith(("js/", "tests/"))]

    [sdist] = (tree / "dist").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert names >= BUNDLE | {"js/build.mjs", "js/hatch_build.py", "js/package-lock.json", "js/src/core.tsx", "LICENSE"}
    assert not [name for name in names if "node_modules" in name]


def test_an_edit_reaches_the_next_wheel_and_nothing_else_builds_again(tree: Path, python: Run) -> None:
    assert build(python, tree, "--wheel").returncode == 0
    first = (tree / STATIC / "core.js").stat().st_mtime_ns

    assert build(python, tree, "--wheel").returncode == 0
    assert (tree / STATIC / "core.js").stat().st_mtime_ns == first

    with (tree / "js/src/core.tsx").open("a") as source:
        source.write('\n(globalThis as Record<string, unknown>).edited = "a line added by a test";\n')
    assert build(python, tree, "--wheel").returncode == 0

    [wheel] = (tree / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert b"a line added by a test" in archive.read(f"{STATIC}/core.js")


def test_a_chunk_that_is_missing_is_built(tree: Path, python: Run) -> None:
    assert CHUNKS, "there is none"
    assert build(python, tree, "--wheel").returncode == 0
    for name in CHUNKS:
        (tree / name).unlink()
    assert build(python, tree, "--wheel").returncode == 0
    assert wheel_files(tree) >= BUNDLE


def test_a_wheel_from_an_sdist_needs_no_npm(tree: Path, python: Run, without_npm: dict[str, str]) -> None:
    assert build(python, tree, "--sdist").returncode == 0
    [sdist] = (tree / "dist").glob("*.tar.gz")
    python("-m", "tarfile", "--extract", str(sdist), str(tree / "unpacked"), cwd=tree)
    [unpacked] = (tree / "unpacked").iterdir()

    done = build(python, unpacked, "--wheel", env=without_npm)
    assert done.returncode == 0, done.stdout
    assert wheel_files(unpacked) >= BUNDLE


def test_an_editable_install_builds_the_bundle(tree: Path, python: Run) -> None:
    done = install_editable(python, tree)
    assert done.returncode == 0, done.stdout
    assert all((tree / name).is_file() for name in BUNDLE)


def test_an_editable_install_without_npm_says_what_to_do(tree: Path, python: Run, without_npm: dict[str, str]) -> None:
    done = install_editable(python, tree, env=without_npm)
    assert done.returncode == 0, done.stdout
    assert not (tree / STATIC / "core.js").exists()
    [line] = [line.strip() for line in done.stdout.splitlines() if "npm" in line]
    assert line.startswith("nbconvo: installed without its browser bundle.")
    assert "install Node >= 20, then run `make js`" in line


@pytest.mark.parametrize("kind", ["--wheel", "--sdist"])
def test_nothing_is_packed_without_a_bundle(kind: str, tree: Path, python: Run, without_npm: dict[str, str]) -> None:
    done = build(python, tree, kind, env=without_npm)
    assert done.returncode != 0
    assert "nbconvo cannot be packed without its browser bundle. npm was not found" in done.stdout
    assert not list((tree / "dist").glob("*"))


def test_an_old_bundle_is_used_without_npm_and_called_old(tree: Path, python: Run, without_npm: dict[str, str]) -> None:
    assert build(python, tree, "--wheel").returncode == 0
    newer = (tree / STATIC / "core.js").stat().st_mtime_ns + 10**9
    os.utime(tree / "js/src/core.tsx", ns=(newer, newer))
    done = build(python, tree, "--wheel", env=without_npm)
    assert done.returncode == 0, done.stdout
    assert "the bundle that is here is used although a source is newer" in done.stdout

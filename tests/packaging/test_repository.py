"""What must stay true of the repository's own files: portable, reproducible, and its documents in step with it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = sorted(ROOT.glob("requirements/**/*.txt"))

REGISTRY_SETTING = re.compile(r"index-url|find-links|trusted-host|_authToken|registry\s*[=:]|tool\.uv\.(index|sources)")
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:home|root|Users|work)/\w")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, list[Version]]:
    """Every version a lock names for a package; a universal lock may name one per Python."""
    found: dict[str, list[Version]] = {}
    for name, version in PIN.findall((ROOT / "requirements" / lock).read_text()):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def requirements(*extras: str) -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    return [Requirement(text) for texts in (PROJECT["dependencies"], *(optional[extra] for extra in extras)) for text in texts]


def text_of(path: Path) -> str:
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT / "requirements")))
def test_a_python_lock_holds_names_versions_and_hashes_only(lock: Path) -> None:
    line = re.compile(r"#.*|[a-z0-9-]+==\S+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    text = lock.read_text()
    assert "://" not in text
    assert [row for row in text.splitlines() if not line.fullmatch(row)] == []


def test_the_javascript_lock_holds_no_address_to_download_from() -> None:
    packages = json.loads((ROOT / "js/package-lock.json").read_text())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_the_javascript_lock_is_complete_on_every_platform() -> None:
    packages = json.loads((ROOT / "js/package-lock.json").read_text())["packages"]
    locked = {name.rsplit("node_modules/", 1)[-1] for name in packages}
    wanted = {name for entry in packages.values() for name in entry.get("optionalDependencies", {})}
    assert wanted - locked == set(), "`npm ci` would refuse: take a version that the registry has for every platform"


def test_nothing_configures_a_registry(repository_files: list[Path]) -> None:
    kinds = {".toml", ".cfg", ".conf", ".ini", ".yml", ".yaml", ".in", ".json", ".npmrc", ".pypirc", ".yarnrc"}
    settings = [path for path in repository_files if {path.suffix, path.name} & kinds]
    assert [str(path) for path in settings if REGISTRY_SETTING.search(text_of(path))] == []


def test_no_file_names_a_path_of_one_machine(repository_files: list[Path]) -> None:
    found = {str(path): hit.group() for path in repository_files if (hit := MACHINE_PATH.search(text_of(path)))}
    assert found == {}


def test_the_lowest_versions_are_the_bounds_we_declare() -> None:
    lowest = pins("lowest.txt")
    for requirement in requirements():
        [bound] = [Version(each.version) for each in requirement.specifier if each.operator == ">="]
        assert lowest[canonicalize_name(requirement.name)] == [bound], f"{requirement}: run `make lock`"


@pytest.mark.parametrize(("lock", "extras"), [("dev.txt", ("lab", "dev")), ("lab.txt", ("lab",))])
def test_a_lock_satisfies_what_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    locked = pins(lock)
    for requirement in requirements(*extras):
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{requirement}: run `make lock`"
        assert all(requirement.specifier.contains(version, prereleases=True) for version in versions)


def test_binder_gets_what_the_tests_ran_with() -> None:
    tested = pins("dev.txt")
    assert {name: versions for name, versions in pins("lab.txt").items() if tested.get(name) != versions} == {}


def test_every_make_command_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    command = re.compile(r"(?:`|^|\$ )make ([a-z][a-z0-9-]*)", re.MULTILINE)
    named = {target for path in documents for target in command.findall(path.read_text())}
    assert named
    assert named <= targets


@pytest.mark.parametrize("script", [".ci/run", "binder/postBuild"])
def test_a_script_can_be_executed(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert (ROOT / script).read_text().startswith("#!/usr/bin/env bash\n")

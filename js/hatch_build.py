"""Build hook: puts the browser bundle into `nbconvo/widgets/static` before hatchling packs anything.

Built when a source is newer than the bundle or there is none; used as it is where npm or the sources are missing, as they are
for somebody who installs from an sdist. An editable install needs no bundle: it says in one line how to get one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ALWAYS = ("loader.js", "core.js")
ADVICE = "npm was not found: install Node >= 20, then run `make js` (or `npm ci && npm run build` in js/)."


def built_files(js: Path) -> list[str]:
    """What `build.mjs` writes: the loader, the core, and a chunk for each source in `src/chunks`, which pages fetch later."""
    return [*ALWAYS, *(f"{source.stem}.js" for source in sorted((js / "src" / "chunks").glob("*.ts")))]


def newest(*paths: Path) -> float:
    """The last change of any of these files, and of any file in these folders."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return max((file.stat().st_mtime for file in files), default=0.0)


class BundleHook(BuildHookInterface[Any]):
    """Found by hatchling through `[tool.hatch.build.hooks.custom]`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        js, npm = Path(self.root, "js"), shutil.which("npm")
        bundle = [Path(self.root, "nbconvo", "widgets", "static", name) for name in built_files(js)]
        built = all(file.is_file() for file in bundle)
        sources = newest(js / "src", js / "build.mjs", js / "package.json", js / "package-lock.json")
        if built and sources <= min(file.stat().st_mtime for file in bundle):
            return
        if npm and (js / "build.mjs").is_file():
            installed = js / "node_modules" / ".package-lock.json"
            if newest(installed) < newest(js / "package-lock.json"):
                self.run(npm, "ci", "--no-audit", "--no-fund")
            self.run(npm, "run", "build")
        elif built:
            self.app.display_warning("nbconvo: npm was not found, so the bundle that is here is used although a source is newer.")
        elif version == "editable":
            self.app.display_warning(f"nbconvo: installed without its browser bundle. {ADVICE}")
        else:
            raise RuntimeError(f"nbconvo cannot be packed without its browser bundle. {ADVICE}")

    def run(self, *command: str) -> None:
        """One npm command in js/, its output kept away from the build's own on stdout."""
        subprocess.run(command, cwd=os.path.join(self.root, "js"), check=True, stdout=2)

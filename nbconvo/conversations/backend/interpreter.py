"""The code interpreter, when it is switched on: Python in a process of its own, with limits.

The limits keep a mistake from harming the computer (time, memory, size and number of files, no environment, an empty folder,
no sockets by ordinary means). They are no sandbox against code that is out to break it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from contextlib import suppress
from typing import cast

SECONDS = 10
LONGEST_OUTPUT = 20_000
_PIECE = 1 << 16
_REFUSED = ("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.kill")

_ENVIRONMENT = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
"""Nothing of ours, but what Python needs to start on Windows."""

_CHILD = """
import sys
for name, limit in (("CPU", {seconds}), ("AS", 1 << 30), ("FSIZE", 10 << 20), ("NOFILE", 64), ("CORE", 0)):
    try:
        import resource
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (limit, limit))
    except (ImportError, AttributeError, ValueError, OSError):
        pass  # this system has no such limit
def hook(event, args):
    if event.split(".")[0] in ("socket", "subprocess", "ctypes") or event in {refused}:
        raise PermissionError(event + " is not allowed in the code interpreter")
source = sys.stdin.read()
sys.stdin.close()
sys.addaudithook(hook)
exec(compile(source, "<code>", "exec"), {{"__name__": "__main__"}})
"""


async def run_code(code: str, *, seconds: float = SECONDS) -> str:
    """What `code` prints, and its traceback when it fails. Its process does not outlive the waiting.

    >>> import asyncio
    >>> asyncio.run(run_code("print(6 * 7)"))
    '42\\n'
    """
    with tempfile.TemporaryDirectory(prefix="nbconvo-code-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-c", _CHILD.format(seconds=int(seconds) + 1, refused=_REFUSED), cwd=folder, env=_ENVIRONMENT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        output = cast("asyncio.StreamReader", process.stdout)
        try:
            async with asyncio.timeout(seconds):
                cast("asyncio.StreamWriter", process.stdin).write(code.encode())
                cast("asyncio.StreamWriter", process.stdin).close()
                return await _read(output)
        except TimeoutError:
            return f"Stopped: the code ran longer than {seconds:g} seconds."
        finally:
            _kill(process)
            while await output.read(_PIECE):  # a pipe that is left full would never be closed
                pass
            await process.wait()


async def _read(output: asyncio.StreamReader) -> str:
    read = bytearray()
    while chunk := await output.read(_PIECE):
        read += chunk
        if len(read) > LONGEST_OUTPUT:
            return read[:LONGEST_OUTPUT].decode(errors="replace") + "\n(the rest of the output was cut)"
    return read.decode(errors="replace")


def _kill(process: asyncio.subprocess.Process) -> None:
    """The process, and on POSIX whatever it started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()

"""An MCP server with two tools, on either version of the package. `python -m tests.support.mcp_server`."""

from __future__ import annotations

import os
from typing import Any


def server() -> Any:
    """The server; its class has another name in each version."""
    try:
        from mcp.server.fastmcp import FastMCP as Server
    except ImportError:
        from mcp.server import MCPServer as Server
    made: Any = Server("demo")

    @made.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @made.tool()
    def secret() -> str:
        """Tell how long the secret is."""
        return f"{len(os.environ['THEIR_SECRET'])} letters"

    return made


if __name__ == "__main__":
    server().run("stdio")

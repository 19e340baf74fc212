"""The words of `%convo`: one command for each operation of the API, under the API's own names.

Source: document 003, and the signatures of the official client (11 operations of conversations, 12 of agents; the streaming
twins of start, append and restart are these with `--stream`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One command. A word that ends with "?" may be left out. With `says`, the rest of the line is a message."""

    operation: str
    help: str
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    says: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `kind` is "text", "number", "flag" (with a `--no-` twin), "json" (JSON, or a variable's name), "names"
    (separated by commas), or "agent" (a name or an id)."""

    kind: str
    help: str


OPTIONS = {
    "model": Option("text", "the model"),
    "agent": Option("agent", "an agent, by name or id"),
    "new": Option("switch", "start another conversation"),
    "stream": Option("flag", "show the answer as it comes in"),
    "var": Option("switch", "put the values of the notebook's variables for {names} in the message"),
    "tools": Option("names", "functions of this notebook, and tools of the service such as web_search"),
    "instructions": Option("text", "what the model is told first"),
    "store": Option("flag", "whether the service keeps it"),
    "handoff-execution": Option("text", "who carries out handoffs: server or client"),
    "completion-args": Option("json", 'for instance {"temperature": 0.2}'),
    "guardrails": Option("json", "list of guardrails"),
    "name": Option("text", "a name"),
    "description": Option("text", "a description"),
    "metadata": Option("json", "object; in lists, what to filter by"),
    "agent-version": Option("text", "version number or alias of the agent"),
    "inputs": Option("json", "entries, in place of a message"),
    "tool-confirmations": Option("json", "answers to calls that wait for one"),
    "id": Option("text", "the conversation, when it is not the current one"),
    "page": Option("number", "number of the page, from 0"),
    "page-size": Option("number", "how many on a page"),
    "page-token": Option("text", "the page, from the one before it"),
    "deployment-chat": Option("flag", "whether it is offered in Le Chat"),
    "sources": Option("names", "where agents were made: api, playground, agent_builder_v1"),
    "search": Option("text", "words to look for"),
    "handoffs": Option("names", "agents that it may hand over to, by name or id"),
    "version-message": Option("text", "what this version changes"),
    "server-url": Option("text", "a server of your own"),
    "backend": Option("text", "a file for what the embedded backend keeps, or a variable with an EmbeddedBackend"),
    "reset": Option("switch", "forget these settings: the environment decides again"),
}

CELL = Command("", "Send the cell's text.", options=("model", "agent", "new", "tools", "stream", "var"))

_TURN = ("store", "handoff-execution", "completion-args", "inputs", "stream", "var")
_MAKE = ("instructions", "tools", "completion-args", "guardrails", "description", "handoffs", "metadata", "version-message")
_FIND = ("page-size", "deployment-chat", "sources", "name", "search", "id", "metadata")

COMMANDS = {
    "start": Command(
        "conversations.start", "Start a conversation with a message; it is the current one then.", (),
        ("model", "agent", "agent-version", "instructions", "tools", "guardrails", "name", "description", "metadata",
         *_TURN), says=True,
    ),
    "append": Command(
        "conversations.append", "Say something more.", (), ("id", "tool-confirmations", *_TURN), says=True
    ),
    "restart": Command(
        "conversations.restart", "Start anew from an entry (its number in `%convo history`, or its id).", ("from_entry_id",),
        ("id", "guardrails", "metadata", "agent-version", *_TURN), says=True,
    ),
    "list": Command("conversations.list", "The conversations of the service.", (), ("page", "page-size", "metadata")),
    "get": Command("conversations.get", "What a conversation was started with.", ("conversation_id?",)),
    "history": Command("conversations.get_history", "All entries of a conversation.", ("conversation_id?",)),
    "messages": Command("conversations.get_messages", "The messages of a conversation.", ("conversation_id?",)),
    "delete": Command("conversations.delete", "Delete a conversation.", ("conversation_id",)),
    "use": Command("", "Make a conversation the current one.", ("conversation_id",)),
    "config": Command(
        "", "Show, or set, who answers.", (), ("model", "server-url", "backend", "reset")
    ),
    "agents create": Command("agents.create", "Make an agent.", ("name",), ("model", *_MAKE)),
    "agents list": Command("agents.list", "The agents.", (), ("page", *_FIND)),
    "agents list_pages": Command("agents.list_pages", "The agents, page by page.", (), ("page-token", *_FIND)),
    "agents get": Command("agents.get", "One agent.", ("agent_id",), ("agent-version",)),
    "agents update": Command("agents.update", "A new version.", ("agent_id",), ("model", "name", "deployment-chat", *_MAKE)),
    "agents update_version": Command("agents.update_version", "Go over to a version.", ("agent_id", "version")),
    "agents list_versions": Command("agents.list_versions", "The versions.", ("agent_id",), ("page", "page-size")),
    "agents get_version": Command("agents.get_version", "One version.", ("agent_id", "version")),
    "agents create_version_alias": Command(
        "agents.create_version_alias", "Name a version.", ("agent_id", "alias", "version")
    ),
    "agents list_version_aliases": Command("agents.list_version_aliases", "The names of versions.", ("agent_id",)),
    "agents delete_version_alias": Command("agents.delete_version_alias", "Take a name away.", ("agent_id", "alias")),
    "agents delete": Command("agents.delete", "Delete an agent.", ("agent_id",)),
}  # fmt: skip

"""Agents and conversations over the official `mistralai` client."""

from nbconvo.conversations.client import connect

__all__ = ["connect"]

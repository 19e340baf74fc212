"""Sessions: where the conversation of agents is kept."""

from nbconvo.workflows.plugins.mistralai.session.local_session import LocalSession
from nbconvo.workflows.plugins.mistralai.session.mock_session import MockSession
from nbconvo.workflows.plugins.mistralai.session.remote_session import RemoteSession
from nbconvo.workflows.plugins.mistralai.session.session import Session

__all__ = ["LocalSession", "MockSession", "RemoteSession", "Session"]

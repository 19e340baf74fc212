"""The calls of the service that agents make, JSON in and JSON out, and the same as activities.

An answer is recorded as it came, so that a kind of entry which the client does not know is kept, and shown.
Source: workflows specification, "Agents layer" and "Streamed agent output".
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

from nbconvo.conversations.errors import ConversationError
from nbconvo.conversations.jsons import Json
from nbconvo.conversations.raw import plain, tolerant
from nbconvo.conversations.sdk import api_error, http_library
from nbconvo.workflows.activities import activity
from nbconvo.workflows.plugins.mistralai.clients import get_mistral_client
from nbconvo.workflows.plugins.mistralai.errors import AppendTimedOut, NotThere, RequestRefused, ServiceUnavailable
from nbconvo.workflows.plugins.mistralai.streaming import shown_chat, shown_conversation

ANSWER_TIME = timedelta(minutes=10)
"""How long one answer of a model may take."""

LONGEST_WAIT = 300
"""Seconds: a service that wants a longer pause before the next attempt is asked after this one."""

_TRY_AGAIN = (408, 409, 425, 429)


async def create_agent(params: Json, run_as: str = "auto") -> Json:
    """Make an agent. Here and below: `params` is the body of the request; `run_as` is recorded as upstream does, and not used."""
    return await _answer(get_mistral_client().beta.agents.create_async(**_given(params)))


async def update_agent(params: Json, run_as: str = "auto") -> Json:
    """Change an agent."""
    return await _answer(get_mistral_client().beta.agents.update_async(**_given(params)))


async def delete_agent(agent_id: str) -> None:
    """Delete an agent."""
    await _answer(get_mistral_client().beta.agents.delete_async(agent_id=agent_id))


async def start_conversation(params: Json, run_as: str = "auto") -> Json:
    """Begin a conversation."""
    return await _answer(get_mistral_client().beta.conversations.start_async(**_given(params)))


async def append_conversation(params: Json, run_as: str = "auto") -> Json:
    """Go on with a conversation."""
    return await _answer(get_mistral_client().beta.conversations.append_async(**_given(params)), AppendTimedOut)


async def start_conversation_stream(params: Json, run_as: str = "auto") -> Json:
    """Begin a conversation; people read the answer while it comes."""
    stream = get_mistral_client().beta.conversations.start_stream_async(**_given(params))
    return await _answer(shown_conversation(stream))


async def append_conversation_stream(params: Json, run_as: str = "auto") -> Json:
    """Go on with a conversation; people read the answer while it comes."""
    stream = get_mistral_client().beta.conversations.append_stream_async(**_given(params))
    return await _answer(shown_conversation(stream), AppendTimedOut)


async def chat_complete(params: Json) -> Json:
    """Complete a chat."""
    return await _answer(get_mistral_client().chat.complete_async(**_given(params)))


async def chat_parse(params: Json, response_format: Any) -> Json:
    """Complete a chat with an answer of a format."""
    return await chat_complete(plain(params) | {"response_format": plain(response_format)})


async def chat_stream(params: Json) -> Json:
    """Complete a chat; people read the answer while it comes. The assistant's message."""
    return await _answer(shown_chat(get_mistral_client().chat.stream_async(**_given(params))))


async def embeddings(params: Json) -> Json:
    """Texts as vectors."""
    body = {"inputs" if name == "input" else name: value for name, value in _given(params).items()}  # its name on the wire
    return await _answer(get_mistral_client().embeddings.create_async(**body))


async def ocr(params: Json) -> Json:
    """The text of a document."""
    return await _answer(get_mistral_client().ocr.process_async(**_given(params)))


def _given(params: Any) -> dict[str, Any]:
    """The keywords of a client's method: which of them stream, the method says."""
    return {name: value for name, value in plain(params).items() if name != "stream" and value is not None}


async def _answer(answer: Awaitable[Any], on_timeout: type[Exception] = ServiceUnavailable) -> Any:
    """The answer as JSON. Raises the errors of this package, by which the activity's retries go."""
    http = http_library()
    try:
        return await tolerant(answer)
    except api_error() as error:
        raise _failure(error) from error
    except http.TimeoutException as error:
        raise on_timeout("No answer came in time; the service may still be at work on it.") from error
    except (http.HTTPError, ConversationError) as error:
        raise ServiceUnavailable(f"The answer broke off: {error or type(error).__name__}") from error


def _failure(error: Any) -> Exception:
    """What an error of the client means for trying again."""
    status = int(getattr(error, "status_code", 0))
    text = f"The service answered with {status}: {str(getattr(error, 'body', '') or error)[:1000]}"
    if status == 404:
        return NotThere(text)
    if 400 <= status < 500 and status not in _TRY_AGAIN:
        return RequestRefused(text)
    after = getattr(error, "headers", {}).get("retry-after", "")
    wait = timedelta(seconds=min(int(after), LONGEST_WAIT)) if after.isdigit() else None
    return ServiceUnavailable(text, next_retry_delay=wait)


journaled_create_agent = activity(name="mistralai_create_agent")(create_agent)
journaled_update_agent = activity(name="mistralai_update_agent")(update_agent)
journaled_delete_agent = activity(timedelta(seconds=30), retry_policy_max_attempts=1, name="mistralai_delete_agent")(delete_agent)
journaled_start = activity(ANSWER_TIME, name="mistralai_start_conversation")(start_conversation)
journaled_append = activity(ANSWER_TIME, name="mistralai_append_conversation")(append_conversation)
journaled_start_stream = activity(ANSWER_TIME, name="mistralai_start_conversation_stream")(start_conversation_stream)
journaled_append_stream = activity(ANSWER_TIME, name="mistralai_append_conversation_stream")(append_conversation_stream)
journaled_chat_complete = activity(ANSWER_TIME, name="mistralai_chat_complete")(chat_complete)
journaled_chat_stream = activity(ANSWER_TIME, name="mistralai_chat_stream")(chat_stream)

"""What a workflow can say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nbconvo.protocol.outputs import ChatAssistantWorkflowOutput, TextOutput, is_chat_output


def test_the_schema_of_a_text_is_upstreams(data: Callable[[str], Any]) -> None:
    assert TextOutput.model_json_schema() == data("schemas/out_TextOutput.json")


def test_the_final_output_has_upstreams_json() -> None:
    output = ChatAssistantWorkflowOutput(content=[TextOutput(text="Nice to meet you, Ada!")])
    assert output.model_dump(mode="json") == {
        "content": [{"type": "text", "text": "Nice to meet you, Ada!"}],
        "structuredContent": None,
        "isError": None,
    }


def test_a_bare_final_output_says_nothing() -> None:
    assert ChatAssistantWorkflowOutput().model_dump() == {"content": [], "structuredContent": None, "isError": None}


@pytest.mark.parametrize(
    "output", [ChatAssistantWorkflowOutput(), ChatAssistantWorkflowOutput(isError=True, structuredContent={"k": 1})]
)
def test_a_final_output_is_known_by_its_json(output: ChatAssistantWorkflowOutput) -> None:
    assert is_chat_output(output.model_dump(mode="json"))


@pytest.mark.parametrize(
    "value", [None, 5, "text", [], {}, {"content": []}, {"content": "x", "structuredContent": None, "isError": None}]
)
def test_anything_else_is_not(value: Any) -> None:
    assert not is_chat_output(value)

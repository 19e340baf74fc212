"""The pytest plugin, as somebody uses it who has nbconvo installed and a test file of his own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

ASYNC = ("-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function", "-p", "no:cacheprovider")
GREETING = """
    import asyncio, socket, urllib.request
    import pytest
    from nbconvo.testing import PlayError, wait_for_pending_inputs
    from nbconvo.workflows import InteractiveWorkflow, workflow
    from nbconvo.workflows.conversational import ChatInput

    @workflow.define(name="greeting")
    class Greeting(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> str:
            await asyncio.sleep(30 * 24 * 3600)
            said = await self.wait_for_input(ChatInput("Your name?"), label="name", timeout=60)
            return f"Hello, {said.message[0].text}!"
"""


def outcomes(pytester: pytest.Pytester, tests: str) -> dict[str, int]:
    pytester.makepyfile(GREETING + tests)
    return pytester.runpytest_inprocess(*ASYNC).parseoutcomes()


def test_a_conversation_is_a_test_of_three_lines(pytester: pytest.Pytester) -> None:
    tests = """
    async def test_greeting(engine, clock, scripted_user):
        played = await scripted_user(await engine.start(Greeting), ["Ada"])
        assert played.result == "Hello, Ada!"
        assert clock.elapsed == 30 * 24 * 3600

    async def test_by_label(engine, scripted_user):
        assert (await scripted_user(await engine.start(Greeting), {"name": "Eve"})).result == "Hello, Eve!"

    async def test_no_reply(engine, scripted_user):
        with pytest.raises(PlayError, match="left over"):
            await scripted_user(await engine.start(Greeting), ["Ada", "Eve"])
    """
    assert outcomes(pytester, tests) == {"passed": 3}


def test_the_clock_jumps_and_the_engine_is_new_in_each_test(pytester: pytest.Pytester) -> None:
    tests = """
    @pytest.mark.parametrize("time", [1, 2])
    async def test_by_hand(engine, clock, time):
        handle = await engine.start(Greeting, id="the same")
        asks = await wait_for_pending_inputs(handle, label="name")
        assert clock.elapsed >= 30 * 24 * 3600
        assert len(engine.handles) == len(asks) == 1
    """
    assert outcomes(pytester, tests) == {"passed": 2}


def test_the_network_is_blocked_and_this_machine_is_not(pytester: pytest.Pytester) -> None:
    tests = """
    from nbconvo.testing.plugin import NetworkBlocked

    @pytest.mark.parametrize("reach", [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.create_connection(("example.com", 80), timeout=1),
        lambda: socket.getaddrinfo("example.com", 80),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
        lambda: socket.socket(socket.AF_INET6).connect_ex(("2001:db8::1", 80)),
    ])
    @pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
    def test_out(no_network, reach):
        with pytest.raises(NetworkBlocked, match="192.0.2.1|example.com|2001:db8::1"):
            reach()

    async def test_asyncio(no_network):
        with pytest.raises(NetworkBlocked):
            await asyncio.open_connection("example.com", 80)

    async def test_here(no_network):
        async def serve(reader, writer):
            writer.write(b"hello")
            writer.close()
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            assert await reader.read() == b"hello"
            writer.close()

    def test_after():
        assert not hasattr(socket.socket.connect, "__wrapped__")
        assert "nbconvo" not in socket.getaddrinfo.__module__
    """
    assert outcomes(pytester, tests) == {"passed": 8}


def test_a_conftest_may_have_its_own_engine(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef engine():\n    return 'mine'\n")
    assert outcomes(pytester, "    def test_it(engine):\n        assert engine == 'mine'\n") == {"passed": 1}


def test_a_failing_suite_tells_both_sides(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
    from nbconvo.journal import MemoryJournal
    from nbconvo.testing.conformance import JournalConformance

    class Forgetful(MemoryJournal):
        def read(self, execution_id, after=0):
            return super().read(execution_id, after)[:1]

    class TestForgetful(JournalConformance):
        def make_journal(self, path):
            return Forgetful()
    """)
    result = pytester.runpytest_inprocess(*ASYNC, "-k", "what_was_appended or closing")
    result.assert_outcomes(failed=1, passed=1, deselected=result.parseoutcomes()["deselected"])
    result.stdout.fnmatch_lines(["*Right contains 10 more items*"])

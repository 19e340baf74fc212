"""The rows of the table: what is measured, in which unit, and what it must reach; and why a peer has no number in one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A line of the table. `target` is the most that ours may be, as a multiple of the floor; of `limit`, in seconds or bytes.

    `peers_key` is the key of a peer's number that stands here; a "times" row holds a ratio as it is, and so do the peers'.
    """

    key: str
    label: str
    unit: str = "seconds"
    target: float | None = None
    limit: float | None = None
    floor_key: str | None = None
    peers_key: str | None = None


ROWS = [
    Row("w1", "W1  ask, in memory", target=5.6),
    Row("w1_flat", "    901st-1,000th / 1st-100th", "times", limit=1.2),
    Row("w1d", "W1d ask, durable, NORMAL", target=13.6),
    Row("w1d_full", "    durable, FULL", target=2.3, peers_key="w1d"),
    Row("w1d_flat", "    901st-1,000th / 1st-100th", "times", limit=1.2),
    Row("w2", "W2  start, waiting", target=15.8),
    Row("w2_bytes", "    memory each", "bytes", target=3.0),
    Row("w3", "W3  durable step, NORMAL", target=7.4),
    Row("w3_full", "    durable, FULL", target=1.6, peers_key="w3"),
    Row("w4", "W4  streamed token", target=6.8),
    Row("w5", "W5  process that has imported"),
    Row("w5_over", "    import nbconvo in a kernel", target=1.8, floor_key="w5"),
    Row("w5_use", "    and then the engine"),
    Row("w5_ext", "    %load_ext in a kernel", target=1.8, floor_key="w5"),
    Row("w6", "W6  back after 1,000 steps", target=3.2),
    Row("many_start", "10,000 waiting: start each"),
    Row("many_bytes", "    memory each", "bytes", limit=4096),
    Row("many_idle", "    CPU time in 5 idle s", limit=0.05),
    Row("many_answer", "    answer, median of 100"),
    Row("many_worst", "    answer, slowest of 100"),
]

PEERS = {
    "langgraph": ("LangGraph", "from langgraph.graph import StateGraph"),
    "llamaindex": ("LlamaIndex", "import workflows"),
    "burr": ("Burr", "import burr.core"),
    "dbos": ("DBOS", "import dbos"),
}
"""The name of each peer and its import."""

NOTES = """
x: nbconvo over the floor. target: the most that it may be, over the floor or by itself; ! where it is more. Below a peer's
name: how many times as long, or as much, as nbconvo; in a row of growth, its own. - : not measured, or not there.

W1, W1d, W3: LangGraph's SqliteSaver commits to a write-ahead log with FULL, Burr's SQLitePersister and DBOS to a rollback
journal with FULL, each as it comes; that number stands beside both of our modes. LlamaIndex: who follows the run saves
`ctx.to_dict()`, here into a write-ahead log with NORMAL; its runtime on DBOS is not measured. DBOS has nothing in memory, and
looks for messages every millisecond, the least that it allows (default: a second).

W2: memory is what tracemalloc sees; DBOS is durable here too. W4: ours makes an event of each token, DBOS commits each;
LangGraph, LlamaIndex and Burr keep none. W5: `import nbconvo` loads next to nothing, so the process has imported the workflow
API and the engine. W6: DBOS and ours run the code again, the others load a saved state.
"""

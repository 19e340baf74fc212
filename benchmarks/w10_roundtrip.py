"""Click, kernel, painted answer: our conversation beside bare anywidget echoes, in one run, on the same page.

    python -m benchmarks.w10_roundtrip [--trips 100] [--pause 0.4] [--notebook7]

A trip begins at a click on a button and ends with the frame that shows the kernel's answer to it. The floor is the least that
a widget can do: a button that calls `model.send`, a handler that sets a trait (or sends a message), and a text that changes.
Ours does the same through the whole path: reply, engine, event, fold, patch, drawing. The kinds take turns, so that whatever
else the machine does meets all of them.

Between two trips the page rests, as it does between two clicks of a person. With less than about 0.2 s of rest another thing
is measured: the kernel says "busy" before it answers, Jupyter's server does not turn off Nagle's algorithm, and on a connection
that was just in use the browser delays its TCP acknowledgement; together they hold the answer back for 40 ms, on every trip or
on every other one, whoever asks and however the answer travels (`--pause 0` shows it).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.lab import CHROMIUM_FLAGS, OpenNotebook, chromium, running_lab

ECHO = '''
import anywidget, traitlets
from IPython.display import display

class Echo(anywidget.AnyWidget):
    _esm = """
    export default { render({ model, el }) {
      const button = document.createElement("button");
      button.textContent = "ping";
      button.onclick = () => model.send({ ping: 1 });
      const text = document.createElement("p");
      text.setAttribute("role", "log");
      const show = (value) => { text.textContent = "pong " + value; };
      model.on("change:count", () => show(model.get("count")));
      model.on("msg:custom", (message) => show(message.count));
      el.append(button, text);
    } };"""
    count = traitlets.Int().tag(sync=True)

    def __init__(self, by_trait):
        super().__init__()
        self.trips, self.by_trait = 0, by_trait
        self.on_msg(self.echo)

    def echo(self, *_):
        self.trips += 1
        if self.by_trait:
            self.count = self.trips
        else:
            self.send({"count": self.trips})
'''
PING_PONG = """%%workflow
import mistralai.workflows as workflows
from mistralai.workflows.conversational import ChatInput, TextChunk, send_assistant_message

@workflows.workflow.define(name="ping-pong")
class PingPong(workflows.InteractiveWorkflow):
    @workflows.workflow.entrypoint
    async def run(self) -> None:
        count = 0
        while True:
            await self.wait_for_input(ChatInput(suggestions=[[TextChunk(text="ping")]]))
            count += 1
            await send_assistant_message(f"pong {count}")
"""
CELLS = {"echo by trait": 2, "echo by message": 3, "nbconvo": 4}

# One trip: resolves with the milliseconds from the click to the painted answer.
TRIP = """async ([place, count]) => {
  const outputs = document.querySelectorAll('.jp-Notebook .jp-Cell')[place].querySelector('.jp-Cell-outputWrapper');
  const ping = () => [...outputs.querySelectorAll('button')].find((each) =>
    each.textContent === 'ping' && each.getAttribute('aria-disabled') !== 'true');
  while (!ping()) await new Promise(requestAnimationFrame);
  const log = outputs.querySelector('[role=log]');
  const answered = new Promise((done) => {
    const seen = new MutationObserver(() => {
      if (!log.textContent.includes('pong ' + count)) return;
      seen.disconnect();
      requestAnimationFrame(() => { const port = new MessageChannel(); port.port1.onmessage = () => done(performance.now());
        port.port2.postMessage(null); });
    });
    seen.observe(log, { childList: true, characterData: true, subtree: true });
  });
  const begin = performance.now();
  ping().click();
  return (await answered) - begin;
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trips", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.4, help="seconds of rest between two trips")
    parser.add_argument("--notebook7", action="store_true", help="Notebook 7 instead of JupyterLab")
    given = parser.parse_args()
    app = "notebook" if given.notebook7 else "lab"
    with (
        tempfile.TemporaryDirectory() as directory,
        running_lab(Path(directory) / "server", app) as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        lab.write("w10.ipynb", "%load_ext nbconvo", ECHO, "Echo(True)", "Echo(False)", PING_PONG)
        notebook = lab.open(page, "w10.ipynb")
        for cell in range(5):
            notebook.run_and_wait(cell)
        times = measure(notebook, given.trips, given.pause)
        browser.close()
    report(times)


def measure(notebook: OpenNotebook, trips: int, pause: float) -> dict[str, list[float]]:
    """The times of each kind, in milliseconds; three trips of each first, to warm up."""
    times: dict[str, list[float]] = {name: [] for name in CELLS}
    for count in range(1, trips + 4):
        for name, cell in CELLS.items():
            notebook.page.wait_for_timeout(pause * 1000)
            time: float = notebook.page.evaluate(TRIP, [cell, count])
            if count > 3:
                times[name].append(time)
    return times


def report(times: dict[str, list[float]]) -> None:
    """A line for each kind, and the ratio that counts."""
    floor = statistics.median(times["echo by trait"])
    print(f"{'':18}{'median':>8}{'p95':>8}  ratio to the first   (ms, {len(times['nbconvo'])} trips each)")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:18}{median:8.1f}{statistics.quantiles(values, n=20)[-1]:8.1f}  {median / floor:.2f}")


if __name__ == "__main__":
    main()

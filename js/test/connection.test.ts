import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Connection } from "../src/connection";
import type { Move } from "../src/moves";
import type { TranscriptView } from "../src/protocol";
import { FakeModel } from "./model";
import { chat, says, state, view } from "./views";

const ask = chat();
const OPEN = { status: "waiting", asks: [ask] } as const;

let abort: AbortController;
beforeEach(() => {
  abort = new AbortController();
  vi.useFakeTimers();
});
afterEach(() => {
  abort.abort();
  vi.useRealTimers();
});

function connect(parts: Parameters<typeof state>[0] = { ...OPEN, asks: [ask] }, seq = 3) {
  const model = new FakeModel({ state: state(parts, seq) });
  const connection = new Connection(model.asModel, abort.signal);
  const resyncs = () => model.sent.filter(({ kind }) => kind === "resync").length;
  return { model, connection, resyncs };
}

describe("state", () => {
  it("comes from the trait, and is asked for once more when it opens", () => {
    const { connection, resyncs } = connect();
    expect(connection.view.value.asks).toHaveLength(1);
    expect(resyncs()).toBe(1);
  });

  it("is not asked for when the run has ended", () => {
    expect(connect({ status: "completed" }).resyncs()).toBe(0);
  });

  it("may be missing", () => {
    const model = new FakeModel();
    const connection = new Connection(model.asModel, abort.signal);
    expect(connection.view.value.items).toEqual([]);
    model.push({ kind: "state", state: state({ title: "Here" }) });
    expect(connection.view.value.title).toBe("Here");
  });

  it("takes the next patch, and no patch twice", () => {
    const { model, connection } = connect();
    const op = { op: "add", path: "/items/-", value: says("hi") } as const;
    model.patch(4, op);
    model.patch(4, op);
    model.patch(2, op);
    expect(connection.view.value.items).toHaveLength(1);
  });

  it("asks once for what it missed, and again when nothing came", () => {
    const { model, connection, resyncs } = connect();
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask] }, 3) });
    const op = { op: "replace", path: "/title", value: "late" } as const;
    model.patch(6, op);
    model.patch(7, op);
    expect(resyncs()).toBe(2);
    expect(connection.view.value.title).toBe("Greeter");
    vi.advanceTimersByTime(3000);
    expect(resyncs()).toBe(3);
    vi.advanceTimersByTime(1_000_000);
    expect(resyncs()).toBe(6);
    model.patch(8, op);
    expect(resyncs()).toBe(7);
    model.push({ kind: "state", state: state({ title: "whole" }, 8) });
    expect(connection.view.value.title).toBe("whole");
    model.patch(9, op);
    expect(connection.view.value.title).toBe("late");
  });

  it("asks for the whole when a patch does not fit", () => {
    const { model, connection, resyncs } = connect();
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask] }, 3) });
    model.patch(4, { op: "append", path: "/items/9/text", value: "x" });
    expect(resyncs()).toBe(2);
    expect(connection.view.value).toEqual(model.get("state") && view({ ...OPEN, asks: [ask] }));
  });

  it("follows the trait forward, never back, and keeps what did not change", () => {
    const { model, connection } = connect();
    const before = connection.view.value.asks;
    model.setState(state({ ...OPEN, asks: [structuredClone(ask)], title: "new" }, 9));
    expect(connection.view.value.title).toBe("new");
    expect(connection.view.value.asks).toBe(before);
    model.setState(state({ title: "old" }, 5));
    expect(connection.view.value.title).toBe("new");
  });

  it("knows the kernel's clock", () => {
    const { model, connection } = connect();
    model.setState({ ...state({}, 9), now: Date.now() / 1000 + 100 });
    expect(connection.skew.value).toBeCloseTo(100, 0);
  });

  it("ignores what it does not know", () => {
    const { model, connection } = connect();
    model.trigger("msg:custom", { kind: "surprise" }, []);
    expect(connection.view.value.asks).toHaveLength(1);
  });
});

describe("replies", () => {
  const phase = (connection: Connection) => connection.replies.states.value.get(ask.task_id)?.phase;

  it("are sent once while one is under way", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, { a: 1 });
    connection.reply(ask.task_id, { a: 2 });
    expect(model.replies).toMatchObject([{ task_id: ask.task_id, input: { a: 1 } }]);
    expect(phase(connection)).toBe("sending");
  });

  it("are said to be queued when the kernel is busy, and are not sent again", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, {});
    vi.advanceTimersByTime(590);
    expect(phase(connection)).toBe("sending");
    vi.advanceTimersByTime(20);
    expect(phase(connection)).toBe("queued");
    model.ack("accepted");
    expect(phase(connection)).toBe("accepted");
    vi.advanceTimersByTime(60_000);
    expect(model.replies).toHaveLength(1);
  });

  it.each(["rejected", "failed"] as const)("that are %s can be made again", (code) => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, 1);
    model.ack(code, "no", [{ path: ["age"], message: "too young" }]);
    expect(connection.replies.states.value.get(ask.task_id)).toEqual({
      phase: "refused",
      message: "no",
      errors: [{ path: ["age"], message: "too young" }],
    });
    connection.reply(ask.task_id, 2);
    expect(model.replies).toHaveLength(2);
  });

  it("that came too late are explained for a while", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, 1);
    model.ack("closed");
    expect(connection.notice.value).toBe("Already answered elsewhere.");
    vi.advanceTimersByTime(10_000);
    expect(connection.notice.value).toBe("");
  });

  it.each(["closed", "rejected"] as const)("are answered for when their ask went first and they were %s", (code) => {
    const { model, connection } = connect();
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask] }, 3) });
    connection.reply(ask.task_id, 1);
    model.push({ kind: "state", state: state({ asks: [] }, 4) });
    expect(phase(connection)).toBeUndefined();
    model.ack(code, "Somebody was faster.");
    expect(connection.notice.value).toBe("Somebody was faster.");
  });

  it("that were accepted while the ask stays make the page ask again", () => {
    const { model, connection, resyncs } = connect();
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask] }, 3) });
    connection.reply(ask.task_id, 1);
    model.ack("accepted");
    vi.advanceTimersByTime(2000);
    expect(resyncs()).toBe(2);
    model.push({ kind: "state", state: state({ asks: [] }, 4) });
    expect(phase(connection)).toBeUndefined();
  });

  it("of another page are none of ours", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, 1);
    model.push({ kind: "ack", reply_id: "someone else's", code: "rejected", message: "no", errors: [] });
    expect(phase(connection)).toBe("sending");
  });

  it("cannot be made when the kernel is gone", () => {
    const { model, connection } = connect();
    model.gone = true;
    connection.reply(ask.task_id, 1);
    expect(connection.link.value).toBe("lost");
    expect(phase(connection)).toBeUndefined();
    model.gone = false;
    model.patch(4);
    expect(connection.link.value).toBe("live");
  });
});

describe("moves", () => {
  const branched = { ...OPEN, asks: [ask], branch: { index: 1, count: 3 }, resumed: true };
  const moves: Array<[kind: Move["kind"], refused: string, view: Partial<TranscriptView>]> = [
    ["rewind", "This answer cannot be edited.", { asks: [ask, chat({ task_id: "a" })] }],
    ["branch", "This branch cannot be shown.", { branch: { index: 2, count: 3 } }],
    ["start_over", "It could not be started over.", { resumed: false }],
  ];
  const start = (kind: Move["kind"]) => {
    const page = connect(branched);
    page.model.push({ kind: "state", state: state(branched, 3) });
    const { connection } = page;
    const go = { rewind: () => connection.rewind("a"), branch: () => connection.showBranch(2) };
    expect(kind === "start_over" ? connection.startOver() : go[kind]()).toBe(true);
    return { ...page, under: () => connection.moves.current.value?.kind };
  };

  it.each(moves)("%s: is over when the kernel agreed and its view is there", (kind, _, parts) => {
    const { model, under } = start(kind);
    model.ack("accepted");
    expect(under()).toBe(kind);
    model.push({ kind: "state", state: state({ ...branched, title: "another change" }, 4) });
    expect(under()).toBe(kind);
    model.push({ kind: "state", state: state({ ...branched, ...parts }, 5) });
    expect(under()).toBeUndefined();
  });

  it.each(moves)("%s: is over as well when the view comes first", (kind, _, parts) => {
    const { model, under, resyncs } = start(kind);
    model.push({ kind: "state", state: state({ ...branched, ...parts }, 4) });
    expect(under()).toBe(kind);
    model.ack("accepted");
    expect(under()).toBeUndefined();
    vi.advanceTimersByTime(5000);
    expect(resyncs()).toBe(1);
  });

  it.each(moves)("%s: is over with a notice when the kernel refuses", (kind, words) => {
    for (const code of ["rejected", "closed", "failed"] as const) {
      const { model, under, connection } = start(kind);
      model.ack(code);
      expect(under()).toBeUndefined();
      expect(connection.notice.value).toBe(words);
      expect(connection.startOver()).toBe(true);
      model.ack(code, "because");
      expect(connection.notice.value).toBe("because");
    }
  });

  it.each(moves)("%s: makes the page ask again when its view was missed", (kind) => {
    const { model, under, resyncs } = start(kind);
    model.ack("accepted");
    vi.advanceTimersByTime(2000);
    expect(under()).toBeUndefined();
    expect(resyncs()).toBe(2);
  });

  it("are sent one at a time", () => {
    const { model, connection } = start("branch");
    expect(connection.showBranch(3)).toBe(false);
    expect(connection.startOver()).toBe(false);
    expect(model.sent.filter(({ kind }) => kind !== "resync")).toMatchObject([{ kind: "branch", index: 2 }]);
  });

  it("say that the kernel is busy, until it answers", () => {
    const { model, connection } = start("rewind");
    expect(model.of("rewind")).toMatchObject([{ task_id: "a" }]);
    vi.advanceTimersByTime(700);
    expect(connection.notice.value).toContain("busy");
    model.ack("accepted");
    expect(connection.notice.value).toBe("");
  });

  it("do not say so when it only takes long to get there", () => {
    const { model, connection } = start("rewind");
    model.ack("accepted");
    vi.advanceTimersByTime(700);
    expect(connection.notice.value).toBe("");
  });

  it("end when the kernel is gone", () => {
    const { model, under } = start("start_over");
    model.trigger("comm_live_update");
    expect(under()).toBeUndefined();
  });

  it("of a run that ended say when the kernel cannot be reached", () => {
    const { model, connection } = connect({ status: "completed", can_rewind: true });
    model.gone = true;
    expect(connection.rewind("a")).toBe(false);
    expect(connection.notice.value).toContain("cannot be reached");
  });

  it("to another branch leave what was sent to this one behind", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, 1);
    connection.stop();
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask], execution_id: "exec-2" }, 4) });
    expect(connection.replies.states.value.size).toBe(0);
    expect(connection.stopping.value).toBeNull();
    connection.reply(ask.task_id, 2);
    expect(model.replies).toHaveLength(2);
  });
});

describe("the kernel", () => {
  it("is gone after a restart, until it is heard again", () => {
    const { model, connection, resyncs } = connect();
    connection.reply(ask.task_id, 1);
    model.trigger("comm_live_update");
    expect(connection.link.value).toBe("restarted");
    expect(connection.replies.states.value.size).toBe(0);
    vi.advanceTimersByTime(400);
    expect(resyncs()).toBe(2);
    model.push({ kind: "state", state: state({ ...OPEN, asks: [ask] }, 3) });
    expect(connection.link.value).toBe("live");
  });

  it("stays restarted when it cannot be reached", () => {
    const { model, connection } = connect();
    model.gone = true;
    model.trigger("comm_live_update");
    vi.advanceTimersByTime(400);
    expect(connection.link.value).toBe("restarted");
  });

  it("is asked to stop once", () => {
    const { model, connection } = connect();
    connection.stop();
    connection.stop();
    expect(model.sent.filter(({ kind }) => kind === "cancel")).toHaveLength(1);
    vi.advanceTimersByTime(700);
    expect(connection.notice.value).toContain("busy");
    model.ack("failed", "cannot be stopped");
    expect(connection.notice.value).toBe("cannot be stopped");
    expect(connection.stopping.value).toBeNull();
  });

  it("is no longer listened to when the view goes", () => {
    const { model, connection } = connect();
    connection.reply(ask.task_id, 1);
    abort.abort();
    expect(model.listeners).toBe(0);
    vi.advanceTimersByTime(5000);
    expect(connection.replies.states.value.get(ask.task_id)?.phase).toBe("sending");
  });
});

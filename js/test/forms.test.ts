// Forms without a page: what is entered, what is wrong with it, what is sent.
import { describe, expect, it } from "vitest";
import { check } from "../src/forms/check";
import { drawnField } from "../src/forms/draw";
import { blank, entered, filledIn, kept, started } from "../src/forms/entry";
import { momentOf, momentProblem, momentText, zones } from "../src/forms/moment";
import { numberInput, numberProblem } from "../src/forms/number";
import { inside, isWithin, locate, ROOT } from "../src/forms/place";
import { FormState } from "../src/forms/state";
import { fileSize } from "../src/forms/upload";
import { answerOf } from "../src/forms/value";
import type { FieldView } from "../src/protocol";
import { FORMS, formNamed } from "./views";

const text = (parts: Partial<FieldView> = {}): FieldView => ({
  key: "f",
  kind: "text",
  label: "F",
  description: null,
  required: true,
  nullable: false,
  ...parts,
});
const form = (...fields: FieldView[]): FieldView => text({ key: "", kind: "object", fields });
const messages = (field: FieldView, entry: unknown) => [...check(field, entry).values()].map(({ message }) => message);

describe("a number", () => {
  it.each([
    ["3", 3],
    [" 12.50 ", 12.5],
    ["+5", 5],
    ["-0.25", -0.25],
    ["1e3", 1000],
    ["007", 7],
    ["999999999999999", 999999999999999],
    ["12345678901234567890", "12345678901234567890"],
    ["0.12345678901234567", "0.12345678901234567"],
    ["1e999", "1e999"],
  ])("%j is sent with all of its digits", (written, value) => {
    expect(numberProblem(written, false)).toBeNull();
    expect(numberInput(written)).toBe(value);
  });

  it.each([
    ["12,50", false, "Write decimals with a point: 12.50"],
    ["1,250", false, "Leave the commas out: 1250"],
    ["1,250", true, "Leave the commas out: 1250"],
    ["twelve", false, "Enter a number."],
    ["1.5", true, "Enter a whole number."],
    ["0x10", true, "Enter a whole number."],
    ["Infinity", false, "Enter a number."],
  ])("%j is not one, and it is said why", (written, whole, why) => {
    expect(numberProblem(written, whole)).toBe(why);
  });

  it("is a text when it is a decimal", () => {
    const price = drawnField(formNamed("every").fields?.find(({ key }) => key === "price") as FieldView);
    expect(price.kind).toBe("number");
    expect(answerOf(price, "0.10")).toBe("0.10");
    expect(messages(price, "-1")).toEqual(["Must be 0 or more."]);
  });

  it("that is too large for this page keeps its default in the kernel", () => {
    const big = drawnField(formNamed("every").fields?.find(({ key }) => key === "big") as FieldView);
    expect(blank(big)).toBe("");
    expect(messages(big, "")).toEqual([]);
    expect(answerOf(big, "")).toBeUndefined();
  });
});

describe("a moment", () => {
  const local = new Date(2025, 0, 15, 10, 0);

  it("is sent with the offset of this zone, in another zone, or without any", () => {
    const text = momentText({ at: "2025-01-15T10:00", zone: "local" });
    expect(text).toMatch(/^2025-01-15T10:00:00[+-]\d\d:\d\d$/);
    expect(new Date(text)).toEqual(local);
    expect(momentText({ at: "2025-01-15T10:00", zone: "Z" })).toBe("2025-01-15T10:00:00Z");
    expect(momentText({ at: "2025-01-15T10:00:30", zone: "" })).toBe("2025-01-15T10:00:30");
  });

  it("has the offset of its own day, and is refused where the clocks leave it out", () => {
    // The tests run in the zone of Berlin: see vitest.config.ts.
    expect(momentText({ at: "2025-01-15T10:00", zone: "local" })).toBe("2025-01-15T10:00:00+01:00");
    expect(momentText({ at: "2025-07-15T10:00", zone: "local" })).toBe("2025-07-15T10:00:00+02:00");
    const skipped = { at: "2025-03-30T02:30", zone: "local" };
    expect(momentProblem(skipped)).toContain("There is no such time on this day");
    expect(momentProblem({ ...skipped, zone: "Z" })).toBeNull();
    expect(zones(skipped)[0]?.[1]).toContain("Europe/Berlin");
    expect(momentOf("2025-07-15T10:00:00+00:00").at).toBe("2025-07-15T12:00");
  });

  it("that was filled in is shown in this zone and sent as it was", () => {
    const given = `${new Date(local).toISOString().slice(0, -5)}.123456Z`;
    const moment = momentOf(given);
    expect(moment).toMatchObject({ at: "2025-01-15T10:00:00.123", zone: "local" });
    expect(momentText(moment)).toBe(given);
    expect(momentOf("2025-01-15T10:00:00")).toMatchObject({ at: "2025-01-15T10:00", zone: "" });
    expect(momentOf("tomorrow")).toEqual({ at: "", zone: "local" });
  });

  it("is refused when it is not whole", () => {
    expect(momentProblem({ at: "\0", zone: "Z" })).toBe("Enter a date and a time.");
    expect(momentProblem({ at: "2025-01-15T10:00", zone: "local" })).toBeNull();
  });

  it("has zones to choose from", () => {
    expect(zones({ at: "", zone: "local" }).map(([value]) => value)).toEqual(expect.arrayContaining(["local", ""]));
  });
});

describe("a text", () => {
  it.each([
    [{}, "", ["Please fill this in."]],
    [{ required: false }, "", []],
    [{ nullable: true }, "", []],
    [{ min_length: 3 }, "ab", ["At least 3 characters, please."]],
    [{ max_length: 2 }, "🙂🙂🙂", ["At most 2 characters, please (now 3)."]],
    [{ max_length: 3 }, "🙂🙂🙂", []],
    [{ pattern: "^\\d+$", error_message: "Digits only" }, "a", ["Digits only"]],
    [{ pattern: "^\\d+$" }, "a", ["This does not have the expected format."]],
    [{ pattern: "^\\d+$" }, "٣", []], // a digit for the kernel
    [{ pattern: "(?P<year>\\d+)" }, "a", []], // another dialect
    [{ pattern: "^(a+)+$" }, `${"a".repeat(40)}!`, []], // would take for ever
  ])("%j, %j", (parts, entry, expected) => {
    expect(messages(text(parts), entry)).toEqual(expected);
  });
});

describe("what is sent", () => {
  it.each(Object.keys(FORMS))("%s is what was filled in", (name) => {
    const field = drawnField(formNamed(name));
    const [part] = field.fields ?? [];
    const value = answerOf(field, started(field)) as Record<string, unknown>;
    if (name !== "every" && part?.default !== undefined) expect(value.f).toEqual(part.default);
    expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  });

  it.each(Object.keys(FORMS))("%s survives being a draft", (name) => {
    const field = drawnField(formNamed(name));
    const entry = started(field);
    expect(kept(field, JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    for (const strange of [null, 3, "x", [], {}, [null], { f: { f: [3] } }]) {
      expect(() => check(field, kept(field, strange))).not.toThrow();
      expect(() => answerOf(field, kept(field, strange))).not.toThrow();
    }
  });

  it("leaves out what was not given, says null where that is an answer", () => {
    const field = form(
      text({ key: "a", required: false }),
      text({ key: "b", nullable: true }),
      text({ key: "c", required: false, default: "x" }),
      text({ key: "d", kind: "choice", required: false, choices: [{ value: 1, label: "One" }] }),
      text({ key: "e", kind: "list", required: false, item: text() }),
      text({ key: "__proto__", required: false }),
    );
    expect(answerOf(field, { a: "", b: "", c: "", d: [], e: [] })).toEqual({ b: null, c: "" });
  });

  it("keeps the type of an option", () => {
    const field = text({
      kind: "choice",
      choices: [1, "1", true, null].map((value) => ({ value, label: String(value) })),
    });
    expect([0, 1, 2].map((position) => answerOf(field, [position]))).toEqual([1, "1", true]);
    expect(entered(field, "1")).toEqual([1]);
    expect(entered(field, true)).toEqual([2]);
  });

  it("puts the mark of a variant into it, and finds the variant of a value", () => {
    const pet = drawnField(formNamed("every").fields?.find(({ key }) => key === "pet") as FieldView);
    const entry = entered(pet, { kind: "dog", name: "Rex" });
    expect(entry).toMatchObject({ variant: 1 });
    expect(answerOf(pet, entry)).toEqual({ kind: "dog", name: "Rex" });
    expect(messages(pet, { variant: 0, 0: { lives: "12" } })).toEqual(["Must be 9 or less."]);
    expect(messages(pet, { variant: -1 })).toEqual(["Please choose."]);
  });

  it("is JSON where nothing else is known", () => {
    const field = text({ kind: "json" });
    expect(answerOf(field, '{"a": [1]}')).toEqual({ a: [1] });
    expect(messages(field, "{a}")[0]).toContain("This is not valid JSON");
    expect(drawnField(text({ kind: "hologram" as "json" })).kind).toBe("json");
  });

  it("has the keys of a map", () => {
    const field = text({ kind: "map", item: text({ kind: "integer" }) });
    const rows = (...names: string[]) => names.map((name, id) => ({ id, name, entry: "1" }));
    expect(answerOf(field, rows("a", "__proto__"))).toEqual(
      Object.fromEntries([
        ["a", 1],
        ["__proto__", 1],
      ]),
    );
    expect(messages(field, rows("a", "a"))).toEqual(["The name “a” is there twice."]);
    expect(messages(field, rows(""))).toEqual(["Every entry needs a name."]);
  });

  it("is a file as the field wants it", () => {
    const file = { filename: "a.pdf", url: "file:///x/a.pdf", content_type: "application/pdf", size: 3 };
    const { size: _, ...about } = file;
    expect(answerOf(text({ kind: "file" }), [file])).toBe(file.url);
    expect(answerOf(text({ kind: "files", with_metadata: true }), [file])).toEqual([about]);
    expect(entered(text({ kind: "file" }), "file:///x/a.pdf")).toMatchObject([{ filename: "a.pdf" }]);
  });

  it("never has a secret in a draft or filled in", () => {
    const field = form(text({ key: "s", kind: "secret", default: "abc" }), text({ key: "t" }));
    expect(started(field)).toEqual({ s: "", t: "" });
    expect(entered(field, { s: "**********", t: "x" })).toEqual({ s: "", t: "x" });
    expect(kept(field, { s: "hunter2", t: "x" })).toEqual({ s: "", t: "x" });
  });
});

describe("what the kernel says", () => {
  const every = drawnField(formNamed("every"));
  const entry = {
    ...(filledIn(every) as object),
    people: [{ id: 7, name: "", entry: {} }],
    limits: [{ id: 4, name: "cpu", entry: "x" }],
    pet: { variant: 0, 0: {} },
    either: { variant: 1, 1: "" },
  };
  it.each([
    [["whole"], "/whole", []],
    [["people", 0, "zip_code"], "/people/7/zip_code", []],
    [["limits", "cpu"], "/limits/4", []],
    [["pet", "cat", "lives"], "/pet/0/lives", []],
    [["either", "str"], "/either", []],
    [["home", "street", "x"], ["", "home", "street"].join("/"), ["x"]],
    [["nothing"], "", ["nothing"]],
    [[], "", []],
  ])("about %j belongs to %j", (path, id, rest) => {
    const found = locate(every, entry, path);
    expect([found.place.id, found.rest]).toEqual([id, rest]);
  });

  it("stands beside its field until that is edited", () => {
    const state = new FormState(form(text({ key: "a" }), text({ key: "b" })), { a: "1", b: "2" });
    const { placed, others } = state.sorted([
      { path: ["a"], message: "No" },
      { path: ["b"], message: "Nor this" },
      { path: ["b"], message: "Nor this" },
      { path: ["c"], message: "Extra" },
    ]);
    expect(others).toEqual([{ path: [], message: "c: Extra" }]);
    state.refuse(placed);
    expect([...state.errors.value]).toEqual([
      ["/a", "No"],
      ["/b", "Nor this"],
    ]);
    state.change(inside(ROOT, "a"), () => "3");
    expect([...state.errors.value.keys()]).toEqual(["/b"]);
  });
});

describe("a mistake", () => {
  it("is shown when the field is left, what is missing when the form is sent", () => {
    const state = new FormState(form(text({ key: "a", min_length: 2 }), text({ key: "b" })), { a: "", b: "" });
    const [a, b] = [inside(ROOT, "a"), inside(ROOT, "b")];
    state.change(a, () => "x");
    expect(state.errors.value.size).toBe(0);
    state.leave(a);
    state.leave(b);
    expect([...state.errors.value.keys()]).toEqual(["/a"]);
    state.change(a, () => "xy");
    expect(state.errors.value.size).toBe(0);
    expect(state.submit()).toBeNull();
    expect([...state.errors.value.keys()]).toEqual(["/b"]);
    state.change(b, () => "z");
    expect(state.submit()).toEqual({ value: { a: "xy", b: "z" } });
  });

  it("is a file that is still on its way", () => {
    const state = new FormState(form(text({ key: "a", kind: "file", required: false })), { a: [] });
    state.uploading(inside(ROOT, "a"), 1);
    expect(state.submit()).toBeNull();
    state.uploading(inside(ROOT, "a"), 0);
    expect(state.submit()).not.toBeNull();
  });
});

it("places are not mistaken for others that begin alike", () => {
  expect(isWithin("/ab", "/a")).toBe(false);
  expect(isWithin("/a/b", "/a")).toBe(true);
  expect(inside(ROOT, "a/b").id).not.toBe(inside(inside(ROOT, "a"), "b").id);
});

it.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1536, "1.5 kB"],
  [200_000_000, "200 MB"],
])("%i bytes are %s", (bytes, words) => {
  expect(fileSize(bytes)).toBe(words);
});

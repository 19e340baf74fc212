// Views to draw: small builders, and the states a conversation is in most of the time.
import type { AnswerItem, AskView, FieldView, MessageItem, TranscriptView, WidgetState } from "../src/protocol";
import forms from "./data/forms.json";

/** Forms as the kernel makes them: see data/forms.py. */
export const FORMS = forms as unknown as Record<string, FieldView>;
export const formNamed = (name: string): FieldView => FORMS[name] as FieldView;

const AT = 1_760_000_000;
let count = 0;
const id = () => `id-${++count}`;

export const view = (parts: Partial<TranscriptView> = {}): TranscriptView => ({
  execution_id: "exec-1",
  workflow: "greeter",
  title: "Greeter",
  status: "running",
  items: [],
  asks: [],
  started_at: AT,
  ended_at: null,
  branch: null,
  resumed: false,
  can_rewind: false,
  ...parts,
});

export const state = (parts: Partial<TranscriptView> = {}, seq = 0): WidgetState => ({
  seq,
  view: view(parts),
  now: Date.now() / 1000,
});

export const says = (text: string, parts: Partial<MessageItem> = {}): MessageItem => ({
  kind: "message",
  id: id(),
  chunks: [{ type: "text", text }],
  streaming: false,
  is_error: false,
  at: AT,
  ...parts,
});

export const answered = (text: string, parts: Partial<AnswerItem> = {}): AnswerItem => ({
  kind: "answer",
  id: id(),
  ask: "chat",
  label: null,
  prompt: null,
  text,
  value: null,
  state: "answered",
  at: AT,
  ...parts,
});

const ask = (parts: Partial<AskView>): AskView => ({
  task_id: id(),
  kind: "chat",
  label: null,
  prompt: null,
  suggestions: [],
  options: [],
  schema: null,
  deadline: null,
  at: AT,
  ...parts,
});

export const chat = (parts: Partial<AskView> = {}): AskView => ask({ prompt: "What is your name?", ...parts });

export const suggestion = (label: string) => ({ label, input: { message: [{ type: "text", text: label }] } });

export const confirmation = (parts: Partial<AskView> = {}): AskView =>
  ask({
    kind: "confirmation",
    prompt: "Send the report to **everyone**?",
    options: [
      { value: "decline", label: "Decline" },
      { value: "accept", label: "Accept" },
    ],
    ...parts,
  });

export const EXPENSE_SCHEMA = {
  title: "Expense",
  type: "object",
  properties: {
    amount: { type: "number", description: "Amount in euro" },
    category: { enum: ["travel", "food"] },
    note: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
  },
  required: ["amount", "category"],
};

export const form = (parts: Partial<AskView> = {}): AskView =>
  ask({ kind: "form", prompt: "Please fill in the expense.", schema: EXPENSE_SCHEMA, ...parts });

/** The expense form of the documentation, or another of `FORMS`. */
export const drawn = (name = "form_docs_expense", parts: Partial<AskView> = {}): AskView =>
  ask({ kind: "form", label: "Expense", prompt: null, form: formNamed(name), schema: {}, ...parts });

const LONG_TEXT = `Here is what I found in **the three reports**, shortest first.

## Revenue
Revenue grew by *12 %*, mostly in \`eu-west\`. See [the sheet](https://example.org/sheet) for the numbers.

| region | Q1 | Q2 | change |
|:--|--:|--:|--:|
| eu-west | 1,204 | 1,391 | +15.5 % |
| us-east | 980 | 1,002 | +2.2 % |

1. Check the outliers
2. Then:
   - [x] remove duplicates
   - [ ] recompute the mean

\`\`\`python
def mean(values: list[float]) -> float:
    """The arithmetic mean; a line that is long enough to need scrolling in a narrow notebook column, and then some."""
    return sum(values) / len(values)
\`\`\`

> Numbers are preliminary.

averyveryverylongwordwithoutanyspacesthatgoesonandonandonandonandonandonandonandonandonandonandonandonandonandonandonandon`;

const TRACEBACK = `Traceback (most recent call last):
  File "cell 4", line 12, in run
    total = sum(row["amount"] for row in rows)
            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
KeyError: 'amount'`;

/** The main states, by name. */
export const STATES: Record<string, TranscriptView> = {
  empty: view(),
  running: view({
    title: "Quarterly report",
    items: [
      says("I will read the reports first."),
      { kind: "activity", id: id(), name: "fetch_reports", status: "completed", attempt: 1, error: null, at: AT },
      {
        kind: "activity",
        id: id(),
        name: "parse_tables",
        status: "retrying",
        attempt: 2,
        error: "TimeoutError: 30 s",
        at: AT,
      },
      { kind: "activity", id: id(), name: "summarise", status: "running", attempt: 1, error: null, at: AT },
      {
        kind: "task",
        id: id(),
        type: "todo_list",
        status: "running",
        state: { done: 2, open: ["mean", "plot"] },
        error: null,
        at: AT,
      },
      says("Revenue grew by **12 %**, mostly in", { streaming: true }),
    ],
  }),
  chat: view({
    title: "Travel planner",
    status: "waiting",
    items: [
      says("Hello! I plan trips. **Where would you like to go?**"),
      answered("Somewhere warm, with trains.\nTwo people, one week."),
      says("Then I would look at the south of Spain, or at Sicily. Both are warm in October and have good trains."),
    ],
    asks: [
      chat({
        prompt: "Where to?",
        suggestions: [
          suggestion("Sicily"),
          suggestion("The south of Spain"),
          suggestion(
            "Surprise me with something that neither of us has thought of yet, as long as it can be reached without a plane",
          ),
        ],
      }),
    ],
  }),
  confirmation: view({
    title: "Report",
    status: "waiting",
    items: [
      says("The report is ready."),
      answered("Finance only", {
        ask: "confirmation",
        label: "Recipients",
        prompt: "Who gets it?",
        value: { choice: "finance" },
      }),
    ],
    asks: [confirmation({ label: "Last check", deadline: Date.now() / 1000 + 151 })],
  }),
  several: view({
    title: "Interview",
    status: "waiting",
    items: [says("Three questions, in any order.")],
    asks: [
      chat({ label: "Name" }),
      confirmation({
        label: "Element",
        prompt: "Which element?",
        options: [
          { value: "fire", label: "Fire" },
          { value: "water", label: "Water" },
          { value: "air", label: "Air" },
        ],
      }),
      form({ label: "Expense" }),
    ],
  }),
  ended: view({
    title: "Interview",
    status: "completed",
    items: [
      answered("Ada", { label: "Name" }),
      answered("", { state: "timed_out", prompt: "How old are you?" }),
      answered("Water", { ask: "confirmation", prompt: "Which element?", value: { choice: "water" } }),
      answered("", { ask: "form", label: "Expense", value: { amount: 12.5, category: "food" } }),
      says("The mail server refused the message.", { is_error: true }),
      { kind: "result", id: id(), value: { name: "Ada", total: 12.5 }, at: AT },
    ],
  }),
  resumed: view({
    title: "Travel planner",
    status: "waiting",
    branch: { index: 1, count: 2 },
    resumed: true,
    can_rewind: true,
    items: [
      says("Hello! I plan trips. **Where would you like to go?**"),
      answered("Somewhere warm, with trains.\nTwo people, one week."),
      says("And how do you want to travel?"),
      answered("Night train", {
        ask: "confirmation",
        label: "Means",
        prompt: "Which is best for **both** of you, also with the luggage and the bicycles?",
        value: { choice: "night" },
      }),
      answered("", { state: "timed_out", prompt: "Any wishes?" }),
      answered("", { ask: "form", label: "Expense", value: { amount: 12.5, category: "food" } }),
    ],
    asks: [chat({ prompt: "Anything else?" })],
  }),
  failed: view({
    title: "Expenses",
    status: "failed",
    items: [
      says("Adding up your expenses."),
      {
        kind: "activity",
        id: id(),
        name: "load_rows",
        status: "failed",
        attempt: 3,
        error: "gave up after 3 attempts",
        at: AT,
      },
      { kind: "error", id: id(), type: "KeyError", message: "'amount'", traceback: TRACEBACK, at: AT },
    ],
  }),
  rich: view({
    title: "A rather long title that does not fit into a narrow notebook column",
    items: [says(LONG_TEXT)],
    status: "completed",
  }),
};

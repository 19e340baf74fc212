// A JSON value as a tree that unfolds. What is folded is not drawn: a value of a million parts costs what is looked at.
import { useSignal } from "@preact/signals";
import { isScalar } from "../items/json";

/** So many entries of one list or object are drawn at a time. */
const MANY = 100;
const MAX_TEXT = 2_000;

interface TreeProps {
  readonly name: string;
  readonly value: unknown;
  readonly open?: boolean;
}

export function Tree({ name, value, open = false }: TreeProps) {
  const isOpen = useSignal(open);
  if (isScalar(value)) {
    return (
      <div class="nbc-leaf">
        <span class="nbc-tree-key">{name}</span>{" "}
        <span class={`nbc-scalar nbc-scalar-${typeof value}`}>{plain(value)}</span>
      </div>
    );
  }
  const count = Object.keys(value as object).length;
  return (
    <details
      class="nbc-fold nbc-tree"
      open={open}
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        <span class="nbc-tree-key">{name}</span> <span class="nbc-count">{sizeOf(value, count)}</span>
      </summary>
      {isOpen.value && <Entries value={value as object} count={count} />}
    </details>
  );
}

function Entries({ value, count }: { value: object; count: number }) {
  const shown = useSignal(MANY);
  return (
    <div class="nbc-entries">
      {Object.entries(value)
        .slice(0, shown.value)
        .map(([key, each]) => (
          <Tree key={key} name={key} value={each} />
        ))}
      {count > shown.value && (
        <button type="button" class="nbc-more" onClick={() => (shown.value += MANY)}>
          {count - shown.value} more
        </button>
      )}
    </div>
  );
}

const sizeOf = (value: unknown, count: number): string => (Array.isArray(value) ? `[${count}]` : `{${count}}`);

function plain(value: unknown): string {
  const text = typeof value === "string" ? value : String(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

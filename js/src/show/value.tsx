// A JSON value with its name: plain when it is short, as names and values when it is flat, else as a tree that unfolds.
import { isScalar } from "../items/json";
import { Tree } from "./tree";

interface ValueProps {
  readonly name: string;
  readonly value: unknown;
  readonly open?: boolean;
}

export function Value({ name, value, open = false }: ValueProps) {
  if (isScalar(value)) {
    return (
      <div class="nbc-named">
        <span class="nbc-caption">{name}</span>
        <span class="nbc-value">{String(value)}</span>
      </div>
    );
  }
  const rows = flat(value);
  if (!rows) return <Tree name={name} value={value} open={open} />;
  return (
    <div class="nbc-named">
      <span class="nbc-caption">{name}</span>
      <dl class="nbc-pairs">
        {rows.map(([key, each]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{String(each)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

const FEW = 12;
const SHORT = 200;

/** The entries of a small object of short values; null for anything else. */
function flat(value: unknown): Array<[string, unknown]> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const rows = Object.entries(value);
  const isSmall = rows.length > 0 && rows.length <= FEW;
  return isSmall && rows.every(([, each]) => isScalar(each) && String(each).length <= SHORT) ? rows : null;
}

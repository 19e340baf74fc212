// The answer that is made of what was entered.
import type { FieldView } from "../protocol";
import { chosenOf, type Entry, filesOf, isParts, momentIn, partOf, rowsOf, type StoredFile, textOf } from "./entry";
import { momentText } from "./moment";
import { numberInput } from "./number";

/** The value to send; undefined when there is none and the key is left out, so that the kernel's own default holds. */
export function answerOf(field: FieldView, entry: Entry): unknown {
  const nothing = field.nullable ? null : undefined;
  switch (field.kind) {
    case "boolean":
      return entry === true;
    case "integer":
    case "number":
      if (textOf(entry).trim() === "") return nothing;
      return field.format === "decimal" ? textOf(entry).trim() : numberInput(textOf(entry));
    case "date":
    case "time":
      return textOf(entry) || nothing;
    case "datetime":
      return momentIn(entry).at ? momentText(momentIn(entry)) : nothing;
    case "choice":
      return field.choices?.[chosenOf(entry)[0] ?? -1]?.value ?? nothing;
    case "choices":
      return listed(
        field,
        chosenOf(entry).map((position) => field.choices?.[position]?.value),
      );
    case "file": {
      const [file] = filesOf(entry);
      return file ? fileValue(field, file) : nothing;
    }
    case "files":
      return listed(
        field,
        filesOf(entry).map((file) => fileValue(field, file)),
      );
    case "object":
      return isParts(entry) ? partValues(field, (part) => answerOf(part, partOf(entry, part.key))) : nothing;
    case "list": {
      const { item } = field;
      return listed(
        field,
        rowsOf(entry).map((row) => (item ? (answerOf(item, row.entry) ?? null) : null)),
      );
    }
    case "map": {
      const { item } = field;
      const pairs = rowsOf(entry).map((row) => [row.name, item ? (answerOf(item, row.entry) ?? null) : null]);
      return pairs.length > 0 || isSent(field) ? Object.fromEntries(pairs) : nothing;
    }
    case "union":
      return unionValue(field, entry, nothing);
    case "json":
      return textOf(entry).trim() === "" ? nothing : JSON.parse(textOf(entry));
    default:
      return textOf(entry) === "" && !isSent(field) ? nothing : textOf(entry);
  }
}

/** Whether an empty value means something: it has to be there, or it takes the place of a default. */
const isSent = (field: FieldView): boolean => !field.nullable && (field.required || "default" in field);

function listed(field: FieldView, values: readonly unknown[]): unknown {
  if (values.length > 0 || isSent(field)) return values;
  return field.nullable ? null : undefined;
}

function partValues(field: FieldView, value: (part: FieldView) => unknown): unknown {
  const values = (field.fields ?? []).map((part): [string, unknown] => [part.key, value(part)]);
  return Object.fromEntries(values.filter(([, each]) => each !== undefined));
}

function fileValue(field: FieldView, { filename, url, content_type }: StoredFile): unknown {
  return field.with_metadata ? { filename, url, content_type } : url;
}

/** The chosen variant; the one value of its discriminator goes with it. */
function unionValue(field: FieldView, entry: Entry, nothing: null | undefined): unknown {
  const parts = isParts(entry) ? entry : {};
  const variant = field.variants?.[Number(parts.variant ?? -1)];
  if (!variant) return nothing;
  const value = answerOf(variant, partOf(parts, String(parts.variant)));
  const tag = variant.fields?.find(({ key }) => key === field.discriminator);
  return tag && isParts(value) ? { ...value, [tag.key]: tag.choices?.[0]?.value ?? tag.default } : value;
}

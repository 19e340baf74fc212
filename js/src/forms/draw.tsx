// Which control a field gets. A kind this page does not know is written as JSON: nothing is left out.
import type { VNode } from "preact";
import type { FieldView } from "../protocol";
import { ChoiceControl, ChoicesControl, FlagControl } from "./choice";
import type { ControlProps } from "./control";
import { DateControl, MomentControl } from "./date";
import { FileControl } from "./file";
import { ListControl } from "./list";
import { ObjectControl } from "./object";
import { LongTextControl, TextControl } from "./text";
import { UnionControl } from "./union";

const CONTROLS: Record<FieldView["kind"], (props: ControlProps) => VNode> = {
  text: TextControl,
  long_text: LongTextControl,
  secret: TextControl,
  integer: TextControl,
  number: TextControl,
  boolean: FlagControl,
  date: DateControl,
  datetime: MomentControl,
  time: DateControl,
  choice: ChoiceControl,
  choices: ChoicesControl,
  file: FileControl,
  files: FileControl,
  object: ObjectControl,
  list: ListControl,
  map: ListControl,
  union: UnionControl,
  json: LongTextControl,
};

export function drawControl(props: ControlProps): VNode {
  const Control = CONTROLS[props.field.kind] ?? LongTextControl;
  return <Control key={props.place.id} {...props} />;
}

/** The field as it is drawn: some kinds are another one in disguise, and one that is not known is JSON. */
export function drawnField(field: FieldView): FieldView {
  if (field.kind === "boolean" && field.nullable) return { ...field, kind: "choice", choices: YES_NO };
  const number = field.kind === "union" && numberOf(field);
  if (number) return { ...number, ...field, kind: "number", label: field.label };
  // A default this large has lost digits on its way here: it is left to the kernel, which has them all.
  if (typeof field.default === "number" && Math.abs(field.default) > Number.MAX_SAFE_INTEGER) {
    const { default: _, ...rest } = field;
    return rest;
  }
  const known = CONTROLS[field.kind] ? field : { ...field, kind: "json" as const };
  return {
    ...known,
    ...(known.fields && { fields: known.fields.map(drawnField) }),
    ...(known.item && { item: drawnField(known.item) }),
    ...(known.variants && { variants: known.variants.map(drawnField) }),
  };
}

const YES_NO = [
  { value: true, label: "Yes" },
  { value: false, label: "No" },
];

/** What a number that may also come as text (a decimal), or as an integer, is limited by. */
function numberOf({ variants }: FieldView): FieldView | null {
  const [first, second] = variants ?? [];
  if (variants?.length !== 2 || !first || !second) return null;
  if (first.kind === "number" && second.kind === "text") return { ...first, format: "decimal" };
  return first.kind === "integer" && second.kind === "number" ? second : null;
}

// Lists and maps: rows that can be added, removed and, in a list, put into another order.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Sign } from "../tool";
import { type ControlProps, useForm } from "./control";
import { blank, filledIn, type Row as ListRow, newRow, rowsOf } from "./entry";
import { afterDrawing, CONTROLS, focusFirst } from "./focus";
import { Fields } from "./object";
import { inside, type Place } from "./place";
import { Row } from "./row";

/** What can be done with the rows. The focus goes along, and what cannot be seen is said. */
function useRows({ field, entry, place }: ControlProps) {
  const { state } = useForm();
  const said = useSignal("");
  const box = useRef<HTMLDivElement>(null);
  const rows = rowsOf(entry);
  const { item } = field;
  const isFull = field.max_items !== undefined && rows.length >= field.max_items;
  const nameOf = (index: number) => `${(item?.kind === "object" && item.label) || "Item"} ${index + 1}`;
  const change = (update: (rows: readonly ListRow[]) => readonly ListRow[]) =>
    state.change(place, (now) => update(rowsOf(now)));
  const focus = (row: number, selector: string) =>
    afterDrawing(() => {
      const target = box.current?.querySelectorAll<HTMLElement>(":scope > .nbc-row")[row];
      focusFirst(target, selector) || focusFirst(box.current, ":scope > .nbc-add");
    });
  const add = () => {
    if (!item || isFull) return;
    change((now) => [...now, newRow(now, item.kind === "object" ? filledIn(item) : blank(item))]);
    focus(rows.length, CONTROLS);
  };
  const remove = (index: number, id: number) => {
    change((now) => now.filter((row) => row.id !== id));
    state.drop(inside(place, id));
    said.value = `${nameOf(index)} removed`;
    focus(Math.min(index, rows.length - 2), ".nbc-remove");
  };
  const move = (index: number, by: -1 | 1) => {
    const to = index + by;
    const moved = rows[index];
    if (!moved || to < 0 || to >= rows.length) return;
    change((now) => now.toSpliced(index, 1).toSpliced(to, 0, moved));
    said.value = `Moved to position ${to + 1} of ${rows.length}`;
    focus(to, `[data-move="${by}"]`);
  };
  return { box, rows, said: said.value, isFull, nameOf, add, remove, move };
}

export function ListControl(props: ControlProps) {
  const { field, place } = props;
  const { box, rows, said, isFull, nameOf, add, remove, move } = useRows(props);
  const { item } = field;
  const isMap = field.kind === "map";
  return (
    <Row field={field} place={place} isGroup>
      {({ "aria-invalid": isInvalid, "aria-required": _, ...attributes }) => (
        <div {...attributes} ref={box} role="group" data-invalid={isInvalid} class="nbc-list">
          {rows.map((row, index) => (
            <div key={row.id} class={`nbc-row nbc-row-${item?.kind === "object" ? "object" : "plain"}`}>
              {isMap && <KeyInput row={row} index={index} place={place} />}
              {item && (
                <Element
                  {...{ item, row, isMap }}
                  place={inside(place, row.id, isMap ? row.name : index)}
                  name={isMap ? `Value ${index + 1}` : nameOf(index)}
                />
              )}
              <RowTools
                name={(isMap && row.name) || nameOf(index)}
                canMove={isMap || rows.length < 2 ? null : { up: index > 0, down: index < rows.length - 1 }}
                onMove={(by) => move(index, by)}
                onRemove={() => remove(index, row.id)}
              />
            </div>
          ))}
          <button type="button" class="nbc-small-button nbc-add" aria-disabled={isFull} onClick={add}>
            Add
          </button>
          <span class="nbc-unseen" aria-live="polite">
            {said}
          </span>
        </div>
      )}
    </Row>
  );
}

interface RowToolsProps {
  readonly name: string;
  /** Null where there is no order. */
  readonly canMove: { readonly up: boolean; readonly down: boolean } | null;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

function RowTools({ name, canMove, onMove, onRemove }: RowToolsProps) {
  return (
    <div class="nbc-row-tools">
      {canMove && (
        <>
          <RowTool name={`Move ${name} up`} move={-1} can={canMove.up} path={UP} onClick={() => onMove(-1)} />
          <RowTool name={`Move ${name} down`} move={1} can={canMove.down} path={DOWN} onClick={() => onMove(1)} />
        </>
      )}
      <RowTool name={`Remove ${name}`} path={CROSS} onClick={onRemove} />
    </div>
  );
}

const UP = "M8 13V3M4 7l4-4 4 4";
const DOWN = "M8 3v10M4 9l4 4 4-4";
const CROSS = "m4 4 8 8M12 4l-8 8";

interface RowToolProps {
  readonly name: string;
  readonly move?: -1 | 1;
  readonly can?: boolean;
  readonly path: string;
  readonly onClick: () => void;
}

function RowTool({ name, move, can = true, path, onClick }: RowToolProps) {
  return (
    <button
      type="button"
      class={`nbc-tool nbc-row-tool${move ? "" : " nbc-remove"}`}
      aria-label={name}
      aria-disabled={!can}
      data-move={move}
      onClick={onClick}
    >
      <Sign path={path} size={14} width={1.6} />
    </button>
  );
}

interface ElementProps {
  readonly item: NonNullable<ControlProps["field"]["item"]>;
  readonly row: ListRow;
  /** Of the element, not of the list. */
  readonly place: Place;
  readonly name: string;
  readonly isMap: boolean;
}

/** One element: the fields of an object below its name, anything else as a control that is named by its number. */
function Element({ item, row, place, name, isMap }: ElementProps) {
  const { draw } = useForm();
  if (item.kind !== "object") return draw({ field: item, entry: row.entry, place: { ...place, name } });
  return (
    <div role="group" aria-label={name} class="nbc-element">
      {!isMap && <div class="nbc-element-name">{name}</div>}
      <Fields fields={item.fields ?? []} entry={row.entry} place={place} />
    </div>
  );
}

function KeyInput({ row, index, place }: { row: ListRow; index: number; place: Place }) {
  const { state } = useForm();
  const rename = (name: string) =>
    state.change(place, (now) => rowsOf(now).map((each) => (each.id === row.id ? { ...each, name } : each)));
  return (
    <input
      class="nbc-input nbc-key-input"
      aria-label={`Name ${index + 1}`}
      placeholder="Name"
      autocomplete="off"
      value={row.name}
      onInput={({ currentTarget: { value } }) => rename(value)}
      onBlur={() => state.leave(place)}
    />
  );
}

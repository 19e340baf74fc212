// The text of a canvas in an editor: history, search by the browser, and what changed marked at its place, each change to be kept
// or taken back.
import { defaultKeymap, history, historyKeymap, redo, undo } from "@codemirror/commands";
import { getChunks, unifiedMergeView } from "@codemirror/merge";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import type { CanvasContent } from "../protocol";
import { colours, languageOf } from "./languages";

/** What buttons outside can do. */
export interface Commands {
  readonly undo: () => void;
  readonly redo: () => void;
}

interface SourceProps {
  readonly canvas: CanvasContent;
  readonly text: string;
  readonly label: string;
  readonly describedBy: string;
  readonly readOnly: boolean;
  /** What the text is compared with; null while changes are not marked. */
  readonly original: string | null;
  readonly onChange: (text: string) => void;
  /** How many changes are marked. */
  readonly onChunks: (count: number) => void;
  readonly commands: { current: Commands | null };
}

export function SourceEditor(props: SourceProps) {
  const { canvas, label, describedBy, readOnly, original, text } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const parts = useRef({ compare: new Compartment(), lock: new Compartment() }).current;
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    if (!box.current) return;
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          EditorView.lineWrapping,
          keymap.of([...defaultKeymap, ...historyKeymap]),
          placeholder("Write here"),
          languageOf(canvas),
          colours,
          // Tab goes on to the next control: a keyboard can leave the editor.
          EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": describedBy, "data-control": "" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
            latest.current.onChunks(getChunks(update.state)?.chunks.length ?? 0);
          }),
          parts.compare.of(compared(original)),
          parts.lock.of(locked(readOnly)),
        ],
      }),
    });
    view.current = editor;
    props.commands.current = { undo: () => undo(editor), redo: () => redo(editor) };
    return () => {
      props.commands.current = null;
      view.current = null;
      editor.destroy();
    };
  }, []);
  useEffect(() => {
    view.current?.dispatch({ effects: parts.compare.reconfigure(compared(original)) });
  }, [original]);
  useEffect(() => {
    view.current?.dispatch({ effects: parts.lock.reconfigure(locked(readOnly)) });
  }, [readOnly]);
  return <div ref={box} class="nbc-source" />;
}

const locked = (readOnly: boolean): Extension => [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];

const compared = (original: string | null): Extension =>
  original === null
    ? []
    : unifiedMergeView({
        original,
        allowInlineDiffs: true,
        collapseUnchanged: { margin: 3, minSize: 8 },
        diffConfig: { timeout: 200 },
        mergeControls: (type, action) => {
          const button = document.createElement("button");
          button.type = "button";
          button.className = `nbc-merge nbc-merge-${type}`;
          button.textContent = type === "accept" ? "Keep" : "Undo";
          button.title = type === "accept" ? "Keep this change" : "Take this change back";
          button.onmousedown = (event) => event.preventDefault(); // the caret stays where it is
          button.onclick = action;
          return button;
        },
      });

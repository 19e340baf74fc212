// A diagram in mermaid's language: the host draws it where it can, elsewhere its source is shown.
import { useSignal } from "@preact/signals";
import { useContext, useEffect } from "preact/hooks";
import { useDark } from "../canvas/look";
import { DiagramsContext } from "../host";
import { Code } from "../markdown/code";

/** While it is being written, it is not drawn with every word. */
const PAUSE_MS = 250;
const MAX_LENGTH = 50_000;

type Drawing = { readonly source: string; readonly picture: string | null; readonly problem: string };

export function Diagram({ source }: { source: string }) {
  const draw = useContext(DiagramsContext);
  const dark = useDark(); // the host draws in the colours of its theme
  const drawing = useSignal<Drawing | null>(null);
  useEffect(() => {
    if (source.length > MAX_LENGTH) return;
    const later = setTimeout(async () => {
      const made = await draw(source).then(
        (picture) => ({ source, picture, problem: picture ? "" : "Diagrams are drawn in JupyterLab and Notebook 7." }),
        (error) => ({ source, picture: null, problem: error instanceof Error ? error.message : String(error) }),
      );
      drawing.value = made;
    }, PAUSE_MS);
    return () => clearTimeout(later);
  }, [draw, source, dark, drawing]);
  const { picture, problem } = drawing.value ?? { picture: null, problem: "" };
  if (picture) return <img class="nbc-picture nbc-diagram" src={picture} alt={`Diagram: ${source.slice(0, 300)}`} />;
  return (
    <div class="nbc-diagram">
      <Code text={source} language="mermaid" label="mermaid code" />
      {problem && <p class="nbc-muted">{problem}</p>}
    </div>
  );
}

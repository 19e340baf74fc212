// What a person made of a canvas, in the transcript: what changed, and what was said with it.

import type { AnswerItem } from "../protocol";
import { Difference } from "../show/difference";
import { useVersions } from "./versions";

export function EditedCanvas({ item }: { item: AnswerItem }) {
  const versions = useVersions(item.canvas ?? "");
  const index = versions.findIndex((version) => version.item === item.id);
  const after = versions[index]?.canvas;
  const before = versions[index - 1]?.canvas;
  if (!after) return null;
  const isSame = before?.content === after.content;
  return (
    <div class="nbc-edited">
      <span>
        {isSame ? "Left as it is: " : "Edited: "}
        <strong>{after.title || "Canvas"}</strong>
      </span>
      {before && !isSame && (
        <details class="nbc-fold">
          <summary>Changes</summary>
          <Difference before={before.content} after={after.content} label="Changes" open />
        </details>
      )}
    </div>
  );
}

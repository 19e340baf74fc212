// What a person answered, or why nobody did.
import { AnswerRows } from "../forms/rows";
import { useElementId } from "../ids";
import { InlineMarkdown } from "../markdown/markdown";
import type { AnswerItem } from "../protocol";
import { EditAnswer } from "./edit";
import { FoldedJson, isScalar } from "./json";
import { Shown } from "./shown";

const UNANSWERED: Record<Exclude<AnswerItem["state"], "answered">, string> = {
  timed_out: "No answer in time",
  canceled: "Cancelled, not answered",
  failed: "Could not be answered",
};

/** `caption` is the label or prompt when it has to be said again; null when the line before it says the same. */
export function AnswerView({ item, caption }: { item: AnswerItem; caption: string | null }) {
  if (item.state !== "answered") {
    const asked = item.label ?? item.prompt;
    return (
      <div class="nbc-unanswered">
        {asked && <span class="nbc-asked">{asked}</span>}
        <span>{UNANSWERED[item.state] ?? item.state}</span>
      </div>
    );
  }
  return item.ask === "chat" ? <Said item={item} caption={caption} /> : <Decided item={item} />;
}

const isDecline = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "choice" in value && value.choice === "decline";

/** A chat: the words of the person. */
function Said({ item, caption }: { item: AnswerItem; caption: string | null }) {
  const id = useElementId();
  return (
    <div class="nbc-said">
      {caption && caption !== "Type your message" && <span class="nbc-caption">{caption}</span>}
      <div class="nbc-line-said">
        <div id={id} class="nbc-bubble">
          {item.text}
        </div>
        <EditAnswer item={item} answerId={id} />
      </div>
    </div>
  );
}

/** A confirmation or a form: what was asked, and what was chosen. */
function Decided({ item }: { item: AnswerItem }) {
  const id = useElementId();
  return (
    <>
      <div id={id} class="nbc-decided">
        {item.label && <span class="nbc-caption">{item.label}</span>}
        {item.prompt && (
          <div class="nbc-asked">
            <InlineMarkdown text={item.prompt} />
          </div>
        )}
        {item.text && (
          <div class="nbc-choice">
            <span aria-hidden="true">{isDecline(item.value) ? "✕ " : "✓ "}</span>
            {item.text}
          </div>
        )}
        {item.rows && <AnswerRows rows={item.rows} />}
        {item.canvas && <Shown draw={(show) => <show.EditedCanvas item={item} />} instead="Edited" />}
        {!item.text && !item.rows && !item.canvas && !isScalar(item.value) && (
          <FoldedJson summary="Answer" value={item.value} />
        )}
      </div>
      <EditAnswer item={item} answerId={id} />
    </>
  );
}

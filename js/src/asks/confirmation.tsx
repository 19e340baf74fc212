// A choice between a few options.
import { useElementId } from "../ids";
import { InlineMarkdown } from "../markdown/markdown";
import type { Option } from "../protocol";
import type { AskProps } from "./asks";
import { Feedback, isUnderWay } from "./feedback";
import { hotkeyOf } from "./hotkeys";

const LOOKS: Record<string, string> = { accept: "nbc-button nbc-primary", decline: "nbc-button nbc-quiet" };

/**
 * The whole ask takes the focus, not one of its buttons: an Enter meant for the last message must not choose anything, while
 * the hotkeys work at once and Tab leads to the first button.
 */
export function ConfirmationAsk({ ask, reply, enabled, onAnswer, onRefused }: AskProps) {
  const promptId = useElementId();
  const feedbackId = useElementId();
  const canAnswer = enabled && !isUnderWay(reply);
  const choose = (option: Option) => {
    if (canAnswer) onAnswer({ choice: option.value });
  };
  return (
    <div
      class="nbc-confirmation"
      role="group"
      tabIndex={-1}
      data-control
      aria-labelledby={promptId}
      aria-describedby={feedbackId}
    >
      <div id={promptId} class="nbc-prompt">
        <InlineMarkdown text={ask.prompt || ask.label || "Please choose"} />
      </div>
      <div class="nbc-options">
        {ask.options.map((option, index) => {
          const key = hotkeyOf(option, index);
          return (
            <button
              type="button"
              class={LOOKS[option.value] ?? "nbc-button"}
              aria-disabled={!canAnswer}
              aria-keyshortcuts={key ?? undefined}
              onClick={() => choose(option)}
            >
              {option.label}
              {key && (
                <span class="nbc-key" aria-hidden="true">
                  {key}
                </span>
              )}
            </button>
          );
        })}
      </div>
      <Feedback id={feedbackId} reply={reply} onRefused={onRefused} />
    </div>
  );
}

// Displays important messages with different severity levels.
import type { ComponentProps } from "./component";
import { oneOf, textOf } from "./props";

const SIGNS = { info: "i", warning: "!", error: "✕", success: "✓" };
const WORDS = { info: "Information", warning: "Warning", error: "Error", success: "Success" };

export function Alert({ props, inside }: ComponentProps) {
  const variant = oneOf(props.variant, ["info", "warning", "error", "success"], "info");
  const title = textOf(props.title);
  return (
    <div class={`nbc-ui-alert nbc-ui-${variant}`} role="note">
      <span class="nbc-ui-alert-sign" role="img" aria-label={WORDS[variant]}>
        {SIGNS[variant]}
      </span>
      <div class="nbc-ui-inside">
        {title && <strong>{title}</strong>}
        {inside && <div>{inside}</div>}
      </div>
    </div>
  );
}

// A container with optional title and description.
import type { ComponentProps } from "./component";
import { oneOf, SIZES, textOf } from "./props";

export function Card({ props, inside }: ComponentProps) {
  const title = textOf(props.title);
  const description = textOf(props.description);
  return (
    <div class={`nbc-ui-card nbc-ui-pad-${oneOf(props.padding, SIZES, "md")}`} role="group" aria-label={title}>
      {(title || description) && (
        <div class="nbc-ui-card-head">
          {title && <div class="nbc-ui-card-title">{title}</div>}
          {description && <div class="nbc-muted">{description}</div>}
        </div>
      )}
      {inside}
    </div>
  );
}

// A small label for status indicators or counts.
import type { ComponentProps } from "./component";
import { oneOf, SIZES } from "./props";

export function Badge({ props, inside }: ComponentProps) {
  const variant = oneOf(props.variant, ["default", "primary", "success", "warning", "error"], "default");
  return <span class={`nbc-ui-badge nbc-ui-${variant} nbc-ui-size-${oneOf(props.size, SIZES, "md")}`}>{inside}</span>;
}

// A picture. One that is not in the message itself is a link, not fetched.
import { Picture } from "../picture";
import type { ComponentProps } from "./component";
import { oneOf, textOf } from "./props";

export function Image({ props }: ComponentProps) {
  const size = oneOf(props.size, ["sm", "md", "lg", "full"], "md");
  return (
    <Picture
      source={textOf(props.src) ?? ""}
      alt={textOf(props.alt) ?? "Picture"}
      class={`nbc-ui-image nbc-ui-image-${size}`}
    />
  );
}

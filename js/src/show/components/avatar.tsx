// Displays a user's picture; initials where there is none that can be shown without asking the network.
import type { ComponentProps } from "./component";
import { oneOf, SIZES, textOf } from "./props";

const EMBEDDED = /^data:image\//i;

export function Avatar({ props }: ComponentProps) {
  const size = oneOf(props.size, SIZES, "md");
  const source = textOf(props.src) ?? "";
  const name = textOf(props.alt) || textOf(props.text) || "Avatar";
  if (EMBEDDED.test(source)) return <img class={`nbc-ui-avatar nbc-ui-avatar-${size}`} src={source} alt={name} />;
  return (
    <span class={`nbc-ui-avatar nbc-ui-avatar-${size}`} role="img" aria-label={name}>
      {initials(textOf(props.text) || textOf(props.alt) || "")}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  if (words.length === 1) return [...(words[0] ?? "")].slice(0, 2).join("").toUpperCase();
  return (
    [words[0], words.at(-1)]
      .map((word) => [...(word ?? "")][0] ?? "")
      .join("")
      .toUpperCase() || "?"
  );
}

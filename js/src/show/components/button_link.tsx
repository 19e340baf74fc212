// A link styled as a button. It always opens a page of its own, which learns nothing of this one.
import { safeLink } from "../../markdown/links";
import type { ComponentProps } from "./component";
import { oneOf, SIZES, textOf } from "./props";

const VARIANTS = ["primary", "secondary", "soft", "ghost", "brand", "destructive"] as const;

export function ButtonLink({ props, inside }: ComponentProps) {
  const address = textOf(props.href) ?? "";
  const href = safeLink(address);
  const classes = `nbc-ui-link nbc-ui-link-${oneOf(props.variant, VARIANTS, "primary")} nbc-ui-size-${oneOf(props.size, SIZES, "md")}`;
  if (!href) {
    return (
      <span class={`${classes} nbc-ui-link-dead`} title="This address is not one that can be opened">
        {inside ?? address}
      </span>
    );
  }
  return (
    <a class={classes} href={href} target="_blank" rel="noopener noreferrer" title={href}>
      {inside ?? href}
      {props.external === true && <span aria-hidden="true">↗</span>}
    </a>
  );
}

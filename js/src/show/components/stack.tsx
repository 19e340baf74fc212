// Children side by side, or below each other.
import type { ComponentProps } from "./component";
import { oneOf, SIZES } from "./props";

const ALIGNED = { start: "flex-start", center: "center", end: "flex-end", stretch: "stretch", baseline: "baseline" };
const SPREAD = {
  start: "flex-start",
  center: "center",
  end: "flex-end",
  spaceBetween: "space-between",
  spaceAround: "space-around",
  spaceEvenly: "space-evenly",
};
type Aligned = keyof typeof ALIGNED;
type Spread = keyof typeof SPREAD;

function layout({ props }: ComponentProps, alignment: Aligned) {
  return {
    "--nbc-alignment": ALIGNED[oneOf(props.alignment, Object.keys(ALIGNED) as Aligned[], alignment)],
    "--nbc-distribution": SPREAD[oneOf(props.distribution, Object.keys(SPREAD) as Spread[], "start")],
  };
}

export function Row(component: ComponentProps) {
  const { props, inside } = component;
  const wrap = props.wrap === true ? " nbc-ui-wrap" : "";
  return (
    <div class={`nbc-ui-row nbc-ui-gap-${oneOf(props.gap, SIZES, "md")}${wrap}`} style={layout(component, "center")}>
      {inside}
    </div>
  );
}

export function Column(component: ComponentProps) {
  const { props, inside } = component;
  return (
    <div class={`nbc-ui-column nbc-ui-gap-${oneOf(props.gap, SIZES, "md")}`} style={layout(component, "stretch")}>
      {inside}
    </div>
  );
}

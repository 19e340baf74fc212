// A tree of UI components. A name that is not known here is shown with its props: a newer platform has more of them.
import type { ComponentChildren } from "preact";
import type { Component } from "../../protocol";
import { Tree } from "../tree";
import { Alert } from "./alert";
import { Avatar } from "./avatar";
import { Badge } from "./badge";
import { ButtonLink } from "./button_link";
import { Card } from "./card";
import { Chart } from "./chart";
import { Image } from "./image";
import { MarkdownText } from "./markdown_text";
import { PieChart } from "./pie_chart";
import { isComponent, type Props, textOf } from "./props";
import { Column, Row } from "./stack";
import { Tooltip } from "./tooltip";

/** What a component is drawn from. `inside` is its children, drawn; null when it has none. */
export interface ComponentProps {
  readonly props: Props;
  readonly inside: ComponentChildren;
}

type Drawing = (props: ComponentProps) => ComponentChildren;

const COMPONENTS: Record<string, Drawing> = {
  Alert,
  Avatar,
  Badge,
  ButtonLink,
  Card,
  Chart,
  Column,
  Image,
  Markdown: MarkdownText,
  PieChart,
  Row,
  Tooltip,
};
/** Deeper than this, components are shown as what they are made of. */
const MAX_DEPTH = 24;

export function ComponentView({ component, depth = 0 }: { component: Component; depth?: number }) {
  const Drawn = Object.hasOwn(COMPONENTS, component.name) ? COMPONENTS[component.name] : undefined;
  const props = typeof component.props === "object" && component.props !== null ? component.props : {};
  if (!Drawn || depth > MAX_DEPTH) return <Tree name={component.name} value={props} />;
  return <Drawn props={props} inside={inside(props.children, depth)} />;
}

function inside(children: unknown, depth: number): ComponentChildren {
  if (!Array.isArray(children)) return textOf(children) || null;
  return children
    .filter(isComponent)
    .map((child, index) => <ComponentView key={index} component={child} depth={depth + 1} />);
}

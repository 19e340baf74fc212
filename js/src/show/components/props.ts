// Props as they come: from a model, so of any type. What is not as it should be is as if it were not there.
import type { Component } from "../../protocol";

export type Props = Record<string, unknown>;

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : undefined;

export function oneOf<T extends string>(value: unknown, known: readonly T[], otherwise: T): T {
  return known.includes(value as T) ? (value as T) : otherwise;
}

export const SIZES = ["sm", "md", "lg"] as const;

export const isComponent = (value: unknown): value is Component =>
  typeof value === "object" && value !== null && typeof (value as Component).name === "string";

export const rowsOf = (value: unknown): Props[] =>
  Array.isArray(value) ? value.filter((row): row is Props => typeof row === "object" && row !== null) : [];

// A first answer to start from: every property the schema names, with its default or an empty value of its type.
type Schema = Record<string, unknown>;

const EMPTY: Record<string, unknown> = { string: "", number: 0, integer: 0, boolean: false, array: [], null: null };
const MAX_DEPTH = 8;

export function skeleton(schema: unknown, root: Schema = schema as Schema, depth = 0): unknown {
  if (typeof schema !== "object" || schema === null || depth > MAX_DEPTH) return null;
  const here = schema as Schema;
  if ("default" in here) return here.default;
  if ("const" in here) return here.const;
  if (Array.isArray(here.enum)) return here.enum[0];
  if (typeof here.$ref === "string") return skeleton(resolve(here.$ref, root), root, depth + 1);
  const choices = here.anyOf ?? here.oneOf ?? here.allOf;
  if (Array.isArray(choices)) return skeleton(choices[0], root, depth + 1);
  const properties = here.properties;
  if (typeof properties === "object" && properties !== null) {
    return Object.fromEntries(
      Object.entries(properties).map(([name, part]) => [name, skeleton(part, root, depth + 1)]),
    );
  }
  if (here.type === "object") return {};
  return EMPTY[String(here.type)] ?? null;
}

/** Only references into the schema itself are followed. */
function resolve(reference: string, root: Schema): unknown {
  if (!reference.startsWith("#/")) return null;
  let part: unknown = root;
  for (const key of reference.slice(2).split("/")) {
    if (typeof part !== "object" || part === null) return null;
    part = (part as Schema)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return part;
}

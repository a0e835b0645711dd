import { isObject } from "../../../src/core/json.ts";

/**
 * What each provider's pages say of schemas, written down apart from the compilers: a result that
 * breaks none of these is one that the server takes. Sources: see src/model/schema/dialects.ts.
 */
export interface Rules {
  readonly keywords: readonly string[];
  readonly formats: readonly string[];
  /** More that must hold at each schema; what is wrong with it, or null. */
  readonly at: (node: Node, seen: Seen) => string | null;
  /** What must hold of the whole. */
  readonly whole: (root: Node, nodes: readonly Seen[]) => string | null;
}

export type Node = Readonly<Record<string, unknown>>;

export interface Seen {
  readonly node: Node;
  readonly path: string;
  /** Objects and lists around it. */
  readonly depth: number;
  readonly required: boolean;
}

/** Everything that breaks the rules. */
export function broken(schema: Node, rules: Rules): readonly string[] {
  const nodes = [...walk(schema, { path: "", depth: 0, required: true })];
  const found: string[] = [];
  for (const seen of nodes) {
    const { node, path } = seen;
    for (const keyword of Object.keys(node))
      if (!rules.keywords.includes(keyword)) found.push(`${path}: ${keyword} is not known`);
    const { format } = node;
    if (typeof format === "string" && !rules.formats.includes(format))
      found.push(`${path}: format ${format}`);
    if (typeof node["$ref"] === "string" && target(schema, node["$ref"]) === null)
      found.push(`${path}: dangling $ref`);
    const fault = rules.at(node, seen);
    if (fault !== null) found.push(`${path}: ${fault}`);
  }
  const whole = rules.whole(schema, nodes);
  return whole === null ? found : [...found, whole];
}

function* walk(node: unknown, at: Omit<Seen, "node">): Generator<Seen> {
  if (!isObject(node)) return;
  yield { ...at, node };
  const { path, depth } = at;
  const required = Array.isArray(node["required"]) ? node["required"] : [];
  for (const keyword of ["properties", "$defs"]) {
    for (const [name, child] of Object.entries(isObject(node[keyword]) ? node[keyword] : {})) {
      const inner = keyword === "properties";
      yield* walk(child, {
        path: `${path}/${keyword}/${name}`,
        depth: inner ? depth + 1 : 1,
        required: !inner || required.includes(name),
      });
    }
  }
  for (const keyword of ["anyOf", "oneOf", "prefixItems"]) {
    const all: readonly unknown[] = Array.isArray(node[keyword]) ? node[keyword] : [];
    for (const [index, child] of all.entries())
      yield* walk(child, { ...at, path: `${path}/${keyword}/${index}` });
  }
  for (const keyword of ["items", "additionalProperties"])
    yield* walk(node[keyword], { ...at, path: `${path}/${keyword}`, depth: depth + 1 });
}

function target(root: Node, reference: string): Node | null {
  let node: unknown = root;
  for (const step of reference.split("/").slice(1)) node = isObject(node) ? node[step] : null;
  return isObject(node) ? node : null;
}

/** Names of definitions from which one gets back to them. */
function cyclic(root: Node): ReadonlySet<string> {
  const next = (node: unknown): string[] =>
    [...JSON.stringify(node ?? {}).matchAll(/"\$ref":"([^"]+)"/g)].map(([, name]) => name ?? "");
  const found = new Set<string>();
  for (const start of next(root)) {
    const seen = new Set<string>();
    const waiting = next(target(root, start));
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (seen.has(name)) continue;
      seen.add(name);
      waiting.push(...next(target(root, name)));
    }
    if (seen.has(start)) found.add(start);
  }
  return found;
}

const OF_OBJECTS = [
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "anyOf",
  "$ref",
  "$defs",
];
const SAID = ["title", "description"];
const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const ADVANCED = /\(\?[=!<]|\\[1-9bBkp]/;

function isOf(node: Node, type: string): boolean {
  return node["type"] === type || (Array.isArray(node["type"]) && node["type"].includes(type));
}

function closedObject(node: Node): string | null {
  if (!isOf(node, "object")) return null;
  return node["additionalProperties"] === false ? null : "an open object";
}

export const OPENAI: Rules = {
  keywords: [
    ...OF_OBJECTS,
    ...SAID,
    ...BOUNDS,
    "multipleOf",
    "pattern",
    "format",
    "minItems",
    "maxItems",
  ],
  formats: ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"],
  at(node, { depth }) {
    if (depth > 10) return "more than ten levels";
    if (node["$ref"] !== undefined && Object.keys(node).length > 1 && node["$defs"] === undefined)
      return "something beside a $ref";
    const names = Object.keys(isObject(node["properties"]) ? node["properties"] : {});
    const required: unknown = node["required"];
    if (names.some((name) => !Array.isArray(required) || !required.includes(name)))
      return "an optional property";
    if (typeof node["pattern"] === "string" && /\(\?[=!<]/.test(node["pattern"]))
      return "lookaround";
    return closedObject(node);
  },
  whole(root, nodes) {
    if (root["type"] !== "object" || root["anyOf"] !== undefined) return "the root is no object";
    const names = nodes.flatMap(({ node }) =>
      Object.keys(isObject(node["properties"]) ? node["properties"] : {}),
    );
    const values = nodes.flatMap(({ node }) => (Array.isArray(node["enum"]) ? node["enum"] : []));
    if (names.length > 5000) return "more than 5,000 properties";
    if (values.length > 1000) return "more than 1,000 values";
    return [...names, ...values].join("").length > 120_000 ? "more than 120,000 characters" : null;
  },
};

export const ANTHROPIC: Rules = {
  keywords: [...OF_OBJECTS, ...SAID, "const", "pattern", "format", "minItems"],
  formats: [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
  ],
  at(node) {
    if (Number(node["minItems"] ?? 0) > 1) return "minItems above 1";
    if (typeof node["pattern"] === "string" && ADVANCED.test(node["pattern"]))
      return "a pattern with more than the basics";
    const values: readonly unknown[] = Array.isArray(node["enum"]) ? node["enum"] : [];
    if (values.some((value) => typeof value === "object" && value !== null))
      return "an enum of more than plain values";
    return closedObject(node);
  },
  whole(root, nodes) {
    if (cyclic(root).size > 0) return "a recursive schema";
    const optional = nodes.filter(
      ({ required, path }) => !required && /\/properties\/[^/]+$/.test(path),
    );
    const unions = nodes.filter(
      ({ node, path }) =>
        /\/properties\/[^/]+$/.test(path) &&
        (node["anyOf"] !== undefined || Array.isArray(node["type"])),
    );
    if (optional.length > 24) return "more than 24 optional properties";
    return unions.length > 16 ? "more than 16 properties of several types" : null;
  },
};

export const GEMINI: Rules = {
  keywords: [
    ...OF_OBJECTS,
    ...SAID,
    "prefixItems",
    "format",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "oneOf",
  ],
  formats: ["date-time", "date", "time"],
  at(node) {
    const others = Object.keys(node).filter((keyword) => !keyword.startsWith("$"));
    if (node["$ref"] !== undefined && others.length > 0) return "something beside a $ref";
    const values: readonly unknown[] = Array.isArray(node["enum"]) ? node["enum"] : [];
    return values.every((value) => typeof value === "string" || typeof value === "number")
      ? null
      : "an enum of more than strings and numbers";
  },
  whole(root, nodes) {
    const loops = cyclic(root);
    // A reference back into a definition stands within a property of it that is not required.
    const optional = nodes.filter(({ required }) => !required).map(({ path }) => path);
    const bad = nodes.filter(({ node, path }) => {
      const inside = /^\/\$defs\/([^/]+)/.exec(path)?.[0];
      const back = typeof node["$ref"] === "string" && loops.has(node["$ref"]);
      const home = inside !== undefined && loops.has(`#${inside}`);
      return (
        back &&
        home &&
        path.includes("/properties/") &&
        !optional.some((start) => path.startsWith(start))
      );
    });
    return bad.length === 0 ? null : `a cycle that is required at ${bad[0]?.path}`;
  },
};

export const LLAMACPP: Rules = {
  keywords: [
    ...OF_OBJECTS,
    ...SAID,
    ...BOUNDS,
    "oneOf",
    "const",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
  ],
  formats: ["date", "time", "date-time", "uuid"],
  at(node) {
    const choice = node["anyOf"] !== undefined || node["oneOf"] !== undefined;
    if (choice && node["properties"] !== undefined) return "properties beside a choice";
    if (BOUNDS.some((bound) => node[bound] !== undefined) && node["type"] !== "integer")
      return "bounds of no integer";
    const { pattern } = node;
    if (typeof pattern === "string" && (!/^\^.*\$$/.test(pattern) || ADVANCED.test(pattern)))
      return "such a pattern";
    if (typeof node["$ref"] === "string" && !node["$ref"].startsWith("#/"))
      return "a $ref to the root";
    const counts = ["minItems", "maxItems", "minLength", "maxLength"].map((keyword) =>
      Number(node[keyword] ?? 0),
    );
    return counts.some((count) => count >= 2000) ? "a repetition of 2,000" : null;
  },
  whole: () => null,
};

import { type Api, type ApiOperation, at, keysOf } from "./api.ts";
import { apiFault } from "./fault.ts";
import type { Place } from "./files.ts";

/** How the body of a request is written. */
export interface Body {
  readonly mediaType: string;
  readonly kind: "json" | "form" | "text";
}

/** What a body is written as, and its schema. @throws {ModullmError} RLLM_008 for other types */
export function readBody(
  api: Api,
  { id }: ApiOperation,
  body: Place,
): { readonly body: Body; readonly schema: Place } {
  const { files } = api;
  const content = files.below(body, "content");
  const types = keysOf(content);
  for (const [kind, pattern] of KINDS) {
    const mediaType = types.find((type) => pattern.test(type));
    if (mediaType === undefined) continue;
    const schema = files.below(at(files, content, mediaType), "schema");
    const sent = mediaType.includes("*") ? SENT[kind] : mediaType;
    return {
      body: { mediaType: sent, kind },
      schema: schema.value === undefined ? { ...schema, value: {} } : schema,
    };
  }
  throw apiFault(
    api.path,
    id,
    `its body is of a type that is not written here: ${types.join(", ")}`,
  );
}

/** Which of several bodies is written: the first that there is. */
const KINDS: readonly (readonly [Body["kind"], RegExp])[] = [
  ["json", /^(?:application\/json|application\/\*|\*\/\*|[^;]*\+json)\s*(?:;|$)/i],
  ["form", /^application\/x-www-form-urlencoded\s*(?:;|$)/i],
  ["text", /^text\//i],
];
const SENT: Readonly<Record<Body["kind"], string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain",
};

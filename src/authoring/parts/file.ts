import type { Json } from "../../core/json.ts";
import { renderValue } from "../../program/template.ts";
import { accepted, type Part, refused } from "../draft.ts";
import { isReserved, nameOf } from "../names.ts";

const ENDING = ".rllm";

export const file: Part<"file"> = {
  name: "file",
  title: "File",
  accept({ file_name: given, tags = [] }, { goal }) {
    const written = typeof given === "string" ? given.trim() : "";
    if (/[\\/]/.test(written))
      return refused("the file's name holds a folder; the file is made where you are");
    const stem = nameOf(written.replace(/\.rllm$/i, ""));
    const named = stem === "" || stem === "unknown" ? (goal?.name ?? "program") : stem;
    const name = isReserved(named) ? `${named}_program` : named;
    return accepted({
      file_name: `${name}${ENDING}`,
      tags: tagsOf(Array.isArray(tags) ? tags : []),
    });
  },
  fallback: ({ goal }) => ({
    file_name: `${goal?.name ?? "program"}${ENDING}`,
    tags: goal === undefined ? [] : [goal.kind],
  }),
  texts: [
    {
      label: "File name",
      multiline: false,
      text: ({ file_name: name }) => name,
      put: ({ tags }, name) => ({ file_name: name, tags }),
    },
    {
      label: "Tags, separated by commas",
      multiline: false,
      text: ({ tags }) => tags.join(", "),
      put: ({ file_name }, text) => ({ file_name, tags: text.split(",") }),
    },
  ],
};

function tagsOf(tags: readonly Json[]): string[] {
  const words = tags.map((tag) => renderValue(tag).trim().toLowerCase().replaceAll(/\s+/g, " "));
  return [...new Set(words)].filter((word) => word !== "").slice(0, 5);
}

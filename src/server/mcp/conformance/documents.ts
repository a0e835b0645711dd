import {
  acceptedContent,
  type GetPromptResult,
  inputRequired,
  type Prompt,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplateType,
} from "@modelcontextprotocol/server";
import type { Call } from "../surface.ts";
import { object, PICTURE } from "./fixture.ts";
import { form } from "./input-tools.ts";

const plain = "text/plain";

export const RESOURCES: readonly Resource[] = [
  { uri: "test://static-text", name: "static-text", mimeType: plain },
  { uri: "test://static-binary", name: "static-binary", mimeType: "image/png" },
  { uri: "test://watched-resource", name: "watched-resource", mimeType: plain },
];

export const TEMPLATES: readonly ResourceTemplateType[] = [
  { uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" },
];

export function readDocument(uri: string): ReadResourceResult | null {
  const [, id] = /^test:\/\/template\/([^/]+)\/data$/.exec(uri) ?? [];
  if (id !== undefined) {
    const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
    return { contents: [{ uri, mimeType: "application/json", text }] };
  }
  const known = RESOURCES.find((each) => each.uri === uri);
  if (!known) return null;
  const { mimeType = plain } = known;
  const body = mimeType === plain ? { text: `This is ${known.name}.` } : { blob: PICTURE };
  return { contents: [{ uri, mimeType, ...body }] };
}

export const PROMPTS: readonly Prompt[] = [
  prompt("test_simple_prompt"),
  prompt("test_prompt_with_arguments", "arg1", "arg2"),
  prompt("test_prompt_with_embedded_resource", "resourceUri"),
  prompt("test_prompt_with_image"),
  prompt("test_input_required_result_prompt"),
];

function prompt(name: string, ...wanted: readonly string[]): Prompt {
  const argumentsOf = wanted.map((each) => ({ name: each, required: true }));
  return { name, description: "For the conformance suite", arguments: argumentsOf };
}

type Content = GetPromptResult["messages"][number]["content"];

function said(...contents: readonly Content[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: "user", content })) };
}

function words(text: string): Content {
  return { type: "text", text };
}

export function writePrompt(
  name: string,
  given: Readonly<Record<string, string>>,
  { inputs }: Call,
): GetPromptResult | ReturnType<typeof inputRequired> | null {
  switch (name) {
    case "test_simple_prompt":
      return said(words("This is a simple prompt for testing."));
    case "test_prompt_with_arguments": {
      const [one, two] = [given["arg1"], given["arg2"]];
      return said(words(`Prompt with arguments: arg1='${one}', arg2='${two}'`));
    }
    case "test_prompt_with_embedded_resource": {
      const { resourceUri: uri = "" } = given;
      const resource = { uri, mimeType: plain, text: "Embedded resource content for testing." };
      return said({ type: "resource", resource }, words("Please process the resource above."));
    }
    case "test_prompt_with_image":
      return said({ type: "image", data: PICTURE, mimeType: "image/png" }, words("What is this?"));
    case "test_input_required_result_prompt": {
      const context = acceptedContent(inputs, "user_context")?.["context"];
      if (typeof context === "string") return said(words(`Use this context: ${context}`));
      const asked = form("What context?", object({ context: { type: "string" } }));
      return inputRequired({ inputRequests: { user_context: asked } });
    }
    default:
      return null;
  }
}

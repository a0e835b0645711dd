import { teamOf } from "./server.ts";

/** The program that both bring their tests for. */
export const PROGRAM = `---
name: sort
description: Sorts a message to a team
version: 1.0.0
author: ModuLLM
max_context_window: 4000
input_schema:
  type: object
  properties: {text: {type: string}}
  required: [text]
output_schema:
  type: object
  properties: {team: {enum: [billing, technical, sales]}}
  required: [team]
llm: {model: local/test}
llm_params: {temperature: 0}
---
Which team is this message for: billing, technical or sales? Answer as JSON.

{{input.text}}
`;

const TEXTS = Array.from({ length: 10 }, (_, at) => `A message, number ${at}`);

/** Ten tests as `sort.test.yaml`. */
export function ownTests(): string {
  return TEXTS.map(
    (text) => `- {name: "${text}", input: {text: "${text}"}, expect: {$.team: ${teamOf(text)}}}\n`,
  ).join("");
}

/** The same ten as `promptfooconfig.yaml`. */
export function promptfooTests(url: string): string {
  const schema =
    "{type: object, properties: {team: {enum: [billing, technical, sales]}}, required: [team]}";
  const tests = TEXTS.map(
    (text) => `  - vars: {text: "${text}"}
    assert:
      - {type: is-json, value: ${schema}}
      - {type: javascript, value: 'JSON.parse(output).team === "${teamOf(text)}"'}
`,
  );
  return `description: sort
prompts:
  - |
    Which team is this message for: billing, technical or sales? Answer as JSON.

    {{text}}
providers:
  - id: openai:chat:test
    config: {apiBaseUrl: "${url}", apiKey: none, temperature: 0}
tests:
${tests.join("")}`;
}

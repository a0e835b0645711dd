import { programText } from "../../cli/command-line.ts";

const TITLE =
  "{type: object, properties: {title: {type: string}, score: {$ref: './types.json#/Score'}}, " +
  "required: [title]}";

/** A folder of programs that use each other, whose schemas name a file. */
export const SESSION_FILES: Readonly<Record<string, string>> = {
  "parent.rllm": `${programText(
    {
      name: "parent",
      uses: `
  - name: first
    path: ./child.rllm
    with: { text: "{{input.text}}" }
  - name: second
    path: ./middle.rllm
    with:
      text: "{{uses.first.title}}"
  - name: rows
    path: ./child.rllm
    each: "{{input.list}}"
    with: { text: "{{item}}" }`,
      input_schema:
        "{type: object, properties: {text: {type: string}, list: {type: array, items: " +
        "{type: string}}}, required: [text, list]}",
    },
    "Say {{input.text}}, then {{uses.first.title}} and {{uses.second.title}}.\n",
  )}<<<SYSTEM>>>
Be brief: {{uses.rows.0.title}}

\`\`\`rllm-js post
result = { out: context.output.out };
\`\`\`
`,
  "middle.rllm": programText({
    name: "middle",
    uses: '[{name: inner, path: ./child.rllm, with: {text: "{{input.text}}"}}]',
    input_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    output_schema: TITLE,
  }),
  "child.rllm": programText({
    name: "child",
    input_schema: "{type: object, properties: {text: {type: string}}, required: [text]}",
    output_schema: TITLE,
  }),
  "collected.rllm": programText(
    {
      name: "collected",
      uses: '[{name: inner, path: ./child.rllm, with: {text: "{{input.text}}"}}]',
      output: '{title: "{{uses.inner.title}}"}',
      output_schema: "{type: object, properties: {title: {type: string}}}",
    },
    "",
  ),
  "types.json": '{"Score": {"type": "string", "description": "title of a score"}}\n',
};

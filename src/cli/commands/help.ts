import { CODES } from "../../core/codes.ts";
import { nearest } from "../../core/nearest.ts";
import { type Command, UsageError } from "../command.ts";
import { COMMANDS } from "../table.ts";
import { TOPICS } from "../topics/topics.ts";

/** What is told of a topic: as data, and for reading. */
interface Explanation {
  readonly content: unknown;
  readonly text: string;
}

export const command: Command = {
  name: "help",
  summary: "Explain a topic, for people and for programs",
  positionals: [
    {
      name: "TOPIC",
      description: "A topic that `modullm help` lists, a command, or an error code",
      required: false,
      suggest: [
        ...new Set([
          ...Object.keys(TOPICS),
          "commands",
          ...Object.keys(COMMANDS),
          ...Object.keys(CODES),
        ]),
      ],
    },
  ],
  options: {
    format: {
      type: "enum",
      options: ["json", "text"],
      description: "Default: text at a terminal, else json",
    },
  },
  examples: [
    ["modullm help rllm", "the language"],
    ["modullm help RLLM_013", "an error code"],
    ["modullm help commands --format json", "every command with its options, as data"],
  ],
  async run({ positionals, options, output }) {
    const [topic] = positionals;
    const format = options.text("format") ?? (output.terminal.stdoutIsTty ? "text" : "json");
    if (topic === undefined) {
      if (format === "text") output.text(await listing());
      else output.json({ topics: topicNames() });
      return 0;
    }
    const { content, text } = await explain(topic);
    if (format === "text") output.text(text);
    else output.json({ topic, content });
    return 0;
  },
};

function topicNames(): string[] {
  return [...Object.keys(TOPICS), "commands"];
}

/** Each topic with its title. */
async function listing(): Promise<string> {
  const titles = Object.entries(TOPICS).map(async ([name, load]) => {
    const [title = ""] = (await load()).split("\n");
    return `  ${name.padEnd(13)}${title.replace(/^# /, "")}`;
  });
  return [
    "Usage: modullm help TOPIC",
    "",
    "Topics:",
    ...(await Promise.all(titles)),
    `  ${"commands".padEnd(13)}Commands: all of them`,
    "",
    "A command (`modullm help run`) or an error code (`modullm help RLLM_013`) is a topic too.",
  ].join("\n");
}

async function explain(topic: string): Promise<Explanation> {
  const load = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (load) {
    const text = await load();
    return { content: text, text };
  }
  const { codeText, findCode } = await import("../render/error-topic.ts");
  const code = findCode(topic);
  if (code !== null) return { content: { error_code: code, ...CODES[code] }, text: codeText(code) };
  if (topic === "commands" || Object.hasOwn(COMMANDS, topic)) return await explainCommands(topic);
  const names = [...topicNames(), ...Object.keys(COMMANDS)];
  const near = nearest(topic, names);
  throw new UsageError(
    `unknown topic "${topic}"${near === null ? "" : `; did you mean "${near}"?`}. Topics: ${topicNames().join(", ")}`,
  );
}

async function explainCommands(topic: string): Promise<Explanation> {
  const { describeCommands } = await import("../render/commands.ts");
  const { commandHelp, overviewHelp } = await import("../render/help.ts");
  const all = await describeCommands();
  const load = COMMANDS[topic];
  if (load === undefined) return { content: all, text: await overviewHelp(COMMANDS) };
  return {
    content: all.commands.find(({ name }) => name === topic),
    text: commandHelp(await load()),
  };
}

import { CODES } from "../../core/codes.ts";
import { nearest } from "../../core/nearest.ts";
import { type Command, type CommandTable, UsageError } from "../command.ts";
import { asText, FORMAT_OPTION } from "../format-option.ts";
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
      suggest: (commands) => [
        ...new Set([...Object.keys(TOPICS), "commands", ...commands, ...Object.keys(CODES)]),
      ],
    },
  ],
  options: {
    format: FORMAT_OPTION,
  },
  examples: [
    ["modullm help rllm", "the language"],
    ["modullm help RLLM_013", "an error code"],
    ["modullm help commands --format json", "every command with its options, as data"],
  ],
  async run({ positionals, options, output, commands }) {
    const [topic] = positionals;
    const isText = asText({ options, output });
    if (topic === undefined) {
      if (isText) output.text(await listing());
      else output.json({ topics: topicNames() });
      return 0;
    }
    const { content, text } = await explain(topic, commands);
    if (isText) output.text(text);
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

async function explain(topic: string, commands: CommandTable): Promise<Explanation> {
  const load = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (load) {
    const text = await load();
    const facts = await (await import("../topics/facts.ts")).topicFacts(topic, text);
    return { content: facts === null ? text : { ...facts, text }, text };
  }
  const { codeText, findCode } = await import("../render/error-topic.ts");
  const code = findCode(topic);
  if (code !== null) return { content: { error_code: code, ...CODES[code] }, text: codeText(code) };
  if (topic === "commands" || Object.hasOwn(commands, topic))
    return await explainCommands(topic, commands);
  const near = nearestTopic(topic, [...topicNames(), ...Object.keys(commands)]);
  const meant = near === null ? "." : `; did you mean "${near}"?`;
  throw new UsageError(
    `unknown topic "${topic}"${meant} Topics: ${topicNames().join(", ")}, each command and ` +
      "each code",
  );
}

/** Codes are near each other: of `RLLM_13` and `13` only the one with that number is meant. */
function nearestTopic(topic: string, names: readonly string[]): string | null {
  const number = /^r?[lm]*[\s_-]*0*(\d{1,3})$/i.exec(topic)?.[1];
  if (number === undefined) return nearest(topic, names);
  const code = `RLLM_${number.padStart(3, "0")}`;
  return Object.hasOwn(CODES, code) ? code : nearest(topic.toUpperCase(), Object.keys(CODES));
}

async function explainCommands(topic: string, commands: CommandTable): Promise<Explanation> {
  const { describeCommands } = await import("../render/commands.ts");
  const { commandHelp, overviewHelp } = await import("../render/help.ts");
  const all = await describeCommands(commands);
  const load = commands[topic];
  if (load === undefined) return { content: all, text: await overviewHelp(commands) };
  return {
    content: all.commands.find(({ name }) => name === topic),
    text: commandHelp(await load()),
  };
}

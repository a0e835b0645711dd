import { nearest } from "../../core/nearest.ts";
import { type Command, UsageError } from "../command.ts";
import { TOPICS } from "../topics/topics.ts";

export const command: Command = {
  name: "help",
  summary: "Explain a topic, for people and for programs",
  positionals: [{ name: "TOPIC", description: "One of the topics that `modullm help` lists", required: false }],
  options: {
    format: { type: "enum", options: ["json", "text"], default: "json", description: "text is for reading" },
  },
  examples: [
    ["modullm help rllm --format text", "the language"],
    ["modullm help commands", "every command with its options, as JSON"],
  ],
  async run({ positionals, options, output }) {
    const [topic] = positionals;
    const text = options.text("format") === "text";
    if (topic === undefined) {
      const topics = [...Object.keys(TOPICS), "commands"];
      if (text) output.text(`Topics: ${topics.join(", ")}\nRead one with: modullm help TOPIC --format text`);
      else output.json({ topics });
      return 0;
    }
    const content = await read(topic);
    if (text) output.text(typeof content === "string" ? content : JSON.stringify(content, null, 2));
    else output.json({ topic, content });
    return 0;
  },
};

async function read(topic: string): Promise<unknown> {
  if (topic === "commands") return await (await import("../render/commands.ts")).describeCommands();
  const load = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
  if (load) return await load();
  const names = [...Object.keys(TOPICS), "commands"];
  const near = nearest(topic, names);
  throw new UsageError(
    `unknown topic "${topic}"${near === null ? "" : `; did you mean "${near}"?`}. Topics: ${names.join(", ")}`,
  );
}

import type { Chat } from "../../chat/chat.ts";
import { CODES } from "../../core/codes.ts";
import { type Command, type CommandContext, UsageError } from "../command.ts";
import { modelOption } from "../model-option.ts";
import { readStart as readFlags, START_OPTIONS } from "../start-options.ts";
import { readTags } from "../tags.ts";

export const command: Command = {
  name: "chat",
  summary: "Talk with a model, in several turns that are kept",
  positionals: [
    {
      name: "FILE",
      description: "A .rllm program that opens the chat, and whose contract each answer meets",
      required: false,
      takes: "program",
    },
    {
      name: "MESSAGE",
      description: "Is answered once; without it, and at a terminal, there is a conversation",
      required: false,
    },
  ],
  options: {
    model: { ...START_OPTIONS.model, description: "provider/name" },
    resume: { type: "string", valueHint: "CHAT", description: "Go on with this chat" },
    continue: { type: "boolean", description: "Go on with the chat that was used last" },
    name: { type: "string", valueHint: "NAME", description: "The name of a new chat" },
    persona: {
      type: "string",
      valueHint: "PATH",
      description: "A program whose system message and tools the chat takes",
    },
    system: { type: "string", valueHint: "TEXT", description: "The system message" },
    attach: {
      type: "string",
      valueHint: "PATH",
      description: "A text, picture, sound or PDF for the first message; may be repeated",
    },
    plain: { type: "boolean", description: "Answers as they are written: no Markdown is drawn" },
    input: {
      type: "string",
      valueHint: "JSON",
      description: "With FILE: its input, as JSON or text",
    },
    "input-file": {
      type: "string",
      valueHint: "PATH",
      description: "With FILE: a JSON or YAML file of its input",
    },
    text: { type: "string", valueHint: "TEXT", description: "With FILE: its one text field" },
    "allow-path": START_OPTIONS["allow-path"],
    "max-retries": START_OPTIONS["max-retries"],
    repair: START_OPTIONS.repair,
    tag: START_OPTIONS.tag,
    concurrency: START_OPTIONS.concurrency,
    budget: {
      ...START_OPTIONS.budget,
      description: "Limits on all turns of this command, such as usd=0.05,tokens=20000,calls=10",
    },
    "ollama-auto-pull": START_OPTIONS["ollama-auto-pull"],
    "trusted-python": START_OPTIONS["trusted-python"],
    "python-memory-limit-mb": START_OPTIONS["python-memory-limit-mb"],
  },
  rest: "With FILE: fields of its input, key=value",
  examples: [
    ["modullm chat --model ollama/llama3.2", "talk; /help shows what there is beside talking"],
    ["modullm chat --continue", "go on where you left"],
    ['cat build.log | modullm chat "what is wrong?"', "one answer, the file along with it"],
    [
      "modullm chat summary.rllm --input-file a.yaml",
      "a program's answer, then what you want changed",
    ],
    ["modullm chat --persona reviewer.rllm", "its system message and tools, and your questions"],
    ['modullm chat --json "hello" | jq -r .text', "events, one JSON object a line"],
  ],
  async run(context) {
    const { output } = context;
    const { file, message } = await readWords(context);
    const chat = await openChat(context, file);
    const { isConversation, readStart } = await import("../chat/first-message.ts");
    const { said, files } = await readStart(context, chat, message);
    const plain = context.options.flag("plain");
    if (said !== null && !isConversation(context, message)) {
      const { answerOnce } = await import("../chat/once.ts");
      await answerOnce(chat, said, { output, plain });
      return 0;
    }
    const { holdSession } = await import("../chat/session.ts");
    await holdSession(chat, { output, plain, said, files, resolve: context.resolve });
    return output.terminal.interruptedBy?.() == null ? 0 : CODES.RLLM_022.exit;
  },
};

/** A single word is a program where it ends in `.rllm` or the library has it; else it is said. */
async function readWords({
  positionals,
  locate,
}: CommandContext): Promise<{ readonly file: string | null; readonly message: string | null }> {
  const [first = null, second = null] = positionals;
  if (first === null || second !== null) return { file: first, message: second };
  return (await isProgram(first, locate))
    ? { file: first, message: null }
    : { file: null, message: first };
}

async function isProgram(word: string, locate: CommandContext["locate"]): Promise<boolean> {
  if (/\s/.test(word)) return false;
  if (word.endsWith(".rllm")) return true;
  return (await locate(word).catch(() => "")).endsWith(".rllm");
}

async function openChat(context: CommandContext, file: string | null): Promise<Chat> {
  const { options } = context;
  const [resume, name] = [options.text("resume"), options.text("name")];
  const goesOn = resume !== null || options.flag("continue");
  if (resume !== null && options.flag("continue"))
    throw new UsageError("--resume and --continue can't be used together");
  if (goesOn && name !== null)
    throw new UsageError("--name is for a new chat; /save NAME gives this one another");
  const model = modelOption(options);
  const { budget, model: _, cache: __, fresh: ___, ...limits } = readFlags(options);
  const app = await context.app(options.flag("ollama-auto-pull") ? { ollamaAutoPull: true } : {});
  const place = {
    app,
    scope: app.scope({ budget }),
    flags: { ...limits, tags: readTags(options.texts("tag")) },
  };
  const choices = {
    model,
    system: options.text("system"),
    program: file,
    persona: options.text("persona"),
  };
  const { beginChat, resumeChat } = await import("../../chat/open.ts");
  return goesOn ? await resumeChat(place, choices, resume) : await beginChat(place, choices, name);
}

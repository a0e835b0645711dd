import type { Command } from "../command.ts";

export const command: Command = {
  name: "onboard",
  summary: "Set up a model and make a first program, question by question",
  positionals: [],
  options: {
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "provider/name to set up; asked for without it",
    },
    yes: {
      type: "boolean",
      description:
        "Take every draft and every usual answer, overwrite what is asked about; a key is " +
        "never written",
    },
    resume: { type: "boolean", description: "Go on where an earlier session was left" },
    "session-file": {
      type: "string",
      valueHint: "PATH",
      description: "Where the session is kept; one for each folder without it",
    },
    "scaffold-file": {
      type: "string",
      valueHint: "PATH",
      description: "Where the scaffold for other programs is kept; beside config.yaml without it",
    },
    "no-save-scaffold": { type: "boolean", description: "Keep no scaffold, and don't ask" },
  },
  examples: [
    [
      "modullm onboard",
      "at a terminal: questions, one after the other; Ctrl-C stops, --resume goes on",
    ],
    [
      "modullm onboard --yes --model builtin/baseline < /dev/null",
      "a first program without a key or a question",
    ],
    [
      "modullm onboard --model openai/gpt-5-mini < answers.txt",
      "one answer a line; an empty line is the usual answer",
    ],
  ],
  run: async (context) => (await import("../onboarding/start.ts")).start(context),
};

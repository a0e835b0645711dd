import type { Explanation } from "../../insight/explain.ts";
import { clean, duration } from "./plot.ts";
import { dollars } from "./quantity.ts";

/** What a run would do, for people: a part each, where there is something to say of it. */
export function explanationText(explanation: Explanation): string {
  const { name, description, programs, models, tools, blocks, leaves, calls } = explanation;
  const parts: readonly (readonly [string, readonly string[]])[] = [
    [
      "Programs",
      programs.length > 1
        ? programs.map((each) => `${each.name} ${each.version}  ${each.path}`)
        : [],
    ],
    [
      "Models",
      models.map(({ model, host, fallback, programs: of, fault }) => {
        const where = fault ?? (host === null ? "on this machine" : `at ${host}`);
        return (
          `${model}  ` +
          `${where}${fallback ? ", when another fails" : ""}${programs.length > 1 ? `  (${of.join(", ")})` : ""}`
        );
      }),
    ],
    [
      "Tools that a model may call",
      tools.map(
        ({ program, name: tool, origin, max_calls: most }) =>
          `${tool}  ${origin}${most === null ? "" : `, at most ${most} times`}  (${program})`,
      ),
    ],
    [
      "Code that runs",
      blocks.map(
        ({ program, when, language, line, level, fault }) =>
          `${program}, line ${line}: ${language}, ${when}  ${fault ?? `confined: ${level}`}`,
      ),
    ],
    [
      "Files",
      explanation.opens_files ? ["Files and addresses that the input names are opened"] : [],
    ],
    [
      "What leaves this machine",
      leaves.length === 0
        ? ["Nothing"]
        : leaves.map(({ to, what, programs: of }) => `To ${to}: ${what}  (${of.join(", ")})`),
    ],
    ["Calls of models", [callsText(calls)]],
    ["Cost and time", [costText(explanation)]],
    [
      "Kept",
      explanation.keeps_answers.length === 0
        ? []
        : [`Answers of ${explanation.keeps_answers.join(", ")} are kept and used again`],
    ],
  ];
  const text = parts
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${clean(line)}`)].join("\n"));
  return [`${clean(name)}: ${clean(description)}`, ...text].join("\n\n");
}

function callsText({ least, most }: Explanation["calls"]): string {
  if (least === null) return "not known";
  if (least === most) return String(least);
  return most === null ? `at least ${least}; the inputs decide how many` : `${least} to ${most}`;
}

function costText({ predicted, budget }: Explanation): string {
  const limit = budget === null ? "" : `; the file allows ${JSON.stringify(budget)}`;
  if (predicted === null) return `not known${limit}`;
  const { cost_usd: cost, p90_cost_usd: most, estimated_ms: time } = predicted;
  const money =
    cost === null
      ? "cost not known"
      : `${dollars(cost)}, ${dollars(most)} in one of ten runs or more`;
  return `${money}; ${time === null ? "time not known" : duration(time)}${limit}`;
}

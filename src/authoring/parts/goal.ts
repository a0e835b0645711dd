import { accepted, type Goal, type Part, refused } from "../draft.ts";
import { nameFromWords, nameOf } from "../names.ts";
import { TEMPLATE_NAMES, TEMPLATE_SUMMARIES } from "../templates.ts";

/** What stands for a name that a model did not find. */
const NO_NAME = "unknown";

export const goal: Part<"goal"> = {
  name: "goal",
  title: "What it does",
  accept({ name, description, kind }) {
    const said = typeof description === "string" ? description.trim().replaceAll(/\s+/g, " ") : "";
    if (said === "") return refused("a description is missing");
    const known = TEMPLATE_NAMES.find((each) => each === kind);
    if (known === undefined) return refused(`the kind is not one of ${TEMPLATE_NAMES.join(", ")}`);
    const given = nameOf(typeof name === "string" ? name : "");
    return accepted({
      name: given === "" || given === NO_NAME ? nameFromWords(said) : given,
      description: said,
      kind: known,
    });
  },
  fallback(_, template, purpose) {
    const description = purpose.trim().replaceAll(/\s+/g, " ");
    return { name: nameFromWords(description), description, kind: template.name };
  },
  texts: [
    {
      label: "Name",
      multiline: false,
      text: ({ name }) => name,
      put: (value, name) => ({ ...value, name }),
    },
    {
      label: "Description",
      multiline: false,
      text: ({ description }) => description,
      put: (value, description) => ({ ...value, description }),
    },
    {
      label: "Kind",
      multiline: false,
      choices: TEMPLATE_SUMMARIES,
      text: ({ kind }) => kind,
      put: (value: Goal, kind) => ({ ...value, kind: kind.trim() }),
    },
  ],
};

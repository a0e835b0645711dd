import { expect, test } from "bun:test";
import { PART_NAMES } from "../../src/authoring/parts.ts";
import { loadWorkflow, WORKFLOW_PROGRAMS } from "../../src/authoring/workflow.ts";
import { makeFolder, modullm as commandLine } from "../cli/command-line.ts";
import { useShelf } from "./shelf.ts";

const SHELF = useShelf("examples/onboarding");
const { names: NAMES, run } = SHELF;

test.each(NAMES)("%s is valid without a warning, and runs on the baseline", async (name) => {
  expect((await SHELF.modullm.validate(`${name}.rllm`, { strict: true })).warnings).toEqual([]);
  expect(Object.keys(await run(name)).length).toBeGreaterThan(0);
});

test("the binary carries every program of the folder, and the workflow has an entry for every part", async () => {
  expect([...WORKFLOW_PROGRAMS].toSorted()).toEqual(NAMES.toSorted());
  const { uses } = await loadWorkflow();
  const entries = uses.map(({ entry }) => entry.name);
  expect(entries).toEqual(["provider", "credential", "hello", ...PART_NAMES]);
});

test("provider_select computes its choice: the first that is ready, else the first", async () => {
  const offer = (model: string, ready: boolean) => ({ model, ready, reason: "It is there." });
  const offers = [offer("a/one", false), offer("b/two", true)];
  expect(await run("provider_select", { offers })).toMatchObject({ provider: "b", model: "b/two" });
  expect(await run("provider_select", { offers: offers.slice(0, 1) })).toMatchObject({
    provider: "a",
    model: "a/one",
  });
});

test("credential_check goes by names and places", async () => {
  expect(await run("credential_check")).toEqual({
    ready: false,
    state: "Set OPENAI_API_KEY to your key for openai.",
  });
  expect(await run("credential_check", { found_in: "./.env" })).toMatchObject({ ready: true });
  expect(await run("credential_check", { variable: null })).toMatchObject({ ready: true });
});

test("the draft of onboarding_workflow is a scaffold that makes a valid program", async () => {
  const { draft } = await run("onboarding_workflow");
  const folder = makeFolder({ "draft.json": JSON.stringify(draft) });
  const made = await commandLine(["new", "mine", "--scaffold", "draft.json"], { folder });
  // The baseline writes no placeholders: whatever it drafts, the prompt has to show what goes in.
  expect(made.json()).toMatchObject({ error_code: "RLLM_018" });
  const prompt = "Read this.\n{{input.text}}";
  const mended = makeFolder({ "draft.json": JSON.stringify({ ...(draft as object), prompt }) });
  expect(
    (await commandLine(["new", "mine", "--scaffold", "draft.json"], { folder: mended })).exit,
  ).toBe(0);
  expect((await commandLine(["validate", "--strict", "mine.rllm"], { folder: mended })).exit).toBe(
    0,
  );
});

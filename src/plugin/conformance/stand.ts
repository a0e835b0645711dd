import type { InitializeResult } from "../../../plugins/sdk/protocol.ts";
import { PROTOCOL_VERSION } from "../../../plugins/sdk/protocol.ts";
import { VERSION } from "../../core/version.ts";
import { createChecks } from "../checks.ts";
import { HOST_DEADLINES } from "../limits.ts";
import type { ProcessCommand } from "../../process/process.ts";
import { listModels, resultOf } from "./answers.ts";
import { type Bench, type Check, type Facts } from "./check.ts";
import { listTools } from "./tool-calls.ts";
import { Miss, Skip, want } from "./verdict.ts";
import type { CheckResult, SuiteOptions } from "./report.ts";
import { wholeChecks } from "./whole.ts";
import { Wire } from "./wire.ts";

const PATIENCE = 30_000;

/** Starts the processes that checks are made on. */
export class Stand {
  facts: Facts;
  readonly #command: ProcessCommand;
  readonly #dataFolder: string;
  readonly #wires: Wire[] = [];
  #shared: Promise<Wire> | null = null;

  constructor(command: ProcessCommand, options: SuiteOptions, dataFolder: string) {
    this.#command = command;
    this.#dataFolder = dataFolder;
    const { model = null, patience = PATIENCE } = options;
    this.facts = {
      manifest: options.manifest ?? null,
      initialized: { protocol_version: 0, name: "", version: "", provides: [] },
      models: null,
      tools: null,
      model,
      embedModel: options.embedModel ?? null,
      rerankModel: options.rerankModel ?? null,
      settings: options.settings ?? {},
      patience,
      startPatience: Math.min(HOST_DEADLINES.start, patience),
      wires: this.#wires,
    };
  }

  /** Learns what there is to be checked. @returns why it can't be, or null */
  async meet(): Promise<string | null> {
    const wire = this.#start();
    try {
      const result = resultOf(
        await wire.answer(wire.open("initialize", this.#introduction()), this.facts.startPatience),
      );
      const fault = createChecks().result("initialize", result, {});
      want(fault === null, `${fault}`);
      this.facts = { ...this.facts, initialized: result as unknown as InitializeResult };
      this.#shared = Promise.resolve(wire);
    } catch (thrown) {
      if (!(thrown instanceof Miss)) throw thrown;
      return `${thrown.message}${await whenInputEnds(wire)}`;
    }
    const { provides } = this.facts.initialized;
    if (provides.includes("models/list")) await this.#learnModels(wire);
    if (provides.includes("tools/list")) await this.#learnTools();
    return null;
  }

  /** What is wrong with its list is told by the check `tools/lists`. */
  async #learnTools(): Promise<void> {
    try {
      this.facts = { ...this.facts, tools: await listTools(await this.#sharedWire()) };
    } catch (thrown) {
      if (!(thrown instanceof Miss)) throw thrown;
      this.#replaceShared();
    }
  }

  /** What is wrong with its list is told by the check `models/lists`. */
  async #learnModels(wire: Wire): Promise<void> {
    try {
      const models = await listModels(wire);
      this.facts = { ...this.facts, models, model: this.facts.model ?? models[0]?.name ?? null };
    } catch (thrown) {
      if (!(thrown instanceof Miss)) throw thrown;
      this.#replaceShared();
    }
  }

  /** @param broken why nothing but its start can be looked at */
  async judge(
    check: Check,
    broken: string | null,
  ): Promise<Pick<CheckResult, "status" | "reason">> {
    const { needs } = check;
    if (broken !== null && check.id !== "start/in-time" && !wholeChecks.includes(check))
      return { status: "skipped", reason: `it can't be begun with: ${broken}` };
    if (needs !== undefined && !this.facts.initialized.provides.includes(needs))
      return { status: "skipped", reason: `it does not provide ${needs}` };
    const own: Wire[] = [];
    try {
      if (broken !== null && check.id === "start/in-time") throw new Miss(broken);
      await check.run(this.#bench(own));
      return { status: "passed", reason: null };
    } catch (thrown) {
      if (thrown instanceof Skip) return { status: "skipped", reason: thrown.message };
      if (!(thrown instanceof Miss)) throw thrown;
      // What comes late belongs to this check, and must not reach the next one.
      this.#replaceShared();
      return { status: "failed", reason: thrown.message };
    } finally {
      await Promise.all(own.map((wire) => wire.kill()));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#wires.map((wire) => wire.kill()));
  }

  #bench(own: Wire[]): Bench {
    const start = (env: Readonly<Record<string, string>> = {}): Wire => {
      const wire = this.#start(env);
      own.push(wire);
      return wire;
    };
    return {
      facts: this.facts,
      start,
      ready: async (env) => await this.#introduce(start(env)),
      shared: async () => await this.#sharedWire(),
      introduction: (more) => this.#introduction(more),
    };
  }

  #start(env: Readonly<Record<string, string>> = {}): Wire {
    const command = { ...this.#command, env: { ...this.#command.env, ...env } };
    const wire = new Wire(command, { patience: this.facts.patience });
    this.#wires.push(wire);
    return wire;
  }

  async #sharedWire(): Promise<Wire> {
    const wire = await this.#shared?.catch(() => null);
    if (wire && wire.end === null) return wire;
    this.#shared = this.#introduce(this.#start());
    return await this.#shared;
  }

  #replaceShared(): void {
    void this.#shared?.then(
      (wire) => wire.kill(),
      () => {},
    );
    this.#shared = null;
  }

  async #introduce(wire: Wire): Promise<Wire> {
    resultOf(
      await wire.answer(wire.open("initialize", this.#introduction()), this.facts.startPatience),
    );
    return wire;
  }

  #introduction(more: object = {}): object {
    return {
      protocol_version: PROTOCOL_VERSION,
      host: { name: "modullm", version: VERSION },
      settings: this.facts.settings,
      data_folder: this.#dataFolder,
      ...more,
    };
  }
}

/** Milliseconds for an answer that only waited in a buffer. */
const BUFFERED = 1000;

/** A program that does not write out what it says does so when it ends. */
async function whenInputEnds(wire: Wire): Promise<string> {
  const before = wire.received;
  if (wire.end !== null || before > 0) return "";
  wire.endInput();
  await Promise.race([wire.ended, wire.rest(BUFFERED)]);
  return wire.received === before
    ? ""
    : "; an answer came only when its input was closed: write out each line at once (flush)";
}

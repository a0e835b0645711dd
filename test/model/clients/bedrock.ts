import { join } from "node:path";
import { CONVERSE } from "../wires/converse.ts";
import { absence, PEERS } from "./peer.ts";
import type { Peer } from "./peer.ts";

export const BEDROCK = join(PEERS, "@aws-sdk/client-bedrock-runtime/dist-es/index.js");
const HANDLER = join(PEERS, "@smithy/node-http-handler/dist-es/index.js");

interface ConverseBlock {
  readonly text?: string;
  readonly toolUse?: {
    readonly toolUseId?: string;
    readonly name?: string;
    readonly input?: unknown;
  };
  readonly reasoningContent?: {
    readonly text?: string;
    readonly reasoningText?: { readonly text?: string };
  };
}

interface ConverseEvent {
  readonly contentBlockStart?: {
    readonly contentBlockIndex: number;
    readonly start: ConverseBlock;
  };
  readonly contentBlockDelta?: {
    readonly contentBlockIndex: number;
    readonly delta: ConverseBlock;
  };
  readonly messageStop?: { readonly stopReason: string };
  readonly metadata?: { readonly usage: ConverseUsage };
}

interface ConverseUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

interface ConverseReply {
  readonly stream?: AsyncIterable<ConverseEvent>;
  readonly output?: { readonly message: { readonly content: readonly ConverseBlock[] } };
  readonly stopReason?: string;
  readonly usage?: ConverseUsage;
}

interface BedrockPackage {
  readonly BedrockRuntimeClient: new (options: object) => {
    send(command: unknown): Promise<ConverseReply>;
  };
  readonly ConverseCommand: new (input: object) => unknown;
  readonly ConverseStreamCommand: new (input: object) => unknown;
}

export const AWS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a secret of AWS" };

/** AWS's client, over HTTP 1.1: the stand-ins know no other. */
export async function bedrock(endpoint: string): Promise<{
  converse(): Promise<ConverseReply>;
  stream(): Promise<ConverseReply>;
}> {
  const { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } = (await import(
    BEDROCK
  )) as BedrockPackage;
  const { NodeHttpHandler } = (await import(HANDLER)) as { NodeHttpHandler: new () => object };
  const credentials = AWS;
  const client = new BedrockRuntimeClient({
    endpoint,
    region: "us-east-1",
    credentials,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  const modelId = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
  const asked = { modelId, messages: [{ role: "user", content: [{ text: "Hi" }] }] };
  return {
    converse: () => client.send(new ConverseCommand(asked)),
    stream: () => client.send(new ConverseStreamCommand(asked)),
  };
}

export function bedrockPeer(): Peer {
  return {
    name: "@aws-sdk/client-bedrock-runtime",
    wire: CONVERSE,
    missing: absence(BEDROCK),
    showsIds: true,
    async stream(url) {
      const { stream } = await (await bedrock(url)).stream();
      const tools: [unknown, unknown, string][] = [];
      let [text, reasoning, finish] = ["", "", ""];
      let usage: readonly unknown[] = [];
      for await (const event of stream ?? []) {
        const call = event.contentBlockStart?.start.toolUse;
        if (call !== undefined) tools.push([call.toolUseId, call.name, ""]);
        const delta = event.contentBlockDelta?.delta;
        text += delta?.text ?? "";
        reasoning += delta?.reasoningContent?.text ?? "";
        const last = tools.at(-1);
        if (last !== undefined && delta?.toolUse !== undefined)
          last[2] += String(delta.toolUse.input);
        finish = event.messageStop?.stopReason ?? finish;
        const counts = event.metadata?.usage;
        if (counts !== undefined) usage = [counts.inputTokens, counts.outputTokens];
      }
      const calls = tools.map(([id, name, input]) => [id, name, JSON.parse(input)] as const);
      return { text, reasoning, finish, usage, served: null, tools: calls };
    },
    async whole(url) {
      const { output, stopReason, usage } = await (await bedrock(url)).converse();
      const blocks = output?.message.content ?? [];
      return {
        text: blocks.map(({ text = "" }) => text).join(""),
        reasoning: blocks
          .map((block) => block.reasoningContent?.reasoningText?.text ?? "")
          .join(""),
        finish: stopReason,
        usage: [usage?.inputTokens, usage?.outputTokens],
        served: null,
        tools: blocks.flatMap(({ toolUse: call }) =>
          call === undefined ? [] : [[call.toolUseId, call.name, call.input] as const],
        ),
      };
    },
  };
}

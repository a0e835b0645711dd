import type { Usage } from "../../core/events.ts";
import type { EmbedRequest } from "../embedder.ts";
import type { Endpoint } from "../endpoint.ts";
import type { NativeOptions, NativeProtocol } from "../protocol.ts";
import type { RerankRequest } from "../reranker.ts";
import type { EmbedWays, RerankWays } from "./ways.ts";

/** A model of a server, and how that is asked. */
export interface VectorModel<Ways> {
  /** As the server names it. */
  readonly name: string;
  readonly options: NativeOptions;
  readonly protocol: Pick<NativeProtocol, "headers">;
  readonly ways: Ways;
}

/** Whom a request goes to. */
export interface Asked<Ways> {
  readonly endpoint: Endpoint;
  /** As the server names the model. */
  readonly name: string;
  readonly ways: Ways;
}

export type Fields = Readonly<Record<string, unknown>>;

/** What a reply has to hold. */
export interface Wanted {
  /** `provider/name`, for messages. */
  readonly model: string;
  /** How many vectors or scores. */
  readonly count: number;
}

/**
 * How vectors are asked for, and where in a reply they are; whether they are any is not its matter.
 */
export interface EmbedProtocol {
  url(asked: Asked<EmbedWays>): URL;
  body(asked: Asked<EmbedWays>, request: EmbedRequest): Fields;
  /** @throws {ModullmError} RLLM_011 where their order can't be told */
  vectors(reply: Fields, wanted: Wanted): readonly unknown[];
  /** Null where the reply does not say. */
  usage(reply: Fields): Usage | null;
}

/** How scores are asked for, and where in a reply they are. */
export interface RerankProtocol {
  url(asked: Asked<RerankWays>): URL;
  body(asked: Asked<RerankWays>, request: RerankRequest): Fields;
  scores(reply: Fields, wanted: Wanted): readonly unknown[];
  usage(reply: Fields): Usage | null;
}

/** What a request says beside the model and the texts. */
export function optionsOf(
  { name, ways }: Asked<EmbedWays>,
  { dimensions, purpose: wanted }: EmbedRequest,
): Fields {
  const { purpose } = ways;
  const told = purpose !== null && (purpose.models?.test(name) ?? true);
  return {
    ...ways.more,
    ...(told ? { [purpose.name]: purpose[wanted] } : {}),
    ...(dimensions === null ? {} : { [ways.dimensions]: dimensions }),
  };
}

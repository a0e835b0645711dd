import { isObject } from "../../core/json.ts";
import { noCredentials } from "../endpoint.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import { under } from "../under.ts";
import type { Authorized, NativeOptions, NativeProtocol } from "../protocol.ts";
import { awsCredentials } from "./credentials.ts";
import { EventStreamDecoder } from "./event-stream.ts";
import { converseReader } from "./reader.ts";
import { converseCall } from "./request.ts";
import { regionOf } from "./settings.ts";
import { signedHeaders } from "./sigv4.ts";
import type { AwsCredentials } from "./sigv4.ts";

/**
 * Amazon Bedrock's Converse, for models of all makers there. Calls carry the key where there is
 * one, and are signed with the account's credentials where there is none.
 */
export function createBedrock(options: NativeOptions): ModelProvider {
  return createNative(options, protocolOf(options));
}

/** A key goes with every request, and nothing more is needed. */
const NOTHING: Authorized = { headers: {}, secrets: [] };

function protocolOf({ endpoint, config }: NativeOptions): NativeProtocol {
  /** @throws {ModullmError} RLLM_014 where there are none */
  function found(id: string): AwsCredentials {
    const credentials = awsCredentials(config);
    if (credentials !== null) return credentials;
    const profile = config.get("AWS_PROFILE")?.value;
    const reason =
      profile === undefined
        ? "AWS_ACCESS_KEY_ID is not set, and ~/.aws has no default profile with keys"
        : `the profile "${profile}" has no keys in ~/.aws`;
    throw noCredentials(endpoint, id, config, {
      variable: "AWS_ACCESS_KEY_ID",
      reason,
      hint:
        "Set AWS_BEARER_TOKEN_BEDROCK, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for " +
        "other ways to sign in, run `aws configure export-credentials --format env`.",
    });
  }
  return {
    headers: ({ key }) => (key === null ? {} : { authorization: `Bearer ${key.value}` }),
    account: () => awsCredentials(config)?.accessKeyId ?? "",
    ready(id) {
      if (endpoint.key === null) found(id);
    },
    async authorize(request, { id }) {
      if (endpoint.key !== null) return NOTHING;
      const credentials = found(id);
      const region = regionOf(request.url, config);
      const scope = { region, service: "bedrock", at: new Date() };
      const { sessionToken } = credentials;
      const headers = signedHeaders(request, credentials, scope);
      return { headers, secrets: sessionToken === null ? [] : [sessionToken] };
    },
    async write(model, request) {
      const path = `/model/${encodeURIComponent(model.name)}/converse-stream`;
      return converseCall(under(model.endpoint, path), model, request);
    },
    decoder: (callee) => new EventStreamDecoder(callee),
    reader: converseReader,
    listUrl(at) {
      const url = under(at, "/foundation-models");
      // What there is, is told at another address.
      url.hostname = url.hostname.replace(/^bedrock-runtime\./, "bedrock.");
      return url;
    },
    names({ modelSummaries }) {
      const all = Array.isArray(modelSummaries) ? modelSummaries.filter(isObject) : [];
      return all.map(({ modelId }) => modelId).filter((id) => typeof id === "string");
    },
  };
}

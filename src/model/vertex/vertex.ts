import type { Config, Sourced } from "../../config/config.ts";
import { isObject } from "../../core/json.ts";
import { noCredentials, PROJECT } from "../endpoint.ts";
import type { Endpoint } from "../endpoint.ts";
import { generateReader } from "../gemini/reader.ts";
import { generateCall } from "../gemini/request.ts";
import type { ModelProvider } from "../provider.ts";
import { createNative } from "../native.ts";
import { under } from "../under.ts";
import type { Authorizing, NativeOptions, NativeProtocol } from "../protocol.ts";
import { googleCredentials } from "./credentials.ts";
import type { GoogleCredentials } from "./credentials.ts";
import { isProject, vertexLocation, vertexProject } from "./settings.ts";
import { GoogleTokens } from "./token.ts";

/**
 * Gemini at Google Cloud's Vertex AI: the same protocol at addresses of a project's own, with a
 * token of its account; or, with a key ("express mode"), at an address for all.
 * cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 */
export function createVertex(options: NativeOptions): ModelProvider {
  return createNative(options, protocolOf(options));
}

function protocolOf({ endpoint, config, fetch }: NativeOptions): NativeProtocol {
  const tokens = new GoogleTokens();
  const account = new Account(endpoint, config);
  return {
    headers: ({ key }) => (key === null ? {} : { "x-goog-api-key": key.value }),
    account: () => account.digest(),
    ready(id) {
      if (endpoint.key !== null) return;
      account.credentials(id);
      account.project(id);
    },
    async authorize(_request, { id, callee, signal }: Authorizing) {
      if (endpoint.key !== null) return { headers: {}, secrets: [] };
      const credentials = account.credentials(id);
      const token = await tokens.get({ credentials, callee, fetch, signal });
      const authorization = `Bearer ${token}`;
      return { headers: { authorization, ...quota(credentials) }, secrets: [token] };
    },
    async write(model, request) {
      const { name } = model;
      const path = name.includes("/") ? `/${name}` : `/publishers/google/models/${name}`;
      const url = under(endpoint, "", { end: /\/v\d+(beta\d+)?(\/projects\/.*)?$/, add: VERSION });
      const bare = endpoint.key !== null || url.pathname.includes("/projects/");
      const place = bare
        ? ""
        : `/projects/${account.project(model.callee.model)}/locations/${vertexLocation(config)}`;
      url.pathname = `${url.pathname}${place}${path}:streamGenerateContent`;
      url.searchParams.set("alt", "sse");
      return generateCall(url, model, request);
    },
    reader: generateReader,
    listUrl: (at) =>
      under(at, "/publishers/google/models", { end: /\/v\d+(beta\d+)?$/, add: VERSION }),
    names({ publisherModels }) {
      const all = Array.isArray(publisherModels) ? publisherModels.filter(isObject) : [];
      return all.flatMap(({ name }) =>
        typeof name === "string" ? [name.replace(/^publishers\/google\/models\//, "")] : [],
      );
    },
  };
}

/** A user's calls count for the project that gcloud was told; a service account has its own. */
function quota({ type, project }: GoogleCredentials): Record<string, string> {
  return type === "authorized_user" && project !== null ? { "x-goog-user-project": project } : {};
}

/** Who calls, and who pays. */
class Account {
  readonly #endpoint: Endpoint;
  readonly #config: Config;

  constructor(endpoint: Endpoint, config: Config) {
    this.#endpoint = endpoint;
    this.#config = config;
  }

  /** Tells accounts apart, without secrets. */
  digest(): string {
    const all = googleCredentials(this.#config);
    if (!all.ok) return "";
    const { credentials } = all;
    const who = credentials.type === "service_account" ? credentials.email : credentials.clientId;
    return `${who} ${vertexProject(this.#config)?.value ?? credentials.project ?? ""}`;
  }

  /** @throws {ModullmError} RLLM_014 where there are none */
  credentials(id: string): GoogleCredentials {
    const all = googleCredentials(this.#config);
    if (all.ok) return all.credentials;
    throw noCredentials(this.#endpoint, id, this.#config, {
      variable: "GOOGLE_APPLICATION_CREDENTIALS",
      reason: all.reason,
      hint:
        "Run `gcloud auth application-default login`, name a service account's file in " +
        "GOOGLE_APPLICATION_CREDENTIALS, or set VERTEX_API_KEY.",
    });
  }

  /** @throws {ModullmError} RLLM_014 where nothing names one */
  project(id: string): string {
    const set = vertexProject(this.#config);
    if (set !== null) this.#trust(set, id);
    const project = set?.value ?? this.credentials(id).project;
    if (project !== null && isProject(project)) return project;
    throw noCredentials(this.#endpoint, id, this.#config, {
      variable: "GOOGLE_CLOUD_PROJECT",
      reason:
        project === null
          ? "GOOGLE_CLOUD_PROJECT is not set"
          : `"${project}" is not the id of a project`,
      hint: "Set GOOGLE_CLOUD_PROJECT to the id of the project that pays.",
    });
  }

  /** A folder may not send what goes out with a user's credentials to a project of its choice. */
  #trust({ value, source }: Sourced, id: string): void {
    const own = this.#config.get("GOOGLE_APPLICATION_CREDENTIALS")?.source === PROJECT;
    if (source !== PROJECT || own || this.#config.folderTrusted) return;
    throw noCredentials(this.#endpoint, id, this.#config, {
      variable: "GOOGLE_CLOUD_PROJECT",
      reason:
        `this folder's .env sends it to the project "${value}", and your credentials are not ` +
        "used there unless you trust the folder",
      hint: "Run `modullm trust` in this folder, or set GOOGLE_CLOUD_PROJECT yourself.",
    });
  }
}

/** The version that Google's own client uses. */
const VERSION = "/v1beta1";

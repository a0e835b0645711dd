import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { loadConfig } from "../../src/config/load.ts";
import { failure, makePlace, type Place } from "./place.ts";

const OURS = "home/.config/modullm";
const FORMER = "home/.config/runllm";

const places: Place[] = [];
function place(files: Record<string, string | Uint8Array> = {}): Place {
  const made = makePlace(files);
  places.push(made);
  return made;
}
afterEach(() => {
  for (const made of places.splice(0)) made.remove();
});

describe("loadConfig() precedence", () => {
  const files = {
    "project/.env": "OLLAMA_API_BASE=http://project",
    [`${OURS}/.env`]: "OLLAMA_API_BASE=http://user",
    [`${OURS}/config.yaml`]: "provider: {ollama_api_base: http://yaml}",
    [`${FORMER}/.env`]: "OLLAMA_API_BASE=http://former",
    [`${FORMER}/config.yaml`]: "provider: {ollama_api_base: http://former-yaml}",
  };
  const order: [value: string, source: string][] = [
    ["http://project", "project/.env"],
    ["http://user", `${OURS}/.env`],
    ["http://yaml", `${OURS}/config.yaml`],
    ["http://former", `${FORMER}/.env`],
    ["http://former-yaml", `${FORMER}/config.yaml`],
  ];

  test.each(order.map((_, index) => index))(
    "place %d wins once those before it are gone",
    async (first) => {
      const kept = order.slice(first).map(([, source]) => source);
      const made = place(
        Object.fromEntries(Object.entries(files).filter(([name]) => kept.includes(name))),
      );
      const [value = "", source = ""] = order[first] ?? [];
      const shown = source === "project/.env" ? "./.env" : made.path(source);
      expect((await made.load()).get("OLLAMA_API_BASE")).toEqual({ value, source: shown });
    },
  );

  test("the process environment wins over all", async () => {
    const config = await place(files).load({ OLLAMA_API_BASE: "http://process" });
    expect(config.get("OLLAMA_API_BASE")).toEqual({
      value: "http://process",
      source: "environment",
    });
  });

  test("a blank value counts as unset in each place", async () => {
    const made = place({
      "project/.env": "OLLAMA_API_BASE=",
      [`${OURS}/.env`]: "OLLAMA_API_BASE='  '",
      [`${OURS}/config.yaml`]: 'provider: {ollama_api_base: ""}',
      [`${FORMER}/.env`]: "OLLAMA_API_BASE=http://former",
    });
    const config = await made.load({ OLLAMA_API_BASE: " " });
    expect(config.get("OLLAMA_API_BASE")?.value).toBe("http://former");
  });

  test("a blank line later in a file takes the value back", async () => {
    const config = await place({ "project/.env": "X_API_KEY=abc\nX_API_KEY=" }).load();
    expect(config.get("X_API_KEY")).toBeNull();
  });

  test("blanks around a value are dropped", async () => {
    expect((await place().load({ X_API_KEY: " abc\n" })).get("X_API_KEY")?.value).toBe("abc");
  });

  test("checkedSources names every place in its order, there or not", async () => {
    const made = place();
    expect((await made.load()).checkedSources).toEqual([
      "environment",
      "./.env",
      made.path(`${OURS}/.env`),
      made.path(`${OURS}/config.yaml`),
      made.path(`${FORMER}/.env`),
      made.path(`${FORMER}/config.yaml`),
    ]);
  });

  test("of two config.yaml each key, provider and model is taken from the first that has it", async () => {
    const config = await place({
      [`${OURS}/config.yaml`]:
        "runtime: {default_model: a/b}\nproviders: {one: {base_url: http://ours}}",
      [`${FORMER}/config.yaml`]:
        "runtime: {default_model: c/d, default_max_retries: 5, default_ollama_auto_pull: true}\nproviders: {one: {base_url: http://former}, two: {}}",
    }).load();
    expect(config.defaultModel).toBe("a/b");
    expect(config.defaultMaxRetries).toBe(5);
    expect(config.ollamaAutoPull).toBe(true);
    expect(config.providers["one"]?.baseUrl).toBe("http://ours");
    expect(Object.keys(config.providers)).toEqual(["one", "two"]);
  });

  test("a name that every object has is not taken for a setting", async () => {
    const config = await place().load();
    expect(config.get("constructor")).toBeNull();
    expect(config.providers["constructor"]).toBeUndefined();
    expect(config.modelFacts["toString"]).toBeUndefined();
  });
});

describe("loadConfig() MODULLM_ and RUNLLM_", () => {
  test("are the same, and MODULLM_ wins", async () => {
    expect((await place().load({ RUNLLM_MODEL: "a/b" })).get("MODULLM_MODEL")?.value).toBe("a/b");
    expect((await place().load({ MODULLM_MODEL: "a/b" })).get("RUNLLM_MODEL")?.value).toBe("a/b");
    expect((await place().load({ RUNLLM_MODEL: "a/b", MODULLM_MODEL: "c/d" })).defaultModel).toBe(
      "c/d",
    );
    expect((await place().load({ RUNLLM_MODEL: "a/b", MODULLM_MODEL: " " })).defaultModel).toBe(
      "a/b",
    );
  });

  test("an earlier place wins over the other form in a later one", async () => {
    const config = await place({ "project/.env": "MODULLM_MODEL=c/d" }).load({
      RUNLLM_MODEL: "a/b",
    });
    expect(config.defaultModel).toBe("a/b");
  });

  test("MODULLM_MODEL wins over config.yaml", async () => {
    const files = {
      "project/.env": "RUNLLM_MODEL=a/b",
      [`${OURS}/config.yaml`]: "runtime: {default_model: c/d}",
    };
    expect((await place(files).load()).defaultModel).toBe("a/b");
  });
});

describe("loadConfig() without autoload", () => {
  const files = {
    "project/.env": "X_API_KEY=abcdef",
    [`${OURS}/.env`]: "X_API_KEY=abcdef",
    [`${OURS}/config.yaml`]: "runtime: {default_model: a/b}",
    "home/.local/state/modullm/trusted-folders.json": "broken",
  };

  test.each<[string, Record<string, string>, boolean]>([
    ["by the option", {}, false],
    ["by MODULLM_NO_CONFIG_AUTOLOAD=1", { MODULLM_NO_CONFIG_AUTOLOAD: "1" }, true],
    ["by RUNLLM_NO_CONFIG_AUTOLOAD=true", { RUNLLM_NO_CONFIG_AUTOLOAD: "true" }, true],
  ])("reads the process environment only, %s", async (_, env, autoload) => {
    const config = await place(files).load({ ...env, Y_API_KEY: "y" }, autoload);
    expect(config.get("X_API_KEY")).toBeNull();
    expect(config.get("Y_API_KEY")?.value).toBe("y");
    expect(config.defaultModel).toBeNull();
    expect(config.checkedSources).toEqual(["environment"]);
    expect(config.warnings).toEqual([]);
    expect(config.folderTrusted).toBe(false);
  });

  test.each(["0", "false", "No", "off", " "])(
    "a variable that says %p changes nothing",
    async (value) => {
      const config = await place({ "project/.env": "X_API_KEY=abcdef" }).load({
        MODULLM_NO_CONFIG_AUTOLOAD: value,
      });
      expect(config.get("X_API_KEY")?.value).toBe("abcdef");
    },
  );

  test("the variable does not count in a .env file", async () => {
    const text = "MODULLM_NO_CONFIG_AUTOLOAD=1\nX_API_KEY=abcdef";
    expect((await place({ "project/.env": text }).load()).get("X_API_KEY")?.value).toBe("abcdef");
  });
});

describe("loadConfig() allow-list for .env", () => {
  const allowed = ["X_API_KEY", "X_API_BASE", "X_BASE_URL", "OLLAMA_HOST", "OLLAMA_API_KEY"];
  const projectOnly = ["MODULLM_PATH", "MODULLM_MODEL", "RUNLLM_PATH", "RUNLLM_MODEL"];
  const refused = [
    "PATH",
    "NODE_OPTIONS",
    "HTTPS_PROXY",
    "API_KEY_X",
    "MODULLM_STATE",
    "HF_TOKEN",
    "X_API_KEY_2",
  ];
  const text = [...allowed, ...projectOnly, ...refused]
    .map((name) => `${name}=value-of-${name}`)
    .join("\n");

  test("a project's file sets provider settings, MODULLM_PATH and MODULLM_MODEL", async () => {
    const config = await place({ "project/.env": text }).load();
    const set = [...allowed, ...projectOnly, ...refused].filter(
      (name) => config.get(name) !== null,
    );
    expect(set).toEqual([...allowed, ...projectOnly]);
    expect(config.warnings).toEqual([
      `Ignored in ./.env: ${refused.join(", ")}. It may set *_API_KEY, *_API_BASE, *_BASE_URL, OLLAMA_*, MODULLM_PATH and MODULLM_MODEL.`,
    ]);
  });

  test("the user's file sets provider settings", async () => {
    const made = place({ [`${OURS}/.env`]: text });
    const config = await made.load();
    expect(
      [...allowed, ...projectOnly, ...refused].filter((name) => config.get(name) !== null),
    ).toEqual(allowed);
    expect(config.warnings[0]).toContain(
      `Ignored in ${made.path(`${OURS}/.env`)}: ${projectOnly.join(", ")}, PATH`,
    );
  });

  test("the warning names names, never values, and not more than twenty", async () => {
    const many = Array.from({ length: 30 }, (_, index) => `OTHER_${index}=hidden-value`).join("\n");
    const { warnings } = await place({ "project/.env": many }).load();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("OTHER_19 and 10 more");
    expect(warnings[0]).not.toContain("hidden");
  });

  test("an ignored name still hides its value", async () => {
    const config = await place({ "project/.env": "DATABASE_PASSWORD=correct-horse" }).load();
    expect(config.get("DATABASE_PASSWORD")).toBeNull();
    expect(config.secrets()).toContain("correct-horse");
  });
});

describe("loadConfig() files that can't be read", () => {
  test("a malformed line of the project's .env is a warning, and the rest counts", async () => {
    const config = await place({ "project/.env": "hunter2 hunter2\nX_API_KEY=abcdef" }).load();
    expect(config.get("X_API_KEY")?.value).toBe("abcdef");
    expect(config.warnings).toEqual([
      "Ignored line 1 of ./.env: there is no `=`; a line is NAME=value or a # comment.",
    ]);
  });

  test("a malformed line of the user's .env is RLLM_018", async () => {
    const made = place({ [`${OURS}/.env`]: "X_API_KEY=abc\nhunter2" });
    const { code, message, details } = await failure(made.load());
    const path = made.path(`${OURS}/.env`);
    expect(code).toBe("RLLM_018");
    expect(details).toEqual({
      path,
      line: 2,
      reason: "there is no `=`; a line is NAME=value or a # comment",
    });
    expect(message).toStartWith(`Cannot read configuration "${path}" (line 2): there is no`);
    expect(message).not.toContain("hunter2");
  });

  test("a directory in place of the user's files is RLLM_018", async () => {
    for (const name of [".env", "config.yaml"]) {
      const made = place();
      mkdirSync(made.path(`${OURS}/${name}`), { recursive: true });
      const { code, details } = await failure(made.load());
      expect(code).toBe("RLLM_018");
      expect(details).toEqual({ path: made.path(`${OURS}/${name}`), reason: "it is a directory" });
    }
  });

  test("a directory named .env in the project is passed over", async () => {
    const made = place();
    mkdirSync(made.path("project/.env"));
    expect((await made.load()).warnings).toEqual([]);
  });

  test.each(["project/.env", `${OURS}/.env`, `${OURS}/config.yaml`])(
    "%s that is not UTF-8 is RLLM_018",
    async (name) => {
      const text = new Uint8Array([...Buffer.from("X_API_KEY=a\nY_API_KEY="), 0xe9, 0x0a]);
      const { code, details } = await failure(place({ [name]: text }).load());
      expect(code).toBe("RLLM_018");
      expect(details).toMatchObject({ reason: "it is not UTF-8 text", line: 2 });
    },
  );

  test("UTF-16 text is named as what it is", async () => {
    const text = Buffer.from("\uFEFFX_API_KEY=abc", "utf16le");
    const { details } = await failure(place({ "project/.env": text }).load());
    expect(details).toEqual({ path: "./.env", reason: "it is UTF-16 text; save it as UTF-8" });
  });

  test("a file beyond a million bytes is RLLM_018", async () => {
    const { details } = await failure(place({ "project/.env": "#".repeat(1_000_001) }).load());
    expect(details).toEqual({ path: "./.env", reason: "it is larger than 1000000 bytes" });
  });

  test("a file in place of the configuration folder counts as missing", async () => {
    expect((await place({ "home/.config": "" }).load()).warnings).toEqual([]);
  });
});

describe("loadConfig() headers", () => {
  const yaml =
    "providers: {p: {headers: {X-Org: 'acme ${ORG_ID}', Authorization: 'Bearer ${P_API_KEY}'}}}";

  test("are filled from the environment", async () => {
    const config = await place({ [`${OURS}/config.yaml`]: yaml }).load({
      ORG_ID: "org-77777",
      P_API_KEY: "plain-words",
    });
    expect(config.providers["p"]?.headers).toEqual({
      "X-Org": "acme org-77777",
      Authorization: "Bearer plain-words",
    });
    expect(config.secrets()).toContain("org-77777");
    expect(config.secrets()).toContain("plain-words");
    expect(config.warnings).toEqual([]);
  });

  test("are left out, with a warning, where a variable is not set", async () => {
    const config = await place({ [`${OURS}/config.yaml`]: yaml }).load({
      P_API_KEY: "plain-words",
    });
    expect(config.providers["p"]?.headers).toEqual({ Authorization: "Bearer plain-words" });
    expect(config.warnings).toEqual([
      'Header "X-Org" of provider "p" is left out: ORG_ID is not set.',
    ]);
  });
});

describe("loadConfig() secrets", () => {
  test("are the values of names that say so, keys that are pointed to, and passwords in URLs", async () => {
    const made = place({
      "project/.env": "P_API_KEY=from-project",
      [`${OURS}/.env`]: "Q_API_KEY=from-user",
      [`${OURS}/config.yaml`]:
        "providers: {p: {api_key_env: ACME, base_url: 'https://u:from-base-url@h', headers: {X-Session: from-header}}}",
    });
    const config = await made.load({
      R_API_KEY: "from-process",
      HF_TOKEN: "from-token",
      AWS_SECRET_ACCESS_KEY: "from-aws",
      CLIENT_SECRET: "from-secret",
      PGPASSWORD: "from-password",
      ACME: "from-pointer",
      HTTPS_PROXY: "http://user:from%20proxy@proxy:8080",
      GIT_REMOTE: "https://from-user-part@host",
      TINY_API_KEY: "tiny",
      LOGIN_PASSWORD_FILE: "/run/secrets/login",
      EDITOR: "not-secret",
    });
    expect([...config.secrets()].toSorted()).toEqual(
      [
        "from-project,from-user,from-process,from-token,from-aws,from-secret,from-password,from-pointer,from-header",
        "from%20proxy,from proxy,user:from proxy,from-user-part,from-base-url,u:from-base-url",
      ]
        .flatMap((line) => line.split(","))
        .toSorted(),
    );
  });
});

test("loadConfig() takes Windows' folders, and names whatever their case", async () => {
  const made = place({ "project/.env": "X_API_KEY=abcdef" });
  const config = await loadConfig({
    env: { AppData: "C:\\Roaming", LocalAppData: "C:\\Local", openai_api_key: "abc" },
    cwd: made.project,
    autoload: true,
    platform: "win32",
  });
  expect(config.checkedSources).toEqual([
    "environment",
    "./.env",
    "C:\\Roaming\\modullm\\.env",
    "C:\\Roaming\\modullm\\config.yaml",
    "C:\\Roaming\\runllm\\.env",
    "C:\\Roaming\\runllm\\config.yaml",
  ]);
  expect(config.paths.state).toBe("C:\\Local\\modullm\\state");
  expect(config.get("OPENAI_API_KEY")?.value).toBe("abc");
});

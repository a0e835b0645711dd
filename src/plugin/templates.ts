import { textOf } from "../core/text-module.ts";

/**
 * What a new plugin begins with: a plugin of its kind and language, and what speaks the protocol
 * for it.
 */
interface Template {
  /** Texts by path. `placeholder` stands for the plugin's name, in names of files too. */
  readonly own: Readonly<Record<string, string>>;
  readonly placeholder: string;
  /** How its test is run. */
  readonly test: string;
}

export const TEMPLATE_LANGUAGES = ["ts", "python", "bash"] as const;
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number];
export const TEMPLATE_KINDS = ["model", "tool"] as const;
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** The files of a new plugin by path, and how its test is run. */
export async function renderTemplate(
  { kind, language }: { readonly kind: TemplateKind; readonly language: TemplateLanguage },
  { name }: { readonly name: string },
): Promise<{ files: Readonly<Record<string, string>>; test: string }> {
  const { own, placeholder, test } = await TEMPLATES[kind][language]();
  const place = new RegExp(`(?<![a-z])${placeholder}(?![a-z])`, "g");
  const named = (text: string): string => text.replace(place, name);
  const renamed = Object.entries(own).map(([path, text]) => [named(path), named(text)]);
  return {
    files: { ...Object.fromEntries(renamed), ...(await KITS[language]()) },
    test: named(test),
  };
}

const TEMPLATES: Readonly<
  Record<TemplateKind, Readonly<Record<TemplateLanguage, () => Promise<Template>>>>
> = {
  model: {
    async ts() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/echo/typescript/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/echo/typescript/echo.ts", { with: { type: "text" } }),
        import("../../plugins/echo/typescript/echo.test.ts", { with: { type: "text" } }),
      ]);
      return template("echo", { manifest, main, test }, "ts");
    },
    async python() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/echo/python/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/echo/python/echo.py", { with: { type: "text" } }),
        import("../../plugins/echo/python/test_echo.py", { with: { type: "text" } }),
      ]);
      return template("echo", { manifest, main, test }, "python");
    },
    async bash() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/echo/bash/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/echo/bash/echo.sh", { with: { type: "text" } }),
        import("../../plugins/echo/bash/test_echo.sh", { with: { type: "text" } }),
      ]);
      return template("echo", { manifest, main, test }, "bash");
    },
  },
  tool: {
    async ts() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/counter/typescript/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/counter/typescript/counter.ts", { with: { type: "text" } }),
        import("../../plugins/counter/typescript/counter.test.ts", { with: { type: "text" } }),
      ]);
      return template("counter", { manifest, main, test }, "ts");
    },
    async python() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/counter/python/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/counter/python/counter.py", { with: { type: "text" } }),
        import("../../plugins/counter/python/test_counter.py", { with: { type: "text" } }),
      ]);
      return template("counter", { manifest, main, test }, "python");
    },
    async bash() {
      const [manifest, main, test] = await Promise.all([
        import("../../plugins/counter/bash/modullm-plugin.json", { with: { type: "text" } }),
        import("../../plugins/counter/bash/counter.sh", { with: { type: "text" } }),
        import("../../plugins/counter/bash/test_counter.sh", { with: { type: "text" } }),
      ]);
      return template("counter", { manifest, main, test }, "bash");
    },
  },
};

const KITS: Readonly<Record<TemplateLanguage, () => Promise<Readonly<Record<string, string>>>>> = {
  async ts() {
    const [protocol, serve, stdio, context, tools] = await Promise.all([
      import("../../plugins/echo/typescript/sdk/protocol.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/serve.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/stdio.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/context.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/tools.ts", { with: { type: "text" } }),
    ]);
    return {
      "sdk/protocol.ts": textOf(protocol),
      "sdk/serve.ts": textOf(serve),
      "sdk/stdio.ts": textOf(stdio),
      "sdk/context.ts": textOf(context),
      "sdk/tools.ts": textOf(tools),
    };
  },
  async python() {
    const kit = await import("../../plugins/echo/python/modullm_plugin.py", {
      with: { type: "text" },
    });
    return { "modullm_plugin.py": textOf(kit) };
  },
  async bash() {
    const kit = await import("../../plugins/echo/bash/modullm-plugin.sh", {
      with: { type: "text" },
    });
    return { "modullm-plugin.sh": textOf(kit) };
  },
};

/** Names of the main file and its test, and how that is run. */
const LAYOUTS: Readonly<
  Record<TemplateLanguage, (name: string) => readonly [string, string, string]>
> = {
  ts: (name) => [`${name}.ts`, `${name}.test.ts`, "BUN_BE_BUN=1 modullm test"],
  python: (name) => [`${name}.py`, `test_${name}.py`, `python3 test_${name}.py`],
  bash: (name) => [`${name}.sh`, `test_${name}.sh`, `bash test_${name}.sh`],
};

function template(
  placeholder: string,
  texts: Readonly<Record<"manifest" | "main" | "test", Parameters<typeof textOf>[0]>>,
  language: TemplateLanguage,
): Template {
  const [main, test, run] = LAYOUTS[language](placeholder);
  return {
    placeholder,
    own: {
      "modullm-plugin.json": textOf(texts.manifest),
      [main]: textOf(texts.main),
      [test]: textOf(texts.test),
    },
    test: run,
  };
}

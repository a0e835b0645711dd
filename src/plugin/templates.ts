import { textOf } from "../core/text-module.ts";

/**
 * What a new plugin begins with: the echo plugin of its language, and what speaks the protocol for
 * it.
 */
export interface Template {
  /** Texts by path. `echo` stands for the plugin's name, in names of files too. */
  readonly own: Readonly<Record<string, string>>;
  /** Texts by path, taken as they are. */
  readonly kit: Readonly<Record<string, string>>;
  /** How its test is run. */
  readonly test: string;
}

export const TEMPLATE_LANGUAGES = ["ts", "python", "bash"] as const;
export type TemplateLanguage = (typeof TEMPLATE_LANGUAGES)[number];

const TEMPLATES: Readonly<Record<TemplateLanguage, () => Promise<Template>>> = {
  async ts() {
    const [manifest, main, test, protocol, serve, stdio] = await Promise.all([
      import("../../plugins/echo/typescript/modullm-plugin.json", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/echo.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/echo.test.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/protocol.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/serve.ts", { with: { type: "text" } }),
      import("../../plugins/echo/typescript/sdk/stdio.ts", { with: { type: "text" } }),
    ]);
    return {
      own: {
        "modullm-plugin.json": textOf(manifest),
        "echo.ts": textOf(main),
        "echo.test.ts": textOf(test),
      },
      kit: {
        "sdk/protocol.ts": textOf(protocol),
        "sdk/serve.ts": textOf(serve),
        "sdk/stdio.ts": textOf(stdio),
      },
      test: "BUN_BE_BUN=1 modullm test",
    };
  },
  async python() {
    const [manifest, main, test, kit] = await Promise.all([
      import("../../plugins/echo/python/modullm-plugin.json", { with: { type: "text" } }),
      import("../../plugins/echo/python/echo.py", { with: { type: "text" } }),
      import("../../plugins/echo/python/test_echo.py", { with: { type: "text" } }),
      import("../../plugins/echo/python/modullm_plugin.py", { with: { type: "text" } }),
    ]);
    return {
      own: {
        "modullm-plugin.json": textOf(manifest),
        "echo.py": textOf(main),
        "test_echo.py": textOf(test),
      },
      kit: { "modullm_plugin.py": textOf(kit) },
      test: "python3 test_echo.py",
    };
  },
  async bash() {
    const [manifest, main, test, kit] = await Promise.all([
      import("../../plugins/echo/bash/modullm-plugin.json", { with: { type: "text" } }),
      import("../../plugins/echo/bash/echo.sh", { with: { type: "text" } }),
      import("../../plugins/echo/bash/test_echo.sh", { with: { type: "text" } }),
      import("../../plugins/echo/bash/modullm-plugin.sh", { with: { type: "text" } }),
    ]);
    return {
      own: {
        "modullm-plugin.json": textOf(manifest),
        "echo.sh": textOf(main),
        "test_echo.sh": textOf(test),
      },
      kit: { "modullm-plugin.sh": textOf(kit) },
      test: "bash test_echo.sh",
    };
  },
};

/** The files of a new plugin by path, and how its test is run. */
export async function renderTemplate(
  language: TemplateLanguage,
  { name }: { readonly name: string },
): Promise<{ files: Readonly<Record<string, string>>; test: string }> {
  const { own, kit, test } = await TEMPLATES[language]();
  const named = (text: string): string => text.replace(/(?<![a-z])echo(?![a-z])/g, name);
  const renamed = Object.entries(own).map(([path, text]) => [named(path), named(text)]);
  return { files: { ...Object.fromEntries(renamed), ...kit }, test: named(test) };
}

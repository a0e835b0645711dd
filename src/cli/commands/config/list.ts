import { settingOf, type Setting } from "../../../config/settings.ts";
import { didYouMean } from "../../../core/nearest.ts";
import { isSecretName } from "../../../redaction/secrets.ts";
import { type Action, type CommandContext, UsageError } from "../../command.ts";
import { asText } from "../../format-option.ts";

/** What counts, key by key, and where it is from. */
export const list: Action = {
  least: 0,
  most: 0,
  wants: "nothing",
  async run(_, context) {
    const { config, files } = await readAll(context);
    const { settingsOf } = await import("../../../config/settings.ts");
    const settings = settingsOf(config, files).map(shown);
    // A key of a provider is told to be there, and no more.
    const variables = config
      .variables()
      .map(({ name, value, source }) => ({ name, value: isKey(name) ? HIDDEN : value, source }));
    if (asText(context)) {
      const { settingsText } = await import("../../render/settings.ts");
      context.output.text(settingsText(settings, variables));
    } else context.output.json({ settings, variables });
    return 0;
  },
};

export const get: Action = {
  least: 1,
  most: 1,
  wants: "a KEY",
  async run([key = ""], context) {
    const { config, files } = await readAll(context);
    const setting = settingOf(key, config, files);
    if (setting === null) throw await unknownKey(key);
    const { settingText } = await import("../../render/settings.ts");
    if (asText(context)) context.output.text(settingText(shown(setting)));
    else context.output.json(shown(setting));
    return 0;
  },
};

export async function unknownKey(key: string): Promise<UsageError> {
  const { CONFIG_KEYS } = await import("../../../config/keys.ts");
  return new UsageError(
    `"${key}" is no key of config.yaml.${didYouMean(key, Object.keys(CONFIG_KEYS))}`,
  );
}

const HIDDEN = "[redacted]";

async function readAll({ app, resolve }: CommandContext) {
  const { config } = await app();
  const { readCountingFiles } = await import("../../../config/settings.ts");
  return { config, files: await readCountingFiles(config, resolve(".")) };
}

/** Without what settings of plugins keep secret: their names say so. */
function shown(setting: Setting): Setting {
  return { ...setting, value: hidden(setting.value, setting.key) };
}

function hidden(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => hidden(item, name));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item, key)]));
  return typeof value === "string" && isKey(name.split(".").at(-1) ?? "") ? HIDDEN : value;
}

function isKey(name: string): boolean {
  return isSecretName(name.replaceAll("-", "_"));
}

import { dirname, join } from "node:path";
import { toModullmError } from "../../core/error.ts";
import { mayStandInEnv } from "../../config/load.ts";
import { addressesIn, type EnvPlace, isKept, keepInEnv } from "../../config/keep-credential.ts";
import { keyName, resolveEndpoint } from "../../model/endpoint.ts";
import { environmentName } from "../../model/providers.ts";
import type { Choice } from "./dialog.ts";
import type { Host } from "./host.ts";

type Place = "no" | "user" | "here";

/**
 * Asks for a provider's key. It is known to this process from then on, hidden in all it prints, and
 * kept nowhere yet.
 * @returns whether one was given
 */
export async function askKey(host: Host, model: string): Promise<boolean> {
  const name = await keyNameOf(host, model);
  const key = await host.dialog.hidden(
    `${name} (what you type is not shown; leave it empty to go back)`,
  );
  if (key === "") return false;
  // What came along when it was copied: blanks, quotes, invisible characters. No header may hold
  // them.
  if (!/^[\x21-\x7E]+$/.test(key)) {
    host.dialog.say("A key has no blanks in it, and none but plain characters; nothing was taken.");
    return false;
  }
  host.output.redactor.add(key);
  host.rebuild({ typed: { [name]: key } });
  return true;
}

/** The variable that a provider's key is looked for in. */
export async function keyNameOf(host: Host, model: string): Promise<string> {
  const { config } = await host.app();
  return keyName(resolveEndpoint(model.slice(0, model.indexOf("/")), config), config);
}

/** Asks where a server is that is known by its name only. */
export async function askAddress(host: Host, model: string): Promise<void> {
  const name = `${environmentName(model.slice(0, model.indexOf("/")))}_API_BASE`;
  const url = await host.dialog.text(`${name}, the server's address`, {
    check: (answer) =>
      /^https?:\/\/\S+$/.test(answer) ? null : "an address such as http://127.0.0.1:8000/v1",
  });
  host.rebuild({ typed: { [name]: url } });
}

/**
 * Offers to keep what was typed, once it has proved right. Nothing is written without a yes.
 * @returns the file; null where it is kept nowhere
 */
export async function offerToKeep(host: Host): Promise<string | null> {
  const { dialog, typed, session } = host;
  const names = Object.keys(typed);
  if (names.length === 0) return session.progress.credentialPath;
  const barred = names.filter((name) => !mayStandInEnv(name));
  if (barred.length > 0) {
    dialog.say(
      `${barred.join(" and ")} can't stand in a .env: set it in the environment from now on.`,
    );
    return null;
  }
  const { config } = (await host.app()).config.paths;
  const places: Readonly<Record<Exclude<Place, "no">, EnvPlace>> = {
    user: { path: join(config, ".env"), shared: false },
    here: { path: join(host.folder, ".env"), shared: true },
  };
  const choices: Choice<Place>[] = [
    { value: "no", label: "Nowhere", hint: "it is forgotten when this ends" },
    { value: "user", label: places.user.path, hint: "for all your folders; only you can read it" },
    {
      value: "here",
      label: places.here.path,
      hint: "for this folder; only you can read it, and git ignores it",
    },
  ];
  for (;;) {
    const chosen = await dialog.choose(
      `Where shall ${names.join(" and ")} be kept?`,
      choices,
      "no",
    );
    if (chosen === "no") return null;
    const place = places[chosen];
    try {
      const addresses =
        place.shared && !(await host.app()).config.folderTrusted ? addressesIn(place, names) : [];
      if (addresses.length > 0) {
        dialog.say(
          `${place.path} names ${addresses.join(" and ")}: a key beside it would be sent ` +
            "there. Choose another place.",
        );
        continue;
      }
      const old = names.filter((name) => isKept(place, name));
      const question = `${place.path} sets ${old.join(" and ")} already. Replace it?`;
      if (old.length > 0 && !(await dialog.confirm(question, false))) continue;
      const { permit } = await host.app();
      permit("write", place.path);
      if (place.shared) permit("write", join(dirname(place.path), ".gitignore"));
      keepInEnv(place, typed);
      session.save({ credentialPath: place.path });
      return place.path;
    } catch (thrown) {
      const error = toModullmError(thrown);
      if (error.code !== "RLLM_018" && error.code !== "RLLM_021") throw error;
      dialog.say(`${error.message}. ${error.hint}`);
    }
  }
}

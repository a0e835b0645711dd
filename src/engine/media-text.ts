import type { JsonSchema } from "../contract/contract.ts";
import type { JsonObject } from "../core/json.ts";
import type { Media } from "../media/reading.ts";
import type { Message } from "../model/model.ts";
import { findMedia } from "../program/media.ts";
import { mediaKind } from "../program/media-type.ts";
import { replaceAt, textAt } from "../program/media-values.ts";
import type { Run } from "./state.ts";

const LABELS = { image: "image", audio: "audio", pdf: "document" } as const;

/**
 * The conversation with its files: in texts each is a placeholder such as `[image 1: photo.png]`,
 * numbered by kind, and it goes along with the last message, in the order in which the texts name
 * them; those that no text names come last.
 */
export function withMedia(run: Run, messages: readonly Message[]): readonly Message[] {
  const texts = messages.map(({ content }) => content).join("\n");
  const named = run.media.filter((short) => texts.includes(short));
  const inOrder = named.toSorted((a, b) => texts.indexOf(a) - texts.indexOf(b));
  run.media = [...inOrder, ...run.media.filter((short) => !named.includes(short))];
  const attachments = run.media.flatMap((short) => run.tree.media.get(short)?.attachment ?? []);
  return messages.map((message, index) => ({
    ...message,
    content: shownMedia(run, message.content),
    ...(index === messages.length - 1 ? { attachments } : {}),
  }));
}

/** A text in which a placeholder stands for each file of the run. */
export function shownMedia(run: Pick<Run, "media" | "tree">, text: string): string {
  return labels(run).reduce(
    (shown, { label, short }) => shown.replaceAll(short, () => label),
    text,
  );
}

/**
 * What a model gives a program: where a file is wanted, the placeholder of one of the run's files
 * stands for that file.
 */
export function withNamedFiles(
  run: Pick<Run, "media" | "tree">,
  schema: JsonSchema,
  input: JsonObject,
): unknown {
  const known = new Map(labels(run).map(({ label, short }) => [label, short]));
  return findMedia(schema, input).reduce<unknown>((value, place) => {
    const short = known.get(textAt(input, place).trim());
    return short === undefined ? value : replaceAt(value, place.path, short);
  }, input);
}

/** Counted whether a text names the file or not: a number means the same file in all messages. */
function labels({
  media,
  tree,
}: Pick<Run, "media" | "tree">): readonly { readonly label: string; readonly short: string }[] {
  const counts = { image: 0, audio: 0, pdf: 0 };
  return media.flatMap((short) => {
    const file = tree.media.get(short);
    return file ? { label: placeholder(file, counts), short } : [];
  });
}

function placeholder(
  { attachment, name }: Media,
  counts: Record<keyof typeof LABELS, number>,
): string {
  const kind = mediaKind(attachment.mediaType) ?? "image";
  const number = ++counts[kind];
  return `[${LABELS[kind]} ${number}${name === null ? "" : `: ${name}`}]`;
}

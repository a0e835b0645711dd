import type { Media } from "../media/reading.ts";
import type { Message } from "../model/model.ts";
import { mediaKind } from "../program/media-type.ts";
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
export function shownMedia({ media, tree }: Pick<Run, "media" | "tree">, text: string): string {
  const counts = { image: 0, audio: 0, pdf: 0 };
  return media.reduce((shown, short) => {
    const file = tree.media.get(short);
    if (!file) return shown;
    // Counted whether the text names it or not: a number means the same file in all messages.
    const label = placeholder(file, counts);
    return shown.replaceAll(short, () => label);
  }, text);
}

function placeholder(
  { attachment, name }: Media,
  counts: Record<keyof typeof LABELS, number>,
): string {
  const kind = mediaKind(attachment.mediaType) ?? "image";
  const number = ++counts[kind];
  return `[${LABELS[kind]} ${number}${name === null ? "" : `: ${name}`}]`;
}

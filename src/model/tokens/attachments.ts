import type { Attachment } from "../attachment.ts";
import { pagesOf, pixelsOf, secondsOf } from "./measure.ts";

/**
 * Tokens that a picture, sound or document takes up, by rule of thumb, rather too many than too
 * few. What providers publish, as of November 2026:
 *
 * - Claude (platform.claude.com/docs/en/build-with-claude/vision and …/pdf-support): width × height
 *   / 750 after scaling down,
 *   at most 4,784 on the newest models; 1,500 to 3,000 a page.
 * - GPT (developers.openai.com/api/docs/guides/images-vision): 85, and 170 for each tile of 512
 *   pixels of a picture scaled to
 *   2,048 and its shorter side to 768; gpt-4o-mini the same with 2,833 and 5,667; other `mini` and
 *   `nano` models patches of 32 pixels, at most 1,536, times 1.62 to 2.46.
 * - Gemini (ai.google.dev/gemini-api/docs/tokens and …/media-resolution): 258 for each tile of 768
 *   pixels, 1,120 a picture since Gemini 3;
 *   32 a second of sound; 258 or 560 a page.
 *
 * For models of others: one for each 16 by 16 pixels, between 576 and 4,096.
 */
export function attachmentTokens({ mediaType, data }: Attachment, model: string): number {
  const bytes = Buffer.from(data, "base64");
  const name = model.toLowerCase();
  if (mediaType.startsWith("audio/")) return Math.ceil(secondsOf(mediaType, bytes) * SECOND);
  if (!mediaType.startsWith("image/"))
    return pagesOf(bytes) * (name.includes("gemini") ? 560 : PAGE);
  return pictureTokens(pixelsOf(mediaType, bytes) ?? LARGE, name);
}

const SECOND = 32;
/** A page of text as Claude counts it, with its picture. */
const PAGE = 2500;
/** What a picture of unknown size is taken for. */
const LARGE = [4096, 4096] as const;

function pictureTokens(size: readonly [number, number], model: string): number {
  if (model.includes("claude")) {
    const [width, height] = scaled(size, 2576 / Math.max(...size));
    return Math.min(4784, Math.ceil((width * height) / 750));
  }
  if (model.includes("gemini")) {
    const [width, height] = size;
    const tiles =
      width <= 384 && height <= 384 ? 1 : Math.ceil(width / 768) * Math.ceil(height / 768);
    return Math.max(1120, tiles * 258);
  }
  if (/(?:^|\/)(?:chatgpt|gpt-?[3-9]|o[134](?:$|[-:@]))/.test(model)) return gptTokens(size, model);
  const [width, height] = size;
  return Math.min(4096, Math.max(576, Math.ceil((width * height) / 256)));
}

function gptTokens(size: readonly [number, number], model: string): number {
  const small = /-(?:mini|nano)/.test(model);
  if (small && !model.includes("gpt-4o-mini")) {
    const patches = Math.ceil(size[0] / 32) * Math.ceil(size[1] / 32);
    return Math.ceil(Math.min(1536, patches) * 2.46);
  }
  const boxed = scaled(size, 2048 / Math.max(...size));
  const [width, height] = scaled(boxed, 768 / Math.min(...boxed));
  const tiles = Math.ceil(width / 512) * Math.ceil(height / 512);
  return small ? 2833 + 5667 * tiles : 85 + 170 * tiles;
}

/** Made smaller by the factor, never larger. */
function scaled(
  [width, height]: readonly [number, number],
  factor: number,
): readonly [number, number] {
  return factor >= 1 ? [width, height] : [Math.round(width * factor), Math.round(height * factor)];
}

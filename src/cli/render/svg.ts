import type { Arrow, Box, Diagram } from "./diagram.ts";
import { type Area, layOut, type Layout, type Route } from "./diagram-layout.ts";
import { widthOf } from "./plot.ts";

/** Text is set in a font whose letters are all of one width, so that it can be measured here. */
const FONT_SIZE = 12;
const LETTER = 7.3;
const LINE = 17;
const PADDING = 12;
/** Around a label, to its left and right. */
const LABEL_SPACE = 10;

const FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';
/**
 * Light, and dark where the reader prefers that; it brings its own ground, so that it can be read
 * on any page.
 */
const STYLE = `
text { font-size: ${FONT_SIZE}px; fill: #1f2328; font-family: ${FONTS}; }
.ground { fill: #ffffff; }
.box { fill: #f6f8fa; stroke: #818b98; }
.title { font-weight: 600; }
.note, .gives { fill: #59636e; }
.missing { stroke: #d1242f; stroke-dasharray: 5 4; }
.arrow { fill: none; stroke: #57789f; stroke-width: 1.2; }
.optional { stroke-dasharray: 5 4; }
.head { fill: #57789f; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .ground { fill: #0d1117; }
  .box { fill: #1b222b; stroke: #656c76; }
  .note, .gives { fill: #9ba5b1; }
  .missing { stroke: #f85149; }
  .arrow { stroke: #7d9cc4; }
  .head { fill: #7d9cc4; }
}
`;

/** The picture as an SVG document; the same diagram always gives the same text. */
export function svg(diagram: Diagram): string {
  const layout = layOut(diagram, {
    boxes: diagram.boxes.map(({ title, note }) => ({
      width: Math.max(lengthOf(title), lengthOf(note)) + 2 * PADDING,
      height: 2 * LINE + 2 * PADDING,
    })),
    labels: diagram.arrows.map(
      ({ call, gives }) => Math.max(lengthOf(call), lengthOf(`→ ${gives}`)) + 2 * LABEL_SPACE,
    ),
  });
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 ` +
      `0 ${width} ${height}" role="img">`,
    `<title>${escaped(`What ${diagram.boxes[0]?.title ?? ""} uses`)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" ' +
      'markerHeight="8" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    ...diagram.arrows.map((arrow, index) => arrowElement(arrow, layout.arrows[index])),
    ...diagram.boxes.map((box, index) => boxElement(box, layout, index)),
    "</svg>",
  ].join("\n");
}

function boxElement({ title, note, missing }: Box, layout: Layout, index: number): string {
  const { x, y, width, height }: Area = layout.boxes[index] ?? { x: 0, y: 0, width: 0, height: 0 };
  const middle = y + height / 2;
  return [
    `<g><rect class="box${missing ? " missing" : ""}" x="${n(x)}" y="${n(y)}" ` +
      `width="${n(width)}" height="${n(height)}" rx="5"/>`,
    text(title, { x: x + PADDING, y: middle - 4, style: "title" }),
    text(note, { x: x + PADDING, y: middle + LINE - 4, style: "note" }),
    "</g>",
  ].join("");
}

function arrowElement({ call, gives, optional }: Arrow, route: Route | undefined): string {
  const [first] = route?.levels ?? [];
  if (!route || !first) return "";
  const label = { x: first.from + LABEL_SPACE, y: first.y };
  const back = route.back ? "↩ " : "";
  return [
    `<g><path class="arrow${optional ? " optional" : ""}" ` +
      `d="${path(route)}"${route.back ? "" : ' marker-end="url(#head)"'}/>`,
    text(`${back}${call}`, { x: label.x, y: label.y - 5, style: "call" }),
    gives === ""
      ? ""
      : text(`→ ${gives}`, { x: label.x, y: label.y + FONT_SIZE + 2, style: "gives" }),
    "</g>",
  ].join("");
}

/** Level lines joined by curves that leave and arrive level. */
function path({ levels }: Route): string {
  return levels
    .map(({ from, to, y }, index) => {
      const before = levels[index - 1];
      const start = before
        ? `C${n((before.to + from) / 2)} ${n(before.y)} ${n((before.to + from) / 2)} ${n(y)} ` +
          `${n(from)} ${n(y)}`
        : `M${n(from)} ${n(y)}`;
      return to === from ? start : `${start}H${n(to)}`;
    })
    .join("");
}

function text(
  content: string,
  at: { readonly x: number; readonly y: number; readonly style: string },
): string {
  return `<text class="${at.style}" x="${n(at.x)}" y="${n(at.y)}">${escaped(content)}</text>`;
}

function lengthOf(content: string): number {
  return widthOf(content) * LETTER;
}

/** Tenths of a pixel are enough, and keep the text short. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(content: string): string {
  return content.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

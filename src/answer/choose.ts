import type { Contract, Issue } from "../contract/contract.ts";
import type { Lost, Reading, RepairLevel } from "./answer.ts";
import { editsOf, everyRule, shorten, type Candidate } from "./candidate.ts";
import { isSameJson } from "../contract/values.ts";
import {
  areAlternatives,
  declaredFinal,
  isCorrected,
  isHypothetical,
  isInvented,
  isOnlyDraft,
  onlyUncompared,
} from "./final.ts";
import { leftBehind, piecesOf } from "./left-behind.ts";
import { isEmpty } from "./sources.ts";
import { isRefusal } from "./talk.ts";
import type { RuleName } from "./rules.ts";
import type { Region } from "./find.ts";
import type { Node } from "./tree.ts";
import { goesOnBehind, unreadBeside, unreadKeys, type Beside } from "./unread.ts";

/** What a choice among candidates depends on beside them. */
export interface Choosing {
  readonly contract: Contract;
  readonly level: RepairLevel;
  /** What the model said, without its reasoning. */
  readonly text: string;
  /** Every value at the top level of the text, read or not. */
  readonly regions: readonly Region[];
  /** Every stretch of it that is in a notation of its own. */
  readonly noted: readonly Region[];
  /** The server cut the answer: what was left open there can't be the answer. */
  readonly isCut: boolean;
  /** The answers elsewhere than a node, in another notation, as they are read at a level. */
  readonly elsewhere: (node: Node, level: RepairLevel) => readonly Candidate[];
}

/** A candidate whose value meets the contract. */
interface Meeting {
  readonly candidate: Candidate;
  readonly value: unknown;
}

/** The cheapest, and those that say something else. */
type Answers = readonly [Meeting, ...Meeting[]];

/**
 * The reading that the candidates, cheapest first, give: null when none meets the contract. Below
 * `full` an answer that another one contradicts, or that leaves data behind, is refused.
 */
export function choose(candidates: readonly Candidate[], choosing: Choosing): Reading | null {
  const meeting = thoseThatMeet(candidates, choosing);
  const [cheapest] = meeting;
  if (!cheapest) return null;
  if (choosing.isCut && candidates.some((one) => isBegun(one, cheapest.candidate))) return null;
  const rivals = rivalsOf(cheapest, [...meeting, ...thoseElsewhere(cheapest, choosing)]);
  const answers: Answers = [cheapest, ...rivals];
  const final = rivals.length > 0 ? finalOf(answers, choosing.text) : cheapest;
  if (choosing.level === "full") return salvaged(final, answers, choosing);
  const isSure = final !== null && (final === cheapest || isReadable(final, meeting, choosing));
  return isSure ? plain(final, answers, choosing) : contradiction(cheapest, answers.length);
}

/** The answer where nothing in the text speaks against it; a refusal else. */
function plain(chosen: Meeting, answers: Answers, choosing: Choosing): Reading {
  const beside = besideOf(chosen, answers.length > 1, choosing);
  const unread = beside && unreadBeside(chosen.value, chosen.candidate.source.node, beside);
  if (unread) return leaving(chosen, [unread]);
  if (isDraft(chosen, choosing)) return contradiction(chosen, 2);
  const drafts = besides(chosen, answers, choosing);
  const isMany = chosen.candidate.source.rung === "many";
  const more = isMany ? [] : leftBehind(chosen, drafts, choosing);
  return more.length > 0 ? leaving(chosen, more) : success(chosen, drafts);
}

/** The answer and, in `lost`, all that the text says beside it. */
function salvaged(final: Meeting | null, answers: Answers, choosing: Choosing): Reading {
  const [cheapest] = answers;
  const chosen = final ?? cheapest;
  const places = answers.map(({ candidate }) => candidate.source.node);
  if (final === null && areAlternatives(choosing.text, places))
    return contradiction(chosen, answers.length);
  if (isDraft(chosen, choosing)) {
    const [later] = thoseBehind(chosen, choosing);
    if (!later) return contradiction(chosen, 2);
    return success(later, piecesOf(choosing.text, [chosen.candidate.source.node]));
  }
  const drafts = besides(chosen, answers, choosing);
  const isMany = chosen.candidate.source.rung === "many";
  const more = isMany ? [] : leftBehind(chosen, drafts, choosing);
  const beside = besideOf(chosen, answers.length > 1, choosing);
  const others = answers.filter((one) => one !== chosen);
  if (beside) more.push(...looseBeside(chosen, beside, others));
  return success(chosen, [...drafts, ...more]);
}

/** The other answers, as what is lost with them. */
function besides(chosen: Meeting, answers: Answers, { text }: Choosing): Lost[] {
  const others = answers.filter((one) => one !== chosen);
  return piecesOf(
    text,
    others.map(({ candidate }) => candidate.source.node),
  );
}

/** What goes on behind a value, and keys with other values, that no region or draft holds. */
function looseBeside(
  { candidate, value }: Meeting,
  beside: Beside,
  drafts: readonly Meeting[],
): Lost[] {
  const { node } = candidate.source;
  const places = drafts.map((draft) => draft.candidate.source.node);
  const read = [...beside.regions, ...places.map((place) => ({ ...place, node: place }))];
  const regions = read.toSorted((a, b) => a.start - b.start);
  return [
    ...goesOnBehind(node, beside.text, beside.regions),
    ...unreadKeys(value, node, { ...beside, regions }),
  ];
}

function besideOf(
  { candidate }: Meeting,
  isFinal: boolean,
  { text, regions, contract }: Choosing,
): Beside | null {
  const { rung, node, isPlaced } = candidate.source;
  if (isPlaced === false || rung === "many" || rung === "text") return null;
  const others = regions.filter(({ start, end }) => end <= node.start || start >= node.end);
  return { schema: contract.schema, text, regions: others, isFinal };
}

/** What is parsed as a whole has nothing beside it. */
function thoseElsewhere({ candidate }: Meeting, choosing: Choosing): Meeting[] {
  const { node, rung, isPlaced } = candidate.source;
  if (choosing.level === "off" || isPlaced === false || rung === "many" || rung === "whole")
    return [];
  return thoseThatMeet(choosing.elsewhere(node, "full"), choosing);
}

/** Whether an answer needs no more guesses to be read than the level allows. */
function isReadable(one: Meeting, meeting: readonly Meeting[], choosing: Choosing): boolean {
  if (meeting.includes(one)) return true;
  const { node } = one.candidate.source;
  const read = choosing.elsewhere({ ...node, end: node.start }, choosing.level);
  return thoseThatMeet(read, choosing).some(
    (other) =>
      other.candidate.source.node.start === node.start && isSameJson(other.value, one.value),
  );
}

/** More than one is wanted only to see whether they say the same. */
function thoseThatMeet(candidates: readonly Candidate[], choosing: Choosing): Meeting[] {
  const meeting: Meeting[] = [];
  for (const candidate of candidates) {
    if (choosing.isCut && isOpenEnded(candidate)) continue;
    // A citation is taken for the answer only where a guess will do, and as it stands.
    const { isAside, node } = candidate.source;
    const isMade = choosing.level !== "full" || candidate.notes.length > 0;
    if (isMade && isAside === true && !isEmpty(node)) continue;
    const checked = choosing.contract.check(candidate.value);
    if (checked.ok) meeting.push({ candidate, value: checked.value });
  }
  return meeting;
}

/** An answer that the server cut stands behind the one that is whole: that one may be a draft. */
function isBegun(candidate: Candidate, whole: Candidate): boolean {
  const { node, rung } = candidate.source;
  return rung !== "text" && node.start >= whole.source.node.end && isOpenEnded(candidate);
}

/** Rules that close what the end of the text, or of a line, left open. */
const CLOSES: ReadonlySet<RuleName> = new Set([
  "truncated",
  "missing-closer",
  "missing-quote",
  "comment-end",
  "guessed-quote",
  "missing-value",
  "outline",
  // A line that is not the last one of the notation could follow.
  "table",
  "csv",
  "tsv",
  "toon",
  "yaml",
]);

function isOpenEnded(candidate: Candidate): boolean {
  const { rung, node, cursor } = candidate.source;
  if (rung === "text" || rung === "many") return true;
  if (node.open || !everyRule(candidate, (rule) => !CLOSES.has(rule))) return true;
  // A number or word with which the text ends may go on.
  return node.kind === "text" && !node.quoted && node.end >= cursor.text.trimEnd().length;
}

/** Other answers, elsewhere in the text, with another value. */
function rivalsOf(chosen: Meeting, meeting: readonly Meeting[]): Meeting[] {
  const places = new Set<number>();
  const isNew = ({ candidate }: Meeting): boolean => {
    const { start } = candidate.source.node;
    return places.size < places.add(start).size;
  };
  return meeting.filter(
    (one) =>
      one !== chosen &&
      areApart(chosen.candidate, one.candidate) &&
      one.candidate.source.isAside !== true &&
      !isSameJson(one.value, chosen.value) &&
      isNew(one),
  );
}

function areApart(left: Candidate, right: Candidate): boolean {
  if (right.source.isPlaced === false && left.source.isPlaced !== false) return true;
  const [a, b] = [left.source.node, right.source.node];
  return a.end <= b.start || b.end <= a.start;
}

/** The text calls it a draft, announces another one behind it, or takes it back. */
function isDraft({ candidate }: Meeting, choosing: Choosing): boolean {
  const { node, rung, isPlaced } = candidate.source;
  if (rung === "many" || rung === "tags" || isPlaced === false || node.kind === "text")
    return false;
  const { text, level } = choosing;
  const behind = text.slice(node.end, node.end + MAX_BEHIND);
  if (isOnlyDraft(text, node) || isHypothetical(text, node, level === "full")) return true;
  return isRefusal(behind) || isCorrected(behind) || isInvented(behind);
}

/** Answers in another notation behind one, the last first. */
function thoseBehind({ candidate }: Meeting, choosing: Choosing): Meeting[] {
  const { node } = candidate.source;
  return thoseThatMeet(choosing.elsewhere(node, "full"), choosing).filter(
    (one) => one.candidate.source.node.start >= node.end,
  );
}

/** Words that take an answer back stand closely behind it. In UTF-16 units. */
const MAX_BEHIND = 400;

/**
 * The one of several answers that the text itself calls its last word, or the only one that it
 * doesn't name for comparison.
 */
function finalOf(answers: Answers, text: string): Meeting | null {
  const all = answers.toSorted(
    (a, b) => a.candidate.source.node.start - b.candidate.source.node.start,
  );
  const places = all.map(({ candidate }) => candidate.source.node);
  const index = declaredFinal(text, places) ?? onlyUncompared(text, places);
  return index === null ? null : (all[index] ?? null);
}

function success({ candidate, value }: Meeting, left: readonly Lost[]): Reading {
  const edits = editsOf(candidate);
  for (const piece of left) {
    edits.push({
      rule: "left-behind",
      path: [],
      before: piece.text,
      after: "",
      position: piece.position,
    });
  }
  const lost = [...candidate.lost, ...left];
  return { ok: true, value, rung: candidate.source.rung, edits, lost };
}

function contradiction({ candidate, value }: Meeting, count: number): Reading {
  const reason = `holds ${count} answers that differ, and doesn't say which one is meant`;
  return refusal(candidate, value, { keyword: "ambiguous", reason }, []);
}

function leaving({ candidate, value }: Meeting, lost: readonly Lost[]): Reading {
  const [first] = lost;
  const reason = `holds data beside the answer: ${shorten(first?.text ?? "")}`;
  return refusal(candidate, value, { keyword: "ambiguous", reason }, lost);
}

function refusal(
  candidate: Candidate,
  value: unknown,
  { keyword, reason }: Pick<Issue, "keyword" | "reason">,
  lost: readonly Lost[],
): Reading {
  const issues = [{ keyword, path: [], schemaPath: [], reason }];
  return { ok: false, code: "RLLM_006", value, issues, edits: editsOf(candidate), lost };
}

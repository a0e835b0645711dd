import { asksBack } from "./talk.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

/** So much in front of a value can say what it is. In UTF-16 units. */
const LEAD = 160;

const FINAL =
  /(?<![\p{L}\p{N}])(?:final|finally|corrected|correction|revised|updated|definitive|on reflection|on second thought|scratch that|endgültig\p{L}*|korrigiert\p{L}*|korrektur|définiti\p{L}*|corrigée?|finale?|definitiv\p{L}*|corregid\p{L}*|corrett\p{L}*|corrigid\p{L}*|let me (?:fix|correct|redo|revise)|fixed (?:version|answer|output|json)|окончательн\p{L}*|исправлен\p{L}*|最终|最終|修正|最后答案)/iu;
const DRAFT =
  /(?<![\p{L}\p{N}])(?:draft(?!(?:ed)? (?:reply|email|e-mail|message|text|letter|response|post))|(?:my |a )?first (?:attempt|try|guess|version)|initial(?:ly)?|example|e\.g|wrong|incorrect|instead of|entwurf|beispiel|falsch|brouillon|exemple|borrador|ejemplo|esempio|bozza|черновик|пример|草稿|示例|例)/iu;

const NOT = /(?<![\p{L}\p{N}])not(?![\p{L}\p{N}])/iu;
/** What an answer looks like, and words in front of that which say that a value does. */
const SHAPE = /(?<!\p{L})(?:format(?!t)|schema|template)/iu;
const MEETS =
  /(?<!\p{L})(?:in|im|to|per|with|for|under|using|based|match\p{L}*|follow\p{L}*|accord\p{L}*|conform\p{L}*|nach|gemäß|en|au|selon|según)(?!\p{L})/iu;

/**
 * Which of several values, in the order of the text, the words in front of it call the final one,
 * where no other is called so. Null when the text leaves it open.
 */
export function declaredFinal(text: string, places: readonly Place[]): number | null {
  const leads = places.map((place, index) => leadOf(text, place, places[index - 1]?.end ?? 0));
  const finals = leads.flatMap((lead, index) => (isFinal(lead) ? [index] : []));
  const [only] = finals;
  return finals.length === 1 && only === places.length - 1 ? only : null;
}

/**
 * Whether the words around a value say that it is not the last one: a draft in front of it, or the
 * final one announced behind it.
 */
export function isOnlyDraft(text: string, place: Place): boolean {
  const lead = leadOf(text, place, 0);
  const line = lead.slice(lead.trimEnd().lastIndexOf("\n") + 1).trimEnd();
  // Another value in the sentence parts it.
  const sentence = line.split(/[.!?。！？]\s|[}\]]/u).at(-1) ?? line;
  if (ANNOUNCES.test(line) && isDraftLead(sentence) && !FINAL.test(line)) return true;
  const behind = text.slice(place.end, place.end + BEHIND);
  return behind.split("\n").some((one) => ANNOUNCES.test(one.trimEnd()) && isFinal(one));
}

/** So much behind a value can announce another one. In UTF-16 units. */
const BEHIND = 1000;
const ANNOUNCES = /[:：]["'*_`]*$/u;

/** A question, or a word against it, leaves open which one is meant. */
function isFinal(lead: string): boolean {
  return FINAL.test(lead) && !isDraftLead(lead) && !NOT.test(lead) && !/[?？¿]/.test(lead);
}

/** What a prompt says, not an answer. */
const ASKS =
  /(?:^|[.\n:]\s*)(?:please\s+)?(?:respond|reply|return|send|provide|give me|use|follow|antworte|réponds?|répondez|responde|rispondi)\b[^\n]{0,60}(?:format|schema|structure|template|like this|as follows|wie folgt|comme suit)/iu;

/** "The format is:" announces no answer, "here it is in JSON format:" does. */
function isDraftLead(lead: string): boolean {
  const shape = SHAPE.exec(lead);
  if (ASKS.test(lead)) return true;
  return DRAFT.test(lead) || (shape !== null && !MEETS.test(lead.slice(0, shape.index)));
}

/**
 * Whether a value only shows what an answer could be: an example, or what would hold if something
 * else did. `isFull`: only where it surely does.
 */
export function isHypothetical(text: string, place: Place, isFull: boolean): boolean {
  const lead = leadOf(text, place, 0).replace(FENCE_OPENED, "");
  const sentence = lead.split(/[}\]]|(?<!\b\p{L})[.!?。！？]\s|\n\s*\n/u).at(-1) ?? lead;
  if (FOR_EXAMPLE.test(sentence) || DENIED.test(sentence)) return true;
  if (CONDITION.test(sentence) && UNREAL.test(sentence)) return true;
  return LOOKS_LIKE.test(sentence) && (!isFull || asksBack(text) || CONDITION.test(text));
}

const FENCE_OPENED = /\s*(?:`{3,}|~{3,})[^\n`]*\n\s*$/;
const FOR_EXAMPLE =
  /(?:\be\.\s?g\.?|\bfor (?:example|instance)|\bsuch as|\bsomething like|z\.\s?B\.|zum Beispiel|beispielsweise|etwas wie|p\.\s?ex\.?|par exemple|por ejemplo|per esempio|por exemplo|например|например|例如|例えば|比如)\s*[,:：]?\s*[(`*"]*\s*$/iu;
const DENIED =
  /(?<!\p{L})(?:(?:do not|don['’]t|never|must not|should not|shouldn['’]t|can(?:not|['’]t)) (?:simply |just )?(?:return|output|answer(?: with)?|write|give|use|say|report)|nicht (?:zurückgeben|antworten mit|ausgeben)|ne (?:renvoyez|retournez) pas|no (?:devuelvas|devuelva|respondas))\s*[:：]?\s*[`*"]*\s*$/iu;
const CONDITION =
  /(?<!\p{L})(?:if|once|as soon as|wenn|falls|sobald|si|dès que|cuando|quando|se|если|若|如果|もし)(?!\p{L})/iu;
const UNREAL =
  /(?<!\p{L})(?:would|could|might|were|wäre|würde|hätte|lautete|liefe|serait|aurait|sería|tendría|tuviera|fuera|sarebbe|avrebbe|seria|бы)(?!\p{L})|たら|那么/iu;
const LOOKS_LIKE =
  /(?<!\p{L})(?:(?:would|will|could|might|may|should) (?:then |probably )?(?:look|be) (?:something )?like|could be|might be|wird (?:dann )?so aussehen|sähe so aus|ressemblera|se verá así|sarà così)(?!\p{L})/iu;

/** Whether the words behind a value say that it was made up. */
export function isInvented(behind: string): boolean {
  return INVENTED.test(behind);
}

const INVENTED =
  /(?<!\p{L})(?:(?:i (?:have |['’]ve )?|(?:are|is|were|was) (?:all |entirely |purely )?)(?:made (?:\p{L}+ ){0,3}up|invented|fabricated|guessed|fictional|fictitious|placeholders?|dummy)|(?:placeholder|dummy|made-up|fictional) (?:values?|data)|frei erfunden|erfunden|ausgedacht|platzhalter|inventée?s?|fictifs?|inventad[oa]s?|ficticios?|inventat[oie]|выдуман\p{L}*|вымышлен\p{L}*|虚构|編造|架空)(?!\p{L})/iu;

/**
 * The only one of several values that the words in front of it don't name for comparison, by its
 * index. Null where there are none or more of that kind.
 */
export function onlyUncompared(text: string, places: readonly Place[]): number | null {
  const leads = places.map((place, index) => leadOf(text, place, places[index - 1]?.end ?? 0));
  const own = leads.flatMap((lead, index) => (COMPARES.test(lead) ? [] : [index]));
  return own.length === 1 && leads.length > 1 ? (own[0] ?? null) : null;
}

const COMPARES =
  /(?<!\p{L})(?:for comparison|compared (?:to|with)|previous(?:ly)?|formerly|last (?:month|year|week|time)|used to be|instead of|rather than|zum vergleich|vormonat|vorjahr|vorher|zuvor|bisher|früher|statt|anstelle|à titre de comparaison|auparavant|précédemment|au lieu de|antes|anteriormente|en lugar de|en vez de|precedentemente|invece di|раньше|вместо|для сравнения|此前|之前|上个月|以前)(?!\p{L})/iu;

/** Whether words in front of several values, or between them, offer them side by side. */
export function areAlternatives(text: string, places: readonly Place[]): boolean {
  const sorted = places.toSorted((a, b) => a.start - b.start);
  const leads = sorted.map((place, index) =>
    leadOf(text, place, sorted[index - 1]?.end ?? 0).replace(FENCE_OPENED, ""),
  );
  const last = sorted.at(-1);
  if (leads.slice(1).some((lead) => OR.test(lead))) return true;
  if (last && UNDECIDED.test(text.slice(last.end, last.end + BEHIND))) return true;
  return leads.length > 1 && leads.every((lead) => LABELLED.test(lead));
}

const OR = /^[\s`~.,;*_]*(?:or|oder|ou|o|oppure|или|veya|または|或者|或)[\s:：*_`]*$/iu;
const LABELLED =
  /(?:^|\n)[\s#>*_-]*(?:option|variante?|version|run|alternative?|candidate?|scenario|interpretation|reading|lesart|möglichkeit|versión|opción|вариант|方案|選択肢|案)\s*(?:[A-D]|\d|[IVX]{1,3})[^\n]{0,40}$/iu;
const UNDECIDED =
  /(?<!\p{L})(?:which (?:one|of (?:these|them|the two))[^\n?]{0,40}\?|can(?:not|['’]t) (?:decide|tell which|give a reliable)|both (?:interpretations|readings|are (?:possible|plausible|defensible))|disagree|nicht (?:eindeutig )?entscheiden|welche[rs]? [^\n?]{0,40}\?|laquelle|cuál de|quale delle)/iu;

/** Whether the words behind a value correct it. */
export function isCorrected(behind: string): boolean {
  return CORRECTS.test(behind);
}

const CORRECTS =
  /(?:^|[\n.!?])[\s*_]*(?:edit|correction|korrektur|wait|hold on|scratch that|oops|my mistake|actually)[*_]*\s*[,:.!…—–-]|(?<!\p{L})should (?:actually |instead |rather )?(?:be|have been|read) ["'“\d$€£-]/iu;

/** Where words behind an offset announce a final answer that follows; null where none do. */
export function announcesMore(text: string, from: number): number | null {
  for (const line of text.slice(from).matchAll(/[^\n]{1,300}[:：][ \t]*(?=\S|\n\s*\S)/g))
    if (isFinal(line[0])) return from + line.index + line[0].length;
  return null;
}

function leadOf(text: string, place: Place, from: number): string {
  return text.slice(Math.max(from, place.start - LEAD), place.start);
}

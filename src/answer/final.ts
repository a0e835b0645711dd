interface Place {
  readonly start: number;
  readonly end: number;
}

/** So much in front of a value can say what it is. In UTF-16 units. */
const LEAD = 160;

const FINAL =
  /(?<![\p{L}\p{N}])(?:final|finally|corrected|correction|revised|updated|definitive|on reflection|on second thought|scratch that|endgültig\p{L}*|korrigiert\p{L}*|korrektur|définiti\p{L}*|corrigée?|finale?|definitiv\p{L}*|corregid\p{L}*|corrett\p{L}*|corrigid\p{L}*|let me (?:fix|correct|redo|revise)|fixed (?:version|answer|output|json)|окончательн\p{L}*|исправлен\p{L}*|最终|最終|修正|最后答案)/iu;
const DRAFT =
  /(?<![\p{L}\p{N}])(?:draft|(?:my |a )?first (?:attempt|try|guess|version)|initial(?:ly)?|example|e\.g|wrong|incorrect|instead of|entwurf|beispiel|falsch|brouillon|exemple|borrador|ejemplo|esempio|bozza|черновик|пример|草稿|示例|例)/iu;

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
  const sentence = line.split(/[.!?。！？]\s/u).at(-1) ?? line;
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

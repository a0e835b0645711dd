import { wordSet } from "./words/word-set.ts";

/** Words that negate what follows them, without accents and case, by language. */
const BEFORE =
  "not no never none unknown nor neither without non isn isnt aren arent wasn wasnt weren " +
  "don dont doesn doesnt didn didnt won wont cannot cant couldn shouldn wouldn hasn haven " +
  "ain nothing nobody hardly barely scarcely rarely whether unlikely exclude excluding " +
  "excluded except below under " +
  "nicht kein keine keinen keinem keiner keines nie niemals weder ohne kaum niemand ob " +
  "pas jamais aucun aucune ni sans guere personne peu " +
  "nunca tampoco sin jamas ningun ninguna apenas nadie " +
  "mai senza ne nessun nessuna " +
  "nao nem sem nenhum nenhuma " +
  "niet geen nooit inte ikke ikkje ej aldri aldrig ingen " +
  "nie neni nejsou nikoli nikdy bez nije nisu niso nem nincs sem ei nu nici " +
  "не нет ни без никто вряд нема немае ні нi δεν δε οχι μη μην χωρις " +
  "ليس ليست لا غير لم لن لیس نه لא לא אינו אינה אין " +
  "khong chang bukan tidak tiada hindi si sio hakuna " +
  "不 没 沒 非 未 无 無 別 别 勿 ไ नहीं नहि न ไม่ 안 아니 못";

/** Words that negate what stands before them, or call it wrong. */
const BEHIND =
  "not no never isn isnt wasn wasnt doesn didn cannot wouldn shouldn wrong incorrect false out " +
  "nicht kein falsch pas non faux nao niet inte ikke ei " +
  "degil yok नहीं नहि नहीं نیست نيست ليس 不 非 な 아닙니다 아니 아니다 아닌 아님 않습니다 않다 않음 " +
  "нет не";

/** Words that turn from what was denied to what is meant. */
const TURNS =
  "but rather instead however sondern aber mais sino pero ma bensi mas maar men utan ale " +
  "nybrz но а зато 而 但 ama fakat sed";

/** Two words that negate what follows them. */
const PAIRS_BEFORE = new Set([
  "anything but",
  "far from",
  "can t",
  "instead of",
  "rather than",
  "to be",
  "yet to",
  "less than",
  "lower than",
  "weniger als",
  "moins que",
  "menos que",
]);

/** Words that leave open which of several things is meant. */
const DOUBT =
  /(?<!\p{L})(?:either|both|depends|unclear|unsure|uncertain|hard to (?:say|tell)|can(?:not|['’]t) (?:say|tell|decide)|entweder|beide[sn]?|unklar|les deux|ambos|ambas|entrambi|неясно|оба)(?!\p{L})/iu;

export function isInDoubt(text: string): boolean {
  return DOUBT.test(text);
}

/** What negates the word before it where a script parts no words; without its accents. */
const JOINED_BEHIND = /^(?:ては|しゃ|とは|て|は|も)?(?:あり|言え|思え)?(?:ませ|な[いくか])/u;

const before = wordSet(BEFORE);
const behind = wordSet(BEHIND);
const turns = wordSet(TURNS);

export function negatesBefore(word: string): boolean {
  return before.has(word);
}

export function pairNegatesBefore(first: string, second: string): boolean {
  return PAIRS_BEFORE.has(`${first} ${second}`);
}

export function isJoinedNegation(words: string): boolean {
  return JOINED_BEHIND.test(words);
}

export function isNegation(word: string): boolean {
  return behind.has(word);
}

export function isTurn(word: string): boolean {
  return turns.has(word);
}

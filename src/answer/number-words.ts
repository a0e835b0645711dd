/** Words for small numbers, by number: the languages that answers are mostly written in. */
const WORDS: readonly string[] = [
  "zero zéro cero nul ноль 零",
  "one eins ein eine einen un une uno una um uma один одна een en bir 一",
  "two zwei deux dos due dois duas два две twee to två iki 二 两 兩",
  "three drei trois tres tre três три drie üç 三",
  "four vier quatre cuatro quattro quatro четыре fire fyra dört 四",
  "five fünf cinq cinco cinque пять vijf fem beş 五",
  "six sechs seis sei шесть zes seks sex altı 六",
  "seven sieben sept siete sette sete семь zeven sju yedi 七",
  "eight acht huit ocho otto oito восемь åtte sekiz 八",
  "nine neun neuf nueve nove девять negen ni nio dokuz 九",
  "ten zehn dix diez dieci dez десять tien ti tio on 十",
  "eleven elf onze once undici одиннадцать",
  "twelve zwölf douze doce dodici doze двенадцать",
];

const numbers = new Map<string, number>();
for (const [value, words] of WORDS.entries())
  for (const word of words.split(" ")) numbers.set(word, value);

/** What is counted behind a number of one character. */
const COUNTER =
  /^([一二三四五六七八九十两兩])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,2}$/u;

/** The number that a text of one word says; undefined for any other text. */
export function numberWord(text: string): number | undefined {
  const word = text.trim().toLowerCase().replace(/\.$/, "");
  return numbers.get(word) ?? numbers.get(COUNTER.exec(word)?.[1] ?? "");
}

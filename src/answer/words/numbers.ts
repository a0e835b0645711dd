import { once } from "../../core/once.ts";
import { strip } from "../fold.ts";

/** By script, the words for 0, 1, 2 and so on; a `/` parts several for one number. */
const NUMBERS: readonly string[] = [
  "zero one/once two three four five six seven eight nine ten eleven twelve thirteen fourteen " +
    "fifteen sixteen seventeen eighteen nineteen twenty",
  "0 ein/eins/eine/einen/einem/einer zwei/zwo drei vier fünf sechs sieben acht neun zehn elf " +
    "zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
  "zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze " +
    "quinze seize dix-sept dix-huit dix-neuf vingt",
  "cero uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce " +
    "quince dieciséis diecisiete dieciocho diecinueve veinte",
  "zero uno/una due tre quattro cinque sei sette otto nove dieci undici dodici tredici " +
    "quattordici quindici sedici diciassette diciotto diciannove venti",
  "zero um/uma dois/duas três quatro cinco seis sete oito nove dez onze doze treze " +
    "catorze/quatorze quinze dezesseis dezessete dezoito dezenove vinte",
  "nul een/één twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien " +
    "vijftien zestien zeventien achttien negentien twintig",
  "zero jeden/jedna/jedno dwa/dwie trzy cztery pięć sześć siedem osiem dziewięć dziesięć " +
    "jedenaście dwanaście trzynaście czternaście piętnaście szesnaście siedemnaście osiemnaście " +
    "dziewiętnaście dwadzieścia",
  "ноль один/одна/одно два/две три четыре пять шесть семь восемь девять десять одиннадцать " +
    "двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать " +
    "девятнадцать двадцать",
  "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
  "noll en/ett två tre fyra fem sex sju åtta nio tio elva tolv",
  "nula jeden/jedna dva/dvě tři čtyři pět šest sedm osm devět deset",
  "영/공 하나/한/일 둘/두/이 셋/세/삼 넷/네/사 다섯/오 여섯/육 일곱/칠 여덟/팔 아홉/구 열/십",
  "صفر واحد/واحدة اثنان/اثنين ثلاثة/ثلاث أربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني " +
    "تسعة/تسع عشرة/عشر",
  "शून्य एक दो तीन चार पाँच/पांच छह/छः सात आठ नौ दस",
];
/** Tens from twenty on, and a hundred; in the same languages. */
const TENS: readonly string[] = [
  "twenty thirty forty fifty sixty seventy eighty ninety hundred",
  "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig hundert",
  "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix cent",
  "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa cien",
  "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento",
  "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem",
  "twintig dertig veertig vijftig zestig zeventig tachtig negentig honderd",
  "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто",
];

const numbers = once(numberWords);

/** A word that is a number of one language and another number of a second one is none. */
function numberWords(): ReadonlyMap<string, number | null> {
  const words = new Map<string, number | null>();
  const put = (word: string, value: number): void => {
    const known = words.get(strip(word));
    words.set(strip(word), known === undefined || known === value ? value : null);
  };
  for (const line of NUMBERS)
    for (const [value, names] of line.split(" ").entries())
      for (const name of names.split("/")) put(name, value);
  for (const line of TENS)
    for (const [index, name] of line.split(" ").entries()) put(name, 10 * (index + 2));
  return words;
}

/** The whole number that a word says: "twelve", "twenty-one", "三", "十二". */
export function numberOfWord(text: string): number | undefined {
  const word = strip(text.trim());
  const known = numbers().get(word);
  if (known !== undefined) return known ?? undefined;
  const [tens, ones, ...more] = word.split(/[-\s]/).map((part) => numbers().get(part) ?? 0);
  if (tens && ones && more.length === 0 && tens >= 20 && tens % 10 === 0 && ones < 10)
    return tens === 100 ? undefined : tens + ones;
  return hanNumber(word);
}

const HAN_DIGITS = "〇一二三四五六七八九";

/** Numbers below a hundred in Han digits. */
function hanNumber(word: string): number | undefined {
  const parts = /^([一二三四五六七八九])?(十)?([一二三四五六七八九])?$/u.exec(
    word.replace("两", "二").replace("兩", "二"),
  );
  if (!parts || word === "") return word === "零" || word === "〇" ? 0 : undefined;
  const [, first, ten, last] = parts;
  if (!ten) return first && last ? undefined : HAN_DIGITS.indexOf(first ?? last ?? "");
  return (first ? HAN_DIGITS.indexOf(first) : 1) * 10 + (last ? HAN_DIGITS.indexOf(last) : 0);
}

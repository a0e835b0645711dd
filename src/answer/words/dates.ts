import { once } from "../../core/once.ts";
import { strip } from "../fold.ts";
import { wordOf, wordSet } from "./word-set.ts";

/** The months, each with its names; the beginning of a name will do where it is of one month. */
const MONTHS: readonly string[] = [
  "january januar janvier enero gennaio janeiro januari gener ianuarie január styczeń " +
    "stycznia leden ledna января январь січня січень ocak جانفي يناير كانون_الثاني जनवरी ינואר " +
    "ιανουαρίου มกราคม",
  "february februar février febrero febbraio fevereiro februari febrer februarie február luty " +
    "lutego únor února февраля февраль лютого лютий şubat فبراير شباط फरवरी फ़रवरी פברואר " +
    "φεβρουαρίου กุมภาพันธ์",
  "march märz maerz mars marzo março maart mrt març martie március marzec marca březen března " +
    "марта март березня березень mart maret مارس آذار मार्च מרץ מרס μαρτίου มีนาคม",
  "april avril abril aprile aprilie április kwiecień kwietnia duben dubna апреля апрель " +
    "квітня квітень nisan أبريل إبريل نيسان अप्रैल אפריל απριλίου เมษายน",
  "may mai mayo maggio maio mei maj maig május maja květen května мая май травня травень " +
    "mayıs مايو أيار ماي मई מאי μαΐου พฤษภาคม",
  "june juni juin junio giugno junho juny iunie június czerwiec czerwca červen června июня " +
    "июнь червня червень haziran يونيو حزيران जून יוני ιουνίου มิถุนายน",
  "july juli juillet julio luglio julho juliol iulie július lipiec lipca červenec července " +
    "июля июль липня липень temmuz يوليو تموز जुलाई יולי ιουλίου กรกฎาคม",
  "august août agosto augustus augusti agost augusztus sierpień sierpnia srpen srpna августа " +
    "август серпня серпень ağustos agustus أغسطس آب अगस्त אוגוסט αυγούστου สิงหาคม",
  "september septembre septiembre settembre setembro setembre septembrie szeptember wrzesień " +
    "września září сентября сентябрь вересня вересень eylül سبتمبر أيلول सितंबर सितम्बर ספטמבר " +
    "σεπτεμβρίου กันยายน",
  "october oktober octobre octubre ottobre outubro octombrie október październik października " +
    "říjen října октября октябрь жовтня жовтень ekim أكتوبر تشرين_الأول अक्टूबर अक्तूबर אוקטובר " +
    "οκτωβρίου ตุลาคม",
  "november novembre noviembre novembro noiembrie listopad listopada listopadu ноября ноябрь " +
    "листопада kasım نوفمبر تشرين_الثاني नवंबर नवम्बर נובמבר νοεμβρίου พฤศจิกายน",
  "december dezember décembre diciembre dicembre dezembro desembre decembrie desember " +
    "grudzień grudnia prosinec prosince декабря декабрь грудня грудень aralık ديسمبر " +
    "كانون_الأول दिसंबर दिसम्बर דצמבר δεκεμβρίου ธันวาคม",
];

const months = once(() => MONTHS.map((names) => names.split(" ").map(wordOf)));
/** Shorter beginnings are of too many. */
const LEAST_OF_MONTH = 3;

/** The number of a month by its name or the beginning of one; 0 for any other word. */
export function monthOf(name: string): number {
  // In Hebrew a letter in front of a month says "in".
  const word = strip(name).replace(/\.$|^ב(?=\p{Script=Hebrew}{3})/gu, "");
  const whole = months().findIndex((names) => names.includes(word));
  if (whole >= 0 || word.length < LEAST_OF_MONTH) return whole + 1;
  const begun = months().flatMap((names, index) =>
    names.some((one) => one.startsWith(word)) ? [index + 1] : [],
  );
  return begun.length === 1 ? (begun[0] ?? 0) : 0;
}

/** Days of the week, and what stands beside the parts of a date: articles, ordinals, "year". */
const BESIDE_DATES =
  "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs " +
  "fri sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi " +
  "do fr sa so lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles " +
  "jueves viernes sábado domingo lunedì martedì mercoledì giovedì venerdì sabato domenica " +
  "segunda terça quarta quinta sexta feira segunda-feira terça-feira quarta-feira " +
  "quinta-feira sexta-feira maandag dinsdag woensdag donderdag vrijdag zaterdag zondag måndag " +
  "tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag poniedziałek " +
  "wtorek środa czwartek piątek sobota niedziela pondělí úterý středa čtvrtek pátek neděle " +
  "понедельник вторник среда четверг пятница суббота воскресенье пн вт ср чт пт сб вс " +
  "понеділок вівторок середа п'ятниця субота неділя pazartesi salı çarşamba perşembe cuma " +
  "cumartesi pazar الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد सोमवार मंगलवार " +
  "बुधवार गुरुवार शुक्रवार शनिवार रविवार the on of st nd rd th den der dem am vom le du er " +
  "ère el lo al dia día de del il di dell la a em o op dnia dne r roku г года год р року yılı " +
  "günü يوم في عام सन को ในปี พ.ศ วันที่ ngày năm";

const besideDates = wordSet(BESIDE_DATES);

/** Whether a word says nothing of a date but what its other parts say. */
export function isBesideDate(word: string): boolean {
  return besideDates.has(strip(word));
}

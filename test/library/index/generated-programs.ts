import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * A hundred things that programs are about: the folder they lie in, the name, the plural, and what
 * is read from them.
 */
export const THINGS: readonly (readonly [
  folder: string,
  one: string,
  many: string,
  fields: string,
])[] = (
  "finance|invoice|invoices|vendorName totalAmount dueDate;finance|expense report|expense reports|employee category amount;" +
  "finance|bank statement|bank statements|accountNumber balance transactions;finance|tax form|tax forms|taxYear taxableIncome;" +
  "finance|budget plan|budget plans|department allocation;legal|contract|contracts|parties term governingLaw;" +
  "legal|privacy policy|privacy policies|dataCategories retention;legal|court ruling|court rulings|court verdict;" +
  "legal|patent|patents|inventor claims;legal|license agreement|license agreements|licensor fees;" +
  "support|support ticket|support tickets|priority product;support|chat transcript|chat transcripts|agent resolution;" +
  "support|complaint|complaints|issue severity;support|refund request|refund requests|orderNumber reason;" +
  "support|warranty claim|warranty claims|serialNumber purchaseDate;sales|lead|leads|company budget;" +
  "sales|sales call|sales calls|objections nextStep;sales|proposal|proposals|client price;" +
  "sales|quote|quotes|items discount;sales|customer profile|customer profiles|segment revenue;" +
  "marketing|blog post|blog posts|topic audience;marketing|newsletter|newsletters|subject sections;" +
  "marketing|ad copy|ad copies|headline callToAction;marketing|press release|press releases|announcement spokesperson;" +
  "marketing|social post|social posts|platform hashtags;people|resume|resumes|skills experience;" +
  "people|job posting|job postings|role requirements;people|performance review|performance reviews|strengths goals;" +
  "people|leave request|leave requests|startDate endDate;people|exit interview|exit interviews|reasons suggestions;" +
  "engineering|bug report|bug reports|stepsToReproduce component;engineering|pull request|pull requests|changedFiles risk;" +
  "engineering|log file|log files|errors timestamps;engineering|api specification|api specifications|endpoints authentication;" +
  "engineering|incident report|incident reports|rootCause duration;data|survey response|survey responses|question rating;" +
  "data|csv table|csv tables|columns rows;data|sql query|sql queries|tables filters;" +
  "data|dashboard|dashboards|metrics period;data|dataset description|dataset descriptions|variables licence;" +
  "logistics|shipping label|shipping labels|recipient trackingNumber;logistics|purchase order|purchase orders|supplier quantities;" +
  "logistics|delivery note|delivery notes|parcels weight;logistics|inventory list|inventory lists|sku stock;" +
  "logistics|customs declaration|customs declarations|goods tariffCode;health|patient note|patient notes|symptoms diagnosis;" +
  "health|lab result|lab results|analyte referenceRange;health|prescription|prescriptions|drug dosage;" +
  "health|discharge letter|discharge letters|admission followUp;health|clinical trial|clinical trials|phase endpoints;" +
  "education|essay|essays|thesis arguments;education|lesson plan|lesson plans|objectives activities;" +
  "education|exam question|exam questions|answer difficulty;education|course catalog|course catalogs|courses credits;" +
  "education|student feedback|student feedbacks|teacher remarks;research|scientific paper|scientific papers|methods findings;" +
  "research|abstract|abstracts|hypothesis conclusion;research|grant application|grant applications|funder aims;" +
  "research|citation|citations|authors journal;research|lab notebook|lab notebooks|experiment observations;" +
  "news|news article|news articles|event places;news|editorial|editorials|stance author;" +
  "news|interview|interviews|speaker statements;news|headline|headlines|words tone;news|podcast episode|podcast episodes|guests topics;" +
  "travel|flight booking|flight bookings|passenger departure;travel|hotel review|hotel reviews|cleanliness service;" +
  "travel|itinerary|itineraries|stops nights;travel|visa application|visa applications|nationality purpose;" +
  "travel|travel guide|travel guides|sights districts;commerce|product description|product descriptions|material size;" +
  "commerce|product review|product reviews|pros cons;commerce|order confirmation|order confirmations|items shippingAddress;" +
  "commerce|return form|return forms|article condition;commerce|shop catalog|shop catalogs|prices brands;" +
  "security|phishing mail|phishing mails|sender links;security|vulnerability report|vulnerability reports|cve impact;" +
  "security|access request|access requests|system permission;security|audit trail|audit trails|actor action;" +
  "security|threat briefing|threat briefings|actors techniques;realty|apartment listing|apartment listings|rooms rent;" +
  "realty|lease|leases|tenant deposit;realty|property appraisal|property appraisals|value comparables;" +
  "realty|maintenance request|maintenance requests|defect urgency;realty|floor plan|floor plans|area layout;" +
  "government|permit application|permit applications|applicant site;government|council minutes|council minutes|motions votes;" +
  "government|public tender|public tenders|deadline lots;government|law draft|law drafts|articles amendments;" +
  "government|census form|census forms|household occupants;personal|diary entry|diary entries|mood people;" +
  "personal|recipe|recipes|ingredients steps;personal|shopping list|shopping lists|products amounts;" +
  "personal|birthday card|birthday cards|recipient wishes;personal|workout log|workout logs|exercises repetitions;" +
  "media|movie script|movie scripts|scenes characters;media|song lyrics|song lyrics|verses theme;" +
  "media|subtitle file|subtitle files|cues language;media|book chapter|book chapters|plot protagonist;" +
  "media|photo caption|photo captions|subjects place"
)
  .split(";")
  .map((line) => line.split("|"))
  .map(([folder = "", one = "", many = "", fields = ""]) => [folder, one, many, fields] as const);

/** What is done with them: the word in the name, the description, and the schema of the answer. */
const DONE: readonly {
  readonly name: string;
  readonly says: (one: string, many: string, fields: string) => string;
  readonly gives: string;
}[] = [
  {
    name: "extract",
    says: (one, _, fields) => `Extracts ${fields} from one ${one}.`,
    gives: "",
  },
  {
    name: "summarize",
    says: (one) => `Summarizes a ${one} in three sentences.`,
    gives: "summary: { type: string }",
  },
  {
    name: "classify",
    says: (_, many) => `Classifies ${many} into fixed categories.`,
    gives: "label: { type: string, enum: [first, second, other] }",
  },
  {
    name: "translate",
    says: (one) => `Translates a ${one} to a target language.`,
    gives: "translation: { type: string }",
  },
  {
    name: "validate",
    says: (one) => `Validates a ${one} and lists its problems.`,
    gives: "problems: { type: array, items: { type: string } }",
  },
  {
    name: "score",
    says: (one) => `Scores the quality of a ${one} between 0 and 100.`,
    gives: "score: { type: integer }",
  },
  {
    name: "draft",
    says: (one) => `Drafts a new ${one} from bullet points.`,
    gives: "text: { type: string }",
  },
  {
    name: "compare",
    says: (_, many) => `Compares two ${many} and reports the differences.`,
    gives: "differences: { type: array, items: { type: string } }",
  },
  {
    name: "anonymize",
    says: (one) => `Anonymizes a ${one} by replacing personal data.`,
    gives: "text: { type: string }",
  },
  {
    name: "answer",
    says: (one) => `Answers questions about a ${one}.`,
    gives: "answer: { type: string }",
  },
];

export interface GeneratedProgram {
  readonly name: string;
  /** Below the library folder. */
  readonly file: string;
  readonly text: string;
}

/** Five hundred programs: each thing with five of the ten actions. */
export function generatedPrograms(count = 500): readonly GeneratedProgram[] {
  return Array.from({ length: count }, (_, index) => {
    const [folder, one, many, fields] = THINGS[index % THINGS.length] ?? ["", "", "", ""];
    const turn = Math.floor(index / THINGS.length);
    const action = DONE[((index % THINGS.length) + 3 * turn) % DONE.length];
    const again = turn < 5 ? "" : `_${turn}`;
    const name = `${action?.name}_${one.replaceAll(" ", "_")}${again}`;
    const names = fields.split(" ");
    const spoken = names.map((each) => each.replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`));
    const says = action?.says(one, many, spoken.join(", ")) ?? "";
    const gives = action?.gives || names.map((each) => `${each}: { type: string }`).join("\n    ");
    return { name, file: `${folder}/${name}.rllm`, text: programText(name, says, gives) };
  });
}

export function writePrograms(folder: string, programs: readonly GeneratedProgram[]): void {
  for (const { file, text } of programs) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

export function programText(name: string, description: string, gives: string): string {
  return `---
name: ${name}
description: ${JSON.stringify(description)}
version: 1.0.0
author: Generator
max_context_window: 8000
input_schema:
  type: object
  properties:
    text: { type: string, minLength: 1 }
  required: [text]
  additionalProperties: false
output_schema:
  type: object
  properties:
    ${gives}
  additionalProperties: false
llm: { model: builtin/baseline }
llm_params: {}
---
{{input.text}}
`;
}

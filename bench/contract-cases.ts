import type { JsonSchema } from "../src/contract/contract.ts";

/** A schema as programs have them, with values that a model may answer with. */
export interface ContractCase {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
}

const text = { type: "string" } as const;
const words = { type: "array", items: { type: "string", minLength: 1 } } as const;

const summary: ContractCase = {
  name: "summary",
  schema: {
    type: "object",
    properties: {
      summary: { type: "string", minLength: 1, maxLength: 600 },
      key_points: { ...words, maxItems: 8 },
    },
    required: ["summary", "key_points"],
    additionalProperties: false,
  },
  valid: [
    {
      summary: "Rates stay where they are; the bank waits for the figures of June.",
      key_points: ["no change", "June"],
    },
    { summary: "Short.", key_points: [] },
  ],
  invalid: [
    { summary: "Short." },
    { summary: "Short.", key_points: ["one", 2] },
    { summary: "", key_points: [] },
  ],
};

const keywords: ContractCase = {
  name: "keywords",
  schema: {
    type: "object",
    properties: {
      language: { type: "string", pattern: "^[a-z]{2}$" },
      keywords: {
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: {
          type: "object",
          properties: { term: text, score: { type: "number", minimum: 0, maximum: 1 } },
          required: ["term", "score"],
        },
      },
    },
    required: ["keywords"],
  },
  valid: [
    {
      language: "en",
      keywords: ["solar", "grid", "storage", "tariff", "demand"].map((term, at) => ({
        term,
        score: 1 - at / 10,
      })),
    },
  ],
  invalid: [
    { keywords: [] },
    { language: "english", keywords: [{ term: "solar", score: 0.9 }] },
    { keywords: [{ term: "solar", score: 9 }] },
  ],
};

const router: ContractCase = {
  name: "intent router",
  schema: {
    type: "object",
    properties: {
      intent: { enum: ["billing", "technical", "sales", "complaint", "cancellation", "other"] },
      confidence: { type: "number", minimum: 0, maximum: 1 },
      needs_human: { type: "boolean" },
      reason: { type: ["string", "null"] },
    },
    required: ["intent", "confidence", "needs_human"],
  },
  valid: [
    { intent: "technical", confidence: 0.82, needs_human: false, reason: null },
    { intent: "other", confidence: 0.1, needs_human: true, reason: "No category fits." },
  ],
  invalid: [
    { intent: "tech", confidence: 0.82, needs_human: false },
    { intent: "sales", confidence: "high", needs_human: true },
  ],
};

const person = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1 },
    email: { type: "string", format: "email" },
  },
  required: ["name"],
} as const;

const meeting: ContractCase = {
  name: "meeting",
  schema: {
    $defs: { person },
    type: "object",
    properties: {
      title: text,
      date: { type: "string", format: "date" },
      attendees: { type: "array", items: { $ref: "#/$defs/person" } },
      decisions: words,
      actions: {
        type: "array",
        items: {
          type: "object",
          properties: {
            owner: { $ref: "#/$defs/person" },
            task: text,
            due: { anyOf: [{ type: "string", format: "date" }, { type: "null" }] },
            priority: { enum: ["low", "normal", "high"] },
          },
          required: ["owner", "task", "due"],
          additionalProperties: false,
        },
      },
    },
    required: ["title", "date", "attendees", "actions"],
  },
  valid: [
    {
      title: "Weekly",
      date: "2026-03-02",
      attendees: [{ name: "Ada", email: "ada@example.org" }, { name: "Grace" }, { name: "Edsger" }],
      decisions: ["Ship on Friday"],
      actions: [
        { owner: { name: "Ada" }, task: "Write the notes", due: "2026-03-05", priority: "normal" },
        { owner: { name: "Grace" }, task: "Call the supplier", due: null },
      ],
    },
  ],
  invalid: [
    { title: "Weekly", date: "2 March", attendees: [], actions: [] },
    {
      title: "Weekly",
      date: "2026-03-02",
      attendees: [],
      actions: [{ owner: { name: "Ada" }, task: "Write" }],
    },
  ],
};

const reply: ContractCase = {
  name: "support reply",
  schema: {
    type: "object",
    properties: {
      subject: { type: "string", maxLength: 120 },
      body: { type: "string", minLength: 20 },
      tone: { enum: ["neutral", "warm", "apologetic"] },
      tags: { ...words, uniqueItems: true },
      refund: { type: "number", minimum: 0, multipleOf: 0.01 },
      escalate: { type: "boolean" },
    },
    required: ["subject", "body", "tone"],
    dependentRequired: { refund: ["escalate"] },
  },
  valid: [
    {
      subject: "Your order 1182",
      body: "We are sorry that the parcel came late; the fee has been returned to your card.",
      tone: "apologetic",
      tags: ["shipping", "refund"],
      refund: 4.99,
      escalate: false,
    },
  ],
  invalid: [
    { subject: "Your order", body: "Sorry.", tone: "warm" },
    { subject: "Your order", body: "We are sorry that it came late.", tone: "warm", refund: 5 },
  ],
};

const amount = { type: "string", pattern: "^-?\\d+\\.\\d{2}$" } as const;

const invoice: ContractCase = {
  name: "invoice",
  schema: {
    type: "object",
    properties: {
      number: { type: "string", minLength: 3, maxLength: 32 },
      issued: { type: "string", format: "date" },
      currency: { type: "string", pattern: "^[A-Z]{3}$" },
      seller: {
        type: "object",
        properties: {
          name: text,
          vat_id: { type: ["string", "null"] },
          website: { type: "string", format: "uri" },
        },
        required: ["name", "vat_id"],
        additionalProperties: false,
      },
      lines: {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          properties: {
            text,
            quantity: { type: "integer", minimum: 1 },
            unit_price: amount,
            total: amount,
          },
          required: ["text", "quantity", "unit_price", "total"],
          additionalProperties: false,
        },
      },
      total: amount,
    },
    required: ["number", "issued", "currency", "seller", "lines", "total"],
    additionalProperties: false,
  },
  valid: [
    {
      number: "2026-0042",
      issued: "2026-01-31",
      currency: "EUR",
      seller: { name: "Acme GmbH", vat_id: "DE123456789", website: "https://acme.example/about" },
      lines: Array.from({ length: 12 }, (_, at) => ({
        text: `Part ${at}`,
        quantity: at + 1,
        unit_price: "9.50",
        total: "19.00",
      })),
      total: "1043.10",
    },
  ],
  invalid: [
    {
      number: "2026-0042",
      issued: "2026-01-31",
      currency: "EUR",
      seller: { name: "Acme", vat_id: null },
      lines: [],
      total: "1.00",
    },
    {
      number: "1",
      issued: "2026-01-31",
      currency: "EUR",
      seller: { name: "Acme" },
      lines: [],
      total: "1.00",
      note: "",
    },
  ],
};

function event(
  kind: string,
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all = { kind: { const: kind }, at: { type: "string", format: "date-time" }, ...properties };
  return { type: "object", properties: all, required: Object.keys(all) };
}

const events: ContractCase = {
  name: "events",
  schema: {
    type: "array",
    items: {
      oneOf: [
        event("message", { from: text, text }),
        event("call", { from: text, seconds: { type: "integer", minimum: 0 } }),
        event("payment", { amount, currency: { type: "string", pattern: "^[A-Z]{3}$" } }),
        event("note", { text, pinned: { type: "boolean" } }),
      ],
    },
  },
  valid: [
    Array.from({ length: 5 }, (_, at) => [
      { kind: "message", at: `2026-03-0${at + 1}T09:00:00Z`, from: "Ada", text: "Is it ready?" },
      { kind: "call", at: "2026-03-01T10:00:00+01:00", from: "Grace", seconds: 61 },
      { kind: "payment", at: "2026-03-01T11:00:00Z", amount: "10.00", currency: "EUR" },
    ]).flat(),
  ],
  invalid: [
    [{ kind: "mail", at: "2026-03-01T09:00:00Z" }],
    [{ kind: "call", at: "2026-03-01T10:00:00Z", from: "Grace", seconds: -1 }],
  ],
};

interface Outline {
  readonly title: string;
  readonly pages: number;
  readonly children: readonly Outline[];
}

function outline(depth: number): Outline {
  const children = depth === 0 ? [] : [outline(depth - 1), outline(depth - 1)];
  return { title: `Chapter ${depth}`, pages: depth * 10, children };
}

const tree: ContractCase = {
  name: "outline",
  schema: {
    $ref: "#/$defs/chapter",
    $defs: {
      chapter: {
        type: "object",
        properties: {
          title: { type: "string", minLength: 1 },
          pages: { type: "integer", minimum: 0 },
          children: { type: "array", items: { $ref: "#/$defs/chapter" } },
        },
        required: ["title", "children"],
        additionalProperties: false,
      },
    },
  },
  valid: [outline(5)],
  invalid: [
    { title: "Root", children: [{ title: "", children: [] }] },
    { title: "Root", children: [outline(2), { title: 3 }] },
  ],
};

const product: ContractCase = {
  name: "product",
  schema: {
    type: "object",
    properties: {
      id: { type: "string", format: "uuid" },
      name: text,
      kind: { enum: ["physical", "digital"] },
      weight_g: { type: "number", exclusiveMinimum: 0 },
      download: { type: "string", format: "uri" },
      labels: {
        type: "object",
        patternProperties: { "^[a-z]{2}(-[A-Z]{2})?$": text },
        additionalProperties: false,
      },
      variants: {
        type: "array",
        items: {
          type: "object",
          properties: {
            sku: { type: "string", pattern: "^[A-Z0-9-]+$" },
            stock: { type: "integer" },
            size: { type: ["number", "string"] },
          },
          required: ["sku"],
        },
      },
    },
    required: ["id", "name", "kind"],
    if: { properties: { kind: { const: "physical" } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: { required: ["weight_g"] },
    else: { required: ["download"] },
  },
  valid: [
    {
      id: "0b9d9d4e-6f5c-4e0e-9c5e-0a4f2f1f5a11",
      name: "Lamp",
      kind: "physical",
      weight_g: 820,
      labels: { en: "Lamp", "de-AT": "Lampe", fr: "Lampe" },
      variants: [
        { sku: "L-1", stock: 4, size: "M" },
        { sku: "L-2", size: 12 },
      ],
    },
  ],
  invalid: [
    { id: "0b9d9d4e-6f5c-4e0e-9c5e-0a4f2f1f5a11", name: "Lamp", kind: "digital" },
    { id: "12", name: "Lamp", kind: "physical", weight_g: 0, labels: { english: "Lamp" } },
  ],
};

const address = {
  type: "object",
  properties: {
    street: text,
    city: text,
    postcode: { type: "string", pattern: "^[0-9A-Z -]{3,10}$" },
    country: { type: "string", minLength: 2, maxLength: 2 },
  },
  required: ["city", "country"],
} as const;

const period = {
  type: "object",
  properties: {
    from: { type: "string", format: "date" },
    to: { anyOf: [{ type: "string", format: "date" }, { const: "present" }] },
  },
  required: ["from", "to"],
} as const;

const cv: ContractCase = {
  name: "cv",
  schema: {
    $defs: { address, period },
    type: "object",
    properties: {
      name: {
        type: "object",
        properties: { given: text, family: text },
        required: ["given", "family"],
      },
      contact: {
        type: "object",
        properties: {
          email: { type: "string", format: "email" },
          phone: { type: "string", pattern: "^\\+?[0-9 ()-]{6,20}$" },
          address: { $ref: "#/$defs/address" },
        },
        minProperties: 1,
      },
      jobs: {
        type: "array",
        items: {
          type: "object",
          properties: {
            employer: text,
            title: text,
            period: { $ref: "#/$defs/period" },
            place: { $ref: "#/$defs/address" },
            tasks: words,
          },
          required: ["employer", "title", "period"],
        },
      },
      education: {
        type: "array",
        items: {
          type: "object",
          properties: {
            school: text,
            degree: { type: ["string", "null"] },
            period: { $ref: "#/$defs/period" },
            grade: { type: "number" },
          },
          required: ["school", "period"],
        },
      },
      languages: {
        type: "object",
        additionalProperties: { enum: ["A1", "A2", "B1", "B2", "C1", "C2", "native"] },
        propertyNames: { pattern: "^[a-z]{2,3}$" },
      },
      skills: {
        type: "array",
        items: {
          type: "object",
          properties: { name: text, years: { type: "number", minimum: 0 } },
          required: ["name"],
        },
      },
    },
    required: ["name", "contact", "jobs", "education"],
  },
  valid: [
    {
      name: { given: "Ada", family: "Lovelace" },
      contact: {
        email: "ada@example.org",
        phone: "+44 20 7946 0000",
        address: { city: "London", country: "GB", postcode: "W1A 1AA" },
      },
      jobs: Array.from({ length: 6 }, (_, at) => ({
        employer: `Firm ${at}`,
        title: "Analyst",
        period: { from: "2019-01-01", to: at === 0 ? "present" : "2020-12-31" },
        place: { city: "London", country: "GB" },
        tasks: ["Planned", "Built", "Measured"],
      })),
      education: [
        {
          school: "University of London",
          degree: "BSc",
          period: { from: "2015-09-01", to: "2018-07-31" },
          grade: 1.3,
        },
      ],
      languages: { en: "native", fr: "C1", it: "B2" },
      skills: [{ name: "mathematics", years: 10 }, { name: "engines" }],
    },
  ],
  invalid: [
    { name: { given: "Ada" }, contact: {}, jobs: [], education: [] },
    {
      name: { given: "Ada", family: "Lovelace" },
      contact: { email: "ada@example.org" },
      jobs: [{ employer: "Firm", title: "Analyst", period: { from: "2019-01-01", to: "now" } }],
      education: [],
    },
  ],
};

export const CASES: readonly ContractCase[] = [
  summary,
  keywords,
  router,
  meeting,
  reply,
  invoice,
  events,
  tree,
  product,
  cv,
];

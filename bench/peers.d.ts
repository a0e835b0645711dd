// What the benchmarks use of their peers, so that the types are checked where the peers are not
// installed.

declare module "ajv/dist/2020.js" {
  type Validate = ((value: unknown) => boolean) & { errors?: readonly unknown[] | null };

  export class Ajv2020 {
    constructor(options: {
      strict: boolean;
      allErrors?: boolean;
      addUsedSchema?: boolean;
      logger?: false;
    });
    compile(schema: object): Validate;
  }
}

declare module "ajv-formats" {
  export default function addFormats(ajv: object): void;
}

declare module "jsonrepair" {
  export function jsonrepair(text: string): string;
}

declare module "@boundaryml/baml" {
  interface Context {
    readonly contextDepth: () => number;
  }

  export class BamlRuntime {
    static fromFiles(
      root: string,
      files: Record<string, string>,
      environment: Record<string, string>,
    ): BamlRuntime;
    createContextManager(): Context;
    parseLlmResponse(
      name: string,
      text: string,
      partial: boolean,
      context: Context,
      types: null,
      clients: null,
      environment: Record<string, string>,
    ): unknown;
  }
}

declare module "ai" {
  export function generateObject(options: {
    readonly model: unknown;
    readonly schema: unknown;
    readonly prompt: string;
  }): Promise<{ readonly object: { readonly title: string } }>;
}

declare module "@ai-sdk/openai" {
  export function createOpenAI(options: { readonly baseURL: string; readonly apiKey: string }): {
    chat(model: string): unknown;
  };
}

declare module "zod" {
  interface Shape {
    int(): Shape;
  }

  export const z: {
    string(): Shape;
    number(): Shape;
    array(item: Shape): Shape;
    object(properties: Readonly<Record<string, Shape>>): Shape;
  };
}

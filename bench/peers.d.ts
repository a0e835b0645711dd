// What the benchmarks use of their peers, so that the types are checked where the peers are not installed.

declare module "ajv/dist/2020.js" {
  type Validate = ((value: unknown) => boolean) & { errors?: readonly unknown[] | null };

  export class Ajv2020 {
    constructor(options: { strict: boolean; allErrors?: boolean; addUsedSchema?: boolean; logger?: false });
    compile(schema: object): Validate;
  }
}

declare module "ajv-formats" {
  export default function addFormats(ajv: object): void;
}

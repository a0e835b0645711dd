declare module "*.sql" {
  const text: string;
  export default text;
}

/** Not a dependency: used where a project on an older Node has it installed. */
declare module "better-sqlite3" {
  type Value = string | number | null;
  interface Statement {
    run(...values: Value[]): { changes: number; lastInsertRowid: number | bigint };
    all(...values: Value[]): unknown[];
  }
  export default class Database {
    constructor(path: string, options?: { readonly?: boolean; fileMustExist?: boolean });
    exec(sql: string): unknown;
    prepare(sql: string): Statement;
    close(): void;
  }
}

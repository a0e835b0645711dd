import type { Methods, Notifications } from "../../plugins/sdk/protocol.ts";
import type { Json } from "../../src/core/json.ts";
import type { NOTIFICATIONS, PARAMS, RESULTS } from "../../src/plugin/schemas.ts";

/** What a schema of the protocol lets in, as a type; for the keywords that those use. */
type FromSchema<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer A)[] }
      ? FromSchema<A>
      : S extends {
            readonly type: "object";
            readonly properties: infer P;
            readonly required: readonly (infer R)[];
          }
        ? FromObject<P, R>
        : S extends { readonly type: "array"; readonly items: infer I }
          ? readonly FromSchema<I>[]
          : S extends { readonly type: readonly (infer T)[] }
            ? FromName<T>
            : S extends { readonly type: infer T }
              ? FromName<T>
              : keyof S extends never
                ? Json
                : never;

type FromObject<P, R> = keyof P extends never
  ? Record<string, never>
  : Flat<
      { readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> } & {
        readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]>;
      }
    >;

/** Distributes over unions. */
type FromName<T> = T extends keyof Names ? Names[T] : never;

interface Names {
  string: string;
  integer: number;
  number: number;
  boolean: boolean;
  null: null;
  object: { readonly [key: string]: Json };
}

type Flat<T> = { [K in keyof T]: T[K] };
type Same<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- equal when these are
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * `true` for each message whose schema and type say the same. The compiler refuses any other value.
 */
export const SAME: {
  readonly params: {
    readonly [M in keyof Methods]: Same<FromSchema<(typeof PARAMS)[M]>, Methods[M]["params"]>;
  };
  readonly results: {
    readonly [M in keyof Methods]: Same<FromSchema<(typeof RESULTS)[M]>, Methods[M]["result"]>;
  };
  readonly notifications: {
    readonly [N in keyof Notifications]: Same<
      FromSchema<(typeof NOTIFICATIONS)[N]>,
      Notifications[N]
    >;
  };
} = {
  params: {
    initialize: true,
    "models/list": true,
    chat: true,
    embed: true,
    rerank: true,
    "tokens/count": true,
    health: true,
    "models/pull": true,
    "tools/list": true,
    "tools/call": true,
    shutdown: true,
  },
  results: {
    initialize: true,
    "models/list": true,
    chat: true,
    embed: true,
    rerank: true,
    "tokens/count": true,
    health: true,
    "models/pull": true,
    "tools/list": true,
    "tools/call": true,
    shutdown: true,
  },
  notifications: { "chat/part": true, progress: true, cancel: true },
};

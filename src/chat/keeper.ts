import { redactedMessage } from "../redaction/result.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { ChatArea, ChatRecord, ChatTurn } from "../store/chats.ts";
import type { Store } from "../store/store.ts";
import type { App } from "../workspace.ts";

/** Where a chat is kept. What `keep` has resolved for, no kill takes away. */
export interface ChatKeeper {
  /** Null where the policy says that nothing is kept. */
  readonly chats: ChatArea | null;
  /** Empty for the user of this machine. */
  readonly tenant: string;
  /** @throws {ModullmError} RLLM_018 where it could be written nowhere */
  keep(record: ChatRecord, ...turns: readonly ChatTurn[]): Promise<void>;
  /** A record or turn as it is kept and told to the model from then on: without secrets. */
  redacted<Kept extends ChatRecord | ChatTurn>(kept: Kept): Kept;
}

export async function openKeeper(app: App): Promise<ChatKeeper> {
  const { principal, labels } = app.scope();
  const ask = { action: "keep", principal, resource: { name: "chat", facts: {} }, labels } as const;
  const store: Store | null = app.policy.decide(ask).allow ? await app.store() : null;
  return {
    chats: store?.chats ?? null,
    tenant: principal.tenant ?? "",
    async keep(record, ...turns) {
      if (store === null) return;
      store.chats.keep(record);
      for (const turn of turns) store.chats.keepTurn(turn);
      await store.flushed();
    },
    redacted: (kept) => redactedRow(kept, app.redactor),
  };
}

function redactedRow<Row extends ChatRecord | ChatTurn>(row: Row, redactor: Redactor): Row {
  if (!("messages" in row)) return redactor.value(row);
  const { messages, ...rest } = row;
  const shown = messages.map((message) => redactedMessage(message, redactor));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a copy has its shape
  return { ...redactor.value(rest), messages: shown } as unknown as Row;
}

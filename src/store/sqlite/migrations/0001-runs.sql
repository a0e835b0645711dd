-- One row a run, its model calls in it as JSON: one page is written for a run, and `json_each(attempts)` reads the calls.
-- Clustered by program and time, which is the order every reader wants. No prompt, input or answer is ever stored.
-- application_id is "MLLM": it tells our file from another program's.
PRAGMA application_id = 0x4D4C4C4D;

CREATE TABLE run (
  path TEXT NOT NULL,
  started INTEGER NOT NULL, -- milliseconds since the epoch
  id TEXT NOT NULL,
  parent TEXT,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  model TEXT NOT NULL,
  ms REAL NOT NULL,
  ok INTEGER NOT NULL,
  error TEXT,
  input_ok INTEGER NOT NULL,
  output_ok INTEGER, -- null: no answer was asked for
  attempts TEXT NOT NULL, -- [{model, ms, promptTokens, completionTokens, usd, error, edits: [rule]}]
  PRIMARY KEY (path, started, id)
) STRICT, WITHOUT ROWID;

-- Older statistics files whose runs have been copied here, so that each is copied once.
CREATE TABLE takeover (
  path TEXT NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  runs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answers of programs that say `cache`, so that the identical request is not paid for twice. The key is a SHA-256 of all that the
-- answer depends on: the prompt itself is not stored.
CREATE TABLE answer (
  key TEXT NOT NULL PRIMARY KEY,
  path TEXT NOT NULL, -- the program that asked
  model TEXT NOT NULL,
  value TEXT NOT NULL, -- JSON
  kept INTEGER NOT NULL, -- milliseconds since the epoch
  hits INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

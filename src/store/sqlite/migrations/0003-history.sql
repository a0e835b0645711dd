-- Runs in the order of their recording, found by program, model, time, id, outcome, cost and tag without reading the others.
ALTER TABLE run RENAME TO run_before;

CREATE TABLE run (
  number INTEGER PRIMARY KEY,
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
  usd REAL, -- of all its calls; null where one has no price
  tags TEXT NOT NULL DEFAULT '{}', -- {name: value}
  attempts TEXT NOT NULL -- [{model, ms, promptTokens, completionTokens, usd, error, edits: [rule], cached}]
) STRICT;

INSERT INTO run (path, started, id, parent, name, version, model, ms, ok, error, input_ok, output_ok, usd, attempts)
SELECT path, started, id, parent, name, version, model, ms, ok, error, input_ok, output_ok,
  CASE WHEN NOT json_valid(attempts) THEN NULL WHEN json_array_length(attempts) = 1 THEN attempts ->> '$[0].usd' ELSE (
    SELECT CASE WHEN count(*) FILTER (WHERE call.value ->> 'usd' IS NULL
      AND coalesce(call.value ->> 'promptTokens', call.value ->> 'completionTokens') IS NOT NULL) = 0
      THEN sum(call.value ->> 'usd') END
    FROM json_each(attempts) AS call) END,
  attempts
FROM run_before;

DROP TABLE run_before;

CREATE UNIQUE INDEX run_id ON run (id, started, path);
CREATE INDEX run_time ON run (started);
CREATE INDEX run_outermost ON run (started) WHERE parent IS NULL;
CREATE INDEX run_program ON run (path, started);
CREATE INDEX run_program_model ON run (path, model, started);
CREATE INDEX run_model ON run (model, started);
CREATE INDEX run_failed ON run (started) WHERE ok = 0;
CREATE INDEX run_paid ON run (started, usd) WHERE usd > 0;
CREATE INDEX run_child ON run (parent) WHERE parent IS NOT NULL;

CREATE TABLE tag (
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  started INTEGER NOT NULL,
  run INTEGER NOT NULL, -- its number
  PRIMARY KEY (name, value, started, run)
) STRICT, WITHOUT ROWID;

-- What is counted of the runs of a program with a model, changed with every row.
CREATE TABLE summary (
  path TEXT NOT NULL,
  model TEXT NOT NULL,
  counts TEXT NOT NULL, -- JSON
  PRIMARY KEY (path, model)
) STRICT, WITHOUT ROWID;

-- Events of the trees of runs that were to be kept, redacted, one JSON object a line.
CREATE TABLE trace (
  number INTEGER PRIMARY KEY,
  root TEXT NOT NULL,
  part INTEGER NOT NULL,
  at INTEGER NOT NULL, -- milliseconds since the epoch
  lines TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX trace_root ON trace (root, part);
CREATE INDEX trace_time ON trace (at);
CREATE VIRTUAL TABLE trace_words USING fts5 (words, content = '');

-- Answers by whose they are.
ALTER TABLE answer RENAME TO answer_before;
CREATE TABLE answer (
  tenant TEXT NOT NULL, -- empty for the user of this machine
  key TEXT NOT NULL,
  path TEXT NOT NULL, -- the program that asked
  model TEXT NOT NULL,
  value TEXT NOT NULL, -- JSON
  kept INTEGER NOT NULL, -- milliseconds since the epoch
  hits INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
INSERT INTO answer SELECT '', key, path, model, value, kept, hits FROM answer_before;
DROP TABLE answer_before;

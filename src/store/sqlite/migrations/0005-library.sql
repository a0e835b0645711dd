-- Programs of library folders, each file once a folder, so that none is read twice. Ids are never given again: cursors hold them.
CREATE TABLE program_folder (
  folder TEXT NOT NULL PRIMARY KEY,
  changes INTEGER NOT NULL, -- transactions that changed programs of it
  digest TEXT, -- of its files as a whole scan has found them; null while one goes on
  also TEXT NOT NULL DEFAULT '[]', -- paths of files beside it whose schemas are taken
  programs INTEGER NOT NULL DEFAULT 0,
  broken INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE program (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  folder TEXT NOT NULL,
  file TEXT NOT NULL, -- below the folder
  stamp TEXT, -- its size and times; null: it is to be read again
  also TEXT NOT NULL, -- {path: stamp} of files whose schemas it takes
  hash TEXT, -- of its content; null where it can't be read
  broken INTEGER NOT NULL,
  facts TEXT NOT NULL, -- JSON, what lists tell
  entry TEXT NOT NULL, -- JSON, what is told of it alone
  UNIQUE (folder, file)
) STRICT;
CREATE INDEX program_hash ON program (hash);

-- Stems, with the program's id as rowid.
CREATE VIRTUAL TABLE program_words USING fts5 (name, description, tags, fields, category, tokenize = 'unicode61 remove_diacritics 0');

-- Where a text stands in the tree, kept for good.
CREATE TABLE category (
  hash TEXT NOT NULL PRIMARY KEY,
  domain TEXT NOT NULL,
  task TEXT NOT NULL,
  origin TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE program_vector (
  model TEXT NOT NULL,
  hash TEXT NOT NULL,
  vector TEXT NOT NULL, -- Base64 of its floats, four bytes each
  PRIMARY KEY (model, hash)
) STRICT, WITHOUT ROWID;

-- Conversations and their turns, each as JSON beside what it is found by.
CREATE TABLE chat (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL, -- empty for the user of this machine
  name TEXT NOT NULL,
  updated INTEGER NOT NULL, -- milliseconds since the epoch
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_name ON chat (tenant, name);
CREATE INDEX chat_time ON chat (tenant, updated);

CREATE TABLE turn (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  chat TEXT NOT NULL,
  asked INTEGER NOT NULL, -- milliseconds since the epoch: the order of a chat
  updated INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX turn_chat ON turn (chat, asked);

-- What was said, by its words; rowid is the turn's number.
CREATE VIRTUAL TABLE turn_words USING fts5 (words);
INSERT INTO turn_words (turn_words, rank) VALUES ('secure-delete', 1);

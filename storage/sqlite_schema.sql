-- Who may log in. Times are milliseconds since 1970.
CREATE TABLE accounts (
  key     TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

-- The inbox of an account is the messages to it with a number above proven. A small table of its own, since each proof writes it.
CREATE TABLE inboxes (
  key     TEXT PRIMARY KEY,
  proven  INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- A message is one row. Instead of indexes, which would make a post three times as dear, each message names the one before it in its
-- thread and in its recipient's inbox.
CREATE TABLE messages (
  number          INTEGER PRIMARY KEY,
  at              INTEGER NOT NULL,
  sender          TEXT NOT NULL,
  recipient       TEXT NOT NULL,    -- empty for the lobby
  thread          TEXT NOT NULL,    -- empty for the lobby, else the keys of both, in order: 'alice bob'
  thread_count    INTEGER NOT NULL, -- the thread's first message has 1
  thread_previous INTEGER NOT NULL, -- 0: none
  inbox_previous  INTEGER NOT NULL,
  text            TEXT NOT NULL
);

-- Where the threads and the inboxes ('alice') end, for all messages up to progress.chained. Later ones are chained again at start.
CREATE TABLE chains (
  name  TEXT PRIMARY KEY,
  head  INTEGER NOT NULL,
  count INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE progress (chained INTEGER NOT NULL);
INSERT INTO progress VALUES (0);

-- An account's id is never used again, whoever takes its name later. Times are milliseconds since 1970.
CREATE TABLE accounts (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE, -- what names are compared by
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  created INTEGER NOT NULL
);

CREATE TABLE rooms (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE, -- begins with '#'
  name    TEXT NOT NULL,
  created INTEGER NOT NULL
);

CREATE TABLE members (
  account INTEGER NOT NULL,
  room    INTEGER NOT NULL,
  since   INTEGER NOT NULL, -- a number: events with a greater one have come since
  PRIMARY KEY (account, room)
) WITHOUT ROWID;

-- The inbox of an account is the messages to it with a number above acked. A small table of its own, since each ack writes it.
CREATE TABLE inboxes (
  account INTEGER PRIMARY KEY,
  acked   INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0 -- messages that expired unread, until the owner is told
);

-- Everything that others must see, in the one order. Ids of accounts and rooms are taken from the same counter as the numbers.
-- There are no indexes, which would make a message cost three times as much. Instead each message names the one before it in its thread and in
-- its recipient's inbox.
CREATE TABLE events (
  number          INTEGER PRIMARY KEY,
  at              INTEGER NOT NULL,
  kind            INTEGER NOT NULL, -- 1: a message, 2: a password was changed, 3: an account was removed
  sender          INTEGER NOT NULL, -- the id of an account; 0: not known, or nobody
  sender_name     TEXT NOT NULL,    -- as it was then
  recipient       INTEGER NOT NULL, -- the id of the account that a private message is for or that the event is about; of a room's message: -id
  thread_count    INTEGER NOT NULL, -- the thread's first message has 1
  thread_previous INTEGER NOT NULL, -- 0: none
  inbox_previous  INTEGER NOT NULL,
  text            TEXT NOT NULL,    -- of kinds 2 and 3: the account's name
  -- The thread follows from the rest, so it takes no room in the file: a room's id and 0, or both accounts' ids, the smaller one first.
  -- Without min() and max(): SQLite thinks that a function may fail, and keeps a journal of each sweep in case it has to be undone.
  thread_a INTEGER AS (CASE WHEN kind <> 1 THEN 0 WHEN recipient < 0 THEN -recipient WHEN sender < recipient THEN sender ELSE recipient END),
  thread_b INTEGER AS (CASE WHEN kind <> 1 OR recipient < 0 THEN 0 WHEN sender < recipient THEN recipient ELSE sender END)
);

-- Where the threads and the inboxes (a = 0, b = the account) end, for all messages up to progress.threaded. Later ones are
-- added at start.
CREATE TABLE threads (
  a     INTEGER NOT NULL,
  b     INTEGER NOT NULL,
  head  INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (a, b)
) WITHOUT ROWID;

CREATE TABLE progress (
  threaded INTEGER NOT NULL,
  last     INTEGER NOT NULL -- numbers up to here are not given again, whatever the other tables hold
);
INSERT INTO progress VALUES (0, 0);

-- An account's id is never used again, whoever takes its name later. Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS accounts (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE, -- what names are compared by
  name    TEXT NOT NULL,
  hash    TEXT NOT NULL,
  created INTEGER NOT NULL,
  operator INTEGER NOT NULL DEFAULT 0,
  guest   INTEGER NOT NULL DEFAULT 0 -- it goes with its session
);
CREATE INDEX IF NOT EXISTS accounts_guest ON accounts (guest) WHERE guest = 1;

CREATE TABLE IF NOT EXISTS rooms (
  id      INTEGER PRIMARY KEY,
  key     TEXT NOT NULL UNIQUE, -- begins with '#'
  name    TEXT NOT NULL,
  created INTEGER NOT NULL,
  look    TEXT NOT NULL DEFAULT '', -- names that can be mistaken for each other have the same
  topic   TEXT NOT NULL DEFAULT '',
  private INTEGER NOT NULL DEFAULT 0,
  quiet   INTEGER NOT NULL DEFAULT 0,
  topic_by TEXT NOT NULL DEFAULT '',  -- who set the topic; empty: not known, or there is none
  topic_at INTEGER NOT NULL DEFAULT 0, -- when; 0: likewise
  unowned INTEGER NOT NULL DEFAULT 0  -- it has members, but they are guests
);
CREATE INDEX IF NOT EXISTS rooms_look ON rooms (look);

CREATE TABLE IF NOT EXISTS members (
  account INTEGER NOT NULL,
  room    INTEGER NOT NULL,
  since   INTEGER NOT NULL,           -- a number: events with a greater one have come since
  role    INTEGER NOT NULL DEFAULT 0, -- 1: voice, 2: op, 3: owner
  read    INTEGER NOT NULL DEFAULT 0, -- the account has had everything of the room up to this number,
  read_count INTEGER NOT NULL DEFAULT 0, -- and the thread had so many messages there
  PRIMARY KEY (account, room)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_room ON members (room);

-- Who may not be in a room or speak there; with the room 0, on the server.
CREATE TABLE IF NOT EXISTS sanctions (
  room    INTEGER NOT NULL,
  mute    INTEGER NOT NULL, -- 0: a ban
  target  TEXT NOT NULL,    -- the key of an account, or addresses
  account INTEGER NOT NULL, -- 0: by address
  name    TEXT NOT NULL,    -- of the account, as it was then
  by_name TEXT NOT NULL,    -- who did it; empty: an operator on the command line
  at      INTEGER NOT NULL,
  until   INTEGER NOT NULL, -- 0: for ever
  reason  TEXT NOT NULL,
  PRIMARY KEY (room, mute, target)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sanctions_until ON sanctions (until) WHERE until > 0;

CREATE TABLE IF NOT EXISTS invites (
  account     INTEGER NOT NULL,
  room        INTEGER NOT NULL,
  room_name   TEXT NOT NULL,
  sender      INTEGER NOT NULL,
  sender_name TEXT NOT NULL,
  number      INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  told        INTEGER NOT NULL, -- it has reached the account
  PRIMARY KEY (account, room)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS invites_room ON invites (room);

-- Account wants nothing from other.
CREATE TABLE IF NOT EXISTS blocks (
  account INTEGER NOT NULL,
  other   INTEGER NOT NULL,
  PRIMARY KEY (account, other)
) WITHOUT ROWID;

-- Secrets by which a program logs in. The secrets themselves are not kept.
CREATE TABLE IF NOT EXISTS tokens (
  account INTEGER NOT NULL,
  hash    TEXT NOT NULL, -- SHA-256 of the secret
  note    TEXT NOT NULL,
  at      INTEGER NOT NULL,
  until   INTEGER NOT NULL,
  PRIMARY KEY (account, hash)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_until ON tokens (until);

-- Keys of messages: for a day, the same message of the same account is not kept again, but answered as the first one was.
CREATE TABLE IF NOT EXISTS onces (
  account INTEGER NOT NULL,
  key     TEXT NOT NULL,
  number  INTEGER NOT NULL, -- of the message
  at      INTEGER NOT NULL,
  digest  TEXT NOT NULL,    -- of the text and to whom
  to_name TEXT NOT NULL,    -- the recipient, or the room
  sent    INTEGER NOT NULL, -- to how many sessions
  away    TEXT,             -- what the recipient said about being away
  PRIMARY KEY (account, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS onces_at ON onces (at);

-- What an operator's command has done, for the server to hand on. The server removes what it has handed on.
CREATE TABLE IF NOT EXISTS feed (
  number INTEGER PRIMARY KEY,
  event  TEXT NOT NULL -- JSON
);

-- The inbox of an account is the messages to it with a number above acked. A small table of its own, since each ack writes it.
CREATE TABLE IF NOT EXISTS inboxes (
  account INTEGER PRIMARY KEY,
  acked   INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0 -- messages that expired unread, until the owner is told
);

-- What was said, in the one order. Ids of accounts and rooms are taken from the same counter as the numbers.
-- There are no indexes, which would make a message cost three times as much. Instead each message names the one before it in its thread and in
-- its recipient's inbox.
CREATE TABLE IF NOT EXISTS events (
  number          INTEGER PRIMARY KEY,
  at              INTEGER NOT NULL,
  kind            INTEGER NOT NULL, -- 1: a message; formats before 3 had others
  sender          INTEGER NOT NULL, -- the id of an account; 0: not known, or nobody
  sender_name     TEXT NOT NULL,    -- as it was then
  recipient       INTEGER NOT NULL, -- the id of the account that a private message is for; of a room's message: -id
  thread_count    INTEGER NOT NULL, -- the thread's first message has 1
  thread_previous INTEGER NOT NULL, -- 0: none
  inbox_previous  INTEGER NOT NULL,
  text            TEXT NOT NULL,
  -- The thread follows from the rest, so it takes no room in the file: a room's id and 0, or both accounts' ids, the smaller one first.
  -- Without min() and max(): SQLite thinks that a function may fail, and keeps a journal of each sweep in case it has to be undone.
  thread_a INTEGER AS (CASE WHEN kind <> 1 THEN 0 WHEN recipient < 0 THEN -recipient WHEN sender < recipient THEN sender ELSE recipient END),
  thread_b INTEGER AS (CASE WHEN kind <> 1 OR recipient < 0 THEN 0 WHEN sender < recipient THEN recipient ELSE sender END)
);

-- Where the threads and the inboxes (a = 0, b = the account) end, for all messages up to progress.threaded. Later ones are
-- added at start.
CREATE TABLE IF NOT EXISTS threads (
  a     INTEGER NOT NULL,
  b     INTEGER NOT NULL,
  head  INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS threads_b ON threads (b);

CREATE TABLE IF NOT EXISTS progress (
  threaded INTEGER NOT NULL,
  last     INTEGER NOT NULL, -- numbers up to here are not given again, whatever the other tables hold
  lockdown INTEGER NOT NULL DEFAULT 0
);
INSERT INTO progress (threaded, last) VALUES (0, 0);

-- Converts format 1, within one transaction. The tables of format 1 have been renamed to messages1 and so on; those of the current
-- format are empty.
UPDATE progress SET last = max((SELECT chained FROM progress1),
  (SELECT coalesce(max(number), 0) FROM messages1), (SELECT coalesce(max(proven), 0) FROM inboxes1));

INSERT INTO rooms (id, key, name, created, look) SELECT last + 1, '#lobby', '#lobby', 1000 * unixepoch(), '#lobby' FROM progress;

-- Who said what to whom, by keys: a thread was named by both keys, in order, the recipient's among them.
CREATE TEMP TABLE private AS SELECT number, recipient,
  CASE WHEN substr(thread, 1, length(recipient) + 1) = recipient || ' ' THEN substr(thread, length(recipient) + 2)
    ELSE substr(thread, 1, length(thread) - length(recipient) - 1) END AS sender
FROM messages1 WHERE thread <> '';

-- Two ids for each key: of its account, and of whoever had the key before. Only the time of a message tells them apart. Where there is
-- no account now, created is null.
CREATE TEMP TABLE owners AS
SELECT key, name, created, proven, last + 2 * row_number() OVER (ORDER BY created, key) AS account,
  last + 2 * row_number() OVER (ORDER BY created, key) + 1 AS previous
FROM progress, (SELECT key FROM accounts1 UNION SELECT sender FROM private UNION SELECT recipient FROM private)
  LEFT JOIN accounts1 USING (key) LEFT JOIN inboxes1 USING (key);
CREATE INDEX temp.owners_key ON owners (key);
CREATE INDEX temp.owners_name ON owners (name);

INSERT INTO accounts (id, key, name, hash, created) SELECT account, key, a.name, hash, a.created FROM accounts1 a JOIN owners USING (key);
INSERT INTO inboxes (account, acked, expired) SELECT account, i.proven, expired FROM inboxes1 i JOIN owners USING (key) WHERE created NOT NULL;
INSERT INTO members (account, room, since) SELECT accounts.id, rooms.id, 0 FROM accounts, rooms;

INSERT INTO events SELECT number, at, 1,
  coalesce((SELECT account FROM owners WHERE name = m.sender AND m.at >= created), 0), sender, -rooms.id,
  thread_count, thread_previous, 0, text
FROM messages1 m, rooms WHERE thread = '';

-- What waits in an inbox is the present owner's, whatever its time.
INSERT INTO events SELECT number, at, 1, sender, sender_name, recipient,
  thread_count, thread_previous, inbox_previous, text
FROM (SELECT m.number, at, CASE WHEN at >= s.created THEN s.account ELSE s.previous END AS sender, m.sender AS sender_name,
    CASE WHEN at >= r.created OR m.number > r.proven THEN r.account ELSE r.previous END AS recipient,
    thread_count, thread_previous, inbox_previous, text
  FROM private p JOIN messages1 m USING (number) JOIN owners s ON s.key = p.sender JOIN owners r ON r.key = p.recipient);

-- A conversation ends where it was a previous owner's.
UPDATE events SET thread_previous = 0 WHERE EXISTS (SELECT 1 FROM events before WHERE before.number = events.thread_previous
  AND (before.thread_a, before.thread_b) <> (events.thread_a, events.thread_b));

INSERT INTO threads SELECT thread_a, thread_b, max(number), thread_count FROM events GROUP BY thread_a, thread_b;
INSERT INTO threads SELECT 0, recipient, max(number), 0 FROM events WHERE recipient > 0 GROUP BY recipient;

UPDATE members SET (read, read_count) = (SELECT coalesce(max(number), 0), coalesce(max(thread_count), 0) FROM events WHERE recipient < 0);

UPDATE progress SET threaded = last, last = max(last + 1, (SELECT coalesce(max(previous), 0) FROM owners));

DROP TABLE temp.private;
DROP TABLE temp.owners;
DROP TABLE accounts1;
DROP TABLE inboxes1;
DROP TABLE messages1;
DROP TABLE chains1;
DROP TABLE progress1;

-- Converts format 2, within one transaction. The tables that have changed were renamed to accounts2 and so on; the new ones are empty.
INSERT INTO accounts (id, key, name, hash, created) SELECT id, key, name, hash, created FROM accounts2;
INSERT INTO rooms (id, key, name, created, look) SELECT id, key, name, created, key FROM rooms2;

-- Whoever was in the lobby has had everything there.
INSERT INTO members (account, room, since, read, read_count)
SELECT account, room, since, newest, said FROM members2,
  (SELECT coalesce(max(number), 0) AS newest, coalesce(max(thread_count), 0) AS said FROM events WHERE recipient < 0);

UPDATE progress SET (threaded, last) = (SELECT threaded, last FROM progress2);

DROP TABLE accounts2;
DROP TABLE rooms2;
DROP TABLE members2;
DROP TABLE progress2;

-- Converts format 3, within one transaction. There are only new tables, which are empty.
UPDATE progress SET (threaded, last, lockdown) = (SELECT threaded, last, lockdown FROM progress3);

DROP TABLE progress3;

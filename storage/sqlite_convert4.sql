-- Converts format 4, within one transaction. There are only new columns.
UPDATE progress SET (threaded, last, lockdown) = (SELECT threaded, last, lockdown FROM progress4);

DROP TABLE progress4;

-- The columns that came with format 5, for tables that are kept as they are; as in the schema.
ALTER TABLE accounts ADD COLUMN guest INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN topic_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN topic_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN unowned INTEGER NOT NULL DEFAULT 0;

package storage

import (
	_ "embed"
	"fmt"
)

//go:embed sqlite_convert.sql
var sqliteConvert string

// convertFormat1 turns a store of the first format, in which names stood for accounts and the lobby was the only room, into one of
// today. It runs within a transaction, so the file is of the one format or the other, whatever happens.
func convertFormat1(db *sqliteConn) error {
	for _, table := range formatTables[1] {
		if _, err := db.conn.ExecContext(always, "ALTER TABLE "+table+" RENAME TO "+table+"1"); err != nil {
			return err
		}
	}
	mark := fmt.Sprintf("PRAGMA user_version = %d;", sqliteVersion)
	_, err := db.conn.ExecContext(always, sqliteSchema+sqliteConvert+mark)
	return err
}

package storage

import (
	_ "embed"
	"fmt"
)

//go:embed sqlite_convert.sql
var sqliteConvert string

// convertFormat1 converts a store of the first format, in which accounts had no ids and the lobby was the only room. It runs within
// a transaction, so the file has one format or the other, whatever happens.
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

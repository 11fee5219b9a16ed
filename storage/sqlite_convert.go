package storage

import (
	_ "embed"
	"fmt"
)

// conversion brings a store from one format to the current one. It runs within a transaction, so the file has one format or the other,
// whatever happens.
type conversion struct {
	renamed []string // tables of which the new format has others
	copy    string   // fills those from the renamed ones
}

//go:embed sqlite_convert1.sql
var sqliteConvert1 string

//go:embed sqlite_convert2.sql
var sqliteConvert2 string

// conversions are those from the formats 1 and 2. In format 1 accounts had no ids and the lobby was the only room; in format 2 it still was.
var conversions = [...]conversion{
	1: {[]string{"accounts", "inboxes", "messages", "chains", "progress"}, sqliteConvert1},
	2: {[]string{"accounts", "rooms", "members", "progress"}, sqliteConvert2},
}

func (c *conversion) run(db *sqliteConn, version int64) error {
	for _, table := range c.renamed {
		if _, err := db.conn.ExecContext(always, fmt.Sprintf("ALTER TABLE %s RENAME TO %s%d", table, table, version)); err != nil {
			return err
		}
	}
	mark := fmt.Sprintf("PRAGMA user_version = %d;", sqliteVersion)
	_, err := db.conn.ExecContext(always, sqliteSchema+c.copy+mark)
	return err
}

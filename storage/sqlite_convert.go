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

//go:embed sqlite_convert3.sql
var sqliteConvert3 string

// conversions are those from earlier formats. In format 1 accounts had no ids and the lobby was the only room; in format 2 it still was; in
// format 3 there were no tokens, and messages had no keys.
var conversions = [...]conversion{
	1: {[]string{"accounts", "inboxes", "messages", "chains", "progress"}, sqliteConvert1},
	2: {[]string{"accounts", "rooms", "members", "progress"}, sqliteConvert2},
	3: {[]string{"progress"}, sqliteConvert3}, // the schema fills it anew
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

package storage

import (
	_ "embed"
	"fmt"
)

// conversion brings a store from one format to the current one. It runs within a transaction, so the file has one format or the other,
// whatever happens.
type conversion struct {
	renamed []string // tables of which the new format has others
	columns string   // adds those that tables lack which stay
	copy    string   // fills the new tables from the renamed ones
}

//go:embed sqlite_convert1.sql
var sqliteConvert1 string

//go:embed sqlite_convert2.sql
var sqliteConvert2 string

//go:embed sqlite_convert3.sql
var sqliteConvert3 string

//go:embed sqlite_convert4.sql
var sqliteConvert4 string

//go:embed sqlite_columns5.sql
var sqliteColumns5 string

// conversions are those from earlier formats. In format 1 accounts had no ids and the lobby was the only room; in format 2 it still was; in
// format 3 there were no tokens, and messages had no keys; in format 4 there were no guests, and nobody knew who had set a topic.
var conversions = [...]conversion{
	1: {[]string{"accounts", "inboxes", "messages", "chains", "progress"}, "", sqliteConvert1},
	2: {[]string{"accounts", "rooms", "members", "progress"}, "", sqliteConvert2},
	3: {[]string{"progress"}, sqliteColumns5, sqliteConvert3}, // the schema fills it anew
	4: {[]string{"progress"}, sqliteColumns5, sqliteConvert4},
}

func (c *conversion) run(db *sqliteConn, version int64) error {
	for _, table := range c.renamed {
		if _, err := db.conn.ExecContext(always, fmt.Sprintf("ALTER TABLE %s RENAME TO %s%d", table, table, version)); err != nil {
			return err
		}
	}
	mark := fmt.Sprintf("PRAGMA user_version = %d;", sqliteVersion)
	_, err := db.conn.ExecContext(always, c.columns+sqliteSchema+c.copy+mark)
	return err
}

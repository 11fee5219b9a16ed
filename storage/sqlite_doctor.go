package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// sqliteDoctor examines a file on a connection of its own.
type sqliteDoctor struct {
	path string
	db   *sqliteConn
	how  Checkup
}

func examineSQLite(address string, how Checkup) ([]Finding, error) {
	file, sync, err := readSQLiteAddress(address)
	if err != nil {
		return nil, err
	}
	path, err := realPath(file)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no store at %s: name the server's with --store", file)
	}
	lock, err := openLock(path)
	if err != nil {
		return nil, err
	}
	defer lock.close() // when SQLite has closed the file
	if how.Mend {
		alone, err := lock.take()
		if err != nil {
			return nil, err
		}
		if !alone {
			return nil, fmt.Errorf("a parley server is using the store %s: stop it first, then mend", path)
		}
	}
	db, err := connectSQLite(path, sync)
	if err != nil {
		return nil, describeSQLite(path, err)
	}
	defer db.close()
	d := &sqliteDoctor{path, db, how}
	list, err := d.examine()
	if err != nil {
		return nil, describeSQLite(path, err)
	}
	return list, nil
}

// examine looks at the file as such first: the tables of a damaged one say nothing.
func (d *sqliteDoctor) examine() ([]Finding, error) {
	list, err := d.formats()
	if err != nil || len(list) > 0 {
		return list, err
	}
	whole, list, err := d.pages()
	if err != nil || !whole {
		return list, err
	}
	inTables, err := d.tables()
	if err != nil {
		return nil, err
	}
	around, err := d.outside()
	return append(append(list, inTables...), around...), err
}

// formats refuses what is not ours, and finds a format that is not today's.
func (d *sqliteDoctor) formats() ([]Finding, error) {
	var application, version int64
	query := "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
	if err := d.db.row(query, nil, &application, &version); err != nil {
		return nil, err
	}
	switch {
	case application != sqliteApplication:
		return nil, errNotOurs
	case version > sqliteVersion:
		return nil, errNewer
	case version < sqliteVersion:
		return findings("format", "the store is of an earlier version", "start the server of this version, which converts it",
			[]string{fmt.Sprintf("format %d, not %d", version, sqliteVersion)}), nil
	}
	return nil, nil
}

// pages looks for damage of the file itself. Only an index can be made anew.
func (d *sqliteDoctor) pages() (whole bool, list []Finding, err error) {
	const says = "the file is damaged"
	advice := fmt.Sprintf("put back a backup, or save what can be read: sqlite3 %s .recover", d.path)
	found, err := d.integrity()
	if len(found) == 0 || err != nil {
		return err == nil, nil, err
	}
	if d.how.Mend {
		if _, err := d.db.exec("REINDEX"); err == nil {
			left, err := d.integrity()
			if len(left) == 0 {
				list = findings("pages", says, "", found)
				return true, mended(list), err
			}
		}
	}
	return false, findings("pages", says, advice, found), nil
}

// integrity returns what SQLite says about the file; nothing if it is whole.
func (d *sqliteDoctor) integrity() (found []string, err error) {
	err = d.db.each("PRAGMA integrity_check(20)", nil, func(scan func(...any) error) error {
		var line string
		err := scan(&line)
		if line != "ok" {
			found = append(found, strings.ReplaceAll(line, "\n", " "))
		}
		return err
	})
	return found, err
}

func mended(list []Finding) []Finding {
	for i := range list {
		list[i].Mended, list[i].Advice = true, ""
	}
	return list
}

// tables runs the checks in one transaction, so that they see the store as it was at one moment.
func (d *sqliteDoctor) tables() (list []Finding, err error) {
	begin := "BEGIN"
	if d.how.Mend {
		begin = "BEGIN IMMEDIATE"
	}
	if err := d.db.run(begin); err != nil {
		return nil, err
	}
	list, err = d.check()
	if err != nil || !d.how.Mend {
		_ = d.db.run("ROLLBACK")
		return list, err
	}
	return list, d.db.run("COMMIT")
}

// check runs all checks, and again after something was mended.
func (d *sqliteDoctor) check() (all []Finding, err error) {
	for round := 0; ; round++ {
		var left []Finding
		changed, mends := false, d.how.Mend && round < rounds
		for i := range sqliteChecks {
			c := &sqliteChecks[i]
			where, err := c.find(d)
			if err != nil {
				return nil, fmt.Errorf("check %s: %w", c.name, err)
			}
			if len(where) == 0 {
				continue
			}
			if !mends || c.mend == nil {
				left = append(left, findings(c.name, c.says, c.advice(), where)...)
				continue
			}
			if err := c.mend(d); err != nil {
				return nil, fmt.Errorf("mending %s: %w", c.name, err)
			}
			changed = true
			all = append(all, mended(findings(c.name, c.says, "", where))...)
		}
		if !changed {
			return append(all, left...), nil
		}
	}
}

// outside looks at the files around the tables.
func (d *sqliteDoctor) outside() (all []Finding, err error) {
	for i := range sqliteFileChecks {
		c := &sqliteFileChecks[i]
		where, err := c.find(d)
		if err != nil {
			return nil, err
		}
		found := findings(c.name, c.says, c.advice(), where)
		if len(where) > 0 && d.how.Mend && c.mend != nil {
			if err := c.mend(d); err != nil {
				return nil, err
			}
			found = mended(found)
		}
		all = append(all, found...)
	}
	return all, nil
}

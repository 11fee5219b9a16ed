package storage

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// dumpSQLite reads in one transaction, on a connection of its own: SQLite shows it the file as it was at the beginning, whatever a server writes
// meanwhile.
func dumpSQLite(ctx context.Context, address string, each func(*Record) error) error {
	file, sync, err := readSQLiteAddress(address)
	if err != nil {
		return err
	}
	path, err := realPath(file)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no store at %s: name the server's", path)
	}
	lock, err := openLock(path) // it is not taken: a server may hold it
	if err != nil {
		return err
	}
	defer lock.close()
	db, err := connectSQLite(path, sync)
	if err != nil {
		return describeSQLite(path, err)
	}
	defer db.close()
	if _, err := db.exec("BEGIN"); err != nil {
		return describeSQLite(path, err)
	}
	if err := mayDump(db, path); err != nil {
		return err
	}
	var refused error // by each
	err = dumpRecords(ctx, db, func(r *Record) error {
		refused = each(r)
		return refused
	})
	switch {
	case refused != nil:
		return refused
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return describeSQLite(path, err)
	}
	return lock.inPlace()
}

// mayDump refuses a file that is not a store of our format.
func mayDump(db *sqliteConn, path string) error {
	application, version, tables, err := formatOf(db)
	switch {
	case err != nil:
		return describeSQLite(path, err)
	case application == 0 && tables == 0:
		return fmt.Errorf("the store %s is empty: no server has used it yet", path)
	case application != sqliteApplication:
		err = errNotOurs
	case version > sqliteVersion:
		err = errNewer
	case version < sqliteVersion:
		return fmt.Errorf("%s was written by an older parley: start the server of this version once, which converts it", path)
	default:
		err = checkWhole(db, path, version)
	}
	if err != nil {
		return describeSQLite(path, err)
	}
	return nil
}

// dumpRecords gives each all records, within a transaction.
func dumpRecords(ctx context.Context, db *sqliteConn, each func(*Record) error) error {
	state := &StateRecord{}
	if err := db.row("SELECT lockdown FROM progress", nil, &state.Lockdown); err != nil {
		return err
	}
	var err error
	if state.Last, err = lastNumber(db); err != nil {
		return err
	}
	if err := each(&Record{State: state}); err != nil {
		return err
	}
	for _, table := range dumpTables {
		err := db.each(table.query, nil, func(scan func(...any) error) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := table.read(scan)
			if err != nil {
				return err
			}
			return each(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dumpTables are in the order of a dump. What hangs on guests is left out, and so are the messages of rooms that were removed.
var dumpTables = []struct {
	query string
	read  func(scan func(...any) error) (*Record, error)
}{
	{"SELECT id, key, name, hash, created, operator, guest, coalesce(expired, 0) FROM accounts LEFT JOIN inboxes ON account = id " +
		"WHERE guest = 0 ORDER BY id", readAccountRecord},
	{selectRoom + "ORDER BY id", readRoomRecord},
	{selectMember + "WHERE account IN (SELECT id FROM accounts WHERE guest = 0) AND room IN (SELECT id FROM rooms)", readMemberRecord},
	{selectSanction + "WHERE room = 0 OR room IN (SELECT id FROM rooms)", readSanctionRecord},
	{selectInvite + "WHERE account IN (SELECT id FROM accounts WHERE guest = 0) AND room IN (SELECT id FROM rooms)", readInviteRecord},
	{"SELECT account, other FROM blocks WHERE account IN (SELECT id FROM accounts WHERE guest = 0)", readBlockRecord},
	{selectToken + "WHERE account IN (SELECT id FROM accounts WHERE guest = 0)", readTokenRecord},
	{selectOnce + "WHERE account IN (SELECT id FROM accounts WHERE guest = 0)", readOnceRecord},
	{`SELECT number, at, sender, sender_name, recipient, text, CASE WHEN recipient < 0 THEN 0 ELSE EXISTS
    (SELECT 1 FROM inboxes JOIN accounts ON id = account WHERE account = recipient AND number > acked AND guest = 0) END
  FROM events WHERE kind = 1 AND (recipient > 0 OR EXISTS (SELECT 1 FROM rooms WHERE id = -recipient)) ORDER BY number`, readMessageRecord},
}

func readAccountRecord(scan func(...any) error) (*Record, error) {
	r := &AccountRecord{}
	a, err := scanAccount(func(into ...any) error { return scan(append(into, &r.Expired)...) })
	r.ID, r.Key, r.Name, r.Hash, r.Created, r.Operator = a.ID, a.Key, a.Name, a.Hash, a.Created, a.Operator
	return &Record{Account: r}, err
}

func readRoomRecord(scan func(...any) error) (*Record, error) {
	r, err := scanRoom(scan)
	return r.dumped(), err
}

func readMemberRecord(scan func(...any) error) (*Record, error) {
	m, err := scanMember(scan)
	return m.dumped(), err
}

func readSanctionRecord(scan func(...any) error) (*Record, error) {
	s, err := scanSanction(scan)
	return s.dumped(), err
}

func readInviteRecord(scan func(...any) error) (*Record, error) {
	in, err := scanInvite(scan)
	return in.dumped(), err
}

func readBlockRecord(scan func(...any) error) (*Record, error) {
	r := &BlockRecord{}
	err := scan(&r.Account, &r.Other)
	return &Record{Block: r}, err
}

func readTokenRecord(scan func(...any) error) (*Record, error) {
	t, err := scanToken(scan)
	return t.dumped(), err
}

func readOnceRecord(scan func(...any) error) (*Record, error) {
	o, err := scanOnce(scan)
	return o.dumped(), err
}

func readMessageRecord(scan func(...any) error) (*Record, error) {
	m := &MessageRecord{}
	var at, recipient int64
	err := scan(&m.Number, &at, &m.From, &m.FromName, &recipient, &m.Text, &m.Waiting)
	m.At = time.UnixMilli(at).UTC()
	if recipient < 0 {
		m.Room = ID(-recipient)
	} else {
		m.To = ID(recipient)
	}
	return &Record{Message: m}, err
}

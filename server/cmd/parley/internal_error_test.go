package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"parley/storage/storagetest"
)

// TestInternalErrorLogsNoArguments has commands with a password fail in the server: the stored password is damaged. The log says which
// command failed and why, and nothing of what was typed.
func TestInternalErrorLogsNoArguments(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "parley.db")
		testInternalError(t, "sqlite:"+file, func() { damageSQLite(t, file) })
	})
	t.Run("redis", func(t *testing.T) {
		redis := storagetest.StartRedis(t)
		testInternalError(t, redis.URL(), func() { damageRedis(t, redis) })
	})
}

func testInternalError(t *testing.T, store string, damage func()) {
	log, address := startFailing(t, store)
	alice := dial(t, address)
	alice.says("/register alice planted password")
	alice.hears(`\+ register alice`)
	damage()
	other := dial(t, address)
	other.says("/login alice planted password")
	other.hears(`- login internal: .*`)
	other.says("#planted-tag /login alice\nplanted password")
	other.hears(`#planted-tag - login internal: .*`)
	alice.says("/passwd\nplanted password\nplanted new password")
	alice.hears(`- passwd internal: .*`)

	entries := log.All()
	if len(entries) != 3 {
		t.Errorf("3 commands failed, and %d errors were logged", len(entries))
	}
	for _, entry := range entries {
		line, err := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "msg"}).EncodeEntry(entry.Entry, entry.Context)
		if err != nil {
			t.Fatal(err)
		}
		text := line.String()
		if !strings.Contains(text, "a command failed") || !strings.Contains(text, "damaged") && !strings.Contains(text, "hash") {
			t.Errorf("this does not say what has failed: %s", text)
		}
		if strings.Contains(text, planted) {
			t.Errorf("what was typed is logged: %s", text)
		}
	}
}

// startFailing is startApp for a test that wants to see errors in the log.
func startFailing(t *testing.T, store string) (errors *observer.ObservedLogs, address string) {
	t.Helper()
	core, errors := observer.New(zapcore.ErrorLevel)
	ctx, cancel := context.WithCancel(context.Background())
	a, err := newApp(ctx, parseFlags(t, []string{"--store", store}), testLog(core))
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := a.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return errors, a.Addr().String()
}

// argon2 begins every stored password. The test looks for it everywhere in the store, so that it need not know how that is built.
const argon2 = "$argon2id$"

func damageSQLite(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	columns, err := db.Query(`SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	var updates []string
	for columns.Next() {
		var table, column string
		if err := columns.Scan(&table, &column); err != nil {
			t.Fatal(err)
		}
		updates = append(updates, `UPDATE "`+table+`" SET "`+column+`" = 'x' WHERE "`+column+`" LIKE '`+argon2+`%'`)
	}
	damaged := int64(0)
	for _, update := range updates {
		result, err := db.Exec(update)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := result.RowsAffected()
		damaged += n
	}
	if damaged != 1 {
		t.Fatalf("%d passwords were found in the store", damaged)
	}
}

func damageRedis(t *testing.T, redis *storagetest.Redis) {
	t.Helper()
	const script = `
local damaged = 0
for _, key in ipairs(redis.call('KEYS', '*')) do
	if redis.call('TYPE', key).ok == 'hash' then
		local fields = redis.call('HGETALL', key)
		for i = 1, #fields, 2 do
			local start = string.find(fields[i + 1], ARGV[1], 1, true)
			if start then
				redis.call('HSET', key, fields[i], string.sub(fields[i + 1], 1, start - 1) .. 'x')
				damaged = damaged + 1
			end
		end
	end
end
return damaged`
	if damaged, err := redis.Client.Eval(t.Context(), script, nil, argon2).Int(); err != nil || damaged != 1 {
		t.Fatalf("%d passwords were found in the store: %v", damaged, err)
	}
}

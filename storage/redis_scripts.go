package storage

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed scripts/commit.lua
	commitLua    string
	commitScript = redis.NewScript(commitLua)
	//go:embed scripts/undo_commit.lua
	undoCommitLua    string
	undoCommitScript = redis.NewScript(undoCommitLua)
	//go:embed scripts/history.lua
	historyLua    string
	historyScript = redis.NewScript(historyLua)
	//go:embed scripts/create.lua
	createLua    string
	createScript = redis.NewScript(createLua)
	//go:embed scripts/undo_create.lua
	undoCreateLua    string
	undoCreateScript = redis.NewScript(undoCreateLua)
	//go:embed scripts/password.lua
	passwordLua    string
	passwordScript = redis.NewScript(passwordLua)
	//go:embed scripts/undo_password.lua
	undoPasswordLua    string
	undoPasswordScript = redis.NewScript(undoPasswordLua)
	//go:embed scripts/delete.lua
	deleteLua    string
	deleteScript = redis.NewScript(deleteLua)
	//go:embed scripts/undo_delete.lua
	undoDeleteLua    string
	undoDeleteScript = redis.NewScript(undoDeleteLua)
	//go:embed scripts/lease.lua
	leaseLua    string
	leaseScript = redis.NewScript(leaseLua)
	//go:embed scripts/release.lua
	releaseLua    string
	releaseScript = redis.NewScript(releaseLua)
)

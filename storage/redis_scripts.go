package storage

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed scripts/guard.lua
	guardLua string
	//go:embed scripts/retract.lua
	retractLua string
	//go:embed scripts/perform.lua
	performLua string
	//go:embed scripts/search.lua
	searchLua string

	//go:embed scripts/commit.lua
	commitLua    string
	commitScript = redis.NewScript(guardLua + performLua + commitLua)
	//go:embed scripts/undo_commit.lua
	undoCommitLua    string
	undoCommitScript = redis.NewScript(retractLua + performLua + undoCommitLua)
	//go:embed scripts/create.lua
	createLua    string
	createScript = redis.NewScript(guardLua + createLua)
	//go:embed scripts/undo_create.lua
	undoCreateLua    string
	undoCreateScript = redis.NewScript(undoCreateLua)
	//go:embed scripts/password.lua
	passwordLua    string
	passwordScript = redis.NewScript(guardLua + performLua + passwordLua)
	//go:embed scripts/undo_password.lua
	undoPasswordLua    string
	undoPasswordScript = redis.NewScript(retractLua + performLua + undoPasswordLua)
	//go:embed scripts/remove.lua
	removeLua    string
	removeScript = redis.NewScript(guardLua + performLua + removeLua)
	//go:embed scripts/undo_remove.lua
	undoRemoveLua    string
	undoRemoveScript = redis.NewScript(retractLua + performLua + undoRemoveLua)

	//go:embed scripts/account.lua
	accountLua    string
	accountScript = redis.NewScript(accountLua)
	//go:embed scripts/history.lua
	historyLua    string
	historyScript = redis.NewScript(searchLua + historyLua)
	//go:embed scripts/since.lua
	sinceLua    string
	sinceScript = redis.NewScript(searchLua + sinceLua)
	//go:embed scripts/lookup.lua
	lookupLua    string
	lookupScript = redis.NewScript(lookupLua)

	//go:embed scripts/lease.lua
	leaseLua    string
	leaseScript = redis.NewScript(leaseLua)
	//go:embed scripts/release.lua
	releaseLua    string
	releaseScript = redis.NewScript(releaseLua)
	//go:embed scripts/open.lua
	openLua    string
	openScript = redis.NewScript(openLua)
	//go:embed scripts/convert.lua
	convertLua    string
	convertScript = redis.NewScript(convertLua)
)

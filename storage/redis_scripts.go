package storage

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed scripts/common.lua
	commonLua string
	//go:embed scripts/guard.lua
	guardLua string
	//go:embed scripts/presence.lua
	presenceLua string
	//go:embed scripts/perform.lua
	performLua string
	//go:embed scripts/search.lua
	searchLua string

	//go:embed scripts/join.lua
	joinLua    string
	joinScript = redis.NewScript(luaKeys + commonLua + guardLua + joinLua)
	//go:embed scripts/commit.lua
	commitLua    string
	commitScript = redis.NewScript(luaKeys + commonLua + guardLua + presenceLua + performLua + commitLua)
	//go:embed scripts/settle.lua
	settleLua    string
	settleScript = redis.NewScript(luaKeys + commonLua + settleLua)
	//go:embed scripts/leave.lua
	leaveLua    string
	leaveScript = redis.NewScript(luaKeys + commonLua + presenceLua + leaveLua)
	//go:embed scripts/take.lua
	takeLua    string
	takeScript = redis.NewScript(luaKeys + commonLua + takeLua)

	//go:embed scripts/account.lua
	accountLua    string
	accountScript = redis.NewScript(accountLua)
	//go:embed scripts/history.lua
	historyLua    string
	historyScript = redis.NewScript(searchLua + historyLua)
	//go:embed scripts/position.lua
	positionLua    string
	positionScript = redis.NewScript(searchLua + positionLua)
	//go:embed scripts/threads.lua
	threadsLua    string
	threadsScript = redis.NewScript(searchLua + threadsLua)
	//go:embed scripts/since.lua
	sinceLua    string
	sinceScript = redis.NewScript(searchLua + sinceLua)
	//go:embed scripts/lookup.lua
	lookupLua    string
	lookupScript = redis.NewScript(luaKeys + commonLua + lookupLua)

	//go:embed scripts/expire.lua
	expireLua    string
	expireScript = redis.NewScript(luaKeys + commonLua + guardLua + searchLua + expireLua)

	//go:embed scripts/unsay.lua
	unsayLua    string
	unsayScript = redis.NewScript(luaKeys + commonLua + guardLua + unsayLua)
	//go:embed scripts/dump.lua
	dumpLua    string
	dumpScript = redis.NewScript(luaKeys + commonLua + guardLua + dumpLua)
	//go:embed scripts/dump_read.lua
	dumpReadLua    string
	dumpReadScript = redis.NewScript(luaKeys + commonLua + dumpReadLua)
	//go:embed scripts/dump_end.lua
	dumpEndLua    string
	dumpEndScript = redis.NewScript(luaKeys + commonLua + dumpEndLua)
	//go:embed scripts/lease.lua
	leaseLua    string
	leaseScript = redis.NewScript(commonLua + leaseLua)

	//go:embed scripts/restore.lua
	restoreLua    string
	restoreScript = redis.NewScript(luaKeys + commonLua + restoreLua)
	//go:embed scripts/restore_write.lua
	restoreWriteLua    string
	restoreWriteScript = redis.NewScript(luaKeys + commonLua + restoreWriteLua)
	//go:embed scripts/restore_sort.lua
	restoreSortLua    string
	restoreSortScript = redis.NewScript(luaKeys + commonLua + restoreSortLua)
	//go:embed scripts/restore_end.lua
	restoreEndLua    string
	restoreEndScript = redis.NewScript(luaKeys + commonLua + restoreEndLua)

	//go:embed scripts/convert.lua
	convertLua    string
	convertScript = redis.NewScript(convertLua)
)

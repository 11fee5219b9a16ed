package storage

import (
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed scripts/common.lua
	commonLua string
	//go:embed scripts/presence.lua
	presenceLua string
	//go:embed scripts/perform.lua
	performLua string
	//go:embed scripts/search.lua
	searchLua string

	//go:embed scripts/join.lua
	joinLua    string
	joinScript = redis.NewScript(luaKeys + commonLua + joinLua)
	//go:embed scripts/commit.lua
	commitLua    string
	commitScript = redis.NewScript(luaKeys + commonLua + presenceLua + performLua + commitLua)
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

	//go:embed scripts/convert.lua
	convertLua    string
	convertScript = redis.NewScript(convertLua)
)

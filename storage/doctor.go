package storage

import (
	"context"
	"fmt"
	"strings"

	"go.uber.org/zap"
)

// Finding is something that is wrong with a store.
type Finding struct {
	Check  string // the name of the check that has found it
	Where  string // what it is about, by IDs and numbers: no name of anybody, nothing that was said
	Says   string // what is wrong
	Advice string // what to do, if it can't be mended
	Mended bool   // it was there, and is not any more
}

// Checkup is how a store is examined.
type Checkup struct {
	Mend bool                     // mend what can be mended; no server may be using the store then
	Look func(room string) string // what the names of rooms that can be mistaken for each other have in common
}

// Examine looks for what is wrong with a store that there is. It may do so beside servers, if it is not to mend anything, and makes no store. What a
// server removes by itself, such as what has expired, is not wrong. An error means that the store can't be examined: it is one sentence.
func Examine(ctx context.Context, url string, how Checkup, log *zap.Logger) ([]Finding, error) {
	address, isFile := strings.CutPrefix(url, "sqlite:")
	if isFile {
		return examineSQLite(address, how)
	}
	return examineRedis(ctx, url, how, log)
}

// mendable is the advice for what --mend mends.
const mendable = "parley doctor --mend mends it"

// rounds is how often a store is mended: to mend one thing may show another.
const rounds = 3

// findings turns what a check has found into findings; a long list is cut.
func findings(check, says, advice string, where []string) (list []Finding) {
	const most = 20
	for i, one := range where {
		if i == most {
			one = fmt.Sprintf("and %d more", len(where)-most)
		}
		list = append(list, Finding{Check: check, Where: one, Says: says, Advice: advice})
		if i == most {
			break
		}
	}
	return list
}

# make run      starts the server on port 8888; needs nothing but Go
# make packages makes the packages for Debian and Red Hat, in dist
# make test     installs what the tests need and runs all of them
# make check    what a change must pass besides the tests: format, vet, staticcheck, vulnerabilities, a short run of every fuzz target
# make mutate   changes the code on purpose, one place at a time, and sees that a test notices; before a release. With WORD=redis only the
#               changes that have this word in their title
# make torture  a quarter of an hour of all kinds of trouble, on SQLite, on Redis and while Redis fails over: does any message get lost?
# make bench    measures the parts, and the whole server beside one that does the least possible; Redis where it is installed. With PEERS=1 also other
#               programs that keep private messages, those that are installed: nats-server, redis-server by itself
# make bench-nodes  measures one, two and four nodes on one Redis; four minutes
# make picture  records netcat, irssi and parley connect in one room as docs/picture.svg; needs asciinema and npx, and the ports 8888 and 6667
# make plan     computes what many nodes carry from the tables of that in docs/scale.md, and writes it there
.PHONY: run build packages test check fuzz mutate bench bench-nodes picture plan torture clean

GO ?= go
export GO
# a number of inputs, or a time; with a time, Go now and then reports the end of it as a failure
FUZZTIME ?= 20000x
BENCHTIME ?= 1s
COUNT ?= 3

# One program without libraries, the same bytes wherever it is built from the same commit. -s -w leave out what only a debugger reads: panics and
# profiles still name functions and lines. HTTP/2 is left out, too: nothing here needs it, and it has half a megabyte.
release = CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=auto -tags nethttpomithttp2 -ldflags '-s -w'

run: build
	./bin/parley serve

build:
	$(release) -o bin/parley ./server/cmd/parley

packages: build
	rm -rf dist
	GOOS=linux GOARCH=amd64 $(release) -o dist/amd64/parley ./server/cmd/parley
	GOOS=linux GOARCH=arm64 $(release) -o dist/arm64/parley ./server/cmd/parley
	./packaging/build

test: build
	./.ci/install
	./.ci/test

check:
	test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./... ./.ci/mutate
	$(GO) test ./.ci/mutate
	GOOS=darwin $(GO) vet ./...
	$(GO) tool staticcheck ./... ./.ci/mutate
	./.ci/vulncheck
	$(MAKE) fuzz

fuzz:
	./.ci/fuzz $(FUZZTIME)

mutate:
	$(GO) run ./.ci/mutate $(WORD)

torture: build
	./bin/parley torture --seconds 300 --store sqlite --shards 4
	./bin/parley torture --seconds 300 --store redis --nodes 3 --shards 4
	./bin/parley torture --seconds 300 --store redis+sentinel --nodes 3

bench:
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) ./protocol ./commands ./storage ./server
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) -count $(COUNT) -timeout 30m ./server/cmd/parley/internal/baseline

bench-nodes:
	$(GO) test -run '^$$' -bench Nodes -benchtime 7x -timeout 30m ./server/cmd/parley/internal/baseline

picture: build
	./.ci/picture/record

plan:
	$(GO) run ./server/cmd/parley/internal/plan docs/scale.md

clean:
	rm -rf bin dist

# make run    starts the server on port 8888; nothing but Go is needed
# make test   installs what the tests need and runs all of them
# make torture  ten minutes of all kinds of trouble, on both stores: does any message get lost?
# make bench  measures the parts and the whole server beside one that does the least possible; Redis where it is installed
.PHONY: run build test check fuzz bench torture clean

GO ?= go
# a number of inputs, or a time; Go now and then takes the end of the time for a failure
FUZZTIME ?= 20000x
BENCHTIME ?= 1s
COUNT ?= 3

run: build
	./bin/parley serve

build:
	$(GO) build -trimpath -o bin/parley ./server/cmd/parley

test: build
	./.ci/install
	$(GO) test -race -timeout 20m ./...

check:
	test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	$(GO) tool staticcheck ./...
	./.ci/vulncheck
	$(MAKE) fuzz

fuzz:
	./.ci/fuzz $(FUZZTIME)

torture: build
	./bin/parley torture --seconds 300 --store sqlite
	./bin/parley torture --seconds 300 --store redis

bench:
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) ./protocol ./commands ./storage ./server
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) -count $(COUNT) -timeout 30m ./server/cmd/parley/internal/floor

clean:
	rm -rf bin

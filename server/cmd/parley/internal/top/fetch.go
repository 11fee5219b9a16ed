package top

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"parley/server/internal/ops/history"
)

// fetchTime is how long a server may take to answer.
const fetchTime = 3 * time.Second

// maxHistory bounds what is read of an answer; an hour is some 100 kB.
const maxHistory = 4 << 20

// fetch asks a server for its history. The error is for an operator to read.
func fetch(ctx context.Context, address string) (*history.History, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(address)+"/history.json", nil)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: name the one of the server's --ops, such as localhost:8890", address)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, plainly(address, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d: it is not the --ops address of a parley server", address, answer.StatusCode)
	}
	var h history.History
	if err := json.NewDecoder(http.MaxBytesReader(nil, answer.Body, maxHistory)).Decode(&h); err != nil {
		return nil, fmt.Errorf("%s is not the --ops address of a parley server: %w", address, err)
	}
	h.Version = strings.Map(printable, h.Version)
	return &h, nil
}

// printable drops what a terminal would obey.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return -1
}

// reachable is where a server that listens on an address is found: one without a host listens everywhere.
func reachable(address string) string {
	if strings.HasPrefix(address, ":") {
		return "localhost" + address
	}
	return address
}

// plainly leaves out what the operator has not asked for.
func plainly(address string, err error) error {
	if request := (*url.Error)(nil); errors.As(err, &request) {
		err = request.Err
	}
	if dial := (*net.OpError)(nil); errors.As(err, &dial) {
		err = dial.Err
	}
	return fmt.Errorf("no server answers at %s (%w)", address, err)
}

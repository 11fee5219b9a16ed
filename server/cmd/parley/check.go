package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"parley/server/cmd/parley/internal/cli"
	"parley/server/internal/ops"
	"parley/server/internal/tlsfront"
	"parley/storage"
)

// checkTime bounds what asking a Redis may take.
const checkTime = 10 * time.Second

// checkAll says everything that is wrong with the settings and what they name. It disturbs no server that runs with them: an address that is in use may be that
// server's, and a store is not opened.
func (o *serveCommand) checkAll() error {
	c := &checks{settings: o.settings, wrong: o.settings.wrong}
	var seen []string
	for _, p := range o.ports() {
		for _, address := range p.addresses {
			if slices.Contains(seen, address) && portOf(address) != "0" {
				c.add(p.flag, fmt.Errorf("%s is named twice", address))
				continue
			}
			seen = append(seen, address)
			c.add(p.flag, checkAddress(address, strings.HasSuffix(p.flag, "tls")))
		}
	}
	if o.Ops != "" {
		if err := ops.CheckAddress(o.Ops, o.OpsPublic); err != nil {
			c.add("ops", err)
		} else {
			c.add("ops", checkAddress(o.Ops, true))
		}
	}
	if o.Control != "" {
		c.add("control", checkSocket(o.Control))
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	c.add("store", storage.Check(ctx, o.Store))
	_, err := o.firstAddress()
	if c.add("listen", err); err == nil {
		_, err = o.self()
		c.add("node", err)
	}
	_, err = o.front()
	if len(o.TLSAuto) > 0 {
		c.add("tls-auto", err)
	} else if c.add("tls-cert", err); err == nil && o.TLSCert != "" {
		c.add("tls-cert", tlsfront.CheckFiles(o.TLSCert, o.TLSKey))
	}
	if len(o.TLSAuto) > 0 {
		c.add("tls-auto-http", checkAddress(o.TLSAutoHTTP, true))
		c.add("tls-auto-dir", checkDirectory(o.TLSAutoDir))
	}
	_, err = connections(o.MaxConnections, o.descriptorsKept())
	c.add("max-connections", err)
	_, err = o.motd()
	c.add("motd", err)
	c.add("store-timeout", o.checkStoreTimeout())
	if len(c.wrong) > 0 {
		return c.wrong
	}
	fmt.Println("ok" + o.Shards.chosen(cores))
	return nil
}

func (o *serveCommand) checkStoreTimeout() error {
	if o.StoreTimeout <= 0 {
		return errors.New("--store-timeout must be longer than 0s")
	}
	return nil
}

// checks gathers what is wrong.
type checks struct {
	settings *settings
	wrong    cli.Problems
}

// add takes note of what is wrong with a setting, if anything is.
func (c *checks) add(flag string, err error) {
	if err != nil {
		c.wrong = append(c.wrong, c.settings.where(flag)+": "+err.Error())
	}
}

// checkAddress reports whether a server could listen there, if nobody else does.
func checkAddress(address string, onlyTCP bool) error {
	if path, ok := strings.CutPrefix(address, "unix:"); ok && !onlyTCP {
		return checkSocket(path)
	}
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l.Close()
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil
	}
	return fmt.Errorf("can't listen on %s: %w", address, cause(err))
}

// checkSocket reports whether a unix socket can be made there.
func checkSocket(path string) error {
	if err := checkSocketPath(path); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&os.ModeSocket == 0 {
		return fmt.Errorf("%s is there already, and is no socket", path)
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return fmt.Errorf("there is no directory %s for the socket %s", filepath.Dir(path), path)
	}
	return nil
}

// checkDirectory reports whether a directory can be written, or made. It makes none.
func checkDirectory(path string) error {
	for {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist) && filepath.Dir(path) != path:
			path = filepath.Dir(path)
			continue
		case err != nil:
			return fmt.Errorf("can't look at the directory %s: %w", path, bare(err))
		case !info.IsDir():
			return fmt.Errorf("%s is no directory", path)
		}
		if err := unix.Access(path, unix.W_OK|unix.X_OK); err != nil {
			return fmt.Errorf("can't write to the directory %s: %w", path, err)
		}
		return nil
	}
}

// cause is what went wrong with an address, without it.
func cause(err error) error {
	if op := new(net.OpError); errors.As(err, &op) {
		err = op.Err
	}
	return bareNet(err)
}

//go:build !linux

package storage_test

import "errors"

var errMount = errors.New("not written for this system")

func mountTmpfs(string) error { return errMount }

func remountReadOnly(string) error { return errMount }

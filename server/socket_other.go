//go:build !linux

package server

import "errors"

// parley runs on Linux. Elsewhere it compiles, so that its client and its tools do, and the server says so at start.

const (
	readNever = iota
	readAlways
	readOnce
)

var errLinuxOnly = errors.New("the server needs Linux")

func send(int, []byte) (int, error)   { return 0, errLinuxOnly }
func watch(int, int, uint32)          {}
func unacknowledged(int) (int, error) { return 0, errLinuxOnly }
func tuneTCP(int)                     {}
func peek(int) (int, error)           { return 0, errLinuxOnly }
func ownPeer(int) bool                { return false }
func socketError(int) error           { return errLinuxOnly }
func closedTCP(int) error             { return errLinuxOnly }

//go:build !linux

package socket

import "errors"

// parley's server runs on Linux. Elsewhere it compiles, so that the client and the tools can be used, and says so at start.

var errLinuxOnly = errors.New("the server needs Linux")

func Send(int, []byte) (int, error)   { return 0, errLinuxOnly }
func Watch(int, int, Interest)        {}
func Unacknowledged(int) (int, error) { return 0, errLinuxOnly }
func TuneTCP(int)                     {}
func Peek(int) (int, error)           { return 0, errLinuxOnly }
func OwnPeer(int) bool                { return false }
func TakeError(int) error             { return errLinuxOnly }
func Replace(int, int)                {}
func Become(int, int, int) error      { return errLinuxOnly }

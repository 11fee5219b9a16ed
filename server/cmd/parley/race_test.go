//go:build race

package main

const (
	// mostMemory is what a server under attack may have in memory, in MiB. The race detector takes several times as much.
	mostMemory = 1024
	// manyHashes is how many log in at once. It makes hashing slow, too.
	manyHashes = 60
)

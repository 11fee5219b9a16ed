//go:build !race

package main

const (
	// mostMemory is what a server under attack may have in memory, in MiB.
	mostMemory = 512
	// manyHashes is how many log in at once.
	manyHashes = 300
)

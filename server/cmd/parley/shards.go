package main

import (
	"fmt"
	"strconv"

	"parley/commands"
)

var cores = commands.Cores()

const (
	auto       = "auto"
	mostShards = 8 // of auto
)

// shards is a number of event loops, at least 1; 0 stands for the word auto.
type shards int

func (s *shards) UnmarshalText(text []byte) error {
	n, err := numberOr(auto, 0, text)
	if err == nil {
		*s = shards(n)
	}
	return err
}

func (s shards) String() string {
	if s == 0 {
		return auto
	}
	return strconv.Itoa(int(s))
}

// chosen is the end of a sentence that says what auto means here, or "".
func (s shards) chosen(cores int) string {
	if s == 0 {
		return fmt.Sprintf("; shards = auto means %d here (cores: %d)", s.on(cores), cores)
	}
	return ""
}

// on is how many loops there are on so many cores. Auto is half of these: while two loops write, somebody must make and keep what the next write
// holds, and the kernel moves the packets. A message between two people is on one loop or two, whatever the others do, and each loop more is one more that
// the committer must wake for what is said in a room; so there are mostShards at most.
func (s shards) on(cores int) int {
	if s == 0 {
		return min(max(1, cores/2), mostShards)
	}
	return int(s)
}

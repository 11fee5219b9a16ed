package client

import (
	"testing"
	"time"

	"parley/protocol"
)

func TestRetryIn(t *testing.T) {
	for line, want := range map[string]time.Duration{
		"- all rate-limited retry=2: Too fast.":     2 * time.Second,
		"- msg rate-limited retry=1: Too fast.":     time.Second,
		"- all rate-limited retry=60: Too fast.":    0,
		"- all rate-limited: Too fast.":             0,
		"- login rate-limited retry=2: Too fast.":   0,
		"- all unavailable retry=2: Try again.":     0,
		"* all rate-limited retry=2: not an answer": 0,
	} {
		reply, err := protocol.ParseReply([]byte(line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		wait, again := retryIn(reply)
		if again != (want > 0) || again && wait != want {
			t.Errorf("retryIn(%q) = %v, %v; want %v", line, wait, again, want)
		}
	}
}

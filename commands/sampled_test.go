package commands

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// countLines counts the lines of a log by their message and why.
func countLines(logs *observer.ObservedLogs) map[string]int {
	counts := map[string]int{}
	for _, entry := range logs.TakeAll() {
		fields := entry.ContextMap()
		counts[fmt.Sprint(entry.Message, " ", fields["why"])]++
		if left, ok := fields["lines"]; ok {
			counts[fmt.Sprint("left out: ", fields["like"], " ", fields["why"])] += int(left.(int64))
		}
	}
	return counts
}

// TestSampled: a flood of one kind of line hides no other, and what is left out is counted.
func TestSampled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.InfoLevel)
		log := Sampled(zap.New(core)).With(zap.String("node", "a"))
		flood := func() {
			for range 1000 {
				log.Info("refused", zap.String("why", "full"))
				log.Debug("refused", zap.String("why", "full"))
			}
			log.Info("refused", zap.String("why", "banned"))
			log.Info("moderation", zap.String("what", "kick"))
			log.Warn("closed")
		}
		for range 3 {
			flood()
			time.Sleep(2 * time.Second)
			got := countLines(logs)
			for line, want := range map[string]int{
				"refused full": 19, "refused banned": 1, "moderation <nil>": 1, "closed <nil>": 1,
				"left out: refused full": 981, "similar lines were left out full": 1,
			} {
				if got[line] != want {
					t.Errorf("%q comes %d times, not %d", line, got[line], want)
				}
			}
			if len(got) != 6 {
				t.Errorf("the lines are %v", got)
			}
		}
	})
}

// TestSampledWords: strangers who choose the words of a line can't have more of it written for that.
func TestSampledWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.InfoLevel)
		log := Sampled(zap.New(core))
		for i := range 10_000 {
			log.Info("closed", zap.String("why", fmt.Sprint(i)))
		}
		time.Sleep(2 * time.Second)
		if n := logs.Len(); n > 2*sampleKinds+sampleFirst {
			t.Errorf("%d lines are written", n)
		}
	})
}

package commands

import (
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// How much of the same a sampled log has in a second: the first lines, and then one of every so many.
const (
	sampleFirst = 10
	sampleEach  = 100
)

// sampleKinds is how many kinds of lines are told apart in a second. Further ones are told apart by their messages alone, since strangers may choose the
// words of some.
const sampleKinds = 100

// Sampled makes a log for what strangers can cause as often as they like. Of each kind it writes the first ten lines in a second, and then every
// hundredth; of what it leaves out it says a second later how much there was. A kind is a message, and what the line says in its field why, what or command.
func Sampled(log *zap.Logger) *zap.Logger {
	return log.WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return sampler{core, &sample{core: core, seen: map[lineKind]int{}}}
	}))
}

// sampler is the core of a sampled log. The counts are those of all that With has made of it.
type sampler struct {
	zapcore.Core
	sample *sample
}

func (s sampler) With(fields []zapcore.Field) zapcore.Core {
	return sampler{s.Core.With(fields), s.sample}
}

func (s sampler) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if s.Enabled(entry.Level) {
		return checked.AddCore(entry, s)
	}
	return checked
}

func (s sampler) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	if s.sample.mayWrite(kindOf(entry, fields)) {
		if checked := s.Core.Check(entry, nil); checked != nil {
			checked.Write(fields...)
		}
	}
	return nil
}

// lineKind is what lines that are alike have in common.
type lineKind struct{ message, why string }

func kindOf(entry zapcore.Entry, fields []zapcore.Field) lineKind {
	for i := range fields {
		if f := &fields[i]; f.Type == zapcore.StringType && (f.Key == "why" || f.Key == "what" || f.Key == "command") {
			return lineKind{entry.Message, f.String}
		}
	}
	return lineKind{message: entry.Message}
}

// sample counts the lines of a second, which begins with the first of them.
type sample struct {
	core zapcore.Core

	mu   sync.Mutex // guards seen; nothing is called under it
	seen map[lineKind]int
}

// mayWrite counts a line, and reports whether it is written.
func (s *sample) mayWrite(kind lineKind) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) == 0 {
		time.AfterFunc(time.Second, s.end)
	}
	if s.seen[kind] == 0 && len(s.seen) >= sampleKinds {
		kind.why = ""
	}
	s.seen[kind]++
	return written(s.seen[kind]) > written(s.seen[kind]-1)
}

// written is how many of the first lines of a kind are written.
func written(lines int) int { return min(lines, sampleFirst) + max(0, lines-sampleFirst)/sampleEach }

// end ends the second, and says what was left out in it.
func (s *sample) end() {
	s.mu.Lock()
	seen := s.seen
	s.seen = map[lineKind]int{}
	s.mu.Unlock()
	log := zap.New(s.core)
	for kind, lines := range seen {
		if left := lines - written(lines); left > 0 {
			log.Info("similar lines were left out", zap.String("like", kind.message), zap.String("why", kind.why), zap.Int("lines", left))
		}
	}
}

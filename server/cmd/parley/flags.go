package main

import (
	"encoding"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"parley/commands/ratelimit"
	"parley/protocol"
)

// The kinds of values that limits have. Each understands the word unlimited, so that 0 never means two things.

const (
	unlimited      = "unlimited"
	unlimitedCount = math.MaxInt
)

// count is a number of things, at least 1.
type count int

func (c *count) UnmarshalText(text []byte) error {
	n, err := numberOr(unlimited, unlimitedCount, text)
	if err == nil {
		*c = count(n)
	}
	return err
}

// numberOr reads a number from 1 up, or the word that stands for a value.
func numberOr(word string, value int, text []byte) (int, error) {
	if string(text) == word {
		return value, nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is not a number from 1 up, or the word %s", text, word)
	}
	return n, nil
}

// size is a number of bytes, such as 256KiB. A line has room in it.
type size int

func (s *size) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*s = math.MaxInt
		return nil
	}
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt32 {
		return fmt.Errorf("%q is not a size such as 256KiB, or the word unlimited", text)
	}
	if n < protocol.MaxLine {
		return fmt.Errorf("%q is less than a line may have: it must be %d bytes or more", text, protocol.MaxLine)
	}
	*s = size(n)
	return nil
}

// span is a time such as 90s, 12h or 30d.
type span time.Duration

func (s *span) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*s = math.MaxInt64
		return nil
	}
	d, err := parseDays(string(text))
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is not a time such as 90s, 12h or 30d, or the word unlimited", text)
	}
	*s = span(d)
	return nil
}

func parseDays(text string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		return time.Duration(n * float64(24*time.Hour)), err
	}
	return time.ParseDuration(text)
}

// rate is a burst and how much more each second, such as 20/5.
type rate ratelimit.Rate

func (r *rate) UnmarshalText(text []byte) error {
	if string(text) == unlimited {
		*r = rate{Off: true}
		return nil
	}
	burst, second, found := strings.Cut(string(text), "/")
	n, err1 := strconv.Atoi(burst)
	f, err2 := strconv.ParseFloat(second, 64)
	if !found || err1 != nil || err2 != nil || n < 1 || !(f > 0 && f < 1e9) {
		return fmt.Errorf("%q is not a rate such as 20/5 (20 at once, then 5 a second), or the word unlimited", text)
	}
	*r = rate{Burst: n, Second: f}
	return nil
}

var (
	_ encoding.TextUnmarshaler = (*count)(nil)
	_ encoding.TextUnmarshaler = (*size)(nil)
	_ encoding.TextUnmarshaler = (*span)(nil)
	_ encoding.TextUnmarshaler = (*rate)(nil)
)

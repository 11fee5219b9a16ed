package bench

import (
	"testing"
	"time"
)

func TestPaceWindow(t *testing.T) {
	p := pace{window: 3}
	for outstanding, want := range []int{3, 2, 1, 0, 0} {
		if n, again := p.allowed(0, outstanding); n != want || n == 0 && again != never {
			t.Errorf("with %d outstanding %d are allowed, and then at %d; want %d", outstanding, n, again, want)
		}
	}
}

func TestPaceRate(t *testing.T) {
	p := pace{step: 100, due: 1000}
	if n, again := p.allowed(900, 0); n != 0 || again != 1001 {
		t.Errorf("too early %d are allowed, and then at %d", n, again)
	}
	n, _ := p.allowed(1250, 50)
	if n != 3 {
		t.Errorf("%d are allowed, want the 3 that are due", n)
	}
	for i := range n {
		if at := p.take(1250); at != int64(1000+100*i) {
			t.Errorf("message %d counts from %d", i, at)
		}
	}
	if n, _ := p.allowed(1250, 50); n != 0 {
		t.Errorf("%d more are allowed", n)
	}
}

// The server lets 20 through at once and then 5 a second.
func TestPaceFollowsTheServersLimit(t *testing.T) {
	const second = int64(time.Second)
	p := pace{window: 64}
	left, refused, sent := 20.0, 0, 0
	for now := int64(0); now < 60*second; now += second / 1000 {
		left = min(20, left+5.0/1000)
		if n, _ := p.allowed(now, 0); n == 0 {
			continue
		}
		p.take(now)
		if sent++; left < 1 {
			refused++
			p.limit(now, time.Second)
			continue
		}
		left--
		p.accept()
	}
	if refused > 3 || sent-refused < 250 {
		t.Errorf("%d were sent in a minute and %d of them refused", sent, refused)
	}
}

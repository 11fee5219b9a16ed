package bench

import "strconv"

// stamp is what a text says of itself: ~run.sender.seq.nanos~
type stamp struct {
	sender, seq int
	at          int64 // when it was sent, on the run's clock
}

// appendStamp writes a stamp behind the mark of the run, which ends in a dot.
func appendStamp(b, mark []byte, s stamp) []byte {
	b = append(b, mark...)
	b = strconv.AppendInt(b, int64(s.sender), 10)
	b = strconv.AppendInt(append(b, '.'), int64(s.seq), 10)
	b = strconv.AppendInt(append(b, '.'), s.at, 10)
	return append(b, '~')
}

// parseStamp reads what stands behind the mark.
func parseStamp(b []byte) (s stamp, ok bool) {
	sender, b, ok1 := number(b, '.')
	seq, b, ok2 := number(b, '.')
	at, _, ok3 := number(b, '~')
	return stamp{int(sender), int(seq), at}, ok1 && ok2 && ok3 && seq > 0
}

// number reads digits up to end.
func number(b []byte, end byte) (n int64, rest []byte, ok bool) {
	for i, c := range b {
		if c == end {
			return n, b[i+1:], i > 0
		}
		if c < '0' || c > '9' || i > 18 {
			break
		}
		n = 10*n + int64(c-'0')
	}
	return 0, nil, false
}

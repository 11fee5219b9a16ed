package server

const (
	keptBuffer  = 4 << 10 // bytes: the largest buffer that is kept for the next output
	keptBuffers = 256     // the most that are kept
)

// buffers are the unused output buffers of a loop: an idle connection holds none.
type buffers struct{ free [][]byte }

// get returns an empty buffer.
func (f *buffers) get() []byte {
	if n := len(f.free); n > 0 {
		b := f.free[n-1]
		f.free = f.free[:n-1]
		return b
	}
	return make([]byte, 0, keptBuffer/4)
}

// put takes a buffer back.
func (f *buffers) put(b []byte) {
	if cap(b) > 0 && cap(b) <= keptBuffer && len(f.free) < keptBuffers {
		f.free = append(f.free, b[:0])
	}
}

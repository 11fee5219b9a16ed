// Package proxyheader reads and writes the header of the PROXY protocol. The header comes before anything else on a connection and says
// where it really comes from. Load balancers send it, and so does the TLS front to the event loops.
package proxyheader

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"

	"github.com/pires/go-proxyproto"

	"parley/server/internal/address"
)

const (
	maxV1     = 107  // bytes, by its definition
	maxV2     = 4096 // bytes; some balancers send the client's certificate
	startOfV2 = 16   // bytes, with the length of the rest in the last two
)

var (
	errNoHeader = errors.New("it does not begin with a PROXY header")
	errTooLong  = errors.New("its PROXY header is too long")
)

// Header is a whole header.
type Header struct{ h *proxyproto.Header }

// Reader gathers a header, which may come in pieces. The zero value is ready.
type Reader struct{ b []byte }

// Take takes input until the header is whole; then ok is true, and rest is the input after the header. An error says why the input is no
// header; it is for the log.
func (r *Reader) Take(in []byte) (h Header, rest []byte, ok bool, err error) {
	for i, b := range in {
		r.b = append(r.b, b)
		if ends, err := ends(r.b); err != nil {
			return Header{}, nil, false, err
		} else if ends {
			whole, err := proxyproto.Read(bufio.NewReaderSize(bytes.NewReader(r.b), len(r.b)))
			return Header{whole}, in[i+1:], err == nil, err
		}
	}
	return Header{}, nil, false, nil
}

// Len is how many bytes have been gathered.
func (r *Reader) Len() int { return len(r.b) }

// ends reports whether b is a whole header. An error says why it can't become one.
func ends(b []byte) (bool, error) {
	switch {
	case beginsLike(b, proxyproto.SIGV1):
		if len(b) >= maxV1 && b[len(b)-1] != '\n' {
			return false, errTooLong
		}
		return b[len(b)-1] == '\n', nil
	case !beginsLike(b, proxyproto.SIGV2):
		return false, errNoHeader
	case len(b) < startOfV2:
		return false, nil
	}
	size := startOfV2 + int(binary.BigEndian.Uint16(b[startOfV2-2:]))
	if size > maxV2 {
		return false, errTooLong
	}
	return len(b) == size, nil
}

func beginsLike(b, signature []byte) bool {
	n := min(len(b), len(signature))
	return bytes.Equal(b[:n], signature[:n])
}

// Source is where the connection comes from. Ok is false if the balancer speaks for itself, as in a health check, or for a client without
// an address.
func (h Header) Source() (from netip.AddrPort, ok bool) {
	source, _, ok := h.h.TCPAddrs()
	if !ok || h.h.Command.IsLocal() {
		return netip.AddrPort{}, false
	}
	return address.Of(source), true
}

// ID is the number that Format was given; ok is false if the header has none.
func (h Header) ID() (id uint64, ok bool) {
	tlvs, err := h.h.TLVs()
	if err != nil || len(tlvs) != 1 || tlvs[0].Type != proxyproto.PP2_TYPE_UNIQUE_ID || len(tlvs[0].Value) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(tlvs[0].Value), true
}

// Format writes a header, of version 2, for a connection that has a number.
func Format(from, to netip.AddrPort, id uint64) ([]byte, error) {
	h := proxyproto.HeaderProxyFromAddrs(2, net.TCPAddrFromAddrPort(from), net.TCPAddrFromAddrPort(to))
	if err := h.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_UNIQUE_ID, Value: binary.BigEndian.AppendUint64(nil, id)}}); err != nil {
		return nil, err
	}
	return h.Format()
}

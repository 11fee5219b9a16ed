package backup

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"maps"

	"github.com/go-json-experiment/json"

	"parley/storage"
)

// maxLine is more than any record needs.
const maxLine = 1 << 20

// Reader reads a backup. It is for one goroutine.
type Reader struct {
	Header Header
	End    End // when Next has returned io.EOF

	lines *bufio.Reader
	sha   hash.Hash
	kinds map[string]int
	count int
}

// NewReader reads the header of a backup.
func NewReader(from io.Reader) (*Reader, error) {
	zip, err := gzip.NewReader(from)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCut
	case err != nil:
		return nil, whyUnreadable(err)
	}
	r := &Reader{lines: bufio.NewReaderSize(zip, maxLine), sha: sha256.New(), kinds: map[string]int{}}
	line, err := r.line()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var header struct { // whatever else a newer one may have there
		Parley  string `json:"parley"`
		Version int    `json:"version"`
	}
	switch {
	case err != nil, json.Unmarshal(line, &header) != nil, header.Parley != "backup":
		return nil, ErrForeign
	case header.Version > Version:
		return nil, ErrNewer
	}
	if err := read(line, &r.Header); err != nil {
		return nil, damaged("its first line can't be read: %w", err)
	}
	r.note(line)
	return r, nil
}

// Next returns the next record. At the end of a backup that is whole it returns io.EOF.
func (r *Reader) Next() (*storage.Record, error) {
	line, err := r.line()
	if errors.Is(err, io.EOF) {
		err = ErrCut
	}
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(line, []byte(`{"end":`)) {
		return nil, r.finish(line)
	}
	r.count++
	record := &storage.Record{}
	if err := read(line, record); err != nil {
		return nil, damaged("record %d can't be read: %w", r.count, err)
	}
	r.kinds[record.Kind()]++
	r.note(line)
	return record, nil
}

// Each calls each with every record of a backup that is whole.
func (r *Reader) Each(each func(*storage.Record) error) error {
	for {
		record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = each(record)
		}
		if err != nil {
			return err
		}
	}
}

// finish compares the end with what has come before it. Nothing may follow.
func (r *Reader) finish(line []byte) error {
	if err := read(line, &r.End); err != nil {
		return damaged("its last line can't be read: %w", err)
	}
	switch {
	case r.End.Records != r.count || !maps.Equal(r.End.Kinds, r.kinds):
		return damaged("it has %d records, and its last line says %d", r.count, r.End.Records)
	case r.End.SHA256 != hex.EncodeToString(r.sha.Sum(nil)):
		return damaged("what it holds does not fit its digest")
	}
	_, err := r.line()
	if err == nil {
		err = damaged("something follows its last line")
	}
	return err
}

// line returns the next line, which is valid until the one after it is read, or io.EOF at the end of the file.
func (r *Reader) line() ([]byte, error) {
	line, err := r.lines.ReadSlice('\n')
	switch {
	case err == nil:
		return line[:len(line)-1], nil
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, ErrCut
	}
	return nil, whyUnreadable(err)
}

// note adds a line to the digest.
func (r *Reader) note(line []byte) {
	r.sha.Write(line)
	r.sha.Write([]byte{'\n'})
}

func read(line []byte, into any) error {
	return json.Unmarshal(line, into, json.RejectUnknownMembers(true))
}

// whyUnreadable tells from each other: a file that is not compressed by gzip, one that is damaged, and one that can't be read.
func whyUnreadable(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, io.EOF):
		return ErrForeign
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrChecksum), errors.Is(err, bufio.ErrBufferFull):
		return damaged("%w", err)
	}
	return err
}

// Check reads a backup to its end.
func Check(from io.Reader) (*Reader, error) {
	r, err := NewReader(from)
	if err == nil {
		err = r.Each(func(*storage.Record) error { return nil })
	}
	return r, err
}

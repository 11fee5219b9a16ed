package backup

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"time"

	"parley/storage"
)

// Writer writes a backup. It is for one goroutine.
type Writer struct {
	zip   *gzip.Writer
	sha   hash.Hash
	lines *json.Encoder // into both
	end   End
}

// NewWriter begins a backup; by is the version of this program.
func NewWriter(to io.Writer, by string) (*Writer, error) {
	zip, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &Writer{zip: zip, sha: sha256.New(), end: End{Kinds: map[string]int{}}}
	w.lines = json.NewEncoder(io.MultiWriter(zip, w.sha))
	w.lines.SetEscapeHTML(false)
	return w, w.lines.Encode(Header{Parley: "backup", Version: Version, Made: now(), By: by})
}

// Add writes a record.
func (w *Writer) Add(r *storage.Record) error {
	w.end.Records++
	w.end.Kinds[r.Kind()]++
	return w.lines.Encode(r)
}

// Close writes the end. It does not close what it has written to.
func (w *Writer) Close() (End, error) {
	w.end.End, w.end.SHA256 = now(), hex.EncodeToString(w.sha.Sum(nil))
	if err := json.NewEncoder(w.zip).Encode(w.end); err != nil {
		return w.end, err
	}
	return w.end, w.zip.Close()
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

package tlsfront

import (
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// certificates is the certificate of the TLS port. It is read again when its files change, so that a renewal needs no restart.
type certificates struct {
	log *zap.Logger

	mu                sync.Mutex // guards what follows; the files are read under it
	certFile, keyFile string
	current           *tls.Certificate
	seen              [2]fileState // of the files when they were read last
	looked            time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

// fileState changes when a file does.
type fileState struct {
	changed time.Time
	size    int64
}

// loadCertificates reads the certificate for the first time; an error is for the operator to read.
func loadCertificates(certFile, keyFile string, log *zap.Logger) (*certificates, error) {
	c := &certificates{certFile: certFile, keyFile: keyFile, log: log, looked: time.Now()}
	c.seen = c.states()
	if err := c.read(); err != nil {
		return nil, err
	}
	return c, nil
}

// CheckFiles says what is wrong with a certificate and its key, as the operator must hear it.
func CheckFiles(certFile, keyFile string) error {
	c, err := loadCertificates(certFile, keyFile, zap.NewNop())
	if err != nil {
		return err
	}
	if until := c.current.Leaf.NotAfter; time.Now().After(until) {
		return fmt.Errorf("the TLS certificate %s has expired on %s", certFile, until.UTC().Format(time.DateOnly))
	}
	return nil
}

// use reads the certificate from other files, and anew from the same. After an error everything is as it was.
func (c *certificates) use(certFile, keyFile string) error {
	other, err := loadCertificates(certFile, keyFile, c.log)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.certFile, c.keyFile, c.current, c.seen, c.looked = certFile, keyFile, other.current, other.seen, other.looked
	return nil
}

// get is for tls.Config: the certificate for a handshake that begins now.
func (c *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.looked) < lookEvery {
		return c.current, nil
	}
	c.looked = time.Now()
	if now := c.states(); now != c.seen {
		c.seen = now
		if err := c.read(); err != nil {
			c.log.Warn("the old certificate is kept", zap.Error(err))
		}
	}
	return c.current, nil
}

func (c *certificates) states() (s [2]fileState) {
	for i, name := range []string{c.certFile, c.keyFile} {
		if info, err := os.Stat(name); err == nil {
			s[i] = fileState{info.ModTime(), info.Size()}
		}
	}
	return s
}

// read reads both files.
func (c *certificates) read() error {
	cert, err := os.ReadFile(c.certFile)
	if err != nil {
		return fmt.Errorf("can't read the TLS certificate: %w", err)
	}
	key, err := os.ReadFile(c.keyFile)
	if err != nil {
		return fmt.Errorf("can't read the TLS key: %w", err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return fmt.Errorf("can't use the TLS certificate %s with the key %s: %s", c.certFile, c.keyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	c.current = &pair
	c.log.Info("certificate", zap.Strings("for", pair.Leaf.DNSNames), zap.Time("until", pair.Leaf.NotAfter))
	if time.Now().After(pair.Leaf.NotAfter) {
		c.log.Warn("the certificate has expired", zap.String("file", c.certFile))
	}
	if info, err := os.Stat(c.keyFile); err == nil && info.Mode().Perm()&0o004 != 0 {
		c.log.Warn("every user of this machine can read the TLS key", zap.String("file", c.keyFile))
	}
	return nil
}

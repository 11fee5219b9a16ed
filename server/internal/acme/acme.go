// Package acme gets certificates from an authority, and renews them, by ACME (RFC 8555). The work is certmagic's, which came in because others run
// it at scale: it retries, keeps to the authority's limits, asks when to renew (RFC 9773), and processes that share a directory share certificates.
package acme

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/caddyserver/certmagic"
	"go.uber.org/zap"
)

// Config is what to get certificates for, and how.
type Config struct {
	Names     []string // of this server, as clients know it; each gets a certificate of its own
	Authority string   // the URL of its ACME directory
	Dir       string   // where certificates, keys and the account are kept; nobody else may read it
	HTTP      string   // TCP address, as net.Listen takes it: the authority looks there, at port 80 of each name, whether the server is whose it says
	Log       *zap.Logger

	trust     *x509.CertPool // who may sign the authority's own certificate; nil: whom the machine trusts
	renewEach time.Duration  // how often certificates are looked at; 0: as often as certmagic does
}

// Certificates are those of a running server. They may be used from any goroutine.
type Certificates struct {
	config Config
	cache  *certmagic.Cache
	magic  *certmagic.Config
	web    http.Server
	port   net.Listener
	cancel context.CancelFunc
}

// Check says what is wrong with names to get certificates for, or with the URL of an authority, for the operator to read.
func Check(names []string, authority string) error {
	for _, name := range names {
		if !certmagic.SubjectQualifiesForCert(name) || strings.ContainsRune(name, '*') {
			return fmt.Errorf("--tls-auto %s: that is no name of a server, such as chat.example.org", name)
		}
	}
	if at, err := url.Parse(authority); err != nil || at.Scheme != "https" || at.Host == "" {
		return fmt.Errorf("--tls-auto-ca %s: that is no URL such as https://ca.example.org/directory", authority)
	}
	return nil
}

// Start begins to get what is missing, and to renew what ends. It does not wait for that: an authority may take minutes, or be away. An error is for the
// operator to read.
func Start(config Config) (*Certificates, error) {
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the directory for certificates can't be made: %w", err)
	}
	port, err := net.Listen("tcp", config.HTTP)
	if err != nil {
		return nil, fmt.Errorf("the port where the authority looks for this server can't be opened: %w", err)
	}
	host, _, _ := net.SplitHostPort(port.Addr().String())
	c := &Certificates{config: config, port: port}
	c.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return c.magic, nil },
		RenewCheckInterval: config.renewEach,
		Logger:             zap.NewNop(), // what is worth a line is logged by noted
	})
	c.magic = certmagic.New(c.cache, certmagic.Config{
		Storage:            &certmagic.FileStorage{Path: config.Dir},
		DefaultServerName:  config.Names[0], // for a client that does not say whom it wants
		FallbackServerName: config.Names[0],
		OnEvent:            c.noted,
		Logger:             zap.NewNop(),
	})
	issuer := certmagic.NewACMEIssuer(c.magic, certmagic.ACMEIssuer{
		CA: config.Authority, TestCA: config.Authority, Agreed: true, DisableTLSALPNChallenge: true, TrustedRoots: config.trust,
		ListenHost: host, AltHTTPPort: port.Addr().(*net.TCPAddr).Port, // it is taken by us, so certmagic leaves it to the handler
		Logger: zap.NewNop(),
	})
	c.magic.Issuers = []certmagic.Issuer{issuer}
	c.web = http.Server{Handler: issuer.HTTPChallengeHandler(http.NotFoundHandler()), ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 8 << 10}
	go c.web.Serve(port)
	var ctx context.Context
	ctx, c.cancel = context.WithCancel(context.Background())
	if err := c.magic.ManageAsync(ctx, config.Names); err != nil {
		c.Stop()
		return nil, fmt.Errorf("no certificate can be had: %w", err)
	}
	return c, nil
}

// Addr is where it answers the authority.
func (c *Certificates) Addr() net.Addr { return c.port.Addr() }

// Get is for tls.Config: the certificate for a client. There is none before the authority has given the first one.
func (c *Certificates) Get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	certificate, err := c.magic.GetCertificate(hello)
	if err != nil {
		return nil, errors.New("there is no certificate yet")
	}
	return certificate, nil
}

// Stop ends the renewals, and closes the port. There is nothing to do for nil.
func (c *Certificates) Stop() {
	if c == nil {
		return
	}
	c.cancel()
	c.cache.Stop()
	_ = c.web.Close()
}

// noted logs what an operator wants to know. It is certmagic's callback; an error would stop what is under way.
func (c *Certificates) noted(ctx context.Context, event string, about map[string]any) error {
	name, _ := about["identifier"].(string)
	switch event {
	case "cert_obtained":
		path, _ := about["certificate_path"].(string)
		c.config.Log.Info("certificate", zap.Strings("for", []string{name}), zap.Time("until", c.until(ctx, path)))
	case "cert_failed":
		err, _ := about["error"].(error)
		c.config.Log.Warn("the authority gives no certificate", zap.String("for", name), zap.Error(err))
	}
	return nil
}

// until is when the certificate in a file of the directory ends; zero if that can't be said.
func (c *Certificates) until(ctx context.Context, path string) time.Time {
	text, err := c.magic.Storage.Load(ctx, path)
	if err != nil {
		return time.Time{}
	}
	first, _ := pem.Decode(text)
	if first == nil {
		return time.Time{}
	}
	certificate, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return time.Time{}
	}
	return certificate.NotAfter
}

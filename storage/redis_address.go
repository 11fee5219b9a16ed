package storage

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// sentinelScheme is that of addresses which name Sentinels: they know which Redis is the primary.
const sentinelScheme = "redis+sentinel"

// sentinelPort is where a Sentinel listens unless it is told otherwise.
const sentinelPort = "26379"

// redisAddress says where a Redis is and how to speak to it: at an address, or wherever Sentinels say.
type redisAddress struct {
	Options  *redis.Options         // nil if Sentinels are asked
	Failover *redis.FailoverOptions // nil if they are not
	Replicas int                    // how many of them must have a change before it is acknowledged
	Shown    string                 // for people: it holds no password
}

// client makes a client with so many connections. Nothing is connected yet.
func (a *redisAddress) client(poolSize int) *redis.Client {
	if a.Failover != nil {
		options := *a.Failover
		options.PoolSize = poolSize
		options.OnConnect = requirePrimary
		return redis.NewFailoverClient(&options)
	}
	return a.direct(poolSize, nil)
}

// linkClient makes a client for the link.
func (a *redisAddress) linkClient() *redis.Client {
	if a.Failover != nil || a.Options.TLSConfig != nil { // these are dialed in the client's own way
		return a.client(linkPool)
	}
	return a.direct(linkPool, dialWaiting(a.Options.DialTimeout))
}

// direct makes a client that asks no Sentinels. Without a dialer it has its own.
func (a *redisAddress) direct(poolSize int, dialer dialer) *redis.Client {
	options := *a.Options
	options.PoolSize, options.Dialer = poolSize, dialer
	return redis.NewClient(&options)
}

const linkPool = 2 // one is thrown away while the next one is made

// requirePrimary refuses a connection to a replica. Sentinels go on naming a primary that was killed until they have chosen another one; if it has come
// back as a replica by then, it answers reads with what it had before.
func requirePrimary(ctx context.Context, conn *redis.Conn) error {
	replication, err := conn.Info(ctx, "replication").Result()
	if err == nil && infoField(replication, "role") == "slave" { // the client asks this of Sentinels, too
		err = errReplica
	}
	return err
}

var errReplica = errors.New("the Redis that the Sentinels name is a replica just now")

// readRedisAddress reads a URL, as Open describes them. Its error does not quote it, since there may be a password in it.
func readRedisAddress(address string) (*redisAddress, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	where, query, _ := strings.Cut(rest, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, errAddress
	}
	own := takeOwn(values)
	a := &redisAddress{}
	unreadable := errAddress
	if a.Replicas, err = own.replicas(); err != nil {
		return nil, err
	}
	var sentinels []string
	var master string
	if scheme == sentinelScheme {
		unreadable = errSentinelAddress
		if where, sentinels, master, err = readSentinels(where); err != nil {
			return nil, err
		}
		if scheme, err = own.sentinelTransport(); err != nil {
			return nil, err
		}
	} else if own.ofSentinels() {
		return nil, fmt.Errorf("tls=, sentinel_user= and sentinel_password= belong to an address that begins with %s://", sentinelScheme)
	}
	options, err := redis.ParseURL(strings.TrimPrefix(scheme, "redis+") + ":" + where + "?" + values.Encode())
	if err != nil {
		return nil, unreadable
	}
	if err := own.trust(options); err != nil {
		return nil, err
	}
	tune(options)
	if master == "" {
		a.Options, a.Shown = options, options.Addr
		return a, nil
	}
	a.Shown = "sentinel " + master
	a.Failover = failover(options, master, sentinels)
	a.Failover.SentinelUsername, a.Failover.SentinelPassword = own["sentinel_user"], own["sentinel_password"]
	return a, nil
}

var (
	errAddress = errors.New("the address of Redis can't be read: write redis://USER:PASSWORD@HOST:6379/0 or unix:///PATH.sock?db=0, " +
		"and special characters of a password as %XX")
	errSentinelAddress = errors.New("the address of the Sentinels can't be read: write " +
		"redis+sentinel://USER:PASSWORD@HOST:26379,HOST:26379,HOST:26379/MASTER/0, and special characters of a password as %XX")
)

// readSentinels takes the Sentinels and the name of the primary out of "user:password@host:port,host:port/master/db". What is left is written
// like the address of a single Redis.
func readSentinels(where string) (left string, sentinels []string, master string, err error) {
	where, ok := strings.CutPrefix(where, "//")
	if !ok {
		return "", nil, "", errSentinelAddress
	}
	authority, path, _ := strings.Cut(where, "/")
	user, hosts := "", authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, hosts = authority[:at+1], authority[at+1:]
	}
	for host := range strings.SplitSeq(hosts, ",") {
		u, err := url.Parse("redis://" + host)
		if err != nil || u.Hostname() == "" || u.Host != host || strings.Contains(u.Hostname(), ":") && host[0] != '[' {
			return "", nil, "", errSentinelAddress
		}
		port := u.Port()
		if port == "" {
			port = sentinelPort
		}
		sentinels = append(sentinels, net.JoinHostPort(u.Hostname(), port))
	}
	master, db, _ := strings.Cut(path, "/")
	if master, err = url.PathUnescape(master); err != nil || master == "" {
		return "", nil, "", errSentinelAddress
	}
	return "//" + user + "sentinel/" + db, sentinels, master, nil
}

// ownOptions are the options of a URL that are not those of go-redis.
type ownOptions map[string]string

func takeOwn(values url.Values) ownOptions {
	own := ownOptions{}
	for _, name := range []string{"replicas", "tls", "ca", "sentinel_user", "sentinel_password"} {
		if values.Has(name) {
			own[name] = values.Get(name)
			values.Del(name)
		}
	}
	return own
}

func (o ownOptions) replicas() (int, error) {
	text, ok := o["replicas"]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, errors.New("replicas= in the address of Redis must be a number: how many replicas must have a message before it is acknowledged")
	}
	return n, nil
}

// sentinelTransport is the scheme of a single Redis that is spoken to like those that Sentinels name.
func (o ownOptions) sentinelTransport() (string, error) {
	switch o["tls"] {
	case "true":
		return "rediss", nil
	case "", "false":
		return "redis", nil
	}
	return "", errors.New("tls= in the address of Redis must be true or false")
}

func (o ownOptions) ofSentinels() bool {
	_, transport := o["tls"]
	_, user := o["sentinel_user"]
	_, password := o["sentinel_password"]
	return transport || user || password
}

// trust has the client trust the authority whose certificate is in a file, and no other.
func (o ownOptions) trust(options *redis.Options) error {
	file, ok := o["ca"]
	if !ok {
		return nil
	}
	if options.TLSConfig == nil {
		return fmt.Errorf("ca= needs TLS: begin the address with rediss://, or write tls=true after that of Sentinels")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the certificate that ca= names can't be read: %w", err)
	}
	options.TLSConfig.RootCAs = x509.NewCertPool()
	if !options.TLSConfig.RootCAs.AppendCertsFromPEM(data) {
		return fmt.Errorf("%s, which ca= names, holds no certificate in PEM", file)
	}
	return nil
}

// tune sets what parley relies on, whatever the URL says.
func tune(options *redis.Options) {
	options.MaxRetries = -1 // the client would send again without knowing whether the first try was done
	options.ContextTimeoutEnabled = true
	options.DialTimeout = time.Second
	options.DialerRetries = 1
	options.ReadTimeout = 3 * time.Second
	options.WriteTimeout = 3 * time.Second
	options.Protocol = 2
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// failover has Sentinels say where the Redis of these options is.
func failover(o *redis.Options, master string, sentinels []string) *redis.FailoverOptions {
	var encrypted *tls.Config
	if o.TLSConfig != nil {
		encrypted = o.TLSConfig.Clone()
		encrypted.ServerName = "" // that of whichever is connected to
	}
	return &redis.FailoverOptions{
		MasterName: master, SentinelAddrs: sentinels, TLSConfig: encrypted,
		Username: o.Username, Password: o.Password, DB: o.DB, ClientName: o.ClientName,
		Protocol: o.Protocol, DisableIdentity: o.DisableIdentity, ContextTimeoutEnabled: o.ContextTimeoutEnabled,
		MaxRetries: o.MaxRetries, MinRetryBackoff: o.MinRetryBackoff, MaxRetryBackoff: o.MaxRetryBackoff,
		DialTimeout: o.DialTimeout, DialerRetries: o.DialerRetries, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
		PoolFIFO: o.PoolFIFO, PoolTimeout: o.PoolTimeout, MaxConcurrentDials: o.MaxConcurrentDials,
		MinIdleConns: o.MinIdleConns, MaxIdleConns: o.MaxIdleConns, MaxActiveConns: o.MaxActiveConns,
		PipelinePoolSize: o.PipelinePoolSize, PipelineReadBufferSize: o.PipelineReadBufferSize, PipelineWriteBufferSize: o.PipelineWriteBufferSize,
		ConnMaxIdleTime: o.ConnMaxIdleTime, ConnMaxLifetime: o.ConnMaxLifetime, ConnMaxLifetimeJitter: o.ConnMaxLifetimeJitter,
	}
}

package main

import (
	"parley/internal/language"
	clientlink "parley/server/cmd/parley/internal/client/link"
	"parley/server/cmd/parley/internal/client/screen"
	"parley/server/cmd/parley/internal/client/secrets"
	clientsettings "parley/server/cmd/parley/internal/client/settings"
)

// onScreen makes of servers what the full screen takes: with what was kept to log in, unless the person has said what to log in with.
func onScreen(servers []clientsettings.Server, kept func() *secrets.Store) ([]screen.Server, error) {
	var shown []screen.Server
	for _, server := range servers {
		secure, err := tlsConfig(server)
		if err != nil {
			return nil, err
		}
		address, err := clientlink.Resolve(server.Address, secure != nil)
		if err != nil {
			return nil, err
		}
		one := screen.Server{Name: server.Name, Address: address, TLS: secure, Account: server.Account}
		if server.Token != "" {
			if one.Secret, err = tokenOfServer(server); err != nil {
				return nil, err
			}
			one.SecretIsToken = true
		} else if store := kept(); store != nil {
			remember(&one, store)
		}
		shown = append(shown, one)
	}
	return shown, nil
}

// keptTokens is where the person's tokens are kept; nil if there is no place for them.
func keptTokens(lang language.Language) *secrets.Store {
	dir, err := clientsettings.Dir()
	if err != nil {
		return nil
	}
	return secrets.Open(lang, dir)
}

// remember fills in what was kept for a server, and says how more is kept.
func remember(server *screen.Server, store *secrets.Store) {
	key := server.Address
	if server.TLS != nil {
		key = "tls " + key // what was kept for a connection that nobody can read is not sent over another
	}
	account, token, err := store.Get(key, server.Account)
	if err != nil {
		server.Trouble = err.Error()
	}
	if account != "" {
		server.Account, server.Secret, server.SecretIsToken = account, token, token != ""
	}
	server.Kept = store.Where()
	server.Keep = func(account, token string) error { return store.Keep(key, account, token) }
	if token != "" {
		server.Forget = func() error { return store.Forget(key, account) }
	}
}

package server

import "parley/server/internal/admission"

// Configure puts another configuration in the place of the one that the server was started with: all limits, the files of the certificate, DrainTime, and
// what Chat.Configure takes. Everything else must be the same. It holds for what happens from now on: nobody is disconnected, and what was used up of a rate
// stays so. When it returns an error, which is for the operator to read, nothing was changed. It may not be called together with Drain or Stop.
func (s *Server) Configure(config Config) error {
	if err := s.front.UseFiles(config.TLS.Cert, config.TLS.Key); err != nil {
		return err
	}
	config.patience = s.config.patience
	s.config.DrainTime = config.DrainTime
	s.admission.Configure(admission.Config{
		MaxConnections: config.MaxConnections, MaxPerAddress: config.MaxPerAddress, ConnectRate: config.ConnectRate, Trust: config.Trust,
	})
	s.chat.Configure(config.Chat)
	for _, sh := range s.running {
		sh.call(func() { sh.configure(config) })
	}
	return nil
}

// configure is called on the loop.
func (s *shard) configure(config Config) {
	s.config, s.irc = config, ircLimits(&config)
	for _, c := range s.conns {
		c.out.limit = config.Outbox
	}
}

package screen

import (
	"context"
	"crypto/rand"
	mathrand "math/rand/v2"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"parley/internal/language"
	"parley/server/cmd/parley/internal/client/form"
	"parley/server/cmd/parley/internal/client/input"
	"parley/server/cmd/parley/internal/client/session"
)

// model is the screen: what is shown of the servers, and what is being typed. Only Bubble Tea's loop touches it.
type model struct {
	Options
	ctx     context.Context
	servers []*server
	width   int
	height  int
	shown   room
	places  map[*session.Thread]place
	input   input.Model
	said    remark // until the next key

	restored string // the draft that was put into the input last

	help  bool
	paste *form.Paste
	to    room // where paste goes

	rang    time.Time // the last time
	due     time.Time // the next timer
	leaving leaving
	left    bool
}

// remark is a sentence of the client's own.
type remark struct {
	text  string
	wrong bool
}

// room is a thread on one of the servers. Without a thread it is the server itself, as long as nobody is logged in there.
type room struct {
	server *server
	thread *session.Thread
}

func newModel(ctx context.Context, o Options) *model {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &model{Options: o, ctx: ctx, places: map[*session.Thread]place{}, input: input.New(o.Language)}
	for _, s := range o.Servers {
		so := session.Options{Server: s.Name, Language: o.Language, Key: rand.Text, Jitter: mathrand.Float64}
		if s.Account != "" && s.Secret != "" {
			so.Name, so.Secret = s.Account, s.Secret
		}
		m.servers = append(m.servers, &server{Server: s, session: session.New(so)})
	}
	m.shown.server = m.servers[0]
	m.input.Complete = m.complete
	m.input.SetPrompt("> ")
	return m
}

// lang is the language that is spoken: /lang changes it.
func (m *model) lang() language.Language { return m.shown.server.session.Language() }

func (m *model) Init() tea.Cmd { return m.settle() }

// Update takes what has happened, and then does what has to follow.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg:
		cmd = m.pasted(msg)
	case dialed:
		cmd = m.dialed(msg)
	case heard:
		cmd = m.heard(msg)
	case kept:
		m.said = msg.remark
	case timer:
		if msg.at.Equal(m.due) {
			m.due = time.Time{}
		}
	}
	return m, tea.Batch(cmd, m.settle())
}

func (m *model) dialed(d dialed) tea.Cmd {
	d.server.dialing = false
	switch {
	case d.err != nil:
		d.server.session.Lost(m.lang().Sprintf("Can't connect to %s: %s.", d.server.Address, unreachable(m.lang(), d.err)), m.Now())
		return nil
	case m.leaving.begun:
		d.link.Close()
		return nil
	}
	return d.server.stand(d.link, m.Now())
}

func (m *model) heard(h heard) tea.Cmd {
	s, now := h.server, m.Now()
	if s.link != h.link {
		return nil
	}
	m.stow() // a room with a draft stays
	for _, line := range h.lines {
		s.session.Heard(line, now)
	}
	if m.leaving.parted {
		m.leaving.heard = now
	}
	if !h.ended {
		return s.listen(h.link)
	}
	s.hangUp()
	s.link = nil
	reason := m.lang().Sprintf("The connection to %s was lost.", s.Address)
	if s.session.State() == session.Greeting && s.TLS == nil {
		reason = m.lang().Sprintf("%s has said nothing. If its port is one for TLS, use --tls.", s.Address)
	}
	s.session.Lost(reason, now)
	return nil
}

// rooms are all there are, in the order of the sidebar.
func (m *model) rooms() (all []room) {
	for _, s := range m.servers {
		threads := s.session.Threads()
		for _, t := range threads {
			all = append(all, room{s, t})
		}
		if len(threads) == 0 {
			all = append(all, room{server: s})
		}
	}
	return all
}

// show brings a room to the screen, with what was typed there.
func (m *model) show(r room) {
	old := m.shown
	if r == old {
		return
	}
	m.stow()
	if old.server != r.server {
		old.server.session.Show(nil)
	} else if old.thread == nil {
		*r.draft() += *old.draft() // what was typed while nobody was logged in yet
		*old.draft() = ""
	}
	m.shown = r
	m.input.Shown()
	m.input.SetValue("")
	if _, asked := r.server.session.Prompt(); !asked {
		m.restored = *r.draft()
		m.input.SetValue(m.restored)
	}
	r.server.session.Show(r.thread)
}

// draft is where what is typed in a room is kept while others are shown.
func (r room) draft() *string {
	if r.thread == nil {
		return &r.server.draft
	}
	return &r.thread.Draft
}

// stow puts what is being typed into its draft. A password is none: it leaves alone what was typed there before.
func (m *model) stow() {
	if !m.input.Hidden() {
		*m.shown.draft() = m.input.Value()
	}
}

// step goes so many rooms on, round and round.
func (m *model) step(by int) {
	all := m.rooms()
	at := slices.Index(all, m.shown)
	m.show(all[((at+by)%len(all)+len(all))%len(all)])
}

// unread is the next room in which something is unread; where there are several, one that has called; nil: none.
func (m *model) unread() *room {
	all := m.rooms()
	at := max(0, slices.Index(all, m.shown))
	for _, called := range []bool{true, false} {
		for i := range all {
			r := all[(at+1+i)%len(all)]
			if r.thread != nil && r.thread.Unread > 0 && (!called || calls(r.thread)) {
				return &r
			}
		}
	}
	return nil
}

// calls says that something unread in t is to oneself.
func calls(t *session.Thread) bool { return t.Unread > 0 && (t.Mentioned || !t.Room) }

func (m *model) complete(before string) []string {
	return m.shown.server.session.Complete(before, m.shown.thread)
}

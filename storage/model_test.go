package storage_test

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/storage"
)

// twin is one of two stores that are asked for the same. IDs and numbers differ between them, so what is compared names accounts and rooms by
// their names, and numbers by how many events had come by then.
type twin struct {
	chat
	ids     map[string]storage.ID // of accounts, also of those that were removed
	rooms   map[storage.ID]string
	numbers []int64 // of all events
}

// model asks both stores for the same.
type model struct {
	t      *testing.T
	random *rand.Rand
	twins  [2]*twin
	at     time.Time
	tokens []modelToken // all that were ever asked for
	onces  []wish       // messages with keys
	log    []string
	unread bool // what pages and logins have read is not compared
	steady bool // nobody is a guest
}

type modelToken struct{ key, hash string }

var (
	modelNames = []string{"ann", "bob", "cid", "dan", "eve"}
	modelRooms = []string{"#lobby", "#one", "#two", "#three", "#four"}
	modelSizes = map[string]storage.Limits{
		"generous": {Inbox: 1000, Keep: 10 * time.Hour, Room: 10_000, Conversation: 10_000, Rooms: 100, Members: 100, Bans: 100, Blocks: 100, Invites: 100, Tokens: 100, Onces: 100, Guests: 100},
		"narrow":   {Inbox: 3, Keep: 10 * time.Hour, Room: 8, Conversation: 4, Rooms: 2, Members: 3, Bans: 2, Blocks: 1, Invites: 1, Tokens: 2, Onces: 3, Guests: 1},
	}
)

// forOldData are limits for a store that was written at some time: nothing there is too old.
func forOldData() storage.Limits {
	limits := modelSizes["generous"]
	limits.Keep = math.MaxInt64
	return limits
}

func newModel(t *testing.T, seed uint64, limits storage.Limits, urls ...string) *model {
	m := &model{t: t, random: rand.New(rand.NewPCG(seed, 7)), at: time.Now().Truncate(time.Millisecond).UTC()}
	for i, url := range urls {
		m.twins[i] = &twin{open(t, url, limits), map[string]storage.ID{}, map[storage.ID]string{}, nil}
		t.Cleanup(func() { m.twins[i].Close() })
	}
	m.step(m.creations())
	return m
}

// TestStoresAgree has both stores do many random batches, and wants the same answers, events and lists of them.
func TestStoresAgree(t *testing.T) {
	for name, limits := range modelSizes {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint(name, seed), func(t *testing.T) {
				m := newModel(t, seed, limits, kinds[0].url(t), kinds[1].url(t))
				for range 100 {
					m.step(m.batch())
				}
			})
		}
	}
}

// wish is an ask without IDs and numbers.
type wish struct {
	storage.Ask
	by     string
	number int // which event
	order  storage.Order
	reads  map[string]int // room: which event
}

func (w *wish) String() string {
	o := &w.order
	line := fmt.Sprintf("kind %d by %q to %q text %q room %q may %v role %d setting %d until %v reads %v", w.Kind, w.by, w.To, w.Text, o.Room, o.May, o.Role,
		o.Setting, o.Until, w.reads)
	if w.Once != nil {
		line += " once " + w.Once.Key
	}
	return line + fmt.Sprintf(" token %.8s%.8s%.8s", w.Hash, w.Token, o.Token)
}

func (m *model) creations() (wishes []wish) {
	for _, name := range modelNames {
		wishes = append(wishes, wish{Ask: create(strings.ToUpper(name[:1]) + name[1:])})
	}
	return wishes
}

func pick[T any](m *model, from []T) T { return from[m.random.IntN(len(from))] }

func (m *model) batch() (wishes []wish) {
	if m.random.IntN(8) == 0 {
		m.at = m.at.Add(2 * time.Hour)
	}
	m.at = m.at.Add(time.Second)
	for range 1 + m.random.IntN(5) {
		wishes = append(wishes, m.wish())
	}
	return wishes
}

// likely are the kinds of asks, the common ones more often.
var likely = func() (kinds []storage.AskKind) {
	for kind := storage.Say; kind <= storage.Register; kind++ {
		kinds = append(kinds, kind)
	}
	for range 8 {
		kinds = append(kinds, storage.Say, storage.Join)
	}
	return append(kinds, storage.Say, storage.Create, storage.Create, storage.Kick, storage.Ban, storage.Mute, storage.Unban, storage.Unmute, storage.Enter, storage.Enter, storage.Enter, storage.MakeToken, storage.MakeToken, storage.MakeToken, storage.Seen, storage.Seen, storage.Invite, storage.Invite, storage.Leave,
		storage.SetRole, storage.SetOperator)
}()

func (m *model) wish() wish {
	w := wish{by: pick(m, modelNames)}
	room, to := pick(m, modelRooms[:1+m.random.IntN(len(modelRooms))]), pick(m, modelNames)
	w.Kind, w.To = pick(m, likely), to
	w.order = storage.Order{Room: room, May: m.random.IntN(3) > 0}
	w.number = m.random.IntN(len(m.twins[0].numbers) + 1)
	switch w.Kind {
	case storage.Say:
		if m.random.IntN(3) > 0 {
			w.To = room
		}
		w.Text = fmt.Appendf(nil, "%d", m.random.IntN(1000))
		m.maybeOnce(&w)
	case storage.Enter:
		w.Limit, w.Hash = m.random.IntN(4), m.hash(w.by)
		if m.random.IntN(2) == 0 {
			w.by, w.Hash = "", ""
			w.To, w.Token = m.token(to)
		}
	case storage.MakeToken:
		m.makeToken(&w)
	case storage.RevokeToken:
		w.by, w.order.Token = m.token(w.by)
		w.order.Token = w.order.Token[:8]
	case storage.Create:
		w.Ask = create(strings.ToUpper(to[:1]) + to[1:])
		m.maybeGuest(&w)
	case storage.Register:
		w.NewHash = m.hash(w.by)
	case storage.Feed:
		w.Limit = m.random.IntN(4)
	case storage.SetPassword:
		w.Hash, w.NewHash = "", m.hash(w.by)
	case storage.Remove, storage.RemoveRoom:
		if m.random.IntN(4) > 0 {
			return m.wish()
		}
		w.by = ""
		if w.Kind == storage.Remove {
			w.by = to
		}
	case storage.Join:
		w.order.Name, w.order.Look = strings.ToUpper(room), strings.Replace(room, "#three", "#two", 1)
	case storage.SetTopic:
		w.Text = fmt.Appendf(nil, "topic %d", m.random.IntN(10))
	case storage.SetSetting:
		w.order.Setting = pick(m, []storage.Setting{storage.PublicRoom, storage.PrivateRoom, storage.OpenRoom, storage.QuietRoom})
	case storage.SetRole:
		w.order.Role = pick(m, []storage.Role{storage.NoRole, storage.Voice, storage.Op, storage.Owner})
	case storage.Kick, storage.Ban, storage.Mute, storage.Unban, storage.Unmute:
		m.moderate(&w)
	case storage.Seen:
		w.reads = map[string]int{room: w.number, pick(m, modelRooms): m.random.IntN(len(m.twins[0].numbers) + 1)}
	case storage.SetOperator:
		w.by = ""
	}
	return w
}

// maybeOnce gives a message a key, or makes it a repeat.
func (m *model) maybeOnce(w *wish) {
	switch m.random.IntN(3) {
	case 0:
		w.Once = &storage.Once{Key: fmt.Sprint("key", m.random.IntN(12)), Said: storage.Said{Sent: m.random.IntN(3)}}
		if m.random.IntN(2) == 0 {
			w.Once.Away = new("gone")
		}
		m.onces = append(m.onces, *w)
	case 1:
		if n := len(m.onces); n > 0 {
			*w = m.onces[max(0, n-1-m.random.IntN(10))]
		}
	}
}

// maybeGuest makes a guest instead of an account: one who stays, or one who is left over.
func (m *model) maybeGuest(w *wish) {
	choice := m.random.IntN(6)
	if m.steady {
		return
	}
	w.New.Guest = choice < 2
	if choice == 0 {
		w.Begins = &storage.Session{From: "::1", Client: "text"}
	}
}

func (m *model) makeToken(w *wish) {
	owner := w.by
	if m.random.IntN(3) == 0 {
		w.by, owner = "", w.To
	}
	w.Hash, w.Text = storage.TokenHash(fmt.Sprint(len(m.tokens))), fmt.Append(nil, len(m.tokens))
	w.order.Until = m.at.Add(pick(m, []time.Duration{-time.Hour, time.Hour, 3 * time.Hour, 30 * time.Hour}))
	m.tokens = append(m.tokens, modelToken{owner, w.Hash})
}

// token is one of the last tokens and mostly its owner, otherwise somebody else.
func (m *model) token(somebody string) (key, hash string) {
	if len(m.tokens) == 0 {
		return somebody, storage.TokenHash("nobody's")
	}
	token := m.tokens[max(0, len(m.tokens)-1-m.random.IntN(4))]
	if m.random.IntN(5) > 0 {
		somebody = token.key
	}
	return somebody, token.hash
}

func (m *model) moderate(w *wish) {
	w.Text = []byte("reason")
	if m.random.IntN(3) == 0 {
		w.order.Room = ""
	}
	if m.random.IntN(2) == 0 {
		w.by = ""
	}
	if w.order.Room == "" && m.random.IntN(3) == 0 && w.Kind != storage.Kick {
		w.To = pick(m, []string{"10.1.2.3/24", "10.1.2.0/24", "::1/128"})
	}
	if w.Kind != storage.Kick && m.random.IntN(2) == 0 {
		w.order.Until = m.at.Add(pick(m, []time.Duration{-time.Millisecond, time.Hour, 3 * time.Hour}))
	}
}

// hash is the password of an account, mostly.
func (m *model) hash(key string) string {
	if m.random.IntN(20) == 0 {
		return "wrong"
	}
	return "hash of " + strings.ToUpper(key[:1]) + key[1:]
}

// ask makes an ask of a wish for one of the stores.
func (w *twin) ask(wish *wish) storage.Ask {
	ask := wish.Ask
	ask.Account = w.ids[wish.by]
	ask.Text = slices.Clone(wish.Text)
	order := wish.order
	if wish.number > 0 && (wish.Kind == storage.Feed || wish.Kind == storage.Told) {
		ask.After = w.numbers[wish.number-1]
	}
	for _, id := range w.roomIDs() {
		if at, ok := wish.reads[w.rooms[id]]; ok && at > 0 {
			order.Readings = append(order.Readings, storage.Reading{Room: id, Number: w.numbers[at-1]})
		}
	}
	ask.Order = &order
	return ask
}

func (w *twin) roomIDs() []storage.ID {
	rooms, err := w.AllRooms(soon(w.t))
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []storage.ID
	for _, in := range rooms {
		w.rooms[in.ID] = strings.ToLower(in.Name)
		ids = append(ids, in.ID)
	}
	return ids
}

// step has both stores do a batch, and compares all that can be seen of it.
func (m *model) step(wishes []wish) {
	m.t.Helper()
	for i := range wishes {
		m.log = append(m.log, wishes[i].String())
	}
	var said [2][]string
	ack := m.random.IntN(5)
	acked := pick(m, modelNames)
	seed := m.random.Uint64()
	for i, w := range m.twins {
		b := storage.Batch{At: m.at}
		for j := range wishes {
			b.Asks = append(b.Asks, w.ask(&wishes[j]))
		}
		if ack == 0 && len(w.numbers) > 0 {
			b.Acks = []storage.Ack{{Account: w.ids[acked], Number: w.numbers[len(w.numbers)-1]}}
		}
		w.commit(&b)
		said[i] = append(m.comparable(wishes, w.verdicts(wishes, &b)), w.lists(rand.New(rand.NewPCG(seed, 1)))...)
	}
	for i := range min(len(said[0]), len(said[1])) {
		if said[0][i] != said[1][i] {
			m.fail("%s\n%s", said[0][i], said[1][i])
		}
	}
	if len(said[0]) != len(said[1]) {
		m.fail("%d and %d lines: %q", len(said[0]), len(said[1]), said)
	}
}

// comparable leaves what was read out, if it may be lost. The first lines are about the verdicts.
func (m *model) comparable(wishes []wish, lines []string) []string {
	for i := range wishes {
		if kind := wishes[i].Kind; m.unread && (kind == storage.Enter || kind == storage.Feed) {
			lines[i] = "read"
		}
	}
	return lines
}

func (m *model) fail(format string, args ...any) {
	m.t.Helper()
	for _, line := range m.log[max(0, len(m.log)-12):] {
		m.t.Log(line)
	}
	m.t.Fatalf(format, args...)
}

// when says how many events had come by a number.
func (w *twin) when(number int64) int {
	at, found := slices.BinarySearch(w.numbers, number)
	if found {
		at++
	}
	return at
}

// verdicts says what has become of a batch.
func (w *twin) verdicts(wishes []wish, b *storage.Batch) (lines []string) {
	for _, e := range b.Events {
		if e.Number > 0 {
			w.numbers = append(w.numbers, e.Number)
		}
	}
	for i, v := range b.Verdicts {
		if v.Account != 0 {
			w.ids[wishes[i].New.Key] = v.Account
		}
		for _, in := range v.Rooms {
			w.rooms[in.ID] = strings.ToLower(in.Name)
		}
		if v.Room != nil {
			w.rooms[v.Room.ID] = strings.ToLower(v.Room.Name)
		}
	}
	for i, v := range b.Verdicts {
		line := fmt.Sprintf("verdict %d: %v made %v operator %v since %d %s %s", i, v.Err, v.Made, v.Operator, w.when(v.Since), v.Name, sanctionText(v.Sanction))
		if errors.Is(v.Err, storage.ErrUnavailable) && wishes[i].Kind != storage.Enter && wishes[i].Kind != storage.Feed {
			w.t.Fatal(v.Err)
		}
		if v.Room != nil {
			line += infoText(v.Room)
		}
		line += w.programText(&v)
		for _, in := range v.Rooms {
			line += w.membership(&in)
		}
		line += fmt.Sprintf(" page more %v waiting %d expired %d %q", v.Page.More, v.Page.Waiting, v.Page.Expired, w.events(v.Page.Messages))
		for _, in := range v.Page.Invites {
			line += fmt.Sprintf(" invited %s by %s at %d %v", in.Room, in.FromName, w.when(in.Number), in.At)
		}
		lines = append(lines, line)
	}
	for _, e := range b.Events {
		lines = append(lines, fmt.Sprintf("event %s to %s of ask %d", w.event(&e), w.name(e.To), e.Ask))
	}
	return lines
}

// programText says what a verdict has for a program.
func (w *twin) programText(v *storage.Verdict) (line string) {
	if v.Repeat != nil {
		line += fmt.Sprintf(" repeat of %d to %s sent %d away %v", w.when(v.Repeat.Number), v.Repeat.ToName, v.Repeat.Sent, v.Repeat.Away != nil)
	}
	if a := v.Entered; a != nil && v.Err == nil {
		line += fmt.Sprintf(" entered %s %s %q %v %v %v", a.Key, a.Name, a.Hash, a.Created, a.Operator, w.ids[a.Key] == a.ID)
	}
	return line
}

func infoText(in *storage.RoomInfo) string {
	return fmt.Sprintf(" [%s %q %v %v %d]", in.Name, in.Topic, in.Private, in.Quiet, in.Members)
}

func (w *twin) membership(in *storage.Membership) string {
	return fmt.Sprintf("%s role %d since %d read %d unread %d", infoText(&in.RoomInfo), in.Role, w.when(in.Since), w.when(in.Read), in.Unread)
}

func sanctionText(s *storage.Sanction) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf("{%v %s %s by %s %d-%d %s}", s.Mute, s.Target, s.Name, s.ByName, s.At.UnixMilli(), s.Until.UnixMilli(), s.Reason)
}

// name names an account by its key.
func (w *twin) name(id storage.ID) string {
	for key, known := range w.ids {
		if known == id {
			return key
		}
	}
	if id == 0 {
		return "nobody"
	}
	return "somebody"
}

func (w *twin) event(e *storage.Event) string {
	at := e.At
	if e.Number == 0 { // what is not kept has no time that matters
		at = time.Time{}
	}
	line := fmt.Sprintf("%d number %d at %d by %s %q: %q, about %q", e.Kind, w.when(e.Number), at.UnixMilli(), w.name(e.From), e.FromName, e.Text, e.ToName)
	if e.Change != nil {
		change := *e.Change
		change.Until = time.UnixMilli(change.Until.UnixMilli()).UTC()
		var rooms []string
		for _, id := range change.Rooms {
			rooms = append(rooms, w.rooms[id])
		}
		slices.Sort(rooms)
		change.Rooms = nil
		line += fmt.Sprintf(" %+v with rooms %q", change, rooms)
	}
	if e.Thread.IsRoom() {
		return line + " in " + w.rooms[e.Thread.A]
	}
	return line + " in " + w.name(e.Thread.A) + " " + w.name(e.Thread.B)
}

func (w *twin) events(events []storage.Event) (lines []string) {
	for i := range events {
		e := events[i]
		lines = append(lines, fmt.Sprintf("%d %s: %s", w.when(e.Number), e.FromName, e.Text))
	}
	return lines
}

// lists says all that the store shows.
func (w *twin) lists(random *rand.Rand) (lines []string) {
	ctx := soon(w.t)
	add := func(what string, err error, values ...any) {
		if err != nil && !errors.Is(err, storage.ErrNoRoom) {
			w.t.Fatal(what, err)
		}
		lines = append(lines, fmt.Sprint(what, " ", err, " ", fmt.Sprintf("%v", values)))
	}
	all, err := w.Accounts(ctx)
	for _, a := range all {
		add("account", err, a.Key, a.Name, a.Hash, a.Operator)
	}
	rooms, err := w.AllRooms(ctx)
	for i := range rooms {
		w.rooms[rooms[i].ID] = strings.ToLower(rooms[i].Name)
		add("room", err, infoText(&rooms[i]))
		one, err := w.Room(ctx, strings.ToLower(rooms[i].Name))
		add("the same", err, reflect.DeepEqual(one, rooms[i]))
		members, err := w.Members(ctx, rooms[i].ID)
		for _, m := range members {
			add("member", err, m.Key, m.Name, m.Role, w.ids[m.Key] == m.ID)
		}
		w.addSanctions(rooms[i].ID, add)
		w.addHistory(storage.RoomThread(rooms[i].ID), random, add)
	}
	w.addSanctions(0, add)
	public, err := w.PublicRooms(ctx)
	for i := range public {
		add("public", err, infoText(&public[i]))
	}
	_, err = w.Room(ctx, "#nowhere")
	add("nowhere", err)
	for _, key := range modelNames {
		w.addAccount(key, random, add)
	}
	on, err := w.Lockdown(ctx)
	add("lockdown", err, on)
	return lines
}

type addLine func(what string, err error, values ...any)

func (w *twin) addSanctions(room storage.ID, add addLine) {
	sanctions, err := w.Sanctions(soon(w.t), room)
	add("sanctions", err, len(sanctions))
	for i := range sanctions {
		add("sanction", err, sanctionText(&sanctions[i]))
	}
}

func (w *twin) addHistory(thread storage.Thread, random *rand.Rand, add addLine) {
	r := storage.Range{Limit: 1 + random.IntN(20), Forward: random.IntN(2) == 0}
	r.After, r.Before = w.anyNumber(random), w.anyNumber(random)
	messages, more, err := w.History(soon(w.t), thread, r)
	add("history", err, more, r.Forward, w.events(messages))
	if len(messages) > 0 {
		at := messages[random.IntN(len(messages))].At
		for _, at := range []time.Time{at, at.Add(time.Millisecond)} {
			number, err := w.Position(soon(w.t), thread, at)
			add("position", err, w.when(number))
		}
	}
	for _, e := range messages {
		if e.Thread != thread || e.Kind != storage.Message {
			w.t.Errorf("got %+v", e)
		}
	}
}

// addThreads shows all threads of an account, and then a part of them.
func (w *twin) addThreads(key string, random *rand.Rand, add addLine) {
	after, before, limit := time.Time{}, time.Now().Add(10_000*time.Hour), math.MaxInt
	for range 2 {
		latest, err := w.Threads(soon(w.t), w.ids[key], after, before, limit)
		add(key+" threads", err, len(latest))
		for _, one := range latest {
			add(key+" threads", err, one.Name, one.Thread.IsRoom(), w.when(one.Number), one.At)
		}
		if len(latest) == 0 {
			return
		}
		after, before, limit = latest[random.IntN(len(latest))].At, latest[random.IntN(len(latest))].At, random.IntN(5)
	}
}

// anyNumber is that of an event, or 0.
func (w *twin) anyNumber(random *rand.Rand) int64 {
	if at := random.IntN(2*len(w.numbers) + 1); at < len(w.numbers) {
		return w.numbers[at]
	}
	return 0
}

func (w *twin) addAccount(key string, random *rand.Rand, add addLine) {
	id := w.ids[key]
	rooms, err := w.Rooms(soon(w.t), id)
	for i := range rooms {
		add(key+" is in", err, w.membership(&rooms[i]))
	}
	blocked, err := w.Blocked(soon(w.t), id)
	add(key+" blocks", err, blocked)
	tokens, err := w.Tokens(soon(w.t), id)
	slices.SortFunc(tokens, func(x, y storage.Token) int { return cmp.Or(x.At.Compare(y.At), strings.Compare(x.Hash, y.Hash)) })
	add(key+" has tokens", err, tokens)
	other := w.ids[modelNames[random.IntN(len(modelNames))]]
	w.addHistory(storage.PairThread(id, other), random, add)
	if _, err := w.Account(soon(w.t), key); err != nil {
		return // nobody asks for those who are gone
	}
	w.addThreads(key, random, add)
	if strings.Contains(w.t.Name(), "narrow") {
		return // what a history does not show any more may still be there, or not
	}
	events, upto, more, err := w.Since(soon(w.t), id, w.anyNumber(random), 1+random.IntN(30))
	add(key+" since", err, w.when(upto), more)
	for i := range events {
		add(key+" since", err, w.event(&events[i]), w.name(events[i].To))
	}
}

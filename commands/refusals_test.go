package commands

import (
	"strings"
	"testing"
	"time"

	"parley/protocol"
	"parley/storage"
)

// TestRefusals: what a client is told for each error that the store may answer. The fields are the words that the client has sent.
func TestRefusals(t *testing.T) {
	forAnHour := &storage.Sanction{Until: time.Date(2026, 11, 19, 21, 0, 0, 0, time.UTC), Reason: "you shout"}
	muted := &storage.Sanction{Mute: true}
	inRoom := &storage.Order{Room: "#tea", Name: "#tea"}
	for _, c := range []struct {
		err        error
		kind       storage.AskKind
		order      *storage.Order
		sanction   *storage.Sanction
		room, name string
		want       string
	}{
		{storage.ErrNoRoom, storage.Say, nil, nil, "#Tea", "", "no-such-room #Tea: There is no room #Tea. "},
		{storage.ErrNoRoom, storage.Kick, inRoom, nil, "", "Bob", "no-such-room #tea: There is no room #tea. "},
		{storage.ErrNoAccount, storage.Say, nil, nil, "", "Bob", "no-such-user Bob: There is no account called Bob."},
		{storage.ErrInboxFull, storage.Say, nil, nil, "", "Bob", "inbox-full Bob: "},
		{storage.ErrBlocked, storage.Say, nil, nil, "", "Bob", "not-accepted Bob: Bob does not accept messages from you. "},
		{storage.ErrBlocked, storage.Invite, inRoom, nil, "", "Bob", "not-accepted Bob: "},
		{storage.ErrAbsent, storage.Kick, inRoom, nil, "", "Bob", "not-in-room #tea name=Bob: Bob is not in #tea."},
		{storage.ErrNotMember, storage.Kick, inRoom, nil, "", "Bob", "not-in-room #tea: You are not in #tea; /join #tea first."},
		{storage.ErrNotMember, storage.Say, nil, nil, "#Tea", "", "not-in-room #Tea: You are not in #Tea; /join #Tea first."},
		{storage.ErrMember, storage.Invite, inRoom, nil, "", "Bob", "already-in-room #tea name=Bob: Bob is in #tea already."},
		{storage.ErrMember, storage.Join, inRoom, nil, "#Tea", "", "already-in-room #Tea: You are in #Tea already; /go #Tea to speak there."},
		{storage.ErrRoomTaken, storage.Join, inRoom, nil, "#Tea", "", "room-taken #Tea: There is a room whose name looks like #Tea. "},
		{storage.ErrInviteOnly, storage.Join, inRoom, nil, "#Tea", "", "invite-only #Tea: #Tea is private: "},
		{storage.ErrRoomFull, storage.Join, inRoom, nil, "#Tea", "", "room-full #Tea: #Tea has as many members as it may have."},
		{storage.ErrQuiet, storage.Say, nil, nil, "#Tea", "", "quiet-room #Tea: #Tea is quiet: "},
		{storage.ErrBanned, storage.Join, inRoom, forAnHour, "#Tea", "", "banned #Tea until=2026-11-19T21:00:00Z: You are banned until 2026-11-19T21:00:00Z: you shout"},
		{storage.ErrMuted, storage.Say, nil, muted, "#Tea", "", "muted #Tea: You are muted."},
		{storage.ErrMuted, storage.Say, nil, muted, "", "Bob", "muted: You are muted."},
		{storage.ErrForbidden, storage.SetTopic, inRoom, nil, "#Tea", "", "forbidden: Only an owner or an op of the room may set its topic."},
		{storage.ErrForbidden, storage.SetSetting, inRoom, nil, "#Tea", "", "forbidden: Only an owner of the room may do that; "},
		{storage.ErrForbidden, storage.SetRole, inRoom, nil, "", "Bob", "forbidden: Only an owner of the room gives roles; "},
		{storage.ErrForbidden, storage.Invite, inRoom, nil, "", "Bob", "forbidden: Into a private room only an owner or an op may invite."},
		{storage.ErrForbidden, storage.Block, &storage.Order{}, nil, "", "Bob", "forbidden: You can't block yourself."},
		{storage.ErrForbidden, storage.Ban, inRoom, nil, "", "Bob", "forbidden: Only an owner or an op of the room may do that, "},
		{storage.ErrForbidden, storage.Ban, &storage.Order{}, nil, "", "Bob", "forbidden: Only operators of this server may do that, "},
		{storage.ErrForbidden, storage.Announce, &storage.Order{}, nil, "", "", "forbidden: Only operators of this server may do that, "},
		{storage.ErrUnavailable, storage.Kick, inRoom, nil, "", "Bob", "unavailable retry=1: "},
		{storage.ErrGone, storage.Kick, inRoom, nil, "", "Bob", "login-required: This account was removed."},
	} {
		k := &Kept{Ask: &storage.Ask{Kind: c.kind, Order: c.order}, Verdict: &storage.Verdict{Err: c.err, Sanction: c.sanction}}
		bytes := func(word string) []byte {
			if word == "" {
				return nil
			}
			return []byte(word)
		}
		told := string(protocol.Text.AppendFailure(nil, nil, "x", tell(k.refusal(bytes(c.room), bytes(c.name)))))
		if !strings.HasPrefix(told, "- x "+c.want) {
			t.Errorf("%v is told as %q, want %q", c.err, told, c.want)
		}
	}
}

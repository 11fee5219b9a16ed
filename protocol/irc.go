package protocol

import "encoding/binary"

// What an IRC client sees of the server.
const (
	IRCServer  = "irc.parley" // the source of what the server itself says; no account can have this name
	IRCNetwork = "parley"
	ircHost    = "parley" // of every user: no address is ever shown
	ircLine    = 512      // bytes of a message without its tags, its end included
	MaxIRCTags = 8191     // bytes of the tags of a message, the '@' and the blank behind them included
	MaxIRCBody = ircLine  // bytes of a message of a client without its tags, its end included
)

// IRCCaps are the capabilities (IRCv3) that a client has asked for.
type IRCCaps uint32

// The capabilities. The first ones change how an event is written, so there is a variant of the format for each combination of them.
const (
	ServerTime IRCCaps = 1 << iota
	MessageTags
	AccountTag
	ExtendedJoin
	EchoMessage
	LabeledResponse
	Batch
	MultiPrefix
	UserhostInNames
	AwayNotify
	AccountNotify
	InviteNotify
	SetName
	ChgHost
	CapNotify
	SASL
	StandardReplies
	ChatHistory
	NoImplicitNames
	ExtendedMonitor
	AccountRegistration
)

// ircVariants is how many variants of the format there are.
const ircVariants = int(ExtendedJoin) << 1

// IRCFormat is the format of a client with these capabilities.
func IRCFormat(caps IRCCaps) Format { return IRC + Format(int(caps)&(ircVariants-1)) }

// IsIRC reports whether it is a variant of IRC.
func (f Format) IsIRC() bool { return f >= IRC }

// Echoes reports whether a client wants to be shown what it says itself, in answer to the request with this tag.
func (f Format) Echoes(tag []byte) bool { return f.IsIRC() && readIRCAsk(tag).caps&EchoMessage != 0 }

// IRCView says which command of IRC a request is made for, and so how the answer is written.
type IRCView uint8

// The views, with the command of the chat whose answer each is for.
const (
	ViewNothing    IRCView = iota // of any: only failures are written
	ViewSay                       // msg: Command is PRIVMSG or NOTICE, Arg the target
	ViewEnter                     // enter, guest, register: the rows "welcome" (writes Before) and "room"
	ViewVerify                    // verify: SASL
	ViewPass                      // verify: PASS
	ViewIdentify                  // verify: NickServ
	ViewAttach                    // attach
	ViewJoin                      // join: Arg is the channel
	ViewJoinTopic                 // rooms R, behind a join: the topic, if there is one
	ViewPart                      // leave
	ViewTopic                     // rooms R
	ViewSetTopic                  // topic: Arg is the channel
	ViewNames                     // who R: Arg is the channel
	ViewWho                       // who, who R: Arg is the mask, and behind a blank the fields of WHOX
	ViewWhois                     // whois: Arg is the nick
	ViewWhowas                    // whois: Arg is the nick
	ViewIson                      // who: Arg is the nicks
	ViewUserhost                  // who: Arg is the nicks
	ViewList                      // rooms all, rooms R: Arg is the masks and conditions. The reply 321 is not written
	ViewMode                      // rooms R
	ViewBans                      // banned R: Arg is the channel
	ViewChangeMode                // room, role, ban, mute, unban, unmute: Arg is the channel, and behind a blank the nick
	ViewKick                      // kick R: Arg is the channel, and behind a blank the nick
	ViewInvite                    // invite: Arg is the nick, and behind a blank the channel
	ViewAway                      // away
	ViewBack                      // back
	ViewMonitor                   // monitor: Arg is the names
	ViewCounts                    // counts
	ViewKill                      // kick NAME: Arg is the nick
	ViewHistory                   // chathistory: Arg is the subcommand, and behind a blank the target. The row "history" comes first
	ViewTargets                   // threads: Arg is the subcommand. The row "history" comes first
	ViewCaps                      // caps: Arg is the list of capabilities to acknowledge
	ViewRegister                  // register, for the command REGISTER of account-registration; rows as of ViewEnter
	ViewService                   // any: each line as a NOTICE of the service that Arg names
	ViewSetName                   // profile, for SETNAME: Arg is the real name
)

// IRCAsk is what an IRC client has asked for, as far as the answer depends on it. A request holds it as its tag.
type IRCAsk struct {
	View    IRCView
	Caps    IRCCaps
	Nick    string // of the client; "*" while it has none
	Command string // the client's, in capitals
	Arg     string // see IRCView
	Before  string // lines to write first when somebody has come in
}

// Tag returns it in the form in which a request carries it.
func (a *IRCAsk) Tag() []byte {
	b := make([]byte, 0, 32+len(a.Nick)+len(a.Command)+len(a.Arg)+len(a.Before))
	b = binary.LittleEndian.AppendUint32(append(b, byte(a.View)), uint32(a.Caps))
	for _, s := range [...]string{a.Nick, a.Command, a.Arg, a.Before} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	return b
}

// ircAsk is an IRCAsk as the codec reads it. It refers to the memory of the tag.
type ircAsk struct {
	view                       IRCView
	caps                       IRCCaps
	nick, command, arg, before []byte
}

// readIRCAsk reads what Tag has returned. Any other tag is that of a client without a nick, for whom nothing but failures is written.
func readIRCAsk(tag []byte) ircAsk {
	none := ircAsk{nick: asterisk, command: asterisk}
	if len(tag) < 5 || int(tag[0]) >= len(ircViews) {
		return none
	}
	a := ircAsk{view: IRCView(tag[0]), caps: IRCCaps(binary.LittleEndian.Uint32(tag[1:]))}
	rest := tag[5:]
	for _, s := range [...]*[]byte{&a.nick, &a.command, &a.arg, &a.before} {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return none
		}
		*s, rest = rest[size:size+int(n)], rest[size+int(n):]
	}
	return a
}

var asterisk = []byte("*")

// first and second are the words of the argument.
func (a *ircAsk) first() []byte {
	word, _ := FirstWord(a.arg)
	return word
}

func (a *ircAsk) second() []byte {
	_, rest := FirstWord(a.arg)
	word, _ := FirstWord(rest)
	return word
}

// channel is the word of the argument that is a channel, or nil.
func (a *ircAsk) channel() []byte {
	if word := a.first(); isChannel(word) {
		return word
	}
	if word := a.second(); isChannel(word) {
		return word
	}
	return nil
}

func isChannel[T ~string | ~[]byte](word T) bool { return len(word) > 0 && word[0] == '#' }

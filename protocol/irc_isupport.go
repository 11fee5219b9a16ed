package protocol

import (
	"fmt"
	"math"
	"strconv"
)

// IRCLimits are what the tokens of 005 say of this server. Where there is no limit it is math.MaxInt.
type IRCLimits struct {
	Name    int  // bytes of a name
	Note    int  // bytes of a topic, a reason, an away text or a real name
	Rooms   int  // of an account
	Bans    int  // of a room, with the mutes
	Watches int  // names that a session may monitor
	History int  // messages of one answer of CHATHISTORY
	Targets int  // names in one PRIVMSG or NOTICE, or in one KICK
	Modes   int  // changes that one MODE makes
	Guests  bool // somebody without an account may come in
}

// MaxISupport is how many tokens fit into one line.
const MaxISupport = 13

// ISupport returns the tokens of 005.
func ISupport(l IRCLimits) []string {
	tokens := []string{
		"AWAYLEN=" + strconv.Itoa(l.Note),
		"BOT=" + string(botMode),
		"CASEMAPPING=rfc7613", // as names are compared: PRECIS, UsernameCaseMapped
		"CHANLIMIT=#:" + limit(l.Rooms),
		"CHANMODES=b,,,imnst",
		"CHANNELLEN=" + strconv.Itoa(1+l.Name),
		"CHANTYPES=#",
		"CHATHISTORY=" + strconv.Itoa(l.History),
		"CLIENTTAGDENY=*",
		"ELIST=MNU",
		"EXTBAN=,m",
		"KICKLEN=" + strconv.Itoa(l.Note),
		"MAXTARGETS=" + limit(l.Targets),
		"MODES=" + limit(l.Modes),
		token("MONITOR", l.Watches),
		"MSGREFTYPES=msgid,timestamp",
		"NAMELEN=" + strconv.Itoa(l.Note),
		"NETWORK=" + IRCNetwork,
		"NICKLEN=" + strconv.Itoa(l.Name),
		"PREFIX=(qov)~@+",
		"SAFELIST",
		fmt.Sprintf("TARGMAX=JOIN:,KICK:%[1]s,MONITOR:,NAMES:,NOTICE:%[1]s,PART:,PRIVMSG:%[1]s,WHOIS:1", limit(l.Targets)),
		"TOPICLEN=" + strconv.Itoa(l.Note),
		"USERLEN=" + strconv.Itoa(l.Name),
		"UTF8ONLY",
		"WHOX",
	}
	if l.Bans != math.MaxInt {
		tokens = append(tokens, "MAXLIST=b:"+strconv.Itoa(l.Bans))
	}
	return tokens
}

// limit is the value of a limit, empty where there is none.
func limit(n int) string {
	if n == math.MaxInt {
		return ""
	}
	return strconv.Itoa(n)
}

// token is a token whose value is a limit.
func token(name string, n int) string {
	if n == math.MaxInt {
		return name
	}
	return name + "=" + strconv.Itoa(n)
}

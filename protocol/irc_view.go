package protocol

import "strconv"

// ircView is how the values of a command's answer are written as the answer to a command of IRC. What is nil writes nothing; without a fail,
// failures are written by appendIRCFailure.
type ircView struct {
	row  func(b []byte, a ircAsk, l *Line) []byte
	done func(b []byte, a ircAsk, l *Line) []byte
	fail func(b []byte, a ircAsk, e *Error) []byte
}

// ircViews are the views. The functions of each are in the file of its group.
var ircViews = [...]ircView{
	ViewNothing: {},

	// irc_view_talk.go
	ViewSay:  {done: saidDone, fail: sayFail},
	ViewAway: {done: awayDone},
	ViewBack: {done: backDone},

	// irc_view_history.go
	ViewHistory: {row: historyRow, done: historyDone, fail: historyFail},
	ViewTargets: {row: targetsRow, done: historyDone, fail: historyFail},

	// irc_view_enter.go
	ViewEnter:    {row: enterRow, fail: enterFail},
	ViewAttach:   {row: attachRow},
	ViewVerify:   {done: verifyDone, fail: verifyFail},
	ViewPass:     {fail: passFail},
	ViewIdentify: {done: identifyDone, fail: identifyFail},
	ViewRegister: {row: enterRow, done: registerDone, fail: registerFail},
	ViewCaps:     {done: capsDone},

	// irc_view_rooms.go
	ViewJoin:       {fail: joinFail},
	ViewJoinTopic:  {row: joinTopicRow, fail: failNothing},
	ViewPart:       {},
	ViewTopic:      {row: topicRow},
	ViewSetTopic:   {},
	ViewMode:       {row: modeRow},
	ViewBans:       {row: bansRow, done: bansDone, fail: bansFail},
	ViewChangeMode: {fail: changeModeFail},
	ViewKick:       {},
	ViewInvite:     {done: inviteDone},
	ViewList:       {row: listRow, done: listDone, fail: listFail},

	// irc_view_names.go
	ViewNames: {row: namesRow, done: namesDone, fail: namesFail},
	ViewWho:   {row: whoRow, done: whoDone, fail: whoFail},

	// irc_view_whois.go
	ViewWhois:  {row: whoisRow, done: whoisDone, fail: whoisFail},
	ViewWhowas: {row: whowasRow, done: whowasDone, fail: whowasFail},

	// irc_view_online.go
	ViewIson:     {row: isonRow, done: isonDone},
	ViewUserhost: {row: userhostRow, done: userhostDone},
	ViewMonitor:  {row: monitorRow, done: monitorDone, fail: monitorFail},
	ViewSetName:  {done: setNameDone},

	// irc_view_server.go
	ViewKill:    {},
	ViewCounts:  {done: countsDone},
	ViewService: {row: serviceLine, done: serviceLine}, // its failures: see appendFailure
}

func failNothing(b []byte, _ ircAsk, _ *Error) []byte { return b }

// numeric begins a numeric reply.
func (a *ircAsk) numeric(b []byte, number string) []byte {
	return appendIRCWord(appendSource(b, "", number), a.nick)
}

// say appends a numeric reply of one word and a text; without a word, of the text alone.
func (a *ircAsk) say(b []byte, number string, word []byte, text string) []byte {
	from := len(b)
	b = a.numeric(b, number)
	if word != nil {
		b = appendIRCWord(b, word)
	}
	return appendIRCEnd(appendTrailing(b, text), from)
}

// appendIRCNumber appends a parameter that is a number.
func appendIRCNumber(b []byte, n int64) []byte { return strconv.AppendInt(append(b, ' '), n, 10) }

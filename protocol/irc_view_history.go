package protocol

// CHATHISTORY: what was said before.

// historyBatch is the reference of the batch that holds an answer of messages. No two of them are ever open at once.
const historyBatch = "history"

// historyRow begins the messages of a room or of a conversation.
func historyRow(b []byte, a ircAsk, l *Line) []byte {
	if l.Word != "history" {
		return b
	}
	target := l.word("room")
	if target == "" {
		target = l.word("name")
	}
	return a.beginHistory(b, "chathistory", target)
}

// beginHistory begins the batch; an empty target is left out.
func (a *ircAsk) beginHistory(b []byte, kind, target string) []byte {
	if a.caps&Batch == 0 {
		return b
	}
	from := len(b)
	b = append(appendSource(b, "", "BATCH"), " +"+historyBatch...)
	b = appendIRCWord(b, kind)
	if target != "" {
		b = appendIRCWord(b, target)
	}
	return appendIRCEnd(b, from)
}

func historyDone(b []byte, a ircAsk, _ *Line) []byte {
	if a.caps&Batch == 0 {
		return b
	}
	return appendBatchEnd(b, historyBatch)
}

// targetsRow names a room or a person, and when something was said there last.
func targetsRow(b []byte, a ircAsk, l *Line) []byte {
	switch l.Word {
	case "history":
		return a.beginHistory(b, "draft/chathistory-targets", "")
	case "thread":
		if a.caps&Batch != 0 {
			b = append(b, "@batch="+historyBatch+" "...)
		}
		from := len(b)
		b = appendIRCWord(appendSource(b, "", "CHATHISTORY TARGETS"), l.word("name"))
		if at := fieldOf(l.Fields, "at"); at != nil && at.kind == timeField {
			return appendIRCEnd(appendIRCTime(append(b, ' '), at.time()), from)
		}
		return appendIRCEnd(appendIRCWord(b, l.word("at")), from)
	}
	return b
}

// historyFail says what is wrong by the codes of chathistory.
func historyFail(b []byte, a ircAsk, e *Error) []byte {
	context := []string{string(a.first())}
	if target := a.second(); len(target) > 0 {
		context = append(context, string(target))
	}
	switch e.Code {
	case Usage:
		return a.fail(b, e, "INVALID_PARAMS", context[0])
	case NoSuchUser, NoSuchRoom, BadRoom, NotInRoom, Banned, Forbidden:
		return a.fail(b, e, "INVALID_TARGET", context...)
	case LoginRequired:
		return appendIRCFailure(b, a, e)
	}
	return a.fail(b, e, "MESSAGE_ERROR", context...)
}

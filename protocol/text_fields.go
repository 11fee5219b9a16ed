package protocol

import (
	"slices"
	"strings"
)

// bareFields are the fields that the text format shows without their names, for each type and word of a line (for a failure: for its code,
// which stands in front of them). All of them are there, first in the line and in this order; only a room in front may be missing where
// the line is about the whole server. Every other field is shown as "name=value". The manual names the fields of every line in its section
// "Fields", and a test compares the two.
var bareFields = [256]map[string][]string{
	Done: {
		"register": {"name"},
		"login":    {"name"},
		"guest":    {"name"},
		"who":      {"count"},
		"msg":      {"to", "number"},
		"all":      {"number"},
		"history":  {"count"},
		"since":    {"count"},
		"threads":  {"count"},
		"help":     {"count"},
		"motd":     {"count"},
		"join":     {"room"},
		"leave":    {"room"},
		"go":       {"room"},
		"rooms":    {"count"},
		"topic":    {"room"},
		"room":     {"room", "setting"},
		"role":     {"room", "name", "role"},
		"invite":   {"room", "name"},
		"kick":     {"room", "name"},
		"ban":      {"room", "name"},
		"mute":     {"room", "name"},
		"unban":    {"room", "name"},
		"unmute":   {"room", "name"},
		"banned":   {"count"},
		"block":    {"name"},
		"unblock":  {"name"},
		"blocked":  {"count"},
		"watch":    {"count"},
		"unwatch":  {"count"},
		"sessions": {"count"},
		"end":      {"session"},
		"lockdown": {"setting"},
		"announce": {"number"},
		"stats":    {"count"},
		"format":   {"format"},
		"lang":     {"language"},
		"token":    {"token", "secret"},
		"tokens":   {"count"},
		"revoke":   {"token"},
		"whois":    {"name"},
	},
	Failed: {
		string(UnknownCommand): {"word"},
		string(BadName):        {"name"},
		string(NameTaken):      {"name"},
		string(NameReserved):   {"name"},
		string(NoSuchUser):     {"name"},
		string(InboxFull):      {"name"},
		string(NoSuchRoom):     {"room"},
		string(BadRoom):        {"room"},
		string(RoomTaken):      {"room"},
		string(NotInRoom):      {"room"},
		string(AlreadyInRoom):  {"room"},
		string(InviteOnly):     {"room"},
		string(RoomFull):       {"room"},
		string(Banned):         {"room"},
		string(Muted):          {"room"},
		string(QuietOnly):      {"room"},
		string(NotBanned):      {"name"},
		string(NotMuted):       {"name"},
		string(NotBlocked):     {"name"},
		string(NotAccepted):    {"name"},
		string(NoSuchSession):  {"session"},
		string(NoSuchToken):    {"token"},
	},
	Row: {
		"user":    {"name"},
		"real":    {"name"},
		"all":     {"from", "number"},
		"say":     {"room", "from", "number"},
		"msg":     {"from", "number"},
		"invite":  {"room", "from", "number"},
		"help":    {"command"},
		"room":    {"room"},
		"ban":     {"name"},
		"mute":    {"name"},
		"session": {"session"},
		"blocked": {"name"},
		"token":   {"token"},
		"node":    {"node"},
		"thread":  {"thread", "number"},
	},
	Notice: {
		"hello":    {"version"},
		"prompt":   {"what"},
		"all":      {"from"},
		"say":      {"room", "from"},
		"msg":      {"from", "number"},
		"invite":   {"room", "from", "number"},
		"join":     {"room", "name"},
		"leave":    {"room", "name"},
		"topic":    {"room", "name"},
		"room":     {"room", "name", "setting"},
		"role":     {"room", "name", "role"},
		"kick":     {"room", "name"},
		"ban":      {"room", "name"},
		"mute":     {"room", "name"},
		"unban":    {"room", "name"},
		"unmute":   {"room", "name"},
		"removed":  {"room"},
		"here":     {"name"},
		"gone":     {"name"},
		"announce": {"name"},
	},
}

// unshownFields are the fields that the text format leaves out, since they are for programs, by the type and the word of a line.
var unshownFields = [256]map[string][]string{
	Notice: {
		"join": {"guest", "number", "at"}, "leave": {"guest", "number", "at"}, "topic": forPrograms, "room": forPrograms, "role": {"was", "number", "at"},
		"kick": forPrograms, "ban": {"member", "number", "at"}, "mute": forPrograms, "unban": forPrograms, "unmute": forPrograms,
		"removed": forPrograms, "announce": forPrograms, "invite": {"at"},
	},
	Row: {"user": {"operator", "bot"}},
}

var forPrograms = []string{"number", "at"}

// roomMayBeMissing are the words and codes of lines that are about a room, or else about the whole server.
var roomMayBeMissing = []string{"kick", "ban", "mute", "unban", "unmute", string(Banned), string(Muted)}

// present returns the names of those bare fields that a line has: the room may be missing.
func present(bare, fields []string, word string) []string {
	if slices.Contains(roomMayBeMissing, word) && len(bare) > 0 && bare[0] == "room" && (len(fields) == 0 || !strings.HasPrefix(fields[0], "#")) {
		return bare[1:]
	}
	return bare
}

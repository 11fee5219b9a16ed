package protocol

// bareFields are the fields that the text format shows without their names, for each type and word of a line (for a failure: for its code,
// which stands in front of them). All of them are there, first in the line and in this order. Every other field is shown as "name=value".
// The manual names the fields of every line in its section "Fields", and a test compares the two.
var bareFields = [256]map[string][]string{
	Done: {
		"register": {"name"},
		"login":    {"name"},
		"who":      {"count"},
		"msg":      {"to", "number"},
		"all":      {"number"},
		"history":  {"count"},
		"help":     {"count"},
	},
	Failed: {
		string(UnknownCommand): {"word"},
		string(BadName):        {"name"},
		string(NameTaken):      {"name"},
		string(NameReserved):   {"name"},
		string(NoSuchUser):     {"name"},
		string(InboxFull):      {"name"},
	},
	Row: {
		"user": {"name"},
		"all":  {"from", "number"},
		"say":  {"room", "from", "number"},
		"msg":  {"from", "number"},
		"help": {"command"},
	},
	Notice: {
		"hello":  {"version"},
		"prompt": {"what"},
		"all":    {"from"},
		"say":    {"room", "from"},
		"msg":    {"from", "number"},
	},
}

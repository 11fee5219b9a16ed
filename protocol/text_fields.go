package protocol

// bareFields are the fields that the text format shows without their names. They come first in a line, all of them, in the order given
// here; every other field is shown as "name=value". They are found by the type and the word of a line; those of a failure by its code,
// which stands in front of them. The manual names the fields of every line in its section "Fields", and a test compares the two.
var bareFields = map[Type]map[string][]string{
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

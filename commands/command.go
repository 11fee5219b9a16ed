package commands

// Role says who may give a command.
type Role uint8

const (
	Anyone Role = iota
	Member      // who has logged in
	Guest       // who has not
)

// Command is one slash command. All of them stand in list, each is explained and run in a file of its own.
type Command struct {
	Name  string // without the slash, in small letters
	Args  string // as /help shows them; <needed> [optional]
	Help  string // one sentence
	Role  Role   // checked before Run
	Needs int    // words that must be there, checked before Run
	// Prompts are asked one after the other where fewer than Needs words are there, and take the place of the missing words.
	Prompts []string
	// Quick means that Run neither waits nor takes long: it runs on the loop. Otherwise it runs on a goroutine.
	Quick bool
	// Run does it. It answers by Call.Done, or returns the error that is told instead.
	Run func(*Call) error
	// Post is there in place of Run where a message is kept: the answer comes by mail, and the session's next lines are
	// looked at meanwhile. On the loop.
	Post func(c *Chat, s *Session, tag, args []byte) error
}

// list is every command, in the order in which /help shows them.
func list() []*Command {
	return []*Command{
		register, login, logout, passwd,
		who, msg, all, history,
		ping, help, quit,
	}
}

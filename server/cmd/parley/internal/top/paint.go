package top

// Colours, as terminals are told them.
const (
	bold  = "1"
	dim   = "2"
	good  = "32"
	blue  = "36"
	alarm = "1;37;41"
)

// paint gives a text a colour, if there are colours.
func (s style) paint(colour, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

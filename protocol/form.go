package protocol

import "strings"

// MaxParams is how many parameters a command can have.
const MaxParams = 4

// Form says how a command is asked for.
type Form struct {
	Name   string // without the slash, in small letters
	Params []Param
	Exact  bool // more words than there are parameters are refused; otherwise they are ignored
}

// Param is a parameter of a command.
type Param struct {
	Name     string
	Kind     ParamKind
	Optional bool
	Shown    string // in place of Name, where people are told how the command is used
	Prompt   string // what is asked for it where it is missing: it is a secret
}

// ParamKind says how a parameter stands in a line of text.
type ParamKind uint8

// The kinds of parameters.
const (
	OneWord ParamKind = iota // an optional one that begins with a digit is the Count behind it
	Count                    // a number above 0
	Keyed                    // "name=number", a number above 0
	Rest                     // the rest of the line as it stands
	Asked                    // never in the line: it is asked for
)

// Forms finds the form of a command by its name, in whatever case; nil where there is none.
type Forms interface {
	Form(name []byte) *Form
}

// Secret reports whether a parameter is one that must not be seen.
func (f *Form) Secret() bool {
	for i := range f.Params {
		if f.Params[i].Prompt != "" {
			return true
		}
	}
	return false
}

// Usage shows people how the command is used: "/msg <name> <text>".
func (f *Form) Usage() string {
	var b strings.Builder
	b.WriteString("/" + f.Name)
	for i := range f.Params {
		p := &f.Params[i]
		shown := p.Name
		if p.Shown != "" {
			shown = p.Shown
		}
		switch {
		case p.Kind == Asked:
		case p.Kind == Keyed:
			b.WriteString(" [" + shown + "=NUMBER]")
		case p.Optional:
			b.WriteString(" [" + shown + "]")
		default:
			b.WriteString(" <" + shown + ">")
		}
	}
	return b.String()
}

package protocol

import (
	"strings"

	"parley/internal/language"
)

// MaxParams is how many parameters a form may have.
const MaxParams = 5

// Form is a command's name and its parameters, in the order in which they are given.
type Form struct {
	Name   string // without the slash, in small letters
	Params []Param
	Exact  bool // words beyond the parameters are refused; otherwise they are ignored
}

// Param is a parameter of a command.
type Param struct {
	Name     string
	Kind     ParamKind
	Optional bool
	Zero     bool            // of a number: it may be 0
	Shown    string          // what Usage shows in place of Name
	Prompt   language.Format // what the client is asked for where it is missing; only secrets have one
}

// ParamKind says how a parameter is written in a line of text.
type ParamKind uint8

// The kinds of parameters.
const (
	OneWord   ParamKind = iota // in front of a Count, an optional one does not begin with a digit
	RoomWord                   // a word that begins with '#'; always optional
	Count                      // a number above 0
	Keyed                      // "name=number", a number above 0; always optional
	KeyedTime                  // "name=TIME", see ParseTime; always optional
	Member                     // only in a request that is an object; always optional
	Rest                       // the rest of the line as it stands
	Asked                      // never in the line: the client is asked for it
)

// Forms are the commands that there are.
type Forms interface {
	// Form returns the form of a command by its name, in whatever case it is written, or nil where there is no such command.
	Form(name []byte) *Form
}

// Secret reports whether the command takes a secret.
func (f *Form) Secret() bool {
	for i := range f.Params {
		if f.Params[i].Prompt != "" {
			return true
		}
	}
	return false
}

// param returns the parameter of that name, or nil.
func (f *Form) param(name []byte) *Param {
	for i := range f.Params {
		if f.Params[i].Name == string(name) {
			return &f.Params[i]
		}
	}
	return nil
}

func (p *Param) isNumber() bool { return p.Kind == Count || p.Kind == Keyed }

// Usage returns how people write the command: "/msg <name> <text>".
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
		case p.Kind == Asked, p.Kind == Member:
		case p.Kind == Keyed:
			b.WriteString(" [" + shown + "=NUMBER]")
		case p.Kind == KeyedTime:
			b.WriteString(" [" + shown + "=TIME]")
		case p.Optional:
			b.WriteString(" [" + shown + "]")
		default:
			b.WriteString(" <" + shown + ">")
		}
	}
	return b.String()
}

package protocol

import (
	"bytes"

	"parley/internal/language"
)

// Request is what a client asks for, in whatever format. Its slices refer to the memory of the client's line.
type Request struct {
	Tag       []byte            // comes back in every line of the answer; nil without one
	Name      []byte            // of the command, as the client has written it
	Form      *Form             // of the command; nil where there is no command of that name
	Empty     bool              // nothing is asked for: no answer
	Plain     []byte            // not nil: a text without a command, to be said where the session is
	Malformed language.Sentence // what is wrong with the parameters; empty if the form takes them
	Err       *Error            // the line could not be read as a request

	args [MaxParams][]byte // in the order of the form; nil where not given
}

// Refused returns a request for a line that the framer has refused. Begin is the beginning of the line, which holds its tag; why is the
// framer's error.
func Refused(begin []byte, why error) Request { return Request{Tag: tagOf(begin), Err: why.(*Error)} }

// Arg returns the value of a parameter, nil where it was not given. The form must have a parameter of that name.
func (r *Request) Arg(name string) []byte { return *r.arg(name) }

// SetArg gives a value to a parameter. The form must have a parameter of that name.
func (r *Request) SetArg(name string, value []byte) { *r.arg(name) = value }

func (r *Request) arg(name string) *[]byte {
	for i := range r.Form.Params {
		if r.Form.Params[i].Name == name {
			return &r.args[i]
		}
	}
	panic("the command " + r.Form.Name + " has no parameter " + name)
}

// Missing returns the parameters that the form needs and that were not given.
func (r *Request) Missing() (missing []*Param) {
	for i := range r.Form.Params {
		if p := &r.Form.Params[i]; !p.Optional && r.args[i] == nil {
			missing = append(missing, p)
		}
	}
	return missing
}

// Complete reports whether nothing is missing.
func (r *Request) Complete() bool {
	for i := range r.Form.Params {
		if !r.Form.Params[i].Optional && r.args[i] == nil {
			return false
		}
	}
	return true
}

// Clone returns a copy that does not refer to the client's line.
func (r *Request) Clone() Request {
	c := *r
	c.Tag, c.Name, c.Plain = bytes.Clone(r.Tag), bytes.Clone(r.Name), bytes.Clone(r.Plain)
	for i, a := range r.args {
		c.args[i] = bytes.Clone(a)
	}
	return c
}

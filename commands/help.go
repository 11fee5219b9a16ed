package commands

import (
	"bytes"
	"strings"

	"parley/internal/language"
	"parley/protocol"
)

var help = &Command{
	Form: protocol.Form{Name: "help", Params: []protocol.Param{{Name: "about", Shown: "command|group|limits", Optional: true}}},
	Help: "Explains a command or a group of them.",
	Run: func(r *Response) error {
		word, isCommand := bytes.CutPrefix(r.Arg("about"), []byte("/"))
		if len(word) == 0 {
			return r.helpAll()
		}
		if string(word) == "limits" {
			return r.helpLimits()
		}
		if group := r.chat.group(string(word)); len(group) > 0 && !isCommand {
			return r.help(group...)
		}
		if form := r.chat.Form(word); form != nil {
			return r.help(r.chat.byName[form.Name])
		}
		return r.chat.unknown(word)
	},
}

// groups are those of which /help only names the commands.
var groups = []string{roomGroup, moderationGroup, oneselfGroup, botGroup, operatorGroup}

// group returns the commands of a group.
func (c *Chat) group(name string) (commands []*Command) {
	for _, command := range c.commands {
		if name != "" && command.Group == name {
			commands = append(commands, command)
		}
	}
	return commands
}

// helpAll explains the first commands, and names those of each group.
func (r *Response) helpAll() error {
	count := int64(0)
	for _, c := range r.chat.commands {
		if c.Group == "" {
			r.helpRow(c)
			count++
		}
	}
	for _, name := range groups {
		var names []string
		for _, c := range r.chat.group(name) {
			names = append(names, "/"+c.Name)
		}
		r.Row("help", []byte(strings.Join(names, " ")), protocol.Word("command", name))
		count++
	}
	r.Explain("help", language.Say("what this server allows. /help and one of these words tells more."), protocol.Word("command", "limits"))
	r.Done(nil, protocol.Number("count", count+1))
	return nil
}

// help explains commands.
func (r *Response) help(commands ...*Command) error {
	for _, c := range commands {
		r.helpRow(c)
	}
	r.Done(nil, protocol.Number("count", int64(len(commands))))
	return nil
}

// helpRow explains a command. Its form has spaces, so it is part of the text.
func (r *Response) helpRow(c *Command) {
	r.Explain("help", language.Say("%s - %s", c.Usage(), language.Say(c.Help)), protocol.Word("command", c.Name))
}

// helpLimits shows the limits that the operator has set.
func (r *Response) helpLimits() error {
	limits := r.chat.config.Load().Limits
	for _, l := range limits {
		r.Explain("limit", language.Say(l.Help), protocol.Figure(l.Name, l.Value))
	}
	r.Done(nil, protocol.Number("count", int64(len(limits))))
	return nil
}

package input

// completion is what Tab goes through: what was typed before the cursor, and what that can become.
type completion struct {
	choices []string // the last is what was typed; nil when nothing is being completed
	chosen  int
}

// complete replaces what stands before the cursor by the next thing that it can become, or the one before if step is -1. If there is only one, the
// next Tab completes what comes after it.
func (m *Model) complete(step int) {
	if m.Complete == nil {
		return
	}
	line, at := []rune(m.editor.Value()), m.editor.Position()
	before := string(line[:at])
	if m.completing.choices == nil {
		choices := m.Complete(before)
		if len(choices) == 0 {
			return
		}
		m.completing = completion{choices: append(choices[:len(choices):len(choices)], before), chosen: len(choices)}
	}
	c := &m.completing
	c.chosen = (c.chosen + step + len(c.choices)) % len(c.choices)
	m.set(c.choices[c.chosen], string(line[at:]))
	if len(c.choices) == 2 {
		m.completing = completion{}
	}
}

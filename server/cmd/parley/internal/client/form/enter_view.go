package form

import tea "charm.land/bubbletea/v2"

// View shows it in so many columns and lines, and where the cursor is, if something is typed.
func (e *Enter) View(width, height int) (text string, cursor *tea.Cursor) {
	question, hint, keys := e.words()
	p := page{title: e.lang.Sprintf("Welcome to %s", e.server), said: e.said, question: question, hint: hint, keys: keys}
	if e.step <= askRepeat {
		p.line = &e.typed
	}
	return p.view(width, height)
}

// words are what is asked, what helps to answer it, and the keys.
func (e *Enter) words() (question, hint, keys string) {
	switch e.step {
	case askName:
		return e.lang.Sprintf("Your name here:"),
			e.lang.Sprintf("New here? Type the name that you would like. Others will see it."),
			e.lang.Sprintf("Enter: go on    Esc: leave")
	case askPassword:
		hint = e.lang.Sprintf("New here? Make up a password of 8 characters or more. What you type is not shown.")
		if e.known {
			hint = e.lang.Sprintf("What you type is not shown.")
		}
		return e.lang.Sprintf("The password of %s:", e.Name), hint, e.lang.Sprintf("Enter: go on    Esc: another name")
	case askNew:
		return e.lang.Sprintf("A password for the new account %s:", e.Name),
			e.lang.Sprintf("8 characters or more. What you type is not shown."),
			e.lang.Sprintf("Enter: go on    Esc: another name")
	case askRepeat:
		return e.lang.Sprintf("The same password once more, for the new account %s:", e.Name),
			e.lang.Sprintf("This makes sure that it is what you meant. It is not shown."),
			e.lang.Sprintf("Enter: make the account    Esc: another name")
	case isWrong:
		return e.lang.Sprintf("Nobody called %s has this password. Are you new here?", e.Name), "",
			e.lang.Sprintf("N: make a new account called %s\nEnter: type the password again\nEsc: another name", e.Name)
	case isTaken:
		return e.lang.Sprintf("There is an account called %s already. Is it yours?", e.Name), "",
			e.lang.Sprintf("N: no, take another name\nEnter: yes, type its password")
	case mayRepeat:
		return e.lang.Sprintf("This did not work just now."), "", e.lang.Sprintf("Enter: try again    Esc: another name")
	}
	if e.making {
		return e.lang.Sprintf("The account %s is being made…", e.Name), "", ""
	}
	return e.lang.Sprintf("Logging in as %s…", e.Name), "", ""
}

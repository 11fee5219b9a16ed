package main

import "testing"

// TestLanguageInItsTurn: lines that are sent at once are each answered in the language that was chosen before them, though the store is asked meanwhile.
func TestLanguageInItsTurn(t *testing.T) {
	p := dialAs(t, startProgram(t), "alice")
	for range 5 { // more messages would be too much at once
		p.says("/msg nobody hello\n/lang zh\n/msg nobody hello\n/lang en\n/msg nobody hello")
		p.hears(`- msg no-such-user nobody: There is .*`)
		p.hears(`\+ lang zh: .*中文。`)
		p.hears(`- msg no-such-user nobody: 没有.*`)
		p.hears(`\+ lang en: This server speaks English from here on\.`)
		p.hears(`- msg no-such-user nobody: There is .*`)
	}
}

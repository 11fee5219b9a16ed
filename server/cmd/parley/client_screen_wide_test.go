package main

import (
	"strings"
	"testing"
)

// TestScreenScripts: whatever is said, and in whichever script, the rule stays straight and every row fits.
func TestScreenScripts(t *testing.T) {
	t.Parallel()
	address := startProgram(t, "--message-rate", "unlimited")
	moveIn(t, address, "tess", "#茶室", "#чай", "#קפה")
	ming := resident(t, address, "小明", "#茶室")
	olga := resident(t, address, "Ольга", "#чай")
	hassan := resident(t, address, "حسن", "#קפה")
	ming.tells("#lobby", "你好，大家好！今天的茶很好喝，我们应该再来一壶，然后慢慢地聊到晚上，直到月亮升起来。")
	olga.tells("#lobby", "Доброе утро! Чай готов")
	hassan.tells("#lobby", "صباح الخير، كيف حالكم اليوم؟ abc 123")
	hassan.tells("#lobby", "שלום לכולם, מה שלומכם?")
	ming.tells("#lobby", "日本語とｶﾀｶﾅ、한국어도 있어요")
	olga.tells("#lobby", "combining: e\u0301 n\u0303 Z\u0351\u036b\u0343a\u0310\u0352l\u030a\u0326g\u0306o\u0311 й")
	olga.tells("#lobby", "emoji: 🙂 👍🏽 🇩🇪 👩‍👩‍👧‍👦 ❤️ ☎️ 1️⃣ 🏳️‍🌈 ✂ ☺")
	olga.tells("#lobby", "हिन्दी में नमस्ते, ภาษาไทย ที่นี่, தமிழ்")
	olga.tells("#lobby", "no\u00adsoft\u200bhyphens\u2060here\u00a0and a tab\tthere")
	w := openAs(t, "scripts", small, address, "tess")
	w.looksAlways("said", "there", "Чай готов")
	w.hasStraightRule(20)
	hassan.tells("tess", "مرحبا")
	ming.tells("tess", "嗨")
	w.presses("M-6")
	w.sees("嗨")
	ming.tells("#茶室", "茶")
	w.looksAlways("rooms", "茶")
	w.hasStraightRule(20)
	w.presses("M-1")
	w.types("我在打字 🙂 שלום e\u0301")
	w.looks("typed", "我在打字")
	w.presses("C-l")
	w.looks("typed", "我在打字") // it was drawn right the first time
	w.presses("Left", "Left", "BSpace")
	w.presses("Enter")
	ming.hears(`\* all tess: 我在打字 🙂 שלו.*`)
	w.hasStraightRule(20)
}

// TestScreenLongMessage: a message of two thousand bytes can be read and written.
func TestScreenLongMessage(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	moveIn(t, address, "tess")
	ann := dialAs(t, address, "ann")
	words := strings.Repeat("all work and no play makes a dull chat ", 40)
	ann.tells("#lobby", "%s%s", words, strings.Repeat("x", 300)) // and a word that fits no row
	w := openAs(t, "long", small, address, "tess")
	w.looksAlways("read", "xxxx")
	line := "begin " + strings.Repeat("0123456789", 150) + " end"
	w.pastes(line)
	w.looksAlways("typed", "9 end")
	w.presses("Home")
	w.looks("typed-home", "> begin")
	w.presses("Enter")
	ann.hears(`\* all tess: ` + line)
	w.looks("said", "9 end")
	w.hasStraightRule(20)
}

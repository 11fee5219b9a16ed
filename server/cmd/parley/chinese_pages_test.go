package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"parley/protocol"
)

// TestChinesePages tries the examples of the pages for readers of Chinese. Their conversations are played with all others, their programs run with
// the other bots, and what stands in the same words on an English page is tried there.
func TestChinesePages(t *testing.T) {
	address := startProgram(t)
	var english, own []example
	for _, page := range glob(t, "../../../docs/*.md", "../../../README.md") {
		english = append(english, examples(t, page, address)...)
	}
	for _, page := range glob(t, "../../../docs/*.md", "../../../docs/zh-CN/*.md", "../../../*.md") {
		own = append(own, examples(t, page, address)...)
	}
	own = slices.DeleteFunc(own, func(e example) bool {
		return e.language == "chat" || strings.Contains(e.kind, ".") || slices.Contains(english, e)
	})
	if tried := tryExamples(t, address, own); tried["pipe"] == 0 {
		t.Error("no example is one of these pages alone")
	}
}

// glob finds the files that match patterns, each of which must match one.
func glob(t *testing.T, patterns ...string) (files []string) {
	t.Helper()
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Errorf("no page is called %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

// TestChineseManualHasAllCodes and all closing words, and none that there is not.
func TestChineseManualHasAllCodes(t *testing.T) {
	page := readFile(t, "../../../docs/zh-CN/protocol.md")
	const cell = "(?m)^\\| `([a-z0-9-]+)`"
	same(t, "codes", codeWords(protocol.FailureCodes[:]), firstCells(page, "错误码", cell))
	same(t, "closing words", codeWords(protocol.ClosingCodes[:]), firstCells(page, "结束词", cell))
}

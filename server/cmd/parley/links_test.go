package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// pages are those that people read on a forge, by their path from the top of the sources.
func pages(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "*/testdata/README.md", "server/cmd/parley/testdata/README.md"} {
		files, err := filepath.Glob(filepath.Join(sources, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			page, err := filepath.Rel(sources, file)
			if err != nil {
				t.Fatal(err)
			}
			texts[page] = string(read(t, file))
		}
	}
	return texts
}

var (
	codeBlock = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	codeSpan  = regexp.MustCompile("`[^`\n]*`")
	pageLink  = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading   = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// anchors are what a link may name behind # on a page, as a forge makes them of the headings.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(codeBlock.ReplaceAllString(page, ""), -1) {
		found[anchor(m[1])] = true
	}
	return found
}

func anchor(heading string) string {
	heading = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`).ReplaceAllString(heading, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// TestLinks: every link between the pages leads to a file that there is, and to a heading that it has. Every page is reached from the first one in its
// language.
func TestLinks(t *testing.T) {
	texts := pages(t)
	leads := map[string][]string{}
	for page, text := range texts {
		for _, m := range pageLink.FindAllStringSubmatch(codeSpan.ReplaceAllString(codeBlock.ReplaceAllString(text, ""), ""), -1) {
			target, behind, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue // somewhere else on the net
			}
			file := page
			if target != "" {
				file = filepath.Join(filepath.Dir(page), target)
			}
			leads[page] = append(leads[page], file)
			if _, err := os.Stat(filepath.Join(sources, file)); err != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", page, m[1], err)
			} else if other, isPage := texts[file]; behind != "" && isPage && !anchors(other)[behind] {
				t.Errorf("%s: the link %s leads to no heading of %s", page, m[1], file)
			}
		}
	}
	reached := map[string]bool{}
	var follow func(page string)
	follow = func(page string) {
		if !reached[page] {
			reached[page] = true
			for _, next := range leads[page] {
				follow(next)
			}
		}
	}
	follow("README.md")
	for page := range texts {
		if !reached[page] {
			t.Errorf("no page leads to %s", page)
		}
	}
}

func TestAnchor(t *testing.T) {
	for heading, want := range map[string]string{
		"`/token [for=TIME] [note]`": "token-fortime-note",
		"What it's not, and why":     "what-its-not-and-why",
		"多个节点":                       "多个节点",
		"A [link](x.md) in it":       "a-link-in-it",
	} {
		if got := anchor(heading); got != want {
			t.Errorf("%q is reached as %q, not %q", heading, got, want)
		}
	}
}

package language

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([-+# 0]*\d*(?:\.\d+)?)([a-zA-Z])`)

// verbs returns what a format does with each of its arguments, such as "1 d". An argument that is not used is missing, and one that is used twice is there
// once.
func verbs(t *testing.T, format string) []string {
	t.Helper()
	rest := strings.ReplaceAll(format, "%%", "")
	if strings.Count(rest, "%") != len(verb.FindAllString(rest, -1)) {
		t.Errorf("%q has a percent sign that begins no verb", format)
	}
	uses, next := map[string]bool{}, 1
	for _, found := range verb.FindAllStringSubmatch(rest, -1) {
		if found[1] != "" {
			next, _ = strconv.Atoi(found[1])
		}
		uses[strconv.Itoa(next)+" "+found[2]+found[3]] = true
		next++
	}
	return slices.Sorted(maps.Keys(uses))
}

// A translation does with the arguments what the English sentence does.
func TestTranslationsHaveTheSameVerbs(t *testing.T) {
	for _, sentences := range []map[string]string{chineseServer, chineseClient} {
		for english, said := range sentences {
			if want, got := verbs(t, english), verbs(t, said); !slices.Equal(got, want) {
				t.Errorf("%q has the verbs %q, but\n%q has %q", english, want, said, got)
			}
		}
	}
}

func TestVerbs(t *testing.T) {
	for format, want := range map[string][]string{
		"%s of %d %%":        {"1 s", "2 d"},
		"%[2]d of %[1]s":     {"1 s", "2 d"},
		"%[2]d %s %-8s%5.1f": {"2 d", "3 s", "4 -8s", "5 5.1f"},
		"%s %[1]s":           {"1 s"},
		"100%%":              nil,
	} {
		if got := verbs(t, format); !slices.Equal(got, want) {
			t.Errorf("%q: %q", format, got)
		}
	}
}

// What is said in Chinese holds Chinese, and its punctuation: a comma or a full stop behind a Chinese character is a Chinese one.
func TestChineseIsChinese(t *testing.T) {
	wrong := regexp.MustCompile(`\p{Han}[,.;:!?(]|[,;:!?)]\p{Han}`)
	for _, sentences := range []map[string]string{chineseServer, chineseClient} {
		for english, said := range sentences {
			hasWords := strings.ContainsFunc(verb.ReplaceAllString(english, ""), unicode.IsLetter)
			if hasWords && !strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%q is said as %q", english, said)
			}
			if at := wrong.FindString(said); at != "" {
				t.Errorf("%q has English punctuation: %s", said, at)
			}
		}
	}
}

// No sentence is in both catalogs: it would be said as the one of them or as the other.
func TestCatalogsHaveNothingInCommon(t *testing.T) {
	for english := range chineseClient {
		if said, ok := chineseServer[english]; ok && said != chineseClient[english] {
			t.Errorf("%q is said as %q and as %q", english, said, chineseClient[english])
		}
	}
}

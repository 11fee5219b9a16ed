// Package language has the sentences of parley in the languages that people read. A sentence is known by its English format, which the code holds where
// it is used; what the others say is in catalogs of golang.org/x/text. Codes, words and fields of the protocol are the same in all languages.
package language

import (
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"
)

// Language is a language that parley speaks.
type Language uint8

// The languages.
const (
	English Language = iota
	Chinese
)

// Languages is how many languages there are.
const Languages = Chinese + 1

// tags are the languages as the protocol names them.
var tags = [Languages]string{English: "en", Chinese: "zh"}

// String returns the language's tag: "en", "zh".
func (l Language) String() string { return tags[l] }

// maxName is more bytes than any name of a language has. A longer one is not looked at: that would take time, and clients choose it.
const maxName = 64

// Of returns the language that a tag of BCP 47 or a locale of POSIX names, such as "zh", "zh-CN" or "zh_CN.UTF-8"; ok is false if parley does not speak
// it.
func Of(name string) (l Language, ok bool) {
	if end := strings.IndexAny(name, ".@"); end >= 0 {
		name = name[:end]
	}
	if len(name) > maxName {
		return English, false
	}
	tag, err := language.Parse(name)
	if err != nil {
		return English, false
	}
	base, sure := tag.Base()
	for l, known := range tags {
		if base.String() == known && sure == language.Exact {
			return Language(l), true
		}
	}
	return English, false
}

// FromLocale returns the language of a person's terminal, by the variables of POSIX for messages: LC_ALL, LC_MESSAGES, LANG, in this order. It is
// English if parley does not speak that.
func FromLocale(getenv func(string) string) Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(name); locale != "" {
			l, _ := Of(locale)
			return l
		}
	}
	return English
}

// Sprintf says a sentence, given by its English format, as fmt.Sprintf does. A sentence that has no translation is said in English; a test sees to it
// that each has one. A [Sentence] among the arguments is said in the same language.
func (l Language) Sprintf(format string, args ...any) string {
	if l == English {
		return fmt.Sprintf(format, args...)
	}
	return fmt.Sprintf(l.translate(format), l.sayAll(args)...)
}

// translate returns the format of a sentence in another language. The numbers in it are for fmt, and not for a printer of x/text: that would group their
// digits, and people copy them into commands.
func (l Language) translate(english string) string {
	said := found(english)
	_ = catalogs().Context(chineseTag, &said).Execute(english) // otherwise it stays in English
	return string(said)
}

var chineseTag = language.Chinese

// found is the Renderer that takes a format as it stands in the catalog.
type found string

func (f *found) Render(format string) { *f = found(format) }
func (f *found) Arg(int) any          { return nil }

// catalogs has what is said in the other languages.
var catalogs = sync.OnceValue(newCatalogs)

func newCatalogs() catalog.Catalog {
	c := catalog.NewBuilder()
	for _, sentences := range []map[string]string{chineseServer, chineseClient} {
		for english, said := range sentences {
			if err := c.SetString(chineseTag, english, said); err != nil {
				panic(err) // a mistake in the table
			}
		}
	}
	return c
}

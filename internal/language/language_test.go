package language

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/message/catalog"
)

// catalogFor has these sentences in Chinese for the length of a test.
func catalogFor(t *testing.T, sentences map[string]string) {
	t.Helper()
	for english, said := range sentences {
		if _, ok := chineseServer[english]; ok {
			t.Fatalf("%q is in the catalog already", english)
		}
		chineseServer[english] = said
	}
	before := catalogs
	fresh := newCatalogs()
	catalogs = func() catalog.Catalog { return fresh }
	t.Cleanup(func() {
		catalogs = before
		for english := range sentences {
			delete(chineseServer, english)
		}
	})
}

func TestOf(t *testing.T) {
	for name, want := range map[string]Language{
		"en": English, "zh": Chinese, "ZH": Chinese, "zh-CN": Chinese, "zh_CN.UTF-8": Chinese, "zh-Hant-TW": Chinese, "en_GB.UTF-8": English, "zh_TW.Big5": Chinese,
		"zh_CN@pinyin": Chinese, "zh_CN.UTF-8@pinyin": Chinese,
	} {
		if l, ok := Of(name); !ok || l != want {
			t.Errorf("%q is %v, %t", name, l, ok)
		}
	}
	for _, name := range []string{"", "C", "POSIX", "de", "de_DE.UTF-8", "zhx", "chinese", "\xff", "zh zh", "und", "zh-x-" + strings.Repeat("long-", 600) + "long"} {
		if l, ok := Of(name); ok {
			t.Errorf("%q is %v", name, l)
		}
	}
}

func TestFromLocale(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want Language
	}{
		{map[string]string{}, English},
		{map[string]string{"LANG": "zh_CN.UTF-8"}, Chinese},
		{map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, Chinese},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "", "LC_ALL": "zh_SG"}, Chinese},
		{map[string]string{"LANG": "C.UTF-8"}, English},
	}
	for _, tt := range tests {
		if got := FromLocale(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: %v", tt.env, got)
		}
	}
}

// What stands in place of a verb is the same in all languages: above all, the digits of numbers are not grouped, since people copy them.
func TestArgumentsAreSaidAsByFmt(t *testing.T) {
	const english = "%s %d %d %q %v %v %v %5.1f %U %x %-8s| %+d %t %% %v %T"
	catalogFor(t, map[string]string{english: english + "。", "nothing": "没有", "%d %s": "%[2]s：%[1]d"})
	args := []any{"two words", 2000, int64(1<<53 - 1), "a\"b", 1234567, []int{1000, 2}, time.Unix(0, 0).UTC(), 12345.678, 'é', 65535, "left", 1000,
		true, errors.New("why"), 7}
	if got, want := Chinese.Sprintf(english, args...), fmt.Sprintf(english, args...)+"。"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := Chinese.Sprintf("nothing"); got != "没有" {
		t.Errorf("%q", got)
	}
	if got := Chinese.Sprintf("%d %s", 2000, "bytes"); got != "bytes：2000" {
		t.Errorf("%q", got)
	}
	if got := Chinese.Sprintf("%d is in no catalog", 2000); got != "2000 is in no catalog" {
		t.Errorf("%q", got)
	}
	if got := English.Sprintf("%d %s", 2000, "bytes"); got != "2000 bytes" {
		t.Errorf("%q", got)
	}
}

func TestSentence(t *testing.T) {
	catalogFor(t, map[string]string{"%s has at most %d bytes.": "%s最多 %d 字节。", "A name": "名字"})
	s := Say("%s has at most %d bytes.", Say("A name"), 2000)
	for l, want := range [Languages]string{English: "A name has at most 2000 bytes.", Chinese: "名字最多 2000 字节。"} {
		for range 2 { // it is not changed by being said
			if got := s.In(Language(l)); got != want {
				t.Errorf("%q", got)
			}
			if got := string(s.Append([]byte("in front "), Language(l))); got != "in front "+want {
				t.Errorf("%q", got)
			}
		}
	}
	if got := string(Say("100%% of it.").Append(nil, English)); got != "100% of it." || Say("100%% of it.").String() != got {
		t.Errorf("%q", got)
	}
	if s.Empty() || !(Sentence{}).Empty() || s.String() != "A name has at most 2000 bytes." {
		t.Error(s)
	}
}

// TestEnglishAllocatesNothing looks for one time without an allocation: under the race detector fmt's pool forgets now and then what it was given.
func TestEnglishAllocatesNothing(t *testing.T) {
	s, buf := Say("There is no account called %s; %d.", "nobody", 12), make([]byte, 0, 100)
	least := math.Inf(1)
	for range 100 {
		least = min(least, testing.AllocsPerRun(1, func() { buf = s.Append(buf[:0], English) }))
	}
	if least != 0 {
		t.Errorf("%v allocations", least)
	}
}

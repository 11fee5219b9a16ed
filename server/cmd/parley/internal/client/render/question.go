package render

import "strings"

// Question is what stands in front of a password that is typed: what the server's prompt asks. Only its first sentence is shown, in whatever language:
// others warn of screens that show what is typed, and ours do not.
func Question(prompt string) string {
	for _, end := range []struct{ sentence, colon string }{{"。", "："}, {". ", ": "}} {
		if first, _, found := strings.Cut(prompt, end.sentence); found {
			return first + end.colon
		}
	}
	if prompt = strings.TrimRight(prompt, " .:"); prompt == "" {
		return ""
	}
	return prompt + ": "
}

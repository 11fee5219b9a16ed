package render

import "testing"

func TestQuestion(t *testing.T) {
	for prompt, want := range map[string]string{
		"Your password, please. Careful: your screen may show it.": "Your password, please: ",
		"A password, please. It is not shown.":                     "A password, please: ",
		"请输入密码。注意：屏幕上可能会显示出来。":                                     "请输入密码：",
		"请输入新密码。输入时不会显示。":                                          "请输入新密码：",
		"Say friend.": "Say friend: ",
		"Password:":   "Password: ",
		"":            "",
	} {
		if got := Question(prompt); got != want {
			t.Errorf("%q is asked as %q, not %q", prompt, got, want)
		}
	}
}

package main

import (
	"strings"
	"testing"
)

// TestScreenInNarrowChinese: what is asked fits a small window, though each character takes two columns, and the width of none depends on the locale.
func TestScreenInNarrowChinese(t *testing.T) {
	t.Parallel()
	address := startProgram(t)
	ann := dialAs(t, address, "ann")
	w := openWindow(t, "chinese-narrow", extent{40, 10}, address, "LC_ALL=", "LANG=zh_CN.UTF-8")
	looks := func(step, text string) {
		t.Helper()
		w.looks(step, text)
		for i, row := range strings.Split(w.run("capture-pane", "-p"), "\n") {
			if wide := w.width(row); wide > w.size.columns {
				t.Errorf("%s: row %d has %d columns:\n%s", step, i+1, wide, w.visible())
			}
		}
	}
	looks("name", "你的名字")
	w.enters("小明")
	looks("password", "小明 的密码")
	w.enters(aPassword)
	looks("unknown", "这个密码对不上")
	w.types("n")
	w.sees("再输一遍")
	w.enters("something else")
	looks("differs", "两次输入的密码不一样")
	w.enters(aPassword)
	w.sees("再输一遍")
	w.enters(aPassword)
	looks("keep", "保持登录")
	w.types("n")
	looks("lobby", "已连接")
	ann.tells("#lobby", "小明：你说“好……”，是同意了吗？——我们等你")
	w.enters("“好……”就是同意，①②③——都同意")
	looks("talk", "都同意")
	w.types("“引号”、……和——")
	looks("typed", "——")
	w.presses("Home", "Right", "Right")
	looks("moved", "——")
	w.presses("C-c")
	w.sees("你给 #lobby 写了一半：“引号”、……和——")
	w.hasLeft(0)
}

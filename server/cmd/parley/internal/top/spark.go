package top

var (
	blocks = []rune(" ▁▂▃▄▅▆▇█")
	signs  = []rune(" _.-=+*%#")
)

// spark draws values from 0 up to the highest of them, a character each. Only what is 0 or not known is left blank.
func (s style) spark(column []*float64) string {
	levels := signs
	if s.unicode {
		levels = blocks
	}
	top := highest(column)
	line := make([]rune, len(column))
	for i, v := range column {
		line[i] = levels[0]
		if v != nil && *v > 0 {
			line[i] = levels[max(1, int(*v / *top * float64(len(levels)-1)))]
		}
	}
	return string(line)
}

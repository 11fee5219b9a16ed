package render

import (
	"hash/fnv"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
)

// nameColours are colours of the 256 that can be read on black and on white, each of a hue of its own. Red is left to refusals.
var nameColours = []lipgloss.ANSIColor{131, 166, 100, 64, 28, 30, 32, 63, 98, 134, 163, 161}

// NameColour returns the colour of a name: the same in each program and for each way to write it in upper and lower case.
func NameColour(name string) color.Color {
	hash := fnv.New32a()
	hash.Write([]byte(strings.ToLower(name)))
	return nameColours[hash.Sum32()%uint32(len(nameColours))]
}

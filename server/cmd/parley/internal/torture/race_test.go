//go:build race

package torture

// raceFlag builds the parley under test as these tests are built.
var raceFlag = []string{"-race"}

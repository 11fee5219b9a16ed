package torture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// builtIn is where the parley under test was built.
var builtIn string

// parley builds the parley under test, once for all tests, as the tests are built.
var parley = sync.OnceValues(func() (binary string, err error) {
	binary = filepath.Join(builtIn, "parley")
	return binary, build(binary)
})

func TestMain(m *testing.M) {
	var err error
	if builtIn, err = os.MkdirTemp("", "parley-built"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(builtIn)
	os.Exit(code)
}

// build builds a parley as the tests are built.
func build(binary string, more ...string) error {
	arguments := slices.Concat([]string{"build", "-o", binary}, more, raceFlag, []string{"parley/server/cmd/parley"})
	if out, err := exec.Command("go", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

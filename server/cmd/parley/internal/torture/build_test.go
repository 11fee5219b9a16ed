package torture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// builtIn is where the parley under test was built.
var builtIn string

// parley builds the parley under test, once for all tests, as the tests are built.
var parley = sync.OnceValues(func() (binary string, err error) {
	binary = filepath.Join(builtIn, "parley")
	build := exec.Command("go", append([]string{"build", "-o", binary}, append(raceFlag, "parley/server/cmd/parley")...)...)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return binary, nil
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

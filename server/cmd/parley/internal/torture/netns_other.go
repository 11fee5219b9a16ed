//go:build !linux

package torture

import "errors"

// inNetns runs f; here there are no network namespaces.
func inNetns(namespace string, f func() error) error {
	if namespace != "" {
		return errors.New("there are no network namespaces on this system")
	}
	return f()
}

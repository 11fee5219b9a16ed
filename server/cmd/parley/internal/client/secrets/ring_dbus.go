//go:build !darwin

package secrets

import (
	"errors"

	"github.com/godbus/dbus/v5"
	ss "github.com/zalando/go-keyring/secret_service"
)

// check asks over a connection of its own, because the keyring's would start a bus if there were none. A locked keyring is not used: to unlock it shows a
// dialog on a screen that may be far away, and waits for it.
func (systemRing) check() error {
	bus, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return err
	}
	defer bus.Close()
	if err := errors.Join(bus.Auth(nil), bus.Hello()); err != nil {
		return err
	}
	service := ss.SecretService{Conn: bus}
	locked, err := service.GetLoginCollection().GetProperty("org.freedesktop.Secret.Collection.Locked")
	if err != nil {
		return err
	}
	if is, ok := locked.Value().(bool); !ok || is {
		return errLocked
	}
	return nil
}

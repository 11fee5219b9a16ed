package main

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"parley/commands"
	"parley/storage"
)

// doctorCommand examines a store. It works beside running servers as long as it is not to mend anything.
type doctorCommand struct {
	storeFlag

	Mend bool `help:"Mend what can be mended. Stop the servers first, and make a backup."`
}

// examineTime bounds how long a store is examined.
const examineTime = time.Hour

// Run prints a line for each finding, and a summary. It returns an error if something is wrong and was not mended.
func (d *doctorCommand) Run() error {
	ctx, cancel := context.WithTimeout(context.Background(), examineTime)
	defer cancel()
	list, err := storage.Examine(ctx, d.Store, storage.Checkup{Mend: d.Mend, Look: commands.RoomLook}, zap.NewNop())
	if err != nil {
		return err
	}
	left := 0
	for _, f := range list {
		note := "mended"
		if !f.Mended {
			note = f.Advice
			left++
		}
		fmt.Printf("%s: %s: %s (%s)\n", f.Check, f.Says, f.Where, note)
	}
	switch {
	case left > 0:
		return fmt.Errorf("the store is not healthy; not mended: %d", left)
	case len(list) > 0:
		fmt.Printf("the store is healthy now; mended: %d\n", len(list))
	default:
		fmt.Println("the store is healthy")
	}
	return nil
}

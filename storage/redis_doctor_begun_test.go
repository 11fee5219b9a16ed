package storage_test

import (
	"fmt"
	"testing"

	"parley/storage"
	"parley/storage/storagetest"
)

// TestDoctorLeavesAloneWhatHasBegun: while the doctor looks, a server, a backup or a restore begins. Then what it has seen is not what there is.
func TestDoctorLeavesAloneWhatHasBegun(t *testing.T) {
	for name, begin := range map[string]func(t *testing.T, server *storagetest.Redis){
		"a server":  func(t *testing.T, server *storagetest.Redis) { openFor(t, server.URL(), generous).batch() },
		"a backup":  func(t *testing.T, server *storagetest.Redis) { dumpOf(t, server.URL()) },
		"a restore": func(t *testing.T, server *storagetest.Redis) { load(t, server.URL(), someRecords(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			server := storagetest.StartRedis(t)
			ward(t, server.URL())
			send(t, server, "HDEL parley:looks #den")
			begun := false
			_, err := storage.Examine(soon(t), server.URL(), storage.Checkup{Mend: true, Look: func(room string) string {
				if !begun {
					begun = true
					begin(t, server)
				}
				return look(room)
			}}, nop)
			wantWords(t, fmt.Sprint(err), "nothing else was mended")
			if server.Client.HExists(t.Context(), "parley:looks", "#den").Val() {
				t.Error("it was mended all the same")
			}
		})
	}
}

// TestDoctorLooksPastARestore: neither what is loaded nor what it has left to be done is wrong. A store in which a restore was interrupted is refused with
// the sentence that helps.
func TestDoctorLooksPastARestore(t *testing.T) {
	server := storagetest.StartRedis(t)
	load(t, server.URL(), someRecords(t))
	if n := server.Client.SCard(t.Context(), "parley:restored").Val(); n == 0 {
		t.Fatal("no conversation is to get its time")
	}
	wantHealthy(t, server.URL())
	records, looked := someRecords(t), 0
	next := nextOf(records)
	err := storage.Load(t.Context(), server.URL(), nop, func() (*storage.Record, error) {
		looked++
		if looked == len(records) {
			wantHealthy(t, server.URL())
		}
		return next()
	})
	wantError(t, err, nil)
	dumped(t, server.URL(), func(int) { wantHealthy(t, server.URL()) })
	interrupt(t, server.URL(), records)
	for _, mend := range []bool{false, true} {
		_, err := storage.Examine(soon(t), server.URL(), storage.Checkup{Mend: mend, Look: look}, nop)
		wantWords(t, fmt.Sprint(err), "parley restore --replace")
	}
}

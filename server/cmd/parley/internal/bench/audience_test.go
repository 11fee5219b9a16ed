package bench

import "testing"

func TestReaders(t *testing.T) {
	for _, o := range []Options{
		{Clients: 2}, {Clients: 7}, {Clients: 6, Private: true}, {Clients: 6, Rooms: 1}, {Clients: 6, Rooms: 3}, {Clients: 11, Rooms: 4},
	} {
		r := &run{Options: o}
		for sender := range o.Clients {
			readers := int64(0)
			for client := range o.Clients {
				if !r.reads(client, sender) {
					continue
				}
				if readers++; client == sender || o.Rooms > 0 && r.room(client) != r.room(sender) {
					t.Errorf("%+v: client %d reads what %d sends", o, client, sender)
				}
			}
			if want := r.readersOf(sender); readers != want || want == 0 {
				t.Errorf("%+v: %d clients read what %d sends, want %d", o, readers, sender, want)
			}
		}
	}
}

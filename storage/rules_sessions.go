package storage

// setAway notes what the asker says about being away.
func (a *action) setAway() error {
	after := &awayRecord{Account: a.by.id}
	if a.order.May {
		text := string(a.ask.Text)
		after.Text = &text
	}
	if err := a.keep(nil, after); err != nil {
		return err
	}
	a.signal(AwaySet, a.by, &Change{On: a.order.May, Rooms: a.order.Rooms})
	return nil
}

// roomsOf lists the rooms of an account.
func (r *rules) roomsOf(account ID) (rooms []ID, err error) {
	memberships, err := r.membershipsOf(account)
	for i := 0; i < len(memberships) && err == nil; i++ {
		var in *room
		if in, err = r.room(memberships[i].roomKey); err == nil {
			rooms = append(rooms, in.ID)
		}
	}
	return rooms, err
}

// endSession has the node that has one of the asker's sessions end it.
func (a *action) endSession() error {
	a.signal(SessionEnded, a.by, &Change{Session: a.ask.After})
	return nil
}

// signal adds an event that is not kept, and so has no number.
func (a *action) signal(kind EventKind, about *person, change *Change) {
	a.out(a.event(kind, nil, about, change))
}

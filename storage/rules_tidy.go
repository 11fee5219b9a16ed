package storage

// tidy removes what has ended by itself.
func (a *action) tidy() error {
	ended, err := a.endedSanctions(a.at)
	if err != nil {
		return err
	}
	for i := range ended {
		if err := a.dropSanction(&ended[i]); err != nil {
			return err
		}
	}
	if err := a.tidyPrograms(); err != nil {
		return err
	}
	more, err := a.removeLeftGuests()
	if err != nil {
		return err
	}
	a.verdict.Page.More = a.verdict.Page.More || more
	empty, err := a.emptyRooms()
	if err != nil {
		return err
	}
	for i := range empty {
		if empty[i].Key == LobbyName {
			continue
		}
		in, err := a.room(empty[i].Key)
		if err == nil && in.members == 0 {
			err = a.settle(in, false)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// tidyPrograms removes what programs have left: tokens that have ended, and keys of messages that are older than OnceTime.
func (a *action) tidyPrograms() error {
	tokens, err := a.endedTokens(a.at)
	if err != nil {
		return err
	}
	for i := range tokens {
		if err := a.keep(&tokens[i], nil); err != nil {
			return err
		}
	}
	a.verdict.Page.More, err = a.dropOnces(0, a.at.Add(-OnceTime))
	return err
}

package commands

import "parley/storage"

// This file is what presence knows of how far an account has had what was said in its rooms.

// hear notes how far everything has reached a session. Under the lock.
func (p *presence) hear(s *Session, heard int64) {
	if a := s.account; s.from <= a.heard && heard > a.heard {
		a.heard = heard
		p.moved[a] = struct{}{}
	}
}

// heard is hear for other callers.
func (p *presence) heard(s *Session, number int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.account != nil {
		p.hear(s, number)
	}
}

// had is the number up to which an account that is online has had everything in its rooms.
func (p *presence) had(id storage.ID) (number int64, online bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a := p.online[id]
	if a == nil {
		return 0, false
	}
	number = a.heard
	for _, m := range a.rooms {
		if m.unread > 0 {
			number = min(number, m.read)
		}
	}
	return number, true
}

// readings says how far an account that is online, or was until now, has had everything of its rooms. What was missed before it came is
// not read by what it hears now.
func (p *presence) readings(a *account) []storage.Reading {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.takeReadings(a)
}

func (p *presence) takeReadings(a *account) (list []storage.Reading) {
	delete(p.moved, a)
	for i := range a.rooms {
		if m := &a.rooms[i]; m.unread == 0 && m.read < a.heard {
			m.read = a.heard
			list = append(list, storage.Reading{Room: m.room, Number: m.read})
		}
	}
	return list
}

// someMoved returns some accounts of whom the store does not know what they have heard, with their readings.
func (p *presence) someMoved(most int) map[storage.ID][]storage.Reading {
	p.mu.Lock()
	defer p.mu.Unlock()
	some := map[storage.ID][]storage.Reading{}
	for a := range p.moved {
		if list := p.takeReadings(a); len(list) > 0 {
			some[a.id] = list
		}
		if len(some) >= most {
			break
		}
	}
	return some
}

// read notes that an account has read messages: all that there are from a number on up to another, of one room, or with the room 0 of all. It
// returns what the store should know. What begins after the first unread message of a room leaves a gap there, unless it has as many as are
// unread.
func (p *presence) read(a *account, room storage.ID, from, upto int64, shown []storage.Event) (list []storage.Reading) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range a.rooms {
		m := &a.rooms[i]
		if room != 0 && m.room != room || m.unread == 0 || upto <= m.read {
			continue
		}
		missed := int32(0)
		for i := range shown {
			if e := &shown[i]; e.Thread == storage.RoomThread(m.room) && e.Number > m.read && e.Number <= a.entered {
				missed++
			}
		}
		if from > m.read && missed < m.unread {
			continue
		}
		if m.unread = max(0, m.unread-missed); upto >= a.entered {
			m.unread = 0
		}
		m.read = upto
		list = append(list, storage.Reading{Room: m.room, Number: upto})
	}
	return list
}

// missed is what an account has missed of a room and not read since: so many messages after a number.
func (p *presence) missed(a *account, room storage.ID) (after int64, missed int) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if m := a.member(room); m != nil {
		return m.read, int(m.unread)
	}
	return 0, 0
}

// unread is how many messages of each of its rooms an account has missed and not read since.
func (p *presence) unread(a *account) map[storage.ID]int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	missed := map[storage.ID]int{}
	for _, m := range a.rooms {
		missed[m.room] = int(m.unread)
	}
	return missed
}

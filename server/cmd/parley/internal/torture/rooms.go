package torture

import "strings"

// Users talk in the lobby, which everybody is in, and in rooms that they join and leave.

// lobby is the name of the room that everybody reads. It stands where a user's name would.
const lobby = ""

// den is a private room. One account owns it, and is always in it.
const den = "#den"

// publicRooms may be joined by anybody; whoever comes first makes them.
var publicRooms = []string{"#red", "#green", "#blue"}

// rooms are all that can be joined and left.
var rooms = append([]string{den}, publicRooms...)

// isRoom reports whether a name is that of a room and not of a user.
func isRoom(name string) bool { return name == lobby || strings.HasPrefix(name, "#") }

// inRoom reports whether a message was said in the lobby or in another room.
func (m *message) inRoom() bool { return isRoom(m.to) }

package storage

import "encoding/json"

// encodeEvent writes an event that is no message in the form in which an operator's command leaves it for the server.
func encodeEvent(e *Event) (string, error) {
	text, err := json.Marshal(e)
	return string(text), err
}

// decodeEvent reads what encodeEvent has written. It is no ask of ours.
func decodeEvent(text string) (e Event, err error) {
	err = json.Unmarshal([]byte(text), &e)
	e.Ask = -1
	return e, err
}

// Package history has what a server remembers of itself: samples of the last hour, as /history.json shows them.
package history

// History is an hour of samples, the oldest first.
type History struct {
	Version string       `json:"version"` // of the server
	Now     int64        `json:"now"`     // when it was asked for; seconds since 1970
	Step    int          `json:"step"`    // seconds between two samples
	Series  []string     `json:"series"`  // what each value of a sample is
	Samples [][]*float64 `json:"samples"` // a time in seconds since 1970, and a value for each of Series; nil: not known
}

package screen

import (
	"strconv"
	"time"

	"parley/internal/language"
)

// day names the day of a line, or nothing if that is not known.
func (s lineStyle) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(s.now.Location())
	return s.lang.Sprintf("%s, %s %s %s", weekday(s.lang, at.Weekday()), strconv.Itoa(at.Day()), month(s.lang, at.Month()), strconv.Itoa(at.Year()))
}

func weekday(l language.Language, day time.Weekday) string {
	switch day {
	case time.Monday:
		return l.Sprintf("Monday")
	case time.Tuesday:
		return l.Sprintf("Tuesday")
	case time.Wednesday:
		return l.Sprintf("Wednesday")
	case time.Thursday:
		return l.Sprintf("Thursday")
	case time.Friday:
		return l.Sprintf("Friday")
	case time.Saturday:
		return l.Sprintf("Saturday")
	}
	return l.Sprintf("Sunday")
}

func month(l language.Language, month time.Month) string {
	switch month {
	case time.January:
		return l.Sprintf("January")
	case time.February:
		return l.Sprintf("February")
	case time.March:
		return l.Sprintf("March")
	case time.April:
		return l.Sprintf("April")
	case time.May:
		return l.Sprintf("May")
	case time.June:
		return l.Sprintf("June")
	case time.July:
		return l.Sprintf("July")
	case time.August:
		return l.Sprintf("August")
	case time.September:
		return l.Sprintf("September")
	case time.October:
		return l.Sprintf("October")
	case time.November:
		return l.Sprintf("November")
	}
	return l.Sprintf("December")
}

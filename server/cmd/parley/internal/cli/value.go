package cli

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// value is what a flag or an argument sets.
type value struct {
	field reflect.Value
	enum  []string // the values that it may have; none: any
	whole bool     // of a list: commas do not separate
	fresh bool     // of a list: the next text takes the place of what it holds
	kind  string   // as Type returns it
}

func newValue(field reflect.Value, tag tags) value {
	v := value{field: field, whole: tag.Get("sep") == "none", fresh: true, kind: tag.Get("placeholder")}
	if enum := tag.Get("enum"); enum != "" {
		v.enum = strings.Split(enum, ",")
	}
	switch {
	case v.isSwitch():
		v.kind = "bool" // so that pflag shows no value for it
	case v.kind == "":
		v.kind = "VALUE"
	}
	return v
}

// Values are those that it may have; none if it may have any.
func (v *value) Values() []string { return v.enum }

// Text is its value as text.
func (v *value) Text() string { return fmt.Sprint(v.field.Interface()) }

// Equal reports whether another one of the same type has the same value.
func (v *value) Equal(other *Flag) bool {
	return reflect.DeepEqual(v.field.Interface(), other.field.Interface())
}

// Take gives it the value of another one of the same type.
func (v *value) Take(other *Flag) { v.field.Set(other.field) }

// isSwitch reports whether it is true when it is only named.
func (v *value) isSwitch() bool { return v.field.Kind() == reflect.Bool }

// isList reports whether it may be given more than once.
func (v *value) isList() bool { return v.field.Kind() == reflect.Slice && !isText(v.field) }

// Set is pflag.Value's. The texts of a list come one after the other.
func (v *value) Set(text string) error {
	if len(v.enum) > 0 && !slices.Contains(v.enum, text) {
		return fmt.Errorf("%q must be one of %s", text, strings.Join(v.enum, ", "))
	}
	if !v.isList() {
		return parse(v.field, text)
	}
	if v.fresh {
		v.fresh = false
		v.field.SetZero()
	}
	texts := []string{text}
	if !v.whole {
		texts = strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) // an empty text is an empty list
	}
	for _, one := range texts {
		item := reflect.New(v.field.Type().Elem()).Elem()
		if err := parse(item, one); err != nil {
			return err
		}
		v.field.Set(reflect.Append(v.field, item))
	}
	return nil
}

// again has the next text of a list take the place of what it holds.
func (v *value) again() { v.fresh = true }

// String is pflag.Value's; what it returns at first would be shown as the default, which the help says itself.
func (v *value) String() string { return "" }

// Type is pflag.Value's: what stands for the value in the help.
func (v *value) Type() string { return v.kind }

// isText reports whether a field reads its text itself.
func isText(field reflect.Value) bool {
	_, ok := field.Addr().Interface().(encoding.TextUnmarshaler)
	return ok
}

// parse sets a field that is no list.
func parse(field reflect.Value, text string) error {
	switch own := field.Addr().Interface().(type) {
	case *netip.Prefix:
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8, or 10.0.0.5/32 for one address", text)
		}
		*own = network
		return nil
	case encoding.TextUnmarshaler:
		return own.UnmarshalText([]byte(text))
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			return fmt.Errorf("%q is not a time such as 5s or 500ms", text)
		}
		*own = d
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		field.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		field.SetInt(int64(n))
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number from 0 up", text)
		}
		field.SetUint(n)
	default:
		panic("no flag can be a " + field.Type().String())
	}
	return nil
}

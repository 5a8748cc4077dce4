package desk

import (
	"net/url"
	"strconv"
	"strings"

	"lianou/intake"
)

// longest bounds a place in a recording: no call lasts a day.
const longest = 24 * 60 * 60 * 1000

// HeardOf reads where in the recording each fact of the form was heard (F16): fields
// named heard.<field>, "94000-101000" in milliseconds. What cannot be read is left out: a
// fact without its seconds is still a fact.
func HeardOf(v url.Values) map[string]intake.Span {
	out := map[string]intake.Span{}
	for name := range v {
		field, ok := strings.CutPrefix(name, "heard.")
		if !ok || v.Get(field) == "" {
			continue
		}
		path := factOf(field)
		from, to, _ := strings.Cut(v.Get(name), "-")
		start, err1 := strconv.ParseInt(from, 10, 64)
		end, err2 := strconv.ParseInt(to, 10, 64)
		if path == "" || err1 != nil || err2 != nil || start < 0 || end <= start || end > longest {
			continue
		}
		out[path] = intake.Span{FromMS: start, ToMS: end}
	}
	return out
}

// factOf gives the path of the fact that a field of the form answers, "" for none. A
// disability has two fields and is one fact, an event four.
func factOf(field string) string {
	row, key, _ := strings.Cut(field, ".")
	key, _, _ = strings.Cut(key, ".")
	if row == "h" {
		return key
	}
	n, err := strconv.Atoi(strings.TrimPrefix(row, "m"))
	if err != nil || n < 0 || n >= MaxMembers || row != "m"+strconv.Itoa(n) {
		return ""
	}
	return "members/m" + strconv.Itoa(n+1) + "/" + key
}

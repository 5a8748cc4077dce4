package desk

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/wording"
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
	for _, path := range unrecorded(v) {
		if _, heard := out[path]; !heard {
			out[path] = intake.Span{Unrecorded: true}
		}
	}
	return out
}

// unrecorded lists the facts that the agent ticked as heard and not recorded, of those
// that the form answers.
func unrecorded(v url.Values) (paths []string) {
	for name := range v {
		if path := factOf(name); path != "" && v.Get(name) != "" && slices.Contains(v["unrecorded"], path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// Unheard is a fact of a form that points at no seconds of the call.
type Unheard struct {
	Path, Label, Value string
	Ticked             bool // heard, not recorded
}

// unheardOf lists the facts that point at no seconds, in the order in which they are
// asked. Who somebody is in the family is left out: it is ticked before it is said.
func unheardOf(v url.Values, on core.Date) (out []Unheard) {
	f, h, _, err := stated(v, on)
	if err != nil {
		return nil
	}
	said, heard := wording.Facts(h), HeardOf(v)
	add := func(who, path string) {
		span := heard[path]
		if said[path] == "" || span.ToMS > 0 {
			return
		}
		out = append(out, Unheard{Path: path, Label: who + wording.FactLabel(path), Value: said[path], Ticked: span.Unrecorded})
	}
	household, member := Asked()
	for _, p := range f.People {
		for _, key := range member {
			if key != "relation" {
				add(p.Name+" ", "members/"+p.Ref+"/"+key)
			}
		}
	}
	for _, key := range household {
		add("", key)
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

package township

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/wording"
)

// factGroup is the facts about one person of the household, or about all of it.
type factGroup struct {
	Name string
	Rows []factRow
}

// asking is the fields by which those who were there confirm the facts about one
// person, or about all.
type asking struct {
	Name, Ref string
	Rows      []confirm
}

// confirm is one fact that a form asks to confirm, and what it was.
type confirm struct {
	desk.Answer
	Was  string
	Path string // of the fact that is ticked as seen to be so; "" where nobody said anything
	Open bool   // an item still hangs on it
}

// askings are every fact of the vocabulary, of the household and of each member: what
// a visit finds out is whatever an item may hang on.
func askings(v casefile.View) []asking {
	said, open := wording.Facts(v.Facts.Household), stillOpen(v)
	household, _ := desk.Confirmed("")
	list := []asking{{"全家", "", confirms(household, "h.", "", said, open)}}
	names := map[core.MemberRef]string{}
	for _, m := range v.Members {
		names[m.Ref] = m.Name
	}
	for _, m := range v.Facts.Household.Members {
		at := memberAt(m.Ref)
		_, fields := desk.Confirmed(at)
		list = append(list, asking{names[m.Ref], string(m.Ref), confirms(fields, at, "members/"+string(m.Ref)+"/", said, open)})
	}
	return list
}

func confirms(fields []desk.Answer, at, path string, said map[string]string, open map[string]bool) []confirm {
	out := make([]confirm, 0, len(fields))
	for _, a := range fields {
		key := strings.TrimPrefix(a.Name, at)
		if key == "disability.kind" {
			key = "disability"
		}
		c := confirm{Answer: a, Was: said[path+key], Open: open[path+key]}
		if c.Was != "" {
			c.Path = path + key
		}
		out = append(out, c)
	}
	// What an item still hangs on is asked first, then what somebody said is looked at.
	slices.SortStableFunc(out, func(a, b confirm) int {
		return cmp.Or(first(b.Open)-first(a.Open), cmp.Compare(b.Was, "")-cmp.Compare(a.Was, ""))
	})
	return out
}

// stillOpen are the facts that nobody knows and that would decide an item.
func stillOpen(v casefile.View) map[string]bool {
	open := map[string]bool{}
	for _, f := range v.Findings {
		for _, path := range f.Missing {
			open[path] = true
		}
	}
	return open
}

// Visited are the facts for which a visit stands, whom a second visitor is asked to stand
// behind.
func (p casePage) Visited() (list []factGroup) {
	for _, g := range p.Facts {
		g.Rows = slices.DeleteFunc(slices.Clone(g.Rows), func(r factRow) bool { return r.Source != visitWord })
		if len(g.Rows) > 0 {
			list = append(list, g)
		}
	}
	return list
}

// visitWord is how desk.SourceOf names a visit.
var visitWord, _ = desk.SourceOf(core.Provenance{Said: "visit"})

// factRow is one fact with its value and its source, in words.
type factRow struct {
	Label, Value, Source, Tone string
	From, To                   int64 // milliseconds of the case's own call; To is 0 without
	Unrecorded                 bool  // the agent heard it, and no recording holds it
}

// Clock is when in the call the fact was heard.
func (f factRow) Clock() string { return fmt.Sprintf("%d:%02d", f.From/60000, f.From/1000%60) }

// factGroups lists the facts of a case as they are asked for, each with where it
// came from. A fact this build has no question for comes last and is not left out.
func factGroups(v casefile.View) []factGroup {
	said := wording.Facts(v.Facts.Household)
	household, member := desk.Asked()
	groups := []factGroup{{"全家", rows(v, said, "", household)}}
	for _, m := range v.Members {
		groups = append(groups, factGroup{m.Name, rows(v, said, "members/"+string(m.Ref)+"/", member)})
	}
	var rest []factRow
	for path := range said {
		rest = append(rest, row(v, said, path))
	}
	if len(rest) > 0 {
		groups = append(groups, factGroup{"其他", rest})
	}
	kept := groups[:0]
	for _, g := range groups {
		if len(g.Rows) > 0 {
			kept = append(kept, g)
		}
	}
	return kept
}

// rows takes the facts below a path out of said, in the given order.
func rows(v casefile.View, said map[string]string, at string, keys []string) []factRow {
	var out []factRow
	for _, key := range keys {
		if _, known := said[at+key]; known {
			out = append(out, row(v, said, at+key))
			delete(said, at+key)
		}
	}
	return out
}

func row(v casefile.View, said map[string]string, path string) factRow {
	from := v.Facts.Provenance[path]
	source, tone := desk.SourceOf(from)
	f := factRow{Label: wording.FactLabel(path), Value: said[path], Source: source, Tone: tone, Unrecorded: from.Unrecorded}
	if from.CallID != "" && from.CallID == v.CallID && v.Recording != "" { // another call's sound is not this player's
		f.From, f.To = from.FromMS, from.ToMS
	}
	return f
}

package people

import (
	"slices"
	"strings"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/registry"
	"lianou/core/wording"
)

// known is all that the register has of a household in one view.
type known struct {
	facts   core.Household
	sources map[string]core.Provenance
	facing  map[string]registry.Fact // by path, with what speaks against them
	told    []registry.PastSheet     // what overrules first
	members []registry.Member
	at      time.Time // the moment of the view
	asked   asked
	may     bool // may write down what nobody has said
}

// factGroup is the facts about one person, or about the whole household.
type factGroup struct {
	Name string
	Rows []factRow
	None []factRow // of which there is none, undisputed: rarely read, so folded
	Open []openRow // what nobody has said
	Idle []openRow // nor anybody asks of somebody of that age
	Note string    // that facts of it contradict one another, "" else
}

// Known is of how many facts something is known.
func (g factGroup) Known() int { return len(g.Rows) + len(g.None) }

// factRow is one fact as it stands, with what was said of it before.
type factRow struct {
	Label, Value string
	Source, Tone string
	Since        core.Date // true since; zero where the register itself counts it
	Known        time.Time
	Sure         int // 1 to 100, 0 where it does not apply
	Old          bool
	Before       []wordRow
	Against      []wordRow // other sources that say something else and are not out of date
	Turned       string    // who came or left since, of what counts everybody
	Key, About   string    // by which a correction is asked for; "" where none can be
	Waits        *changeRow
}

// wordRow is what one source said of a fact.
type wordRow struct {
	Value  string // "" where it took the fact back
	Source string
	Since  core.Date
	Known  time.Time
	Sure   int

	kind string
}

// groupsOf lists the facts of a person and of their household, in the order in which
// they are asked for. Other members have pages of their own: who looks at one person is
// not shown the illnesses of all.
func groupsOf(k known, p registry.Person) []factGroup {
	said := wording.Facts(k.facts)
	household, member := desk.Asked()
	var out []factGroup
	for _, m := range k.members {
		if m.Person.ID == p.ID {
			out = append(out, k.group(p.Name, said, place{"members/" + string(m.Ref) + "/", p.ID}, member))
		}
	}
	return append(out, k.group("全家", said, place{}, household))
}

// place is where the facts of a group stand: the prefix of their paths and the person
// whose sheets tell them, 0 for the household's.
type place struct {
	prefix string
	person core.PersonID
}

func (k known) group(name string, said map[string]string, at place, keys []string) factGroup {
	g := factGroup{Name: name}
	words := k.words(at.person)
	for _, key := range keys {
		if whole[key] {
			continue
		}
		value, is := said[at.prefix+key]
		if !is {
			row := openAt(at.prefix+key, wording.FactLabel(at.prefix+key), at.person, headOf(k.members).ID, k.asked, k.may)
			if idle(at.prefix+key, &k.facts) {
				g.Idle = append(g.Idle, row)
			} else {
				g.Open = append(g.Open, row)
			}
			continue
		}
		row := k.row(at.prefix+key, value, words[key])
		if row.none(key) {
			g.None = append(g.None, row)
			continue
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// none reports whether a fact says that there is none of something, or that something is not
// so, and nothing else is to be seen in it: no age, no other word beside it or before.
func (r factRow) none(key string) bool {
	return nones[r.Value] && !wants[key] && !r.Old && r.Turned == "" && len(r.Before)+len(r.Against) == 0
}

var (
	nones = map[string]bool{"没有": true, "不是": true, "不要": true, "不上学": true, "没有残疾证": true}
	// wants are the facts of which none is news: it speaks for somebody's need.
	wants = map[string]bool{"insurance": true, "pension": true, "supporter": true, "owns_home": true}
)

// whole are the parts of a fact that is shown in one piece: a certificate's kind and
// grade, an event's day and loss.
var whole = map[string]bool{"disability.kind": true, "disability.grade": true, "shocks.kind": true, "shocks.date": true, "shocks.loss": true, "shocks.damaged_home": true}

func (k known) row(path, value string, words []wordRow) factRow {
	from := k.sources[path]
	row := factRow{Label: wording.FactLabel(path), Value: value, Known: from.At, Old: old(from, path, k.at)}
	row.Source, row.Tone = desk.SourceOf(from)
	k.face(&row, path)
	for i, w := range words {
		if w.kind == from.Said && w.Known.Equal(from.At) && row.Sure == 0 {
			row.Since, row.Sure = w.Since, w.Sure
			row.Before = slices.Clone(words[i+1:])
		}
	}
	return row
}

// face adds what speaks against a fact, and by which name it is asked to be corrected.
func (k known) face(row *factRow, path string) {
	f, is := k.facing[path]
	if !is {
		return
	}
	key, home := path[strings.LastIndex(path, "/")+1:], f.Person == 0
	if len(f.Turned) > 0 {
		row.Turned = desk.TurnWords(f.Turned, personNames(k.members), k.facts.On)
	}
	for _, s := range f.Against {
		source, _ := desk.SourceOf(core.Provenance{Said: s.Source, At: s.KnownAt})
		row.Against = append(row.Against, wordRow{desk.SayFact(home, key, s.ValidFrom, s.Value), source, s.ValidFrom, s.KnownAt, s.Confidence, s.Source})
	}
	if correctable(f, key) {
		row.Key, row.About = key, claim{Home: home}.About()
	}
}

func factsByPath(d registry.Dossier) map[string]registry.Fact {
	out := make(map[string]registry.Fact, len(d.Facts))
	for _, f := range d.Facts {
		out[f.Path] = f
	}
	return out
}

// old reports whether what a source says should be asked again, by the register's own
// table of shelf lives.
func old(from core.Provenance, path string, at time.Time) bool {
	return !registry.Fresh(from.Said, path, from.At, at)
}

// words are all that was said about one person, or about the household, by fact.
func (k known) words(about core.PersonID) map[string][]wordRow {
	out := map[string][]wordRow{}
	for _, t := range k.told {
		if t.Person != about {
			continue
		}
		source, _ := desk.SourceOf(core.Provenance{Said: t.Source, At: t.KnownAt})
		for key, value := range desk.SaySheet(t) {
			out[key] = append(out[key], wordRow{value, source, t.ValidFrom, t.KnownAt, t.Confidence, t.Source})
		}
	}
	return out
}

package policy

import (
	"maps"
	"slices"
	"strings"

	"lianou/core"
)

// A Relation is a standard that is declared to be no less than so many times another one,
// such as the tekun standard of that of dibao (国发〔2016〕14号 leaves the sum to the city, whose
// notice says it as a multiple). No outcome goes by it: it reminds whoever changes one of the two
// standards of the other.
type Relation struct {
	Of, Base ParamID
	Area     core.Area // where it is so; "" for both
	Times    int64     // thousandths
	Law      string    // that declares it
}

// A Breach is a Relation that does not hold at a place.
type Breach struct {
	Relation
	Place
	Is, Against, Least int64 // as amounts are held: what stands there, the other standard, and what it asks for
}

type srcRelation struct {
	Of    string    `yaml:"of"`
	Area  core.Area `yaml:"area"`
	Times decimal   `yaml:"times"`
	Base  string    `yaml:"base"`
	Law   string    `yaml:"law"`
}

// mostMultiple bounds a multiple, in thousandths: more is a slip of the pen.
const mostMultiple = 100_000

// addRelations reads what a file declares between standards, once all of them are known.
func (b *builder) addRelations(f *file) {
	for i := range f.doc.Relations {
		src := &f.doc.Relations[i]
		a := f.section("relations", i, src.Of)
		r := Relation{Of: b.standard(a, "of", src.Of), Base: b.standard(a, "base", src.Base), Area: src.Area, Law: strings.TrimSpace(src.Law)}
		n, err := src.Times.scaled(places(UnitRatio))
		if r.Times = n; err != nil || n == 0 || n > mostMultiple {
			b.problem(a.in("times"), "几倍要写一个大于 0 的数,最多 3 位小数,最多 100,比如 1.3。", "times: %q is no number above 0 and up to 100", string(src.Times))
		}
		if r.Area != "" && r.Area != "urban" && r.Area != "rural" {
			b.problem(a.in("area"), "城乡只能写 urban(城里)或 rural(农村),不分就不写。", "unknown area %q", r.Area)
		}
		if r.Law == "" {
			b.problem(a.in("law"), "几倍没写依据。请写上文件名和日期。", "a relation needs the law that declares it")
		}
		if r.Of < 0 || r.Base < 0 {
			continue
		}
		if r.Of == r.Base || b.params[r.Of].Unit != b.params[r.Base].Unit {
			b.problem(a.in("base"), "几倍要在两个单位一样的标准之间写。请改成另一个标准。", "a relation joins two standards of one unit")
		}
		if slices.ContainsFunc(b.relations, func(o Relation) bool { return o.Of == r.Of && o.Base == r.Base && o.Area == r.Area }) {
			b.problem(a, "同两个标准的几倍写了两遍。请留下一个。", "the relation is declared twice")
		}
		b.relations = append(b.relations, r)
	}
}

// standard finds a parameter that a relation names, -1 for none.
func (b *builder) standard(a at, field, name string) ParamID {
	id, found := b.paramIDs[name]
	if !found {
		b.problem(a.in(field), "没有叫"+quoted(name)+"的标准。请看看是不是写错了。", "%s: unknown parameter %q", field, name)
		return -1
	}
	return id
}

// Breaches lists where a declared multiple does not hold, by relation and place: the counties
// that a row of either standard names, and "" for all others. Where one of the two has no amount
// nothing is said.
func (b *Book) Breaches() (out []Breach) {
	for _, r := range b.Relations {
		for _, p := range b.placesOf(r) {
			is, has := b.Amount(r.Of, p.County, p.Area)
			base, had := b.Amount(r.Base, p.County, p.Area)
			if has && had && is.Value*1000 < base.Value*r.Times {
				out = append(out, Breach{r, p, is.Value, base.Value, (base.Value*r.Times + 999) / 1000})
			}
		}
	}
	return out
}

// placesOf lists the places at which a relation is looked at.
func (b *Book) placesOf(r Relation) (out []Place) {
	areas := []core.Area{"urban", "rural"}
	if r.Area != "" {
		areas = []core.Area{r.Area}
	}
	named := map[core.RegionCode]bool{"": true}
	for _, id := range []ParamID{r.Of, r.Base} {
		for _, row := range b.Params[id].Rows {
			for _, c := range row.Counties {
				named[c] = true
			}
		}
	}
	for _, county := range slices.Sorted(maps.Keys(named)) {
		for _, area := range areas {
			out = append(out, Place{county, area})
		}
	}
	return out
}

// A RelationChange is one declared multiple that is not as it was.
type RelationChange struct {
	Of, Base string    // names of the standards
	Area     core.Area // "" for both
	Old, New *Relation // nil: added, removed
}

// compareRelations finds declared multiples that only one Book has, or has otherwise.
func (d *Diff) compareRelations() {
	type key struct {
		of, base string
		area     core.Area
	}
	listed := func(b *Book) map[key]*Relation {
		out := map[key]*Relation{}
		for i := range b.Relations {
			r := &b.Relations[i]
			out[key{b.Params[r.Of].Name, b.Params[r.Base].Name, r.Area}] = r
		}
		return out
	}
	was, is := listed(d.Old), listed(d.New)
	keys := maps.Clone(was)
	maps.Copy(keys, is)
	order := slices.SortedFunc(maps.Keys(keys), func(x, y key) int {
		return strings.Compare(x.of+" "+x.base+" "+string(x.area), y.of+" "+y.base+" "+string(y.area))
	})
	for _, k := range order {
		if o, n := was[k], is[k]; o == nil || n == nil || o.Times != n.Times || o.Law != n.Law {
			d.Relations = append(d.Relations, RelationChange{k.of, k.base, k.area, o, n})
		}
	}
}

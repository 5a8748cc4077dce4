package slots

import (
	"slices"
	"strings"

	"lianou/core"
)

// gazetteer is the index of a city's places, built once.
type gazetteer struct {
	byFirst  map[rune][]spelling // counties and townships, the longest first
	villages map[string][]Place  // full names
	inTown   map[core.RegionCode][]spelling
	counties map[core.RegionCode]Place
	towns    []Place
	longest  int // runes of the longest village name
}

// spelling is one way a place is said.
type spelling struct {
	said  []rune
	place Place
	short bool
}

func indexPlaces(list []Place) *gazetteer {
	g := &gazetteer{byFirst: map[rune][]spelling{}, villages: map[string][]Place{}, inTown: map[core.RegionCode][]spelling{}, counties: map[core.RegionCode]Place{}}
	for _, p := range list {
		switch {
		case p.Code == core.DezhouCity:
		case len(p.Code) == 6:
			g.counties[p.Code] = p
			g.add(p, countyNames(p))
		case len(p.Code) == 9:
			g.towns = append(g.towns, p)
			g.add(p, townNames(p.Name))
		case len(p.Code) == 12:
			g.addVillage(p)
		}
	}
	for _, l := range g.byFirst {
		slices.SortStableFunc(l, func(a, b spelling) int { return len(b.said) - len(a.said) })
	}
	return g
}

// add takes names, the full ones first; "" parts them from the short ones.
func (g *gazetteer) add(p Place, names []string) {
	short := false
	for _, n := range names {
		if n == "" {
			short = true
			continue
		}
		said := []rune(n)
		g.byFirst[said[0]] = append(g.byFirst[said[0]], spelling{said, p, short})
	}
}

func (g *gazetteer) addVillage(p Place) {
	name := p.Name
	if i := strings.Index(name, "社区"); i >= 0 && i+len("社区") < len(name) {
		name = name[i+len("社区"):]
	}
	for _, n := range slices.Compact([]string{p.Name, name}) {
		g.villages[n] = append(g.villages[n], p)
		g.longest = max(g.longest, len([]rune(n)))
	}
	town := p.Code.Township()
	g.inTown[town] = append(g.inTown[town], spelling{[]rune(name), p, !strings.HasSuffix(name, "村") && !strings.HasSuffix(name, "区")})
	for _, class := range []string{"村", "社区"} {
		if rest, ok := strings.CutSuffix(name, class); ok && len([]rune(rest)) >= 2 {
			g.inTown[town] = append(g.inTown[town], spelling{[]rune(rest), p, true})
		}
	}
}

// countyNames gives how a county is said. The two zones and 陵城区 also go by the
// names they had or have now (domain.md 5).
func countyNames(p Place) []string {
	switch p.Code {
	case "371471":
		return []string{p.Name, "德州经济开发区", "经济技术开发区", "德州天衢新区", "天衢新区", "德州经开区", "德州开发区", "", "经开区", "经济开发区", "开发区", "天衢"}
	case "371472":
		return []string{p.Name, "运河经济开发区", "运河开发区", "运河经开区", "德州运河开发区"}
	case "371403":
		return []string{p.Name, "陵县", "", "陵城"}
	}
	names := []string{p.Name, ""}
	for _, class := range []string{"县", "市", "区"} {
		if rest, ok := strings.CutSuffix(p.Name, class); ok {
			names = append(names, rest)
			if class == "市" { // county-level cities were counties until the 1980s
				names = append([]string{rest + "县"}, names...)
			}
		}
	}
	return names
}

var townClasses = []string{"回族镇", "回族乡", "街道", "镇", "乡"}

// townNames gives how a township is said: with its own class word or, because
// people keep to what it once was, with another.
func townNames(name string) []string {
	for _, class := range townClasses {
		rest, ok := strings.CutSuffix(name, class)
		if !ok {
			continue
		}
		names := []string{name, rest + "街道办事处", rest + "街道办", rest + "办事处"}
		if len([]rune(rest)) >= 2 {
			for _, other := range []string{"镇", "乡", "街道", "公社"} {
				if rest+other != name {
					names = append(names, rest+other)
				}
			}
			names = append(names, "", rest)
		}
		return slices.Compact(names)
	}
	return []string{name}
}

// heard is a place at a stretch of the text; a name shared by several townships
// is heard once for each.
type heard struct {
	spelling
	span Span
}

// maxHeard bounds the places of one transcript.
const maxHeard = 400

// hear finds counties and townships, the longest name at each position.
func (g *gazetteer) hear(s *script) (counties, towns []heard) {
	for i := 0; i < len(s.text) && len(counties)+len(towns) < maxHeard; {
		n := 0
		for _, w := range g.byFirst[s.text[i]] {
			if len(w.said) < n {
				break
			}
			if i+len(w.said) > len(s.text) || !slices.Equal(w.said, s.text[i:i+len(w.said)]) {
				continue
			}
			n = len(w.said)
			h := heard{w, Span{i, i + n}}
			if len(w.place.Code) == 6 {
				counties = append(counties, h)
			} else {
				towns = append(towns, h)
			}
		}
		i += max(n, 1)
	}
	return counties, towns
}

package registry

import (
	"cmp"
	"slices"
	"strings"

	"lianou/core"
)

// spelling is one way a place is said: its full name, or a shorter one.
type spelling struct {
	said  string
	code  core.RegionCode
	level Level
	short bool
}

// maxSaid bounds the text Find looks at, and maxMatches what it gives back.
const (
	maxSaid    = 2000
	maxMatches = 20
)

// Find reads a place out of what somebody said or typed, such as
// "平原县王庙镇东街村" or "我家住王庙镇东街". It gives the smallest places it is sure
// of, best first: one answer means that it may be proposed, several mean that
// somebody has to ask, none that no place was heard. A township without its
// county is enough when the city has only one of that name; it never guesses
// between two (F51).
func (t *Regions) Find(said string) []core.RegionCode {
	text := clean(said)
	counties, towns := t.hear(text)
	if len(towns) == 0 {
		return t.villagesAlone(text, counties)
	}
	var out []core.RegionCode
	for _, town := range within(towns, counties) {
		if v := t.villageAfter(text[town.end:], town.code); len(v) > 0 {
			out = append(out, v...)
		} else {
			out = append(out, town.code)
		}
	}
	return firstFew(out)
}

// heard is a place found at a span of the text, in bytes.
type heard struct {
	spelling
	at, end int
}

// hear finds the counties and townships of the text. A short name counts only
// where no full name of either kind was heard, and no name counts inside a
// longer one: 临邑 in 临邑镇 is not the county.
func (t *Regions) hear(text string) (counties, towns []heard) {
	var all []heard
	for _, s := range t.search {
		if s.level > LevelTownship {
			break
		}
		if at := strings.Index(text, s.said); at >= 0 {
			all = append(all, heard{s, at, at + len(s.said)})
		}
	}
	for _, h := range all {
		covered := slices.ContainsFunc(all, func(o heard) bool {
			return o.at <= h.at && o.end >= h.end && len(o.said) > len(h.said)
		})
		switch {
		case covered:
		case h.level == LevelCounty:
			counties = append(counties, h)
		default:
			towns = append(towns, h)
		}
	}
	return preferFull(counties), preferFull(towns)
}

func preferFull(list []heard) []heard {
	if !slices.ContainsFunc(list, func(h heard) bool { return !h.short }) {
		return list
	}
	return slices.DeleteFunc(list, func(h heard) bool { return h.short })
}

// within keeps the townships that lie in a county that was said. When none
// does, what was said contradicts itself and all of it is given back.
func within(towns, counties []heard) []heard {
	in := slices.DeleteFunc(slices.Clone(towns), func(h heard) bool {
		return len(counties) > 0 && !slices.ContainsFunc(counties, func(c heard) bool { return c.code.Contains(h.code) })
	})
	if len(in) == 0 {
		return append(slices.Clone(towns), counties...)
	}
	return in
}

// villageAfter finds the villages of a township named right after it: the
// earliest, and of those the longest.
func (t *Regions) villageAfter(rest string, town core.RegionCode) []core.RegionCode {
	const reach = 60 // bytes: about twenty characters
	if len(rest) > reach {
		rest = rest[:reach]
	}
	var best []heard
	for _, code := range t.children[town] {
		full := t.places[code].Name
		for _, name := range append(villageNames(full), full) {
			if at := strings.Index(rest, name); at >= 0 {
				best = append(best, heard{spelling{said: name, code: code}, at, at + len(name)})
			}
		}
	}
	return longest(best)
}

// villagesAlone looks for full village names inside the counties that were said,
// or in the whole city; without any it falls back to the counties themselves.
func (t *Regions) villagesAlone(text string, counties []heard) []core.RegionCode {
	var best []heard
	for _, s := range t.search {
		if s.level != LevelVillage {
			continue
		}
		if len(counties) > 0 && !slices.ContainsFunc(counties, func(c heard) bool { return c.code.Contains(s.code) }) {
			continue
		}
		if at := strings.Index(text, s.said); at >= 0 {
			best = append(best, heard{s, at, at + len(s.said)})
		}
	}
	if found := longest(best); len(found) > 0 {
		return found
	}
	var out []core.RegionCode
	for _, c := range counties {
		out = append(out, c.code)
	}
	return firstFew(out)
}

func longest(list []heard) []core.RegionCode {
	slices.SortStableFunc(list, func(a, b heard) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(len(b.said), len(a.said)), cmp.Compare(a.code, b.code))
	})
	var out []core.RegionCode
	for _, h := range list {
		if h.at == list[0].at && len(h.said) == len(list[0].said) {
			out = append(out, h.code)
		}
	}
	return firstFew(out)
}

func firstFew(codes []core.RegionCode) []core.RegionCode {
	var out []core.RegionCode
	for _, c := range codes {
		if !slices.Contains(out, c) && len(out) < maxMatches {
			out = append(out, c)
		}
	}
	return out
}

// clean drops what stands between the parts of an address.
func clean(said string) string {
	if len(said) > maxSaid {
		said = said[:maxSaid]
	}
	said = strings.ToValidUTF8(said, "")
	return strings.NewReplacer(" ", "", "\u3000", "", ",", "", "\uff0c", "", "、", "", "的", "", "山东省", "", "德州市", "").Replace(said)
}

// spellings lists every way the places are said, larger places first.
func spellings(t *Regions) []spelling {
	var list []spelling
	for code, p := range t.places {
		switch p.Level {
		case LevelCounty, LevelTownship:
			list = append(list, spelling{p.Name, code, p.Level, false})
			for _, s := range shortNames(p) {
				list = append(list, spelling{s, code, p.Level, true})
			}
		case LevelVillage:
			for _, s := range villageNames(p.Name)[:1] {
				list = append(list, spelling{s, code, p.Level, false})
			}
		}
	}
	slices.SortFunc(list, func(a, b spelling) int {
		return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(a.code, b.code), cmp.Compare(a.said, b.said))
	})
	return list
}

// Short lists the places that people call just so, without the word of their class: 施家
// for each 施家村, 平原 for 平原县. It may as well be somebody's name: nothing is proposed
// by it.
func (t *Regions) Short(said string) []core.RegionCode { return t.short[said] }

func shorts(t *Regions) map[string][]core.RegionCode {
	out := map[string][]core.RegionCode{}
	for _, s := range t.search {
		if s.short {
			out[s.said] = append(out[s.said], s.code)
		}
	}
	for _, p := range t.All() {
		if p.Level != LevelVillage {
			continue
		}
		for _, rest := range villageNames(p.Name)[1:] {
			out[rest] = append(out[rest], p.Code)
		}
	}
	return out
}

// shortNames gives what is left of a county or township without its class word,
// when at least two characters are: 平原 for 平原县, but nothing for 孔镇. The two
// zones go by the names people use.
func shortNames(p Place) []string {
	switch p.Code {
	case "371471":
		return []string{"经济技术开发区", "经开区", "天衢新区"}
	case "371472":
		return []string{"运河经济开发区", "运河开发区"}
	}
	for _, class := range []string{"回族镇", "街道", "县", "市", "区", "镇", "乡"} {
		if rest, ok := strings.CutSuffix(p.Name, class); ok && len(rest) >= 6 {
			return []string{rest}
		}
	}
	return nil
}

// villageNames gives a village's names as said: without the community it was
// merged into, and without 村 when at least two characters remain. The last one
// is meant for use inside a known township only.
func villageNames(name string) []string {
	if i := strings.Index(name, "社区"); i >= 0 && i+len("社区") < len(name) {
		name = name[i+len("社区"):]
	}
	names := []string{name}
	for _, class := range []string{"村", "社区"} {
		if rest, ok := strings.CutSuffix(name, class); ok && len(rest) >= 6 {
			names = append(names, rest)
		}
	}
	return names
}

package registry

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

//go:embed data/regions.csv
var embeddedRegions []byte

// Level is how large a place is. The values are those of region.level.
type Level int16

// The levels of a division code, by its length.
const (
	LevelCity     Level = 1 // 6 digits, 371400
	LevelCounty   Level = 2 // 6 digits
	LevelTownship Level = 3 // 9 digits
	LevelVillage  Level = 4 // 12 digits
)

// Place is one division. OldCodes are other codes it goes by: the address codes
// on ID cards issued before a reform (domain.md 7.1), or the code a later
// statistical release gave it. Synthetic marks an invented village.
type Place struct {
	Code      core.RegionCode
	Parent    core.RegionCode // "" for the city
	Level     Level
	Name      string
	OldCodes  []string
	Synthetic bool
}

// Regions is the tree of places, read once and immutable: safe for any number
// of readers and needing no database.
type Regions struct {
	places   map[core.RegionCode]Place
	children map[core.RegionCode][]core.RegionCode // sorted by code
	other    map[string]core.RegionCode            // OldCodes of nine and twelve digits
	search   []spelling                            // for Find
	short    map[string][]core.RegionCode          // by the name without its class word, for Short
}

// MaxRegions bounds an imported list; the city has about 8,300 places.
const MaxRegions = 40_000

// EmbeddedRegions reads the list that ships with the program: 13 county-level
// units, 134 townships, 8,096 villages (data/NOTICE.md).
func EmbeddedRegions() (*Regions, error) { return ParseRegions(bytes.NewReader(embeddedRegions)) }

// ParseRegions reads a list of places as CSV with the header
// "code,name,old_codes,synthetic": old codes separated by spaces, synthetic "1"
// or empty, parents before their children. Errors are KindInvalid and name the
// line, never its content.
func ParseRegions(r io.Reader) (*Regions, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord, rows.ReuseRecord = 4, true
	head, err := rows.Read()
	if err != nil || strings.TrimPrefix(strings.Join(head, ","), "\ufeff") != "code,name,old_codes,synthetic" {
		return nil, badRegions(1)
	}
	t := newRegions()
	for line := 2; ; line++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || line > MaxRegions || !t.add(row) {
			return nil, badRegions(line)
		}
	}
	if len(t.places) == 0 {
		return nil, badRegions(1)
	}
	return t.done(), nil
}

func newRegions() *Regions {
	return &Regions{places: map[core.RegionCode]Place{}, children: map[core.RegionCode][]core.RegionCode{}, other: map[string]core.RegionCode{}}
}

// done sorts a tree and makes it ready for Find.
func (t *Regions) done() *Regions {
	for _, list := range t.children {
		slices.Sort(list)
	}
	t.search = spellings(t)
	t.short = shorts(t)
	return t
}

func badRegions(line int) error {
	return core.Invalid("regions", fmt.Sprintf("区划表第 %d 行不对:要有 code,name,old_codes,synthetic 四列,上级在前,编码不重复。", line))
}

// add takes one row, false when it breaks a rule.
func (t *Regions) add(row []string) bool {
	code, err := core.ParseRegion(row[0])
	name := strings.Clone(row[1])
	if err != nil || len(name) == 0 || utf8.RuneCountInString(name) > 40 || !utf8.ValidString(name) || strings.ContainsAny(name, "\x00\n\r\t ") {
		return false
	}
	p := Place{Code: core.RegionCode(strings.Clone(string(code))), Name: name, OldCodes: strings.Fields(strings.Clone(row[2])), Synthetic: row[3] == "1"}
	if row[3] != "" && row[3] != "1" {
		return false
	}
	for _, old := range p.OldCodes {
		if len(old) > 12 || strings.Trim(old, "0123456789") != "" {
			return false
		}
	}
	return t.put(p)
}

// put hangs a place under its parent, false when the code is taken or the parent
// missing.
func (t *Regions) put(p Place) bool {
	p.Level, p.Parent = levelOf(p.Code)
	if _, twice := t.places[p.Code]; twice {
		return false
	}
	if _, known := t.places[p.Parent]; p.Level != LevelCity && !known {
		return false
	}
	for _, old := range p.OldCodes {
		if len(old) >= 9 {
			t.other[old] = p.Code
		}
	}
	t.places[p.Code] = p
	if p.Level != LevelCity {
		t.children[p.Parent] = append(t.children[p.Parent], p.Code)
	}
	return true
}

// levelOf gives the level of a code and the code of what it lies in.
func levelOf(code core.RegionCode) (Level, core.RegionCode) {
	switch {
	case code == core.DezhouCity:
		return LevelCity, ""
	case len(code) == 6:
		return LevelCounty, core.DezhouCity
	case len(code) == 9:
		return LevelTownship, code[:6]
	default:
		return LevelVillage, code[:9]
	}
}

// Place gives the place of a code; a code of a later release finds the place it
// belongs to here.
func (t *Regions) Place(code core.RegionCode) (Place, bool) {
	p, ok := t.places[code]
	if !ok {
		p, ok = t.places[t.other[string(code)]]
	}
	return p, ok
}

// Township gives the township that a code of nine or twelve digits lies in. It
// is false for places that do not exist, the village included.
func (t *Regions) Township(code core.RegionCode) (Place, bool) {
	p, ok := t.Place(code)
	if !ok || p.Level < LevelTownship {
		return Place{}, false
	}
	return t.Place(p.Code.Township())
}

// Counties lists the county-level units by code.
func (t *Regions) Counties() []Place { return t.Children(core.DezhouCity) }

// Townships lists the townships of a county, or of the whole city for
// core.DezhouCity, by code.
func (t *Regions) Townships(of core.RegionCode) []Place {
	if of != core.DezhouCity {
		return t.Children(of)
	}
	var all []Place
	for _, c := range t.Counties() {
		all = append(all, t.Children(c.Code)...)
	}
	return all
}

// Villages lists the villages and communities of a township by code.
func (t *Regions) Villages(township core.RegionCode) []Place { return t.Children(township) }

// All gives the counties, townships and villages, each place before those in it.
func (t *Regions) All() []Place {
	var out []Place
	for _, c := range t.Counties() {
		out = append(out, c)
		for _, town := range t.Townships(c.Code) {
			out = append(out, town)
			out = append(out, t.Villages(town.Code)...)
		}
	}
	return out
}

// Children lists what lies directly in a place, by code.
func (t *Regions) Children(of core.RegionCode) []Place {
	codes := t.children[of]
	list := make([]Place, len(codes))
	for i, c := range codes {
		list[i] = t.places[c]
	}
	return list
}

// Expand turns codes of any size into the nine-digit townships they cover, for
// pg.Regions. Codes of no known place give nothing.
func (t *Regions) Expand(codes ...core.RegionCode) []core.RegionCode {
	var out []core.RegionCode
	for _, code := range codes {
		p, ok := t.Place(code)
		switch {
		case !ok:
		case p.Level >= LevelTownship:
			out = append(out, p.Code.Township())
		default:
			for _, s := range t.Townships(p.Code) {
				out = append(out, s.Code)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// FullName writes a place as people address it, such as "平原县王庙镇东街村"; "" for
// no known place.
func (t *Regions) FullName(code core.RegionCode) string {
	p, ok := t.Place(code)
	if !ok {
		return ""
	}
	if p.Level <= LevelCounty {
		return p.Name
	}
	return t.FullName(p.Parent) + p.Name
}

// Len counts the places of a level.
func (t *Regions) Len(level Level) int {
	n := 0
	for _, p := range t.places {
		if p.Level == level {
			n++
		}
	}
	return n
}

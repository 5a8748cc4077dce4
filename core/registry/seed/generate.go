package seed

import (
	"fmt"
	"math/rand/v2"

	"lianou/core"
	"lianou/core/registry"
)

// Sizes of the numbering. A chunk is what one transaction loads.
const (
	chunkPeople    = 2000
	firstHousehold = 1000
	firstPerson    = 10_000
	maxFamily      = 8
	// MaxPeople is how many people have distinct identity numbers here.
	MaxPeople = maxChunks * chunkPeople
)

// Config says what city to invent.
type Config struct {
	// Number chooses the city: the same number, the same people. Defaults to 0, a
	// number like any other.
	Number uint64

	// People is how many, the Stories not counted; 1 to MaxPeople. Required.
	People int

	// Today is the day on which ages are right. Required.
	Today core.Date

	// Regions is where they live. Required, with at least one village.
	Regions *registry.Regions
}

// Generator invents people. It is immutable: chunks may be made in any order and
// at the same time.
type Generator struct {
	cfg    Config
	places urn[core.RegionCode]
}

// NewGenerator makes a ready Generator. Errors are KindInvalid.
func NewGenerator(cfg Config) (*Generator, error) {
	if cfg.People < 1 || cfg.People > MaxPeople || cfg.Today.IsZero() || cfg.Regions == nil {
		return nil, core.Invalid("people", fmt.Sprintf("人数请写 1 到 %d 之间。", MaxPeople))
	}
	var list []share[core.RegionCode]
	for _, town := range cfg.Regions.Townships(core.DezhouCity) {
		for _, v := range cfg.Regions.Villages(town.Code) {
			weight := 5
			if urban(v.Code) {
				weight = 125 // a community of a street holds several times a village
			}
			list = append(list, share[core.RegionCode]{v.Code, weight})
		}
	}
	if len(list) == 0 {
		return nil, core.Invalid("regions", "区划表里没有村。")
	}
	return &Generator{cfg: cfg, places: weighted(list)}, nil
}

// urban reports whether a village code is a community's (001 to 199).
func urban(village core.RegionCode) bool { return village[9:] < "200" }

// Chunks is how many chunks the city has.
func (g *Generator) Chunks() int { return (g.cfg.People + chunkPeople - 1) / chunkPeople }

// Chunk invents the households of one chunk: chunkPeople people in all, fewer in
// the last one.
func (g *Generator) Chunk(i int) []registry.NewHousehold {
	want := min(chunkPeople, g.cfg.People-i*chunkPeople)
	m := maker{
		r:      rand.New(rand.NewPCG(g.cfg.Number, uint64(i)+1)),
		number: numberer{chunk: i, today: g.cfg.Today, taken: make(map[string]bool, want)},
		today:  g.cfg.Today,
	}
	var list []registry.NewHousehold
	for people := 0; people < want; {
		n := i*chunkPeople + len(list)
		h := m.household(g.places.draw(m.r), want-people)
		h.ID = core.HouseholdID(firstHousehold + n)
		for k := range h.Members {
			h.Members[k].ID = core.PersonID(firstPerson + n*maxFamily + k)
		}
		people += len(h.Members)
		list = append(list, h)
	}
	return list
}

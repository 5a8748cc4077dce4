package seed

import (
	"time"

	"lianou/core"
	"lianou/core/registry"
)

// aheadChunks bounds what is made before the database is there: the memory of
// 20,000 people.
const aheadChunks = 10

// Ahead is the first chunks of a city, invented and sealed while its database is
// still being made. A Load of another city, or of another day, does not use it.
type Ahead struct {
	number uint64
	people int
	today  core.Date
	chunks []registry.Sealed
}

// MakeAhead invents and seals the first chunks of a city as of a day. It needs no
// database. Errors are NewGenerator's, or sealing's.
func (l Loader) MakeAhead(number uint64, people int, now time.Time) (*Ahead, error) {
	a := &Ahead{number: number, people: people, today: core.DateOf(now)}
	g, err := NewGenerator(Config{Number: number, People: people, Today: a.today, Regions: l.Regions})
	if err != nil {
		return nil, err
	}
	for i := range min(g.Chunks(), aheadChunks) {
		sealed, err := l.Registry.Seal(g.Chunk(i), now)
		if err != nil {
			return nil, err
		}
		a.chunks = append(a.chunks, sealed)
	}
	return a, nil
}

// sealed gives one chunk, made ahead or made now.
func (l Loader) sealed(g *Generator, i int, now time.Time) (registry.Sealed, error) {
	a := l.Ahead
	if a != nil && i < len(a.chunks) && a.number == g.cfg.Number && a.people == g.cfg.People && a.today == g.cfg.Today {
		return a.chunks[i], nil
	}
	return l.Registry.Seal(g.Chunk(i), now)
}

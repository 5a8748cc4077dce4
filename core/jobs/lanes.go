package jobs

import (
	"hash/fnv"
	"strconv"
	"sync"

	"golang.org/x/time/rate"

	"lianou/core"
)

// Of is a job of one township, or of a sorting desk: its Region, as ScopeRegion gives it.
// While its township sends more than its share, such a job goes to the township's lane (分道)
// instead of the common queue. One whose kind named a queue stays in it.
type Of interface {
	Args
	Of() core.RegionCode
}

// A township's share of the common places: fewer at once than there are places, and a case a
// second from then on (one case is some six jobs), more than the largest township has on its
// worst day. What comes faster waits in its lane, one after the other. It counts what comes and
// not what is at work: jobs that hang for more than a second may still come to all places.
const (
	shareBurst = 4
	shareRate  = 6 // a second
)

// lanes is how many lanes there are, each with one place. Townships are spread over them by
// their codes: a flood in one has one place, a flood in the whole city has them all.
const lanes = 8

// maxShares bounds the townships remembered: the city has 148 with its sorting desks.
const maxShares = 1024

// shares counts what each township sends to one queue. It lies in memory, with the one
// inserter of a process: a second gateway doubles the burst, and no more.
type shares struct {
	mu   sync.Mutex
	town map[core.RegionCode]*rate.Limiter
}

func newShares() *shares { return &shares{town: make(map[core.RegionCode]*rate.Limiter)} }

// queue names where a job of a township goes: "" for the common queue, or its lane.
func (s *shares) queue(region core.RegionCode) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.town[region]
	if limit == nil {
		if len(s.town) >= maxShares {
			clear(s.town) // only codes that are no place come to so many
		}
		limit = rate.NewLimiter(shareRate, shareBurst)
		s.town[region] = limit
	}
	if limit.Allow() {
		return ""
	}
	return laneOf(region)
}

// laneOf spreads the townships; neighbours by code do not share one.
func laneOf(region core.RegionCode) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(region)) // a hash's Write never fails
	return lane(int(h.Sum32() % lanes))
}

const laneName = "lane"

func lane(n int) string { return laneName + strconv.Itoa(n) }

package intake

import (
	"encoding/hex"
	"sync"
	"time"

	"lianou/core"
)

// tally counts, in this process's memory, what each hand sends into the spool: the
// database, which counts otherwise, is away, and one hand must not fill a disk that
// everybody's applications go to. What was sent before the outage is not known here.
type tally struct {
	most int // forms a day

	mu    sync.Mutex
	hands map[string]*sent
}

// sent is what one hand has in the spool.
type sent struct {
	since time.Time
	keys  map[string]bool // distinct forms
	rows  int             // with those that came again
}

const (
	// handsMost bounds the memory: past it new hands are not counted, and only the
	// spool's own limit holds. Nobody has so many accounts.
	handsMost = 100_000
	// againMost is how often a form may come again, on average: a client that heard
	// no answer repeats itself a few times.
	againMost = 4
)

func newTally(most int) *tally { return &tally{most: most, hands: map[string]*sent{}} }

// take counts a row, or gives the sentence for a hand that sent too much.
func (t *tally) take(r *row) *core.Error {
	t.mu.Lock()
	defer t.mu.Unlock()
	hands := t.of(r)
	for name, s := range hands {
		if (len(s.keys) >= t.most && !s.keys[formName(r)]) || s.rows >= againMost*t.most {
			return sayOf(name)
		}
	}
	for name, s := range hands {
		s.keys[formName(r)] = true
		s.rows++
		if t.hands[name] != nil || len(t.hands) < handsMost {
			t.hands[name] = s
		}
	}
	return nil
}

// giveBack takes back what was counted and could not be kept.
func (t *tally) giveBack(r *row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.of(r) {
		if s.rows--; s.rows <= 0 {
			s.rows = 0
			delete(s.keys, formName(r))
		}
	}
}

// of gives a row's hands, those of yesterday made new. Staff are no hand.
func (t *tally) of(r *row) map[string]*sent {
	names := map[string]*sent{}
	if r.Citizen != "" {
		names["account "+r.Citizen] = nil
	}
	if r.Contact != nil {
		names["phone "+hex.EncodeToString(r.Contact)] = nil
	}
	for name := range names {
		s := t.hands[name]
		if s == nil || r.At.Sub(s.since) > 24*time.Hour {
			s = &sent{since: r.At, keys: map[string]bool{}}
		}
		names[name] = s
	}
	return names
}

func formName(r *row) string { return string(r.Channel) + "\x00" + r.Key }

func sayOf(name string) *core.Error {
	if name[0] == 'a' {
		return errPerAccount
	}
	return errPerPhone
}

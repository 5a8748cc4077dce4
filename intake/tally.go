package intake

import (
	"sync"
	"time"

	"lianou/core"
)

// tally counts, in this process's memory, what each account sends into the spool: the
// database, which counts otherwise, is away, and one account must not fill a disk that
// everybody's applications go to. What was sent before the outage is not known here.
// What staff write down is not counted.
type tally struct {
	most int // forms a day

	mu   sync.Mutex
	sent map[string]*sent // by account
}

// sent is what one account has in the spool.
type sent struct {
	since time.Time
	keys  map[string]bool // distinct forms
	rows  int             // with those that came again
}

const (
	// accountsMost bounds the memory: past it new accounts are not counted, and only
	// the spool's own limit holds. Nobody has so many.
	accountsMost = 100_000
	// againMost is how often a form may come again, on average: a client that heard
	// no answer repeats itself a few times.
	againMost = 4
)

func newTally(most int) *tally { return &tally{most: most, sent: map[string]*sent{}} }

// take counts a row, or gives the sentence for an account that sent too much.
func (t *tally) take(r *row) *core.Error {
	if r.Citizen == "" {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(r)
	if (len(s.keys) >= t.most && !s.keys[formName(r)]) || s.rows >= againMost*t.most {
		return errPerAccount
	}
	s.keys[formName(r)] = true
	s.rows++
	if t.sent[r.Citizen] != nil || len(t.sent) < accountsMost {
		t.sent[r.Citizen] = s
	}
	return nil
}

// giveBack takes back what was counted and could not be kept.
func (t *tally) giveBack(r *row) {
	if r.Citizen == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.of(r)
	if s.rows--; s.rows <= 0 {
		s.rows = 0
		delete(s.keys, formName(r))
	}
}

// of gives what a row's account has sent, yesterday's made new.
func (t *tally) of(r *row) *sent {
	s := t.sent[r.Citizen]
	if s == nil || r.At.Sub(s.since) > 24*time.Hour {
		return &sent{since: r.At, keys: map[string]bool{}}
	}
	return s
}

func formName(r *row) string { return string(r.Channel) + "\x00" + r.Key }

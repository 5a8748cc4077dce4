package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// mix says what clients send beside new applications.
type mix struct {
	again  int // one in this many repeats an earlier one, 0 for none
	refuse int // one in this many breaks the bench's constraint, 0 for none
}

// refusedMark begins the keys that the bench's constraint refuses.
const refusedMark = "refuse"

// tally is what one run of clients saw.
type tally struct {
	accepted, repeated, refused int
	innocent                    int // failures of requests that nothing was wrong with
	first                       string
	waits                       []time.Duration
	took                        time.Duration
}

func (t *tally) rate() float64 { return float64(t.accepted+t.repeated) / t.took.Seconds() }

// late is a quantile of the waits of accepted ones, in milliseconds.
func (t *tally) late(q float64) float64 {
	if len(t.waits) == 0 {
		return 0
	}
	slices.Sort(t.waits)
	return float64(t.waits[int(q*float64(len(t.waits)-1))].Microseconds()) / 1000
}

// families is how many accounts send in one run, all clients together: a city's
// requests come from as many hands, and what one hand sends in a day is counted.
const families = 2000

// drive lets n clients submit for a window, after a warm-up that is not counted.
func (h *house) drive(ctx context.Context, n int, window time.Duration, m mix) (*tally, error) {
	h.runs++
	each := min(max(families/n, 8), 120)
	tokens, err := h.tokens(ctx, n*each)
	if err != nil {
		return nil, fmt.Errorf("log citizens in: %w", err)
	}
	start := time.Now().Add(window / 4)
	end := start.Add(window)
	parts := make([]tally, n)
	faults := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			one := submitter{house: h, client: client{to: h.addr, sources: &h.sources}, name: fmt.Sprintf("%03d-%04d", h.runs, i), mix: m}
			defer one.client.close()
			parts[i], faults[i] = one.run(ctx, tokens[i*each:(i+1)*each], start, end)
		})
	}
	all.Wait()
	sum := &tally{took: window}
	for i, p := range parts {
		if faults[i] != nil {
			return nil, faults[i]
		}
		sum.accepted, sum.repeated, sum.refused, sum.innocent = sum.accepted+p.accepted, sum.repeated+p.repeated, sum.refused+p.refused, sum.innocent+p.innocent
		sum.waits = append(sum.waits, p.waits...)
		if sum.first == "" {
			sum.first = p.first
		}
	}
	return sum, nil
}

// submitter is one client: it sends its next form when the last is answered, for one
// account after another.
type submitter struct {
	house  *house
	client client
	name   string
	mix    mix
	count  int
	last   string // a key that was accepted
	by     int    // whose it was
}

func (s *submitter) run(ctx context.Context, tokens []string, start, end time.Time) (tally, error) {
	var t tally
	forms := make([]template, len(tokens))
	for i, token := range tokens {
		var err error
		if forms[i], err = s.house.template(token, guilan()); err != nil {
			return t, err
		}
	}
	for ctx.Err() == nil {
		began := time.Now()
		if !began.Before(end) {
			return t, nil
		}
		key, want := s.next()
		by := s.count % len(forms)
		if want == 200 {
			by = s.by
		}
		status, err := s.client.post(ctx, forms[by].with(key))
		if done := time.Now(); began.Before(start) || done.After(end) {
			if status == 201 {
				s.last, s.by = key, by
			}
			continue
		}
		if s.note(&t, want, status, err, time.Since(began)) {
			s.last, s.by = key, by
		}
	}
	return t, ctx.Err()
}

// next gives a key of keyLength and the status it must get.
func (s *submitter) next() (string, int) {
	s.count++
	head := "bench"
	switch {
	case s.mix.again > 0 && s.last != "" && s.count%s.mix.again == 0:
		return s.last, 200
	case s.mix.refuse > 0 && s.house.sent.Add(1)%int64(s.mix.refuse) == 0:
		head = refusedMark
	}
	key := fmt.Sprintf("%s-%s-%d-", head, s.name, s.count)
	key += strings.Repeat("0", keyLength-len(key))
	if head == refusedMark {
		return key, 0
	}
	return key, 201
}

// note counts an answer; true for one that another request may repeat.
func (s *submitter) note(t *tally, want, status int, err error, waited time.Duration) bool {
	switch {
	case err == nil && want == 201 && status == 201:
		t.accepted++
		t.waits = append(t.waits, waited)
		return true
	case err == nil && want == 200 && status == 200:
		t.repeated++
		t.waits = append(t.waits, waited)
	case err == nil && want == 0 && status >= 400:
		t.refused++
	default:
		t.innocent++
		if t.first == "" {
			t.first = fmt.Sprintf("status %d, want %d: %v", status, want, err)
		}
	}
	return false
}

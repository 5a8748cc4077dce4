package phone

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"lianou/channels/hotline/media"
	"lianou/core"
)

// Outgoing is how the endpoint places calls. Without a trunk it places none.
type Outgoing struct {
	// Trunk is the only address a call is placed through, and must be one of
	// Config.Trunks. Not valid: no call is placed.
	Trunk netip.AddrPort
	// TCP places calls over TCP. Defaults to UDP.
	TCP bool
	// Login answers the trunk's challenge. Empty: a challenge is a refusal.
	Login Credentials
	// Number is shown to whom we ring. Defaults to 12345.
	Number string
	// MostCalls bounds the calls placed at one time. Defaults to 2.
	MostCalls int
	// Ring is how long it may ring. Defaults to 40 s.
	Ring time.Duration
	// Longest is how long a call may last once it is taken. Defaults to 2 minutes.
	Longest time.Duration
	// Callee opens the number that a ticket stands for. Nothing else is ever dialled: no
	// part of this program can name a number to the endpoint. Required with Trunk.
	Callee func(ctx context.Context, t Ticket) (core.Phone, error)
}

func (o *Outgoing) fill(trunk func(netip.Addr) bool) error {
	if !o.Trunk.IsValid() {
		return nil
	}
	if o.Callee == nil || o.Trunk.Port() == 0 || !trunk(o.Trunk.Addr()) {
		return errors.New("calls are placed through one of the trunks that calls are taken from, with a port")
	}
	if o.Number == "" {
		o.Number = "12345"
	}
	if o.MostCalls == 0 {
		o.MostCalls = 2
	}
	if o.Ring == 0 {
		o.Ring = 40 * time.Second
	}
	if o.Longest == 0 {
		o.Longest = 2 * time.Minute
	}
	return nil
}

// Ticket names the notice that a call is about, and the send that wants it.
type Ticket struct {
	Notice    int64
	Reference string
}

// Reply is what came of a call that was placed.
type Reply string

// The replies. NotPlaced is certain: nothing has left this machine.
const (
	Taken     Reply = "taken"      // somebody or something picked up, and the talk was had
	Busy      Reply = "busy"       // 486, 600
	NoAnswer  Reply = "no_answer"  // it rang as long as it may, 480, 408, declined
	NoNumber  Reply = "no_number"  // nobody has this number, or it is none that we dial
	Failed    Reply = "failed"     // the trunk refuses, redirects, says nothing or breaks
	NotPlaced Reply = "not_placed" // every line is in use, or we are about to stop
)

// placedTable is the calls of ours at this moment, by Call-ID.
type placedTable struct {
	mu   sync.Mutex
	most int
	seen map[string]bool // references of sends
	byID map[string]*placed
}

func (t *placedTable) open(most int) {
	t.most, t.seen, t.byID = most, map[string]bool{}, map[string]*placed{}
}

// sit keeps a place; one send has one call at a time.
func (t *placedTable) sit(reference string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) >= t.most || t.seen[reference] {
		return false
	}
	t.seen[reference] = true
	return true
}

func (t *placedTable) rise(reference string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.seen, reference)
}

func (t *placedTable) put(p *placed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[p.id] = p
}

func (t *placedTable) drop(p *placed) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byID, p.id)
}

func (t *placedTable) find(id string) (*placed, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.byID[id]
	return p, ok
}

// Place rings whom a ticket stands for, lets talk talk if somebody picks up, and hangs
// up. It returns when the call is over and nothing of it is left. The error says why a
// number could not be opened, with NotPlaced.
func (e *Endpoint) Place(ctx context.Context, t Ticket, talk func(context.Context, *media.Session)) (Reply, error) {
	if !e.cfg.Out.Trunk.IsValid() || e.closing.Load() || !e.placed.sit(t.Reference) {
		return NotPlaced, nil
	}
	defer e.placed.rise(t.Reference)
	key := "placed " + t.Reference
	if e.calls.sit(key) != seated { // a stop waits for this call as for every other
		return NotPlaced, nil
	}
	defer e.calls.rise(key)
	number, err := e.cfg.Out.Callee(ctx, t)
	if err != nil {
		return NotPlaced, err
	}
	reply := NoNumber
	if dialled(number) {
		reply = e.ring(ctx, number, talk)
	}
	e.count.placed.WithLabelValues(string(reply)).Inc()
	return reply, nil
}

// dialled reports whether a number is one that a household of this country can have: a
// mobile, or a landline whose own number begins with 2 to 8. What begins with 1 or 9
// behind an area code is a service that costs, and a mobile of 1349 or 174 is a
// satellite's.
func dialled(p core.Phone) bool {
	s := p.Reveal()
	if p.Mobile() {
		return s[:4] != "1349" && s[:3] != "174"
	}
	if len(s) < 10 || s[0] != '0' || s[1] == '0' {
		return false
	}
	area := 4
	if s[1] == '1' || s[1] == '2' { // 010, 021 to 029
		area = 3
	}
	own := s[area:]
	return (len(own) == 7 || len(own) == 8) && own[0] >= '2' && own[0] <= '8'
}

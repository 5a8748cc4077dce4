package desk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"lianou/core/bell"
	"lianou/core/staff"

	"github.com/gorilla/websocket"
)

// Live is the hub between Redis bells and the browsers of this process. It passes
// on a topic and an id and nothing more, to people whose regions or role the topic
// is for; what they then see is decided again when they fetch it.
type Live struct {
	log     *slog.Logger
	logins  *staff.Sessions
	mu      sync.Mutex
	sockets map[*socket]struct{}
}

type socket struct {
	who  staff.Person
	of   string // the call on its page, "" for none
	out  chan []byte
	done chan struct{}

	// An account that was revoked hears nothing more (security.md P30): mark is asked for
	// at every bell, of all sockets together, and still while nothing rings.
	mark  staff.Mark
	still func() bool
}

// Limits of one socket. A browser that cannot take sixteen small messages in time
// is cut off and reconnects: it then fetches what it missed.
const (
	socketQueue = 16
	socketWrite = 5 * time.Second
	socketPing  = 25 * time.Second
	socketRead  = 70 * time.Second
)

func newLive(log *slog.Logger, logins *staff.Sessions) *Live {
	return &Live{log: log, logins: logins, sockets: map[*socket]struct{}{}}
}

// Run passes bells on until ctx ends, then closes every socket with 1012, which
// browsers answer by reconnecting elsewhere.
func (l *Live) Run(ctx context.Context, b *bell.Bell) error {
	bells, err := b.Listen(ctx, "*")
	if err != nil {
		return err
	}
	for m := range bells {
		l.pass(ctx, m)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.sockets {
		close(s.done)
		delete(l.sockets, s)
	}
	return nil
}

func (l *Live) pass(ctx context.Context, m bell.Message) {
	text, err := json.Marshal(map[string]string{"topic": m.Topic, "id": m.ID})
	if err != nil {
		return
	}
	hearing, marks := l.hearing(m)
	if len(hearing) == 0 {
		return
	}
	still, err := l.logins.Still(ctx, marks)
	if err != nil {
		l.log.WarnContext(ctx, "desks are cut: their log-ins cannot be read", "error", err)
		still = make([]bool, len(hearing)) // they reconnect, and fetch what they missed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, s := range hearing {
		if _, here := l.sockets[s]; !here {
			continue
		}
		if still[i] {
			select {
			case s.out <- text:
				continue
			default:
			}
		}
		close(s.done)
		delete(l.sockets, s)
	}
}

// hearing gives the sockets that a bell is for.
func (l *Live) hearing(m bell.Message) (list []*socket, marks []staff.Mark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.sockets {
		if hears(s.who, m.Topic) || reads(s, m) {
			list, marks = append(list, s), append(marks, s.mark)
		}
	}
	return list, marks
}

// reads reports whether this page shows the call of which something was just said: every
// agent hears of calls, and such bells ring too often for all of them.
func reads(s *socket, m bell.Message) bool {
	return m.Topic == "captions" && s.of == m.ID && s.who.Has(staff.Agent)
}

// hears reports whether a bell is for this person: "calls" for agents,
// "township:<code>" for its staff, "payout" for payers.
func hears(who staff.Person, topic string) bool {
	name, region, _ := strings.Cut(topic, ":")
	switch name {
	case "calls":
		return who.Has(staff.Agent)
	case "payout":
		return who.Has(staff.Payer)
	case "township":
		for _, r := range who.Regions {
			if string(r) == region {
				return true
			}
		}
	}
	return false
}

// serve upgrades one browser. The Origin must be ours and must be there: gorilla
// would let a missing one in (security.md P29).
func (d *Desk) serveLive(w http.ResponseWriter, r *http.Request) {
	who, err := d.Person(r)
	if err != nil {
		http.Error(w, "", http.StatusUnauthorized)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool {
		o, err := url.Parse(r.Header.Get("Origin"))
		return err == nil && o.Host != "" && o.Host == r.Host
	}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	s := &socket{who: who, of: r.URL.Query().Get("of"), mark: d.d.Sessions.Mark(r), out: make(chan []byte, socketQueue), done: make(chan struct{})}
	s.still = func() bool {
		now, err := d.d.Sessions.Again(r)
		return err == nil && now.ID == who.ID
	}
	d.live.mu.Lock()
	d.live.sockets[s] = struct{}{}
	d.live.mu.Unlock()
	go s.write(conn)
	s.read(conn)
	d.live.drop(s)
}

// end cuts the sockets of somebody who logs out. Another session of the same
// person reconnects by itself.
func (l *Live) end(who staff.Person) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for s := range l.sockets {
		if s.who.ID == who.ID {
			close(s.done)
			delete(l.sockets, s)
		}
	}
}

func (l *Live) drop(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.sockets[s]; ok {
		delete(l.sockets, s)
		close(s.done)
	}
}

// read takes nothing but pongs: a desk has nothing to say on this socket.
func (s *socket) read(conn *websocket.Conn) {
	conn.SetReadLimit(1 << 10)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(socketRead)) }
	conn.SetPongHandler(alive)
	if alive("") != nil {
		return
	}
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return
		}
	}
}

// write passes bells on while the log-in holds: a socket outlives the request that
// opened it, and must not outlive the session.
func (s *socket) write(conn *websocket.Conn) {
	defer conn.Close()
	ping := time.NewTicker(socketPing)
	defer ping.Stop()
	for {
		kind, text := websocket.PingMessage, []byte(nil)
		select {
		case text = <-s.out:
			kind = websocket.TextMessage
		case <-ping.C:
			if !s.still() {
				return
			}
		case <-s.done:
			bye := websocket.FormatCloseMessage(websocket.CloseServiceRestart, "")
			_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(socketWrite))
			return
		}
		if conn.SetWriteDeadline(time.Now().Add(socketWrite)) != nil || conn.WriteMessage(kind, text) != nil {
			return
		}
	}
}

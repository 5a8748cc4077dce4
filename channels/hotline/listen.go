package hotline

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"lianou/channels"
	"lianou/channels/hotline/captions"
	"lianou/channels/hotline/journal"
	"lianou/channels/hotline/media"
	"lianou/core"
)

// The bounds of a connection that carries a call's sound.
const (
	listenProtocol = "audio.jambonz.org"
	mostListeners  = 600
	mostListen     = 4 * time.Hour    // as long as a call lasts, the sweeper says
	mostFrame      = 64 << 10         // two seconds of stereo at 16 kHz
	firstFrame     = 5 * time.Second  // for the frame that says which call it is
	quietFrame     = 30 * time.Second // without sound, or an answer to a ping
	pingEvery      = 10 * time.Second
	syncEvery      = time.Second
)

// listeners are the calls whose sound jambonz sends us. As on our own line, a call lies
// in the journal before its first sample, and whatever ends it, what was heard is kept.
type listeners struct {
	log     *slog.Logger
	dir     string
	drain   time.Duration
	quiet   time.Duration // quietFrame
	most    int           // mostListeners
	journal *journal.Journal
	scribe  *captions.Scribe // nil without live captions
	upgrade websocket.Upgrader

	mu      sync.Mutex
	closing bool
	open    int                        // connections, from their handshake on
	live    map[string]*websocket.Conn // by call
	all     sync.WaitGroup
}

func (c *Channel) openListeners(cfg Jambonz) (*listeners, error) {
	j, err := journal.Open(cfg.Dir, c.cfg.MaxRecording, journal.Deps{Ring: c.env.Ring, Calls: c.env.Calls, Blobs: c.blobs, Log: c.env.Log})
	if err != nil {
		return nil, err
	}
	return &listeners{log: c.env.Log, dir: cfg.Dir, drain: time.Duration(cfg.DrainSeconds) * time.Second, journal: j, scribe: c.scribe, quiet: quietFrame, most: mostListeners, live: map[string]*websocket.Conn{},
		// CheckOrigin stays as it is: a page of another site that has the browser log in
		// is refused.
		upgrade: websocket.Upgrader{Subprotocols: []string{listenProtocol}, HandshakeTimeout: firstFrame}}, nil
}

// run delivers what was heard until ctx ends. Then nobody new is listened to, and calls
// that run may end first.
func (l *listeners) run(ctx context.Context) error {
	delivering, stop := context.WithCancel(context.WithoutCancel(ctx))
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		l.journal.Run(delivering)
	}()
	<-ctx.Done()
	l.close()
	stop()
	<-delivered
	return l.journal.Close()
}

func (l *listeners) close() {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	over := make(chan struct{})
	go func() {
		defer close(over)
		l.all.Wait()
	}()
	timer := time.NewTimer(l.drain)
	defer timer.Stop()
	select {
	case <-over:
		return
	case <-timer.C:
	}
	l.mu.Lock()
	for _, conn := range l.live {
		_ = conn.Close() // its reader ends, and with it the recording
	}
	l.mu.Unlock()
	<-over
}

var (
	errFull     = core.E(core.KindUnavailable, "busy", "")
	errProtocol = core.E(core.KindInvalid, "subprotocol", "")
)

// listen takes the sound of one call and returns when it is over.
func (c *Channel) listen(w http.ResponseWriter, r *http.Request) {
	if !c.cfg.Jambonz.Login.proven(r) {
		unproven(w, r)
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), listenProtocol) {
		channels.WriteProblem(w, r, errProtocol)
		return
	}
	l := c.listeners
	if !l.enter() {
		channels.WriteProblem(w, r, errFull)
		return
	}
	defer l.leave()
	conn, err := l.upgrade.Upgrade(w, r, nil)
	if err != nil {
		channels.Refused(r, errProtocol) // the upgrader has answered
		return
	}
	defer conn.Close()
	conn.SetReadLimit(mostFrame)
	_ = conn.SetReadDeadline(time.Now().Add(firstFrame))
	kind, raw, err := conn.ReadMessage()
	if err != nil {
		return
	}
	start, err := parseListenStart(raw)
	if kind != websocket.TextMessage || err != nil {
		channels.Refused(r, errBody)
		farewell(conn, websocket.ClosePolicyViolation, "no call")
		return
	}
	if !start.ours {
		farewell(conn, websocket.CloseNormalClosure, "")
		return
	}
	l.hear(conn, start)
}

func (l *listeners) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing || l.open >= l.most {
		return false
	}
	l.open++
	l.all.Add(1)
	return true
}

func (l *listeners) leave() {
	l.mu.Lock()
	l.open--
	l.mu.Unlock()
	l.all.Done()
}

func farewell(conn *websocket.Conn, code int, why string) {
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(time.Second))
}

// hold has one connection for one call: a second one would write a second recording. One
// that said late which call it is, when we close, is none.
func (l *listeners) hold(call string, conn *websocket.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closing || l.live[call] != nil {
		return false
	}
	l.live[call] = conn
	return true
}

// hear keeps the call, records it, and says how it ended.
func (l *listeners) hear(conn *websocket.Conn, start listenStart) {
	if !l.hold(start.call, conn) {
		farewell(conn, websocket.ClosePolicyViolation, "listened to already")
		return
	}
	defer func() {
		l.mu.Lock()
		delete(l.live, start.call)
		l.mu.Unlock()
	}()
	began := time.Now().UTC()
	kept, sound, err := l.journal.Begin(journal.Entry{Call: start.call, Caller: start.caller.Reveal(), Called: start.called, Exchange: "jambonz", Began: began, Answered: began})
	if err != nil {
		l.log.Error("a call's sound cannot be kept", "error", err)
		farewell(conn, websocket.CloseInternalServerErr, "disk")
		return
	}
	tape, err := media.NewTape(filepath.Join(l.dir, sound+".wav"), mostListen)
	if err != nil {
		l.log.Error("a call's sound cannot be written", "error", err)
		l.journal.Change(kept, func(e *journal.Entry) { e.Ended, e.Partial = began, true })
		farewell(conn, websocket.CloseInternalServerErr, "disk")
		return
	}
	last, err := l.record(conn, start, l.taped(tape, kept))
	whole := websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived)
	done, failed := tape.Finish()
	l.journal.Change(kept, func(e *journal.Entry) {
		e.Ended, e.Sound, e.Partial = last, done.Length > 0, !whole || failed != nil
		e.Digest = done.Digest
	})
	l.log.Info("a call's sound is over", "seconds", int(done.Length.Seconds()), "whole", whole, "error", errors.Join(plainEnd(err), failed))
}

// plainEnd leaves out of a log what every end of a call looks like.
func plainEnd(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return nil // its text is the sender's
	}
	return err
}

// record writes frame after frame until the connection ends, and gives when the last
// one came.
func (l *listeners) record(conn *websocket.Conn, start listenStart, tape *taped) (last time.Time, err error) {
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(l.quiet)) }
	conn.SetPongHandler(alive)
	stop := make(chan struct{})
	var beside sync.WaitGroup
	beside.Go(func() { l.keep(conn, tape.Tape, stop) })
	defer tape.end()
	defer beside.Wait()
	defer close(stop)
	mix := mixer{start: start}
	last = time.Now().UTC()
	for {
		if err := alive(""); err != nil {
			return last, err
		}
		kind, raw, err := conn.ReadMessage()
		if err != nil {
			return last, err
		}
		if kind != websocket.BinaryMessage {
			continue // pressed keys, which may be somebody's number and are nobody's business here
		}
		last = time.Now().UTC()
		left, right := mix.split(raw)
		if err := tape.Write(left, right); err != nil {
			farewell(conn, websocket.CloseMessageTooBig, "")
			return last, err
		}
	}
}

// keep syncs the recording and pings the sender until stop is closed.
func (l *listeners) keep(conn *websocket.Conn, tape *media.Tape, stop <-chan struct{}) {
	sync, ping := time.NewTicker(syncEvery), time.NewTicker(pingEvery)
	defer sync.Stop()
	defer ping.Stop()
	for {
		select {
		case <-stop:
			return
		case <-sync.C:
			if err := tape.Sync(); err != nil {
				l.log.Error("recordings cannot be written", "error", err)
			}
		case <-ping.C:
			_ = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second))
		}
	}
}

// listenStart is what the first frame says.
type listenStart struct {
	call   string
	caller core.Phone
	called string
	ours   bool // somebody called us
	stereo bool
	times  int // of 8 kHz
}

// parseListenStart reads the first frame: the call, in jambonz' own spelling, and the
// form of the sound. The metadata that an application adds stand beside them.
func parseListenStart(raw []byte) (s listenStart, err error) {
	var b struct {
		Call      text            `json:"callSid"`
		Direction text            `json:"direction"`
		From      text            `json:"from"`
		To        text            `json:"to"`
		Rate      json.RawMessage `json:"sampleRate"`
		Mix       text            `json:"mixType"`
	}
	if err := decodeOne(raw, &b); err != nil {
		return s, err
	}
	var rate int
	if b.Rate != nil {
		if err := json.Unmarshal(b.Rate, &rate); err != nil {
			return s, errBody
		}
	}
	s = listenStart{call: callKey(string(b.Call)), caller: core.CallerPhone(string(b.From)), called: calledNumber(string(b.To)), ours: b.Direction == "inbound",
		stereo: b.Mix == "stereo", times: rate / media.Rate}
	if s.times < 1 || s.times > 8 || rate%media.Rate != 0 || !slices.Contains([]text{"", "mono", "mixed", "stereo"}, b.Mix) {
		return s, core.Invalid("sampleRate", "")
	}
	if !slices.Contains([]text{"inbound", "outbound"}, b.Direction) {
		return s, core.Invalid("direction", "")
	}
	return s, checkSaid(s.call, s.called)
}

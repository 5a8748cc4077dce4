package standin

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// exchange is the telephone company's call exchange in front of 12345: it takes
// calls, records them, and tells the city by signed webhooks.
type exchange struct {
	shared
	cfg   ExchangeConfig
	url   string
	learn func(tape []byte, text string) // tells the speech engine what a recording says

	mu    sync.Mutex
	st    exchangeState
	wake  chan struct{}
	tapes map[string][]byte // rendered recordings; made again after a restart
}

type exchangeState struct {
	Calls []Call     `json:"calls"`
	Queue []delivery `json:"queue"`
}

// Ring is a call to play. From and Seconds or Say are required.
type Ring struct {
	From string `json:"from"`
	// Seconds is the least length of the recording; the rest is silence.
	Seconds int `json:"seconds"`
	// Say is what the caller says. It is spoken by espeak-ng where the machine
	// has it; otherwise the recording is tones.
	Say string `json:"say,omitempty"`
	// Style is "standard" (Standard Webhooks JSON), "twilio" (form callback), "both" of
	// these, "freeswitch" (a call record), "jambonz" (call states and live sound) or
	// "cti" (Zammad-CTI events, no recording). Defaults to standard.
	Style string `json:"style,omitempty"`
	// Encode is how a FreeSWITCH packs its record: "" (JSON), "true" (form) or
	// "base64".
	Encode string `json:"encode,omitempty"`
	// ALaw makes the recording 8 kHz A-law instead of 16-bit samples.
	ALaw bool `json:"alaw,omitempty"`
	// Live sends a first webhook when the call begins, without end and recording.
	Live bool `json:"live,omitempty"`
}

// Call is a call that was played, with what became of its webhooks.
type Call struct {
	Ring
	ID       string    `json:"call_id"`
	Began    time.Time `json:"began"`
	Answered time.Time `json:"answered"`
	Ended    time.Time `json:"ended"`
	Tape     Mode      `json:"tape,omitempty"` // what is wrong with the recording
	Attempts []Attempt `json:"attempts"`
	Done     bool      `json:"done"` // every webhook was taken, or given up
}

// Attempt is one try at one webhook.
type Attempt struct {
	At     time.Time `json:"at"`
	Target string    `json:"target"` // "standard", "twilio", "freeswitch", "jambonz", "listen" or "cti"
	Status int       `json:"status"` // 0: no answer
	Fault  Mode      `json:"fault,omitempty"`
}

const maxSeconds, maxSay = 600, 4000

func newExchange(cfg ExchangeConfig, sh shared, url string) *exchange {
	return &exchange{shared: sh, cfg: cfg, url: url, wake: make(chan struct{}, 1), tapes: map[string][]byte{}}
}

func (e *exchange) state() exchangeState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return exchangeState{Calls: slices.Clone(e.st.Calls), Queue: slices.Clone(e.st.Queue)}
}

func (e *exchange) restore(st exchangeState) { e.st = st }

func (e *exchange) routes(mux *http.ServeMux) {
	mux.Handle("POST /exchange/calls", sameSite(http.HandlerFunc(e.post)))
	mux.HandleFunc("GET /exchange/calls", e.list)
	mux.HandleFunc("GET /exchange/recordings/{file}", e.faults.gate(Exchange, "recordings", e.recording))
}

func (e *exchange) post(w http.ResponseWriter, r *http.Request) {
	d := json.NewDecoder(io.LimitReader(r.Body, 1<<16))
	d.DisallowUnknownFields()
	var ring Ring
	if err := d.Decode(&ring); err != nil {
		http.Error(w, "call: "+err.Error(), http.StatusBadRequest)
		return
	}
	c, err := e.play(ring)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(c)
}

func (e *exchange) list(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(e.state().Calls)
}

// play records a finished call and queues its webhooks.
func (e *exchange) play(ring Ring) (Call, error) {
	ring.Style = or(ring.Style, "standard")
	switch {
	case len(ring.From) < 3 || len(ring.From) > 20 || strings.Trim(ring.From, "+0123456789") != "":
		return Call{}, fmt.Errorf("call: from must be a telephone number")
	case ring.Seconds < 0 || ring.Seconds > maxSeconds || len(ring.Say) > maxSay || (ring.Seconds == 0 && ring.Say == ""):
		return Call{}, fmt.Errorf("call: 1 to %d seconds, at most %d bytes of speech", maxSeconds, maxSay)
	case !slices.Contains([]string{"standard", "twilio", "both", "freeswitch", "jambonz", "cti"}, ring.Style):
		return Call{}, fmt.Errorf("call: style is standard, twilio, both, freeswitch, jambonz or cti")
	case !slices.Contains([]string{"", "true", "base64"}, ring.Encode):
		return Call{}, fmt.Errorf("call: encode is empty, true or base64")
	}
	c := Call{Ring: ring, ID: "CA" + strings.ToLower(rand.Text())}
	tape := e.render(ring)
	e.learn(tape, ring.Say)
	c.Seconds = tapeSeconds(tape, ring.ALaw)
	c.Ended = e.stamp().In(china).Truncate(time.Second)
	c.Answered = c.Ended.Add(-time.Duration(c.Seconds) * time.Second)
	c.Began = c.Answered.Add(-4 * time.Second)
	c.Tape = e.faults.take(Exchange, "recordings", ModeMissing, ModeHuge, ModeInside, ModeJunk).Mode
	fault := e.faults.take(Exchange, "webhook", ModeTwice, ModeDisorder, ModeForge, ModeStale).Mode
	e.mu.Lock()
	defer e.mu.Unlock()
	e.tapes[c.ID] = tape
	e.st.Calls = append(e.st.Calls, c)
	e.enqueue(c, fault)
	e.changed()
	select {
	case e.wake <- struct{}{}:
	default:
	}
	return c, nil
}

func (e *exchange) find(id string) (Call, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.IndexFunc(e.st.Calls, func(c Call) bool { return c.ID == id })
	if i < 0 {
		return Call{}, false
	}
	return e.st.Calls[i], true
}

// recording serves a call's audio, with Range, or what a switch put in its place.
func (e *exchange) recording(w http.ResponseWriter, r *http.Request, f Fault) {
	c, ok := e.find(strings.TrimSuffix(r.PathValue("file"), ".wav"))
	if !ok || c.Tape == ModeMissing || f.Mode == ModeError {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	switch c.Tape {
	case ModeInside:
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
	case ModeHuge:
		_, _ = w.Write(wavHead(1<<31-1, false))
		_, _ = io.Copy(w, io.LimitReader(zeroes{}, 2<<30))
	case ModeJunk:
		_, _ = w.Write([]byte("<!doctype html><title>login</title><script>/* not a recording */</script>"))
	default:
		e.mu.Lock()
		tape := e.tapes[c.ID]
		e.mu.Unlock()
		if tape == nil {
			tape = e.render(c.Ring)
			e.learn(tape, c.Ring.Say)
		}
		http.ServeContent(w, r, "", c.Ended, strings.NewReader(string(tape)))
	}
}

// zeroes is silence without end.
type zeroes struct{}

func (zeroes) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// PlayCall rings the hotline as POST /exchange/calls does.
func (s *Server) PlayCall(r Ring) (Call, error) { return s.exchange.play(r) }

// CallByID gives a played call with the attempts at its webhooks.
func (s *Server) CallByID(id string) (Call, bool) { return s.exchange.find(id) }

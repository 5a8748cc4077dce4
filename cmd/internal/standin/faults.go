package standin

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Service names one of the outside services, as the fault switches know it.
type Service string

// The services.
const (
	WeChat   Service = "wechat"
	Identity Service = "identity"
	SMS      Service = "sms"
	Bank     Service = "bank"
	Exchange Service = "exchange"
	Speech   Service = "speech"
)

// Mode is what goes wrong.
type Mode string

// The modes. Note that Go's client repeats a GET on a kept connection that was
// cut; use Times 2 where it keeps connections. The first five work for every service that is called over HTTP;
// the rest belong to the services named beside them.
const (
	ModeError   Mode = "error"     // answer Code as the service's own error
	ModeTimeout Mode = "timeout"   // hold the connection, answer nothing
	ModeCut     Mode = "cut"       // close the connection before doing anything
	ModeCutDone Mode = "cut_after" // do what was asked, then close without an answer
	ModeStatus  Mode = "status"    // answer HTTP 502 with a proxy's HTML page

	ModeResult   Mode = "result"   // identity: answer Code as the verdict; sms: Code per number; bank: Code for every line; wechat: 40163, "number" (a numeric countryCode)
	ModeReport   Mode = "report"   // sms: accepted, but the receipt says FAIL with Code as reason
	ModeLate     Mode = "late"     // bank: the return comes after Delay
	ModeLose     Mode = "lose"     // bank: the return never comes
	ModeContrary Mode = "contrary" // bank: a second return contradicts the first
	ModeHalf     Mode = "half"     // bank: half of a file that it gives out
	ModeForeign  Mode = "foreign"  // bank: a receipt that names another batch
	ModeStray    Mode = "stray"    // bank: a statement with a line that is not the customer's
	ModeAmend    Mode = "amend"    // bank: a statement whose first line is a fen too high
	ModeOmit     Mode = "omit"     // bank: a statement without its first line

	ModeTwice    Mode = "twice"    // exchange: deliver the webhook twice; bank: the same return, or statement, under two names
	ModeDisorder Mode = "disorder" // exchange: the end of the call arrives before its beginning
	ModeForge    Mode = "forge"    // exchange: a signature by another key
	ModeStale    Mode = "stale"    // exchange: signed 301 s ago
	ModeMissing  Mode = "missing"  // exchange: the recording is 404
	ModeHuge     Mode = "huge"     // exchange: the recording never ends
	ModeInside   Mode = "inside"   // exchange: the recording redirects to a private address
	ModeJunk     Mode = "junk"     // exchange: the recording is an HTML page

	ModeSlow      Mode = "slow"      // speech: the answer comes after Delay
	ModeTruncated Mode = "truncated" // speech: half of the JSON
	ModeFlood     Mode = "flood"     // speech: 5 MB of text
	ModePrompt    Mode = "prompt"    // speech: text that gives orders, with markup
	ModeLanguage  Mode = "language"  // speech: English, whatever was said
	ModeLies      Mode = "lies"      // speech: times and confidences that cannot be (HTTP)
	ModeSilent    Mode = "silent"    // speech: the websocket says nothing at the end
	ModeInverted  Mode = "inverted"  // speech: the old Python server, is_final = is_speaking
	ModeIsEnd     Mode = "is_end"    // speech: the new Python server
)

// Fault is one switch: the next Times calls of Call at Service go wrong.
type Fault struct {
	Service Service       `json:"service"`
	Call    string        `json:"call,omitempty"` // such as "subscribe/send" or "SendSms"; "" is every call
	Mode    Mode          `json:"mode"`
	Code    string        `json:"code,omitempty"`  // the error code to answer, where the mode has one
	Times   int           `json:"times"`           // calls still to spoil; negative until mended
	Delay   time.Duration `json:"delay,omitempty"` // nanoseconds, for ModeLate and ModeSlow
}

var modes = map[Service][]Mode{
	WeChat:   {ModeResult, ModeReport},
	Identity: {ModeResult},
	SMS:      {ModeResult, ModeReport},
	Bank:     {ModeResult, ModeLate, ModeLose, ModeContrary, ModeHalf, ModeForeign, ModeTwice, ModeStray, ModeAmend, ModeOmit},
	Exchange: {ModeTwice, ModeDisorder, ModeForge, ModeStale, ModeMissing, ModeHuge, ModeInside, ModeJunk},
	Speech:   {ModeSlow, ModeTruncated, ModeFlood, ModePrompt, ModeLanguage, ModeLies, ModeSilent, ModeInverted, ModeIsEnd},
}

var everyMode = []Mode{ModeError, ModeTimeout, ModeCut, ModeCutDone, ModeStatus}

// faults is the switchboard of all services.
type faults struct {
	mu   sync.Mutex
	on   []Fault
	hang time.Duration
	log  *slog.Logger
}

func (f *faults) add(x Fault) error {
	own, ok := modes[x.Service]
	if !ok {
		return fmt.Errorf("fault: no service %q", x.Service)
	}
	if !slices.Contains(own, x.Mode) && !slices.Contains(everyMode, x.Mode) {
		return fmt.Errorf("fault: service %s has no mode %q", x.Service, x.Mode)
	}
	if (x.Mode == ModeError || x.Mode == ModeResult) && x.Code == "" {
		return fmt.Errorf("fault: mode %s needs a code", x.Mode)
	}
	if x.Times == 0 {
		x.Times = 1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = append(f.on, x)
	return nil
}

func (f *faults) mend(svc Service) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = slices.DeleteFunc(f.on, func(x Fault) bool { return svc == "" || x.Service == svc })
}

func (f *faults) list() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.on)
}

// take gives the fault that spoils this call, using it up; the zero Fault means
// all is well. With only given, other modes are left for who asks for them.
func (f *faults) take(svc Service, call string, only ...Mode) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, x := range f.on {
		if x.Service != svc || (x.Call != "" && x.Call != call) || (len(only) > 0 && !slices.Contains(only, x.Mode)) {
			continue
		}
		if f.on[i].Times--; f.on[i].Times == 0 {
			f.on = slices.Delete(f.on, i, i+1)
		}
		f.log.Info("stand-in fault", "service", svc, "call", call, "mode", x.Mode, "code", x.Code)
		return x
	}
	return Fault{}
}

// served is a handler that also gets the fault which spoils this call, where the
// fault is one of its own making (ModeError and the service's own modes).
type served func(http.ResponseWriter, *http.Request, Fault)

// gate puts the switches of transport in front of a handler.
func (f *faults) gate(svc Service, call string, h served) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { f.pass(w, r, f.take(svc, call), h) }
}

// pass serves one call under a fault that was taken.
func (f *faults) pass(w http.ResponseWriter, r *http.Request, x Fault, h served) {
	switch x.Mode {
	case ModeTimeout:
		wait := time.NewTimer(f.hang)
		defer wait.Stop()
		select {
		case <-r.Context().Done():
		case <-wait.C:
		}
		panic(http.ErrAbortHandler)
	case ModeCut:
		panic(http.ErrAbortHandler)
	case ModeCutDone:
		h(&silent{}, r, Fault{})
		panic(http.ErrAbortHandler)
	case ModeStatus:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write([]byte("<html><head><title>502 Bad Gateway</title></head></html>"))
	default:
		h(w, r, x)
	}
}

// silent swallows an answer.
type silent struct{ h http.Header }

func (s *silent) Header() http.Header {
	if s.h == nil {
		s.h = http.Header{}
	}
	return s.h
}
func (s *silent) Write(b []byte) (int, error) { return len(b), nil }
func (s *silent) WriteHeader(int)             {}

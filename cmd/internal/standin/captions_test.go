package standin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/rtp"
	"github.com/prometheus/client_golang/prometheus"

	"lianou/channels/hotline/captions"
	"lianou/channels/hotline/media"
	"lianou/intake/calls"
	"lianou/transcription/funasr"
)

// talkTime is how long a call of these tests lasts, and pace how much of it passes in a
// real second.
const (
	talkTime = 20 * time.Second
	pace     = 4
)

// wall is a clock that the test moves.
type wall struct {
	sync.Mutex
	at time.Time
}

func (w *wall) now() time.Time { w.Lock(); defer w.Unlock(); return w.at }

func (w *wall) pass(d time.Duration) { w.Lock(); defer w.Unlock(); w.at = w.at.Add(d) }

// forked is a call that an exchange forks to us: both sides speak.
type forked struct {
	t     *testing.T
	clock *wall
	dir   string
	s     *media.Session
	sides [2]*net.UDPConn
	to    [2]netip.AddrPort
}

func newForked(t *testing.T) *forked {
	t.Helper()
	f := &forked{t: t, dir: t.TempDir(), clock: &wall{at: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}}
	loopback := netip.MustParseAddr("127.0.0.1")
	for first := uint16(42000); ; first += 8 {
		e, err := media.New(media.Config{Bind: loopback, FirstPort: first, LastPort: first + 7, Folder: f.dir, Drain: time.Millisecond, Now: f.clock.now})
		must(t, err)
		offer := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		for i := range f.sides {
			f.sides[i], err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
			must(t, err)
			offer += fmt.Sprintf("m=audio %d RTP/AVP 8\r\na=sendonly\r\n", f.sides[i].LocalAddr().(*net.UDPAddr).Port)
		}
		d, err := media.ParseSDP([]byte(offer))
		must(t, err)
		if f.s, err = e.Answer(d, media.Call{Streams: 2}); err != nil { // somebody else's ports
			must(t, e.Close())
			continue
		}
		t.Cleanup(func() { _ = e.Close() })
		break
	}
	answer, err := media.ParseSDP(f.s.SDP())
	must(t, err)
	for i, line := range answer.Lines {
		f.to[i] = line.Remote
	}
	f.s.Start()
	must(t, f.s.Record("call"))
	return f
}

// talk has both sides speak, packet by packet, and gives the longest that one waited to
// be taken.
func (f *forked) talk() (worst time.Duration) {
	f.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond / pace)
	defer tick.Stop()
	for i := range int(talkTime / (20 * time.Millisecond)) {
		sent := time.Now()
		for side, conn := range f.sides {
			payload := bytes.Repeat([]byte{byte(0x2a + i%7 + 40*side)}, 160)
			p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(160 * i), SSRC: uint32(7 + side)}, Payload: payload}
			b, err := p.Marshal()
			must(f.t, err)
			_, err = conn.WriteToUDPAddrPort(b, f.to[side])
			must(f.t, err)
		}
		f.clock.pass(20 * time.Millisecond) // a port is asked on its call's turn, which this clock brings
		late := uint64(0)
		if i >= 4 { // once both sides were heard, every fourth turn
			late = 8
		}
		for <-tick.C; f.s.Stats().Packets+late < uint64(2*i+2); <-tick.C {
			if time.Since(sent) > 20*time.Second {
				f.t.Fatal("a packet is not taken: the call waits for the engine")
			}
		}
		worst = max(worst, time.Since(sent))
		f.written(time.Duration(i) * 20 * time.Millisecond)
	}
	return worst
}

// written waits for the disk of a machine that has more to do: it may fall 4 s behind
// before sound is lost, and the clock of these tests does not wait for it by itself.
func (f *forked) written(until time.Duration) {
	f.t.Helper()
	for late := time.Now().Add(20 * time.Second); ; <-time.After(time.Millisecond) {
		info, err := os.Stat(filepath.Join(f.dir, "call.wav"))
		must(f.t, err)
		if media.LengthOf(info.Size()) > until-3*time.Second {
			return
		}
		if time.Now().After(late) {
			f.t.Fatal("the recording is not written")
		}
	}
}

// file ends the call and gives its recording.
func (f *forked) file() []byte {
	f.t.Helper()
	done, err := f.s.Close()
	must(f.t, err)
	b, err := os.ReadFile(done.Path)
	must(f.t, err)
	return b
}

// babble is a server that says one thing for as long as anybody listens.
func babble(t *testing.T, say map[string]any) string {
	t.Helper()
	text, err := json.Marshal(say)
	must(t, err)
	up := websocket.Upgrader{Subprotocols: []string{"binary"}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for conn.WriteMessage(websocket.TextMessage, text) == nil {
			<-tick.C
		}
	}))
	t.Cleanup(srv.Close)
	return "ws" + strings.TrimPrefix(srv.URL, "http")
}

// sums adds up a counter over its labels.
func sums(t *testing.T, reg *prometheus.Registry, name string) (sum float64) {
	t.Helper()
	families, err := reg.Gather()
	must(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// What an engine does to a call while it is written down, whatever it does: nothing. The
// recording is the same to the last byte as without captions, no packet waits, and what
// is believed is held to the call. A good one is read before the call is over.
// Controls: a stream without a bound on its text; times not held to what was heard. That
// nothing waits in the receive path has its control in media (TestTapHears...).
func TestEngineOfALiveCallOnBadDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	plain := newForked(t)
	plain.talk()
	want := plain.file()
	for name, c := range map[string]struct {
		fault Fault
		url   func(t *testing.T) string
		fails bool // and the operator sees it
	}{
		"well":      {},
		"inverted":  {fault: Fault{Mode: ModeInverted}},
		"502":       {fault: Fault{Mode: ModeStatus}, fails: true},
		"holds":     {fault: Fault{Mode: ModeTimeout}, fails: true},
		"cut":       {fault: Fault{Mode: ModeCut}, fails: true},
		"truncated": {fault: Fault{Mode: ModeTruncated}, fails: true},
		"dead":      {url: func(*testing.T) string { return "ws://127.0.0.1:1" }, fails: true},
		"flood": {url: func(t *testing.T) string {
			return babble(t, map[string]any{"mode": "2pass-offline", "text": "谢谢观看,请订阅我的频道。", "is_final": false})
		}, fails: true},
		"drafts": {url: func(t *testing.T) string {
			return babble(t, map[string]any{"mode": "2pass-online", "text": strings.Repeat("谢谢观看", 10), "is_final": false})
		}, fails: true},
		"lies": {url: func(t *testing.T) string {
			return babble(t, map[string]any{"mode": "2pass-offline", "text": "\u202e低保\x00", "is_final": false, "timestamp": "[[-5000,99999999]]"})
		}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base, _ := world(t, func(c *Config) { c.Hang = time.Minute })
			if c.fault.Mode != "" {
				c.fault.Service, c.fault.Times = Speech, -1
				must(t, s.Break(c.fault))
			}
			at := ws(base)
			if c.url != nil {
				at = c.url(t)
			}
			engine, err := funasr.New(funasr.Config{URL: at, Quiet: 300 * time.Millisecond})
			must(t, err)
			metrics := prometheus.NewRegistry()
			scribe, err := captions.New(captions.Config{MostCalls: 1, Metrics: metrics}, captions.Deps{Engine: engine, Calls: o.gateway, Log: slog.New(slog.DiscardHandler)})
			must(t, err)
			t.Cleanup(scribe.Close)
			id := "live-" + name
			_, err = o.gateway.Heard(t.Context(), calls.Report{ID: id, Exchange: "siprec", Began: time.Now(), Answered: time.Now()})
			must(t, err)

			f := newForked(t)
			over := scribe.Listen(f.s.Tap, func() (string, bool) { return id, true })
			if worst := f.talk(); worst > 2*time.Second {
				t.Errorf("a packet waited for %v: the call waits for the engine", worst)
			}
			if !c.fails { // before the call is over
				o.when(id, func(got calls.Transcript) bool { return said(got, 0) != "" && said(got, 1) != "" })
			}
			got := f.file()
			over()
			if !bytes.Equal(got, want) {
				t.Error("captions changed the recording")
			}
			if failed := sums(t, metrics, "lianou_captions_failed_total"); (failed > 0) != c.fails {
				t.Errorf("%v streams failed", failed)
			}
			if lost := sums(t, metrics, "lianou_captions_dropped_seconds_total"); (lost > 0) != c.fails {
				t.Errorf("%v s were dropped", lost)
			}
			o.believed(t, id)
		})
	}
}

// said is what one side said, finals alone.
func said(got calls.Transcript, channel int) (text string) {
	for _, s := range got.Segments {
		if s.Channel == channel && s.Final {
			text += s.Text
		}
	}
	return text
}

// believed holds what was kept of a call to what can have been said in it.
func (o office) believed(t *testing.T, id string) {
	t.Helper()
	got, err := o.platform.Transcript(context.WithoutCancel(t.Context()), id)
	must(t, err)
	runes := 0
	for _, s := range got.Segments {
		runes += len([]rune(s.Text))
		if s.StartMS < 0 || s.EndMS < s.StartMS || s.EndMS > talkTime.Milliseconds() || strings.ContainsAny(s.Text, "\u202e\x00") {
			t.Errorf("believed %+v", s)
		}
	}
	if most := 2 * (200 + 300 + 16*int(talkTime.Seconds())); runes > most {
		t.Errorf("%d characters of a call of %v, want at most %d", runes, talkTime, most)
	}
}

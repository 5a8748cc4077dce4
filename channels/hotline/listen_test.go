package hotline

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"lianou/core/pg/pgtest"
	"lianou/intake/calls"
)

// studio is a channel that listens, served and running.
type studio struct {
	*line
	url string
	dir string

	captions int    // calls at one time
	stop     func() // ends the channel and waits for it
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	s := &studio{line: newLine(t), dir: t.TempDir()}
	s.open(s.dir)
	return s
}

func (s *studio) open(dir string) {
	s.t.Helper()
	cfg := Config{Jambonz: Jambonz{Login: pbxLogin, Dir: dir, DrainSeconds: 1}, MaxRecording: 1 << 26, Captions: s.captions}
	ch, err := New(cfg, s.env)
	must(s.t, err)
	s.channel = ch
	mux := http.NewServeMux()
	for _, e := range ch.Endpoints() {
		mux.HandleFunc(e.Method+" /c/hotline"+e.Path, e.Serve)
	}
	server := httptest.NewServer(mux)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- ch.Run(ctx) }()
	stopped := false
	s.stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-done; err != nil {
				s.t.Error(err)
			}
			server.Close()
		}
	}
	s.t.Cleanup(s.stop)
	s.url = "ws" + strings.TrimPrefix(server.URL, "http") + "/c/hotline/jambonz/listen"
}

func startFrame(call string, more string) string {
	return `{"callSid":"` + call + `","direction":"inbound","from":"+8613805340001","to":"12345","callId":"sip-1","sipStatus":200,"callStatus":"in-progress",
		"traceId":"t","originatingSipIp":"10.0.0.1:5060","metadata":{"a":[1]},` + more + `}`
}

func (s *studio) dial(change func(d *websocket.Dialer, h http.Header)) (*websocket.Conn, *http.Response, error) {
	h := http.Header{}
	r := &http.Request{Header: h}
	r.SetBasicAuth(pbxLogin.User, pbxLogin.Password)
	d := &websocket.Dialer{Subprotocols: []string{listenProtocol}}
	if change != nil {
		change(d, h)
	}
	return d.Dial(s.url, h)
}

// say opens a connection and sends the frames.
func (s *studio) say(start string, frames ...[]byte) *websocket.Conn {
	s.t.Helper()
	conn, _, err := s.dial(nil)
	must(s.t, err)
	must(s.t, conn.WriteMessage(websocket.TextMessage, []byte(start)))
	for _, f := range frames {
		must(s.t, conn.WriteMessage(websocket.BinaryMessage, f))
	}
	return conn
}

// pcm is n samples of one value.
func pcm(n int, value int16) []byte {
	var b []byte
	for range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(value))
	}
	return b
}

func (s *studio) until(what string, ok func() bool) {
	s.t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			s.t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

func (s *studio) stored(id string) (c calls.Call, length time.Duration) {
	s.t.Helper()
	s.until(id+" is stored", func() bool {
		c, _ = s.calls.Get(s.t.Context(), id)
		return c.RecordingState == "stored"
	})
	var ms int64
	must(s.t, s.db.DB(pgtest.Gateway).Pool().QueryRow(s.t.Context(), `select sound_ms from call where id = $1`, id).Scan(&ms))
	return c, time.Duration(ms) * time.Millisecond
}

// Whatever the rate and the mix, the recording is as long as what was sent.
func TestListen(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	for i, c := range []struct {
		form    string
		samples int // of both sides, two seconds
	}{
		{`"sampleRate":8000,"mixType":"mono"`, 16000}, {`"sampleRate":16000,"mixType":"stereo"`, 64000}, {`"sampleRate":16000,"mixType":"mixed"`, 32000}, {`"sampleRate":8000`, 16000},
	} {
		id := fmt.Sprint("js-", i)
		sound := pcm(c.samples, 1000)
		conn := s.say(startFrame(id, c.form), sound[:16001], sound[16001:17000]) // a frame may end in a sample
		must(t, conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"dtmf","dtmf":"5","duration":"120"}`)))
		must(t, conn.WriteMessage(websocket.BinaryMessage, nil))
		for rest := sound[17000:]; len(rest) > 0; {
			n := min(len(rest), 32000)
			must(t, conn.WriteMessage(websocket.BinaryMessage, rest[:n]))
			rest = rest[n:]
		}
		s.until("talking", func() bool { c, _ := s.calls.Get(t.Context(), id); return c.State() == calls.StateTalking })
		must(t, conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)))
		call, length := s.stored(id)
		if length != 2*time.Second || call.Partial || call.Answered.IsZero() || call.State() != calls.StateEnded || call.Exchange != "jambonz" || call.Caller.Reveal() != "13805340001" {
			t.Errorf("%s: %s, %+v", c.form, length, call)
		}
	}
	if strings.Contains(s.log.String(), "13805340001") {
		t.Error("the log holds a number")
	}
}

// However a connection breaks off, what was heard is stored and said to be part.
func TestListenBreaksOff(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	s.channel.listeners.quiet = 300 * time.Millisecond
	second := pcm(8000, 1000)
	for id, end := range map[string]func(c *websocket.Conn){
		"cable":  func(c *websocket.Conn) { _ = c.NetConn().Close() },
		"huge":   func(c *websocket.Conn) { _ = c.WriteMessage(websocket.BinaryMessage, make([]byte, mostFrame+2)) },
		"junk":   func(c *websocket.Conn) { _, _ = c.NetConn().Write([]byte("\xff\xff\xff\xff no frame")) },
		"stands": func(*websocket.Conn) {},
	} {
		end(s.say(startFrame(id, `"sampleRate":8000`), second))
		if call, length := s.stored(id); length != time.Second || !call.Partial || call.State() != calls.StateEnded {
			t.Errorf("%s: %s, %+v", id, length, call)
		}
	}
}

// Controls: accept any Origin; upgrade before the log-in is looked at.
func TestListenRefuses(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	for name, c := range map[string]struct {
		change func(d *websocket.Dialer, h http.Header)
		status int
	}{
		"no log-in":           {func(_ *websocket.Dialer, h http.Header) { h.Del("Authorization") }, 401},
		"wrong log-in":        {func(_ *websocket.Dialer, h http.Header) { h.Set("Authorization", "Basic cGJ4OnBieA==") }, 401},
		"no subprotocol":      {func(d *websocket.Dialer, _ http.Header) { d.Subprotocols = nil }, 422},
		"other subprotocol":   {func(d *websocket.Dialer, _ http.Header) { d.Subprotocols = []string{"ws.jambonz.org"} }, 422},
		"a page's connection": {func(_ *websocket.Dialer, h http.Header) { h.Set("Origin", "https://evil.example") }, 403},
	} {
		conn, resp, err := s.dial(c.change)
		if err == nil {
			_ = conn.Close()
		}
		if err == nil || resp == nil || resp.StatusCode != c.status {
			t.Errorf("%s: %v %v", name, resp, err)
		}
	}
	long := `"sampleRate":8000,"x":"` + strings.Repeat("x", mostFrame) + `"`
	for name, start := range map[string]string{
		"not JSON": "hello", "no call": startFrame("", `"sampleRate":8000`), "no rate": startFrame("r1", `"x":1`), "odd rate": startFrame("r2", `"sampleRate":11025`),
		"high rate": startFrame("r3", `"sampleRate":96000`), "zero rate": startFrame("r4", `"sampleRate":0`), "rate as text": startFrame("r5", `"sampleRate":"8000"`),
		"unknown mix": startFrame("r6", `"sampleRate":8000,"mixType":"quad"`), "control characters": startFrame(`r\n7`, `"sampleRate":8000`), "long": startFrame("r8", long),
		"our own call": strings.Replace(startFrame("r9", `"sampleRate":8000`), "inbound", "outbound", 1),
	} {
		conn, _, err := s.dial(nil)
		must(t, err)
		_ = conn.WriteMessage(websocket.TextMessage, []byte(start))
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.ClosePolicyViolation, websocket.CloseNormalClosure, websocket.CloseMessageTooBig) {
			t.Errorf("%s: %v", name, err)
		}
		_ = conn.Close()
	}
	if rows := s.rows(); len(rows) != 0 {
		t.Errorf("refused, and kept: %v", rows)
	}
	first := s.say(startFrame("twice", `"sampleRate":8000`), pcm(800, 1))
	s.until("the first is held", func() bool { return len(s.rows()) == 1 })
	second := s.say(startFrame("twice", `"sampleRate":8000`))
	if _, _, err := second.ReadMessage(); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
		t.Errorf("a second connection of one call: %v", err)
	}
	_ = first.Close()
}

// A connection counts from its handshake on, also before it says which call it is.
// Control: enter that counts the calls, "a third is let in".
func TestListenCountsHandshakes(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	s.channel.listeners.mu.Lock()
	s.channel.listeners.most = 2
	s.channel.listeners.mu.Unlock()
	for range 2 {
		conn, _, err := s.dial(nil)
		must(t, err)
		defer conn.Close()
	}
	conn, resp, err := s.dial(nil)
	if err == nil {
		_ = conn.Close()
		t.Fatal("a third is let in")
	}
	if resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a third: %v %v", resp, err)
	}
}

// A crash in mid-call keeps the sound: what lies on the disk at any moment is a call
// that the next start delivers. Control: begin the recording without the journal's name,
// and the call comes without its sound.
func TestListenCrash(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	conn := s.say(startFrame("crash", `"sampleRate":16000,"mixType":"stereo"`), pcm(12000, 1000), pcm(12000, 1000), pcm(24000, -1000))
	defer conn.Close()
	image := t.TempDir()
	s.until("1.5 s are on the disk", func() bool {
		list, _ := filepath.Glob(filepath.Join(s.dir, "*.wav"))
		if len(list) != 1 {
			return false
		}
		info, err := os.Stat(list[0])
		return err == nil && info.Size() == 58+2*12000
	})
	files, err := os.ReadDir(s.dir)
	must(t, err)
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(s.dir, f.Name()))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(image, f.Name()), raw, 0o600))
	}
	s.open(image)
	if call, length := s.stored("crash"); length != 1500*time.Millisecond || !call.Partial || call.Ended.Sub(call.Answered) != length {
		t.Errorf("%s, %+v", length, call)
	}
}

// A stop lets a call end, and cuts it when it does not.
func TestListenStops(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	conn := s.say(startFrame("cut", `"sampleRate":8000`), pcm(8000, 1000))
	defer conn.Close()
	s.until("it is heard", func() bool { return len(s.rows()) == 1 })
	s.stop()
	if call, err := s.calls.Get(t.Context(), "cut"); err != nil || call.RecordingState != "stored" || !call.Partial {
		t.Errorf("%+v %v", call, err)
	}
}

// Stereo keeps the sides apart, and two samples of 16 kHz become their mean.
func TestMixer(t *testing.T) {
	t.Parallel()
	var raw []byte
	for _, v := range []int16{100, -7, 300, -9, 32767, -32768, 32767, -32768} {
		raw = binary.LittleEndian.AppendUint16(raw, uint16(v))
	}
	m := mixer{start: listenStart{stereo: true, times: 2}}
	var left, right []int16
	for _, b := range raw { // byte by byte
		l, r := m.split([]byte{b})
		left, right = append(left, l...), append(right, r...)
	}
	if fmt.Sprint(left, right) != "[200 32767] [-8 -32768]" {
		t.Errorf("%v %v", left, right)
	}
}

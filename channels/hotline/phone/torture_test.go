package phone

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tortures reads the messages of RFC 4475 by name.
func tortures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/torture/*/*.dat")
	if err != nil || len(files) < 49 {
		t.Fatalf("%d messages: %v", len(files), err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[strings.TrimSuffix(filepath.Base(f), ".dat")] = b
	}
	return out
}

var viaLine = regexp.MustCompile(`(?im)^(v|via)(\s*:\s*SIP\s*/\s*2\.0\s*/\s*)\w+(\s+)[^;,\r\n]+`)

// readdressed makes the answer come back to us: the messages claim to be from
// elsewhere.
func readdressed(b []byte, proto string, back net.Addr) []byte {
	return viaLine.ReplaceAll(b, []byte("${1}${2}"+strings.ToUpper(proto)+"${3}"+back.String()))
}

// What must be answered to messages that a careless reader takes for others (RFC 4475
// sections 3.3 and 3.1.2). 0 is no answer: what the parser cannot read at all is dropped
// (badvers, clerr, novelsc). Control: leave a case out of check.
func TestTortureAnswers(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	all := tortures(t)
	for name, codes := range map[string][]int{
		"badvers": {0, 505}, "mcl01": {400}, "mismatch01": {400}, "mismatch02": {400, 501, 405}, "insuf": {400}, "multi01": {400},
		"bext01": {420}, "unkscm": {416}, "invut": {415}, "clerr": {0}, "novelsc": {0}, "zeromf": {200}, "regbadct": {405, 400},
		"inv2543": {200, 400, 488}, "wsinv": {400, 200, 488},
	} {
		conn, err := net.Dial("udp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write(readdressed(all[name], "udp", conn.LocalAddr())); err != nil {
			t.Fatal(err)
		}
		if got := finalCode(t, conn); !slices.Contains(codes, got) {
			t.Errorf("%s: answered %d, want %v", name, got, codes)
		}
		conn.Close()
	}
}

// finalCode reads until a final answer comes; 0 when none does.
func finalCode(t *testing.T, conn net.Conn) int {
	t.Helper()
	buf := make([]byte, 64<<10)
	if err := conn.SetReadDeadline(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return 0
		}
		fields := bytes.Fields(buf[:n])
		if len(fields) < 2 {
			continue
		}
		if code, err := strconv.Atoi(string(fields[1])); err == nil && code >= 200 {
			return code
		}
	}
}

// Whole, cut short anywhere and with bytes changed, over both transports: nothing
// breaks, nothing stays, and the call that goes on meanwhile does not notice
// (security.md P29). Control: leave survive out and let a handler index an empty list.
func TestTorture(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("storm", func(t *testing.T) {
		l := open(t, func(c *Config, _ *Deps) { c.MostMessages = 1 << 30 })
		c := l.caller(t, "udp")
		d, to := c.call()
		said := make(chan struct{})
		go func() {
			defer close(said)
			c.say(to, 200, 0x2a)
		}()
		sent := 0
		for _, b := range tortures(t) {
			sent += torment(t, l, b)
		}
		<-said
		c.bye(d)
		e := findCall(t, l, d.InviteRequest.CallID().Value())
		if n := loud(t, e.result.Recorded.Path); e.result.Stats.Lost != 0 || n < 195*160 || n > 200*160 { // a machine at a load of 23 lost 349 samples of itself; B11 holds 1 % at 500 calls
			t.Errorf("the call that went on lost %d packets and %d samples", e.result.Stats.Lost, 200*160-n)
		}
		t.Logf("%d messages", sent)
	})
	for deadline := time.Now().Add(soon); runtime.NumGoroutine() > before+5; runtime.Gosched() {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
	}
}

// findCall waits for the end of one call among those that the messages began.
func findCall(t *testing.T, l *line, id string) ended {
	t.Helper()
	for {
		if e := l.ended(t); e.call.ID == id {
			return e
		}
	}
}

// torment sends one message in all its spoilt forms.
func torment(t *testing.T, l *line, b []byte) int {
	t.Helper()
	udp, err := net.Dial("udp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	r := rand.New(rand.NewPCG(uint64(len(b)), 7))
	forms := [][]byte{b}
	for cut := 1; cut < len(b); cut += 5 {
		forms = append(forms, b[:cut])
	}
	for range 100 {
		spoilt := bytes.Clone(b)
		spoilt[r.IntN(len(b))] ^= byte(1 << r.IntN(8))
		forms = append(forms, spoilt)
	}
	for i, form := range forms {
		if len(form) < 60000 {
			_, _ = udp.Write(readdressed(form, "udp", udp.LocalAddr())) // what does not fit a datagram is refused by our own side
		}
		if i%20 == 0 {
			if tcp, err := net.Dial("tcp", l.Addr()); err == nil {
				_, _ = fmt.Fprintf(tcp, "%s", readdressed(form, "tcp", tcp.LocalAddr()))
				tcp.Close()
			}
		}
	}
	return len(forms)
}

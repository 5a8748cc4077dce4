package media

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// house is an engine whose clock the test moves, with one call to it.
type house struct {
	t     *testing.T
	clock *clock
	e     *Engine
	s     *Session
	phone *net.UDPConn
	port  int
	seq   uint16
	stamp uint32
}

func called(t *testing.T, lines ...string) *house {
	t.Helper()
	h := &house{t: t, clock: clockAt(t), phone: telephone(t)}
	h.e = engine(t, h.clock)
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("m=audio %d RTP/AVP 8 0 101", h.phone.LocalAddr().(*net.UDPAddr).Port), "c=IN IP4 127.0.0.1", "a=rtpmap:101 telephone-event/8000"}
	}
	s, err := h.e.Answer(parsed(t, offerOf(lines...)), Call{})
	if err != nil {
		t.Fatal(err)
	}
	h.s, h.port = s, s.Port()
	s.Start()
	return h
}

// pass lets time pass, 20 ms at a time, as wheel and disk would.
func (h *house) pass(d time.Duration) {
	for ; d > 0; d -= framePace {
		now := h.clock.advance(framePace)
		h.e.wheel.step(now)
		for range writeTurn {
			h.e.disk.step(now, make([]byte, 64<<10))
		}
	}
}

// says sends a datagram from a socket and has the session take it.
func (h *house) says(from *net.UDPConn, b []byte) {
	h.t.Helper()
	count := func() uint64 { x := h.s.Stats(); return x.Packets + x.Garbage + x.Strangers }
	was := count()
	if _, err := from.WriteToUDPAddrPort(b, netip.AddrPortFrom(local, uint16(h.port))); err != nil {
		h.t.Fatal(err)
	}
	until(h.t, "a packet to be counted", func() bool {
		h.s.mu.Lock()
		h.s.hear(h.e.cfg.Now())
		h.s.mu.Unlock()
		return count() > was
	})
}

func (h *house) packet(kind uint8, ssrc uint32, payload []byte) []byte {
	b := rtpBytes(h.t, rtp.Header{PayloadType: kind, SequenceNumber: h.seq, Timestamp: h.stamp, SSRC: ssrc}, payload)
	h.seq++
	h.stamp += uint32(len(payload))
	return b
}

// hears reads the next packet at the telephone.
func (h *house) hears(at *net.UDPConn) rtp.Packet {
	h.t.Helper()
	b := make([]byte, 2048)
	at.SetReadDeadline(time.Now().Add(10 * time.Second))
	n, _, err := at.ReadFromUDPAddrPort(b)
	if err != nil {
		h.t.Fatal(err)
	}
	var p rtp.Packet
	if err := p.Unmarshal(b[:n]); err != nil {
		h.t.Fatal(err)
	}
	return p
}

func promptOfFrames(n int) *Prompt {
	var b []byte
	for i := range n {
		b = append(b, tone(100+i)...)
	}
	return newPrompt(b)
}

// over waits for the end of a prompt.
func over(t *testing.T, p *Playback) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("the prompt is not over after 10 s")
	}
}

// A whole call: both sides stand in the recording where they spoke, to the sample.
//
// Control: leg.send placing on l.channel; finish(now) without its last write.
func TestACallIsRecordedOnBothSides(t *testing.T) {
	t.Parallel()
	h := called(t)
	h.pass(200 * time.Millisecond) // before the consent notice ends nothing is recorded
	if err := h.s.Record("call-1"); err != nil {
		t.Fatal(err)
	}
	if err := h.s.Record("call-2"); !errors.Is(err, ErrRecording) {
		t.Errorf("a second recording: %v", err)
	}
	played := h.s.Play(promptOfFrames(10))
	var left []byte
	for i := range 100 {
		h.says(h.phone, h.packet(8, 5, tone(i)))
		left = append(left, tone(i)...)
		h.pass(framePace)
	}
	select {
	case <-played.Done():
	default:
		t.Error("200 ms of prompt are not over after 2 s")
	}
	done, err := h.s.Close()
	if err != nil || done.Length != 2*time.Second {
		t.Fatalf("%v: %+v", err, done)
	}
	l, r, err := wav(contents(t, done.Path))
	if err != nil || !bytes.Equal(l, left) {
		t.Errorf("%v: the caller's side differs from sample %d on", err, differs(l, left))
	}
	want := bytes.Repeat([]byte{silence}, 2*Rate)
	copy(want, promptOfFrames(10).alaw)
	if !bytes.Equal(r, want) || !played.Whole() {
		t.Errorf("our side differs from sample %d on; whole: %v", differs(r, want), played.Whole())
	}
	if x := h.s.Stats(); x.Lost+x.Gaps+x.Late+x.Garbage+x.Strangers+x.Rebased+x.Excess+x.Overrun+x.LateSound != 0 || x.Packets != 100 {
		t.Errorf("a clean call: %+v", x)
	}
	if _, err := h.s.Close(); !errors.Is(err, ErrClosed) {
		t.Errorf("a second close: %v", err)
	}
	if _, open := <-h.s.Digits(); open {
		t.Error("the keys are not closed")
	}
	if p := h.e.Ports(); p.Busy != 0 || p.Draining != 1 {
		t.Errorf("ports: %+v", p)
	}
	if left, err := os.ReadDir(h.e.cfg.Folder); err != nil || len(left) != 1 {
		t.Errorf("%v: %d files, the second name was left behind", err, len(left))
	}
}

// Sound goes out every 20 ms, a prompt between silences, with one clock.
//
// Control: pass without its timestamp.
func TestWhatWeSend(t *testing.T) {
	t.Parallel()
	h := called(t)
	prompt := promptOfFrames(2)
	h.pass(framePace)
	played := h.s.Play(prompt)
	h.pass(4 * framePace)
	over(t, played)
	h.clock.advance(10 * framePace) // the process was held up
	h.pass(framePace)
	hush := bytes.Repeat([]byte{silence}, frame)
	var first rtp.Packet
	for i, want := range []struct {
		body   []byte
		frames uint32
		marker bool
	}{{hush, 0, true}, {prompt.alaw[:frame], 1, false}, {prompt.alaw[frame:], 2, false}, {hush, 3, false}, {hush, 4, false}, {hush, 15, true}} {
		p := h.hears(h.phone)
		if i == 0 {
			first = p
		}
		if !bytes.Equal(p.Payload, want.body) || p.Marker != want.marker || p.PayloadType != 8 || p.SSRC != first.SSRC ||
			p.SequenceNumber-first.SequenceNumber != uint16(i) || p.Timestamp-first.Timestamp != want.frames*frame {
			t.Errorf("packet %d: %v, %d frames on, marker %v", i, p.Header, (p.Timestamp-first.Timestamp)/frame, p.Marker)
		}
	}
}

// Where silence is suppressed, a tenth of it goes out, and prompts whole.
//
// Control: idle without "alaw == nil".
func TestSilenceCanBeSuppressed(t *testing.T) {
	t.Parallel()
	h := called(t)
	h.e.cfg.Idle = 200 * time.Millisecond
	h.pass(time.Second)
	silent := h.s.Stats().Sent
	h.s.Play(promptOfFrames(50))
	h.pass(time.Second)
	if said := h.s.Stats().Sent - silent; silent != 5 || said != 50 {
		t.Errorf("%d packets of silence, want 5; %d of a prompt, want 50", silent, said)
	}
}

// A key silences the prompt that may be interrupted, and is told once.
//
// Control: pressed without its end.
func TestAKeySilencesThePrompt(t *testing.T) {
	t.Parallel()
	h := called(t)
	h.says(h.phone, h.packet(8, 5, tone(0)))
	h.pass(window + framePace)
	firm, soft := h.s.Play(promptOfFrames(3)), (*Playback)(nil)
	h.pass(4 * framePace)
	soft = h.s.PlayUntilKey(promptOfFrames(500))
	for range 3 {
		b := h.packet(101, 5, pressBytes(7, true, 800))
		h.stamp -= 4
		h.says(h.phone, b)
	}
	over(t, soft)
	if d := <-h.s.Digits(); d.Key != '7' || d.From != Left {
		t.Errorf("%+v", d)
	}
	if !firm.Whole() || soft.Whole() || len(h.s.Digits()) != 0 {
		t.Errorf("firm %v, soft %v, %d more keys", firm.Whole(), soft.Whole(), len(h.s.Digits()))
	}
	third := h.s.Play(promptOfFrames(500))
	fourth := h.s.Play(promptOfFrames(500))
	over(t, third)
	h.s.Stop()
	over(t, fourth)
}

// Who tells is not talked over: a prompt that invites speech gives way to it, after more
// than a cough, and one that must be heard does not. Controls: no yield in tick; talksOver of
// one frame.
func TestSpeechSilencesThePrompt(t *testing.T) {
	t.Parallel()
	h := called(t)
	speak := func(d time.Duration) {
		for ; d > 0; d -= framePace {
			h.says(h.phone, h.packet(8, 5, tone(0)))
			h.pass(framePace)
		}
	}
	inviting := h.s.PlayUntilSpeech(promptOfFrames(500))
	speak(talksOver / 2)
	for range 2 * breath / framePace { // the caller coughed, and is quiet
		h.says(h.phone, h.packet(8, 5, bytes.Repeat([]byte{silence}, frame)))
		h.pass(framePace)
	}
	select {
	case <-inviting.Done():
		t.Error("a cough silenced the prompt")
	default:
	}
	firm := h.s.PlayUntilKey(promptOfFrames(int(3 * talksOver / framePace)))
	over(t, inviting)
	speak(2 * talksOver)
	if s := h.s; s.playback != firm {
		t.Error("what must be heard was silenced by speech")
	}
	second := h.s.PlayUntilSpeech(promptOfFrames(500))
	speak(2 * hearEvery)
	over(t, second)
	if second.Whole() {
		t.Error("the caller was talked over")
	}
}

// A stranger cannot take the call over; the caller may move.
//
// Control: latch.takes always true.
func TestStrangersAreNotHeard(t *testing.T) {
	t.Parallel()
	h := called(t)
	stranger, moved := telephone(t), telephone(t)
	h.says(h.phone, h.packet(8, 5, tone(0)))
	h.says(stranger, h.packet(8, 666, tone(1)))
	if x := h.s.Stats(); x.Strangers != 1 || x.Packets != 1 {
		t.Fatalf("%+v", x)
	}
	h.says(moved, h.packet(8, 5, tone(2))) // the same source behind another address
	h.pass(framePace)
	h.hears(moved)
	h.says(h.phone, h.packet(8, 9, tone(3))) // the address the description names, restarted
	h.pass(framePace)
	h.hears(h.phone)
	if x := h.s.Stats(); x.Strangers != 1 || x.Packets != 3 {
		t.Errorf("%+v", x)
	}
	// After a new offer whoever speaks first is the call.
	if _, err := h.s.Reoffer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8"))); err != nil {
		t.Fatal(err)
	}
	h.says(stranger, h.packet(8, 777, tone(4)))
	h.says(h.phone, h.packet(8, 5, tone(5)))
	if x := h.s.Stats(); x.Strangers != 2 || x.Packets != 4 {
		t.Errorf("after the offer: %+v", x)
	}
}

// Control: tick without "on hold nothing is due".
func TestSilenceIsToldButNotOnHold(t *testing.T) {
	t.Parallel()
	h := called(t)
	told := func() bool {
		select {
		case <-h.s.Silent():
			return true
		default:
			return false
		}
	}
	h.pass(29 * time.Second)
	h.says(h.phone, h.packet(8, 5, tone(0)))
	h.pass(29 * time.Second)
	if told() {
		t.Error("silence was told 29 s after a packet")
	}
	if _, err := h.s.Reoffer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8", "a=recvonly"))); err != nil {
		t.Fatal(err)
	}
	h.pass(5 * time.Minute)
	if told() {
		t.Error("silence was told on hold")
	}
	if _, err := h.s.Reoffer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8"))); err != nil {
		t.Fatal(err)
	}
	h.pass(29 * time.Second)
	early := told()
	if h.pass(2 * time.Second); early || !told() {
		t.Errorf("told early: %v, told: %v", early, told())
	}
}

// A forked call: two legs fill one recording, by label.
//
// Control: Channels not asked.
func TestAForkedCallHasTwoLegs(t *testing.T) {
	t.Parallel()
	c := clockAt(t)
	e := engine(t, c)
	offer := parsed(t, offerOf("m=audio 4000 RTP/AVP 8", "a=label:agent", "a=sendonly", "m=audio 4002 RTP/AVP 0", "a=label:caller", "a=sendonly"))
	s, err := e.Answer(offer, Call{Streams: 2, Channels: map[string]Channel{"caller": Left, "agent": Right}})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, clock: c, e: e, s: s}
	s.Start()
	if err := s.Record("forked"); err != nil {
		t.Fatal(err)
	}
	phone := telephone(t)
	for i := range 10 {
		for line, kind := range []uint8{8, 0} {
			h.port, h.seq, h.stamp = int(s.legs[line].pair.port), uint16(i), uint32(i*frame)
			sound := tone(i)
			if kind == 0 {
				sound = bytes.Repeat([]byte{0x1E}, frame)
			}
			h.says(phone, h.packet(kind, uint32(line), sound))
		}
		h.pass(framePace)
	}
	done, err := s.Close()
	if err != nil {
		t.Fatal(err)
	}
	left, right, err := wav(contents(t, done.Path))
	if err != nil || !bytes.Equal(right[:frame], tone(0)) || left[0] != alawOfULaw[0x1E] || len(left) != 10*frame {
		t.Errorf("%v: left %#x, right %#x, %d samples", err, left[0], right[0], len(left))
	}
	if p := e.Ports(); p.Draining != 2 || s.Stats().Sent != 0 {
		t.Errorf("ports %+v, sent %d", p, s.Stats().Sent)
	}
}

// Ports: none left is an error, a pair rests before it is used again, none leaks.
//
// Control: put without its drain; take without busy.
func TestPortsRunOutAndRest(t *testing.T) {
	t.Parallel()
	c := clockAt(t)
	cfg := config(t, c)
	cfg.FirstPort, cfg.LastPort = cfg.FirstPort+1, cfg.FirstPort+6 // odd: two whole pairs
	e, err := newEngine(cfg)
	if err != nil {
		t.Fatal(err)
	}
	offer := parsed(t, offerOf("m=audio 4000 RTP/AVP 8"))
	a, errA := e.Answer(offer, Call{})
	b, errB := e.Offer(Call{})
	if errA != nil || errB != nil || a.Port()%2 != 0 || b.Port()%2 != 0 {
		t.Fatal(errA, errB, a.Port(), b.Port())
	}
	if _, err := e.Answer(offer, Call{}); !errors.Is(err, ErrPorts) {
		t.Errorf("the third of two: %v", err)
	}
	if _, err := e.Answer(&Description{Lines: []Line{{Media: "audio"}}}, Call{}); !errors.Is(err, ErrNoCodec) {
		t.Errorf("no codec: %v", err)
	}
	a.Close()
	if _, err := e.Answer(offer, Call{}); !errors.Is(err, ErrPorts) {
		t.Errorf("a pair that drains was used: %v", err)
	}
	if p := e.Ports(); p != (PortStats{Busy: 1, Draining: 1}) {
		t.Errorf("%+v", p)
	}
	c.advance(e.cfg.Drain)
	again, err := e.Answer(offer, Call{})
	if err != nil || again.Port() == b.Port() {
		t.Fatalf("after the rest: %v", err)
	}
	if err := e.Close(); err != nil { // ends the two that run
		t.Error(err)
	}
	c.advance(e.cfg.Drain)
	if _, err := e.Answer(offer, Call{}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if p := e.Ports(); p.Busy != 0 {
		t.Errorf("%+v", p)
	}
}

// The real clock: the file is as long as the call, within a frame, though the caller
// fell silent in the middle.
//
// Control: finish writing up to a lag before the end.
func TestRealTimeIsTrue(t *testing.T) {
	t.Parallel()
	e, err := New(config(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	s, err := e.Answer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8")), Call{})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, e: e, s: s, port: s.Port()}
	phone := telephone(t)
	s.Start()
	before := time.Now()
	if err := s.Record("real"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	played := s.Play(promptOfFrames(60)) // 1.2 s, paced by the wheel
	for i := range 20 {
		h.says(phone, h.packet(8, 1, tone(i)))
	}
	over(t, played)
	if took := time.Since(begun); took < 1180*time.Millisecond {
		t.Errorf("1.2 s of prompt took %s", took)
	}
	atLeast := time.Since(begun)
	done, err := s.Close()
	if atMost := time.Since(before); err != nil || done.Length < atLeast-framePace || done.Length > atMost+framePace {
		t.Errorf("%v: %s for a call of %s to %s", err, done.Length, atLeast, atMost)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

func TestNamesOfRecordings(t *testing.T) {
	t.Parallel()
	h := called(t)
	for _, name := range []string{"", "../x", "a/b", ".x", "a\x00", "空"} {
		if err := h.s.Record(name); !errors.Is(err, ErrRecording) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A frame that is sent costs no garbage.
func TestSendingDoesNotAllocate(t *testing.T) {
	h := called(t)
	if err := h.s.Record("x"); err != nil {
		t.Fatal(err)
	}
	h.s.Play(promptOfFrames(2000))
	if n := testing.AllocsPerRun(500, func() { h.s.legs[0].send(h.clock.advance(framePace), true) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// With Sources, sound is believed from the host of the description and from the
// networks listed, and from nobody else, also before anybody has spoken.
//
// Control: believes always true.
func TestOnlyTheTrunkIsBelieved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		listed string
		heard  uint64
	}{"the described host alone": {"10.0.0.0/8", 0}, "a listed network": {"127.0.0.0/8", 1}} {
		h := &house{t: t, clock: clockAt(t), phone: telephone(t)}
		h.e = engine(t, h.clock)
		h.e.cfg.Sources = []netip.Prefix{netip.MustParsePrefix(c.listed)}
		s, err := h.e.Answer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8", "c=IN IP4 127.0.0.9")), Call{})
		if err != nil {
			t.Fatal(err)
		}
		h.s, h.port = s, s.Port()
		s.Start()
		h.says(h.phone, h.packet(8, 5, tone(0)))
		if x := h.s.Stats(); x.Packets != c.heard || x.Strangers != 1-c.heard {
			t.Errorf("%s: %+v", name, x)
		}
	}
}

// Until the call is confirmed sound comes in and none goes out. Control: Listen as Start.
func TestListenSendsNothing(t *testing.T) {
	t.Parallel()
	h := &house{t: t, clock: clockAt(t), phone: telephone(t)}
	h.e = engine(t, h.clock)
	s, err := h.e.Answer(parsed(t, offerOf("m=audio "+fmt.Sprint(h.phone.LocalAddr().(*net.UDPAddr).Port)+" RTP/AVP 8", "c=IN IP4 127.0.0.1")), Call{})
	if err != nil {
		t.Fatal(err)
	}
	h.s, h.port = s, s.Port()
	s.Listen()
	h.says(h.phone, h.packet(8, 5, tone(0)))
	h.pass(time.Second)
	if x := s.Stats(); x.Packets != 1 || x.Sent != 0 {
		t.Errorf("listening: %+v", x)
	}
	s.Start()
	h.pass(time.Second)
	if x := s.Stats(); x.Sent == 0 {
		t.Errorf("confirmed: %+v", x)
	}
}

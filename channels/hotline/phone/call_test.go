package phone

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"lianou/channels/hotline/media"
)

// A call is kept, answered, recorded and handed over, over either transport. Control:
// leave Watch.Over out of finish.
func TestCall(t *testing.T) {
	t.Parallel()
	for _, proto := range []string{"udp", "tcp"} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			l := open(t, nil)
			c := l.caller(t, proto)
			d, to := c.call()
			began := time.Now()
			c.say(to, 60, 0x2a) // loud
			c.bye(d)
			took := time.Since(began)
			e := l.ended(t)
			if e.result.End != EndCaller || !e.result.HasSound || e.result.Partial || e.call.Called != "12345" || e.call.Answered.IsZero() {
				t.Errorf("%+v of %+v", e.result, e.call)
			}
			if got := e.result.Recorded.Length; (got - took).Abs() > took/10 {
				t.Errorf("%v recorded of a call of %v", got, took)
			}
			if n := loud(t, e.result.Recorded.Path); n < 55*160 || n > 60*160 {
				t.Errorf("%d loud samples of %d", n, 60*160)
			}
		})
	}
}

// loud counts the samples on the caller's side that are not silent.
func loud(t *testing.T, path string) (n int) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 58; i+1 < len(b); i += 2 { // behind the head: left, right, left ...
		if b[i] != 0xD5 {
			n++
		}
	}
	return n
}

// The end of a talk hangs up. Control: leave the Bye out of finish.
func TestWeHangUp(t *testing.T) {
	t.Parallel()
	l := open(t, func(_ *Config, d *Deps) { d.Talk = func(context.Context, *Call) {} })
	c := l.caller(t, "udp")
	srv, err := sipgo.NewServer(c.ua, sipgo.WithServerLogger(silent()))
	if err != nil {
		t.Fatal(err)
	}
	var hung = make(chan struct{})
	var d *sipgo.DialogClientSession
	ready := make(chan struct{})
	srv.OnBye(func(req *sip.Request, tx sip.ServerTransaction) {
		<-ready
		if err := d.ReadBye(req, tx); err != nil {
			t.Error(err)
		}
		close(hung)
	})
	d, _ = c.call()
	close(ready)
	if e := l.ended(t); e.result.End != EndOurs {
		t.Errorf("ended by %s", e.result.End)
	}
	select {
	case <-hung:
	case <-time.After(soon):
		t.Error("the caller is not told that the call is over")
	}
}

// Who is not answered, and with what.
func TestRefusals(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	for name, c := range map[string]struct {
		change  func(*Config, *Deps)
		offer   func(*caller) []byte
		headers []sip.Header
		code    int
	}{
		"no codec":          {nil, func(c *caller) []byte { return c.offer("9 18") }, nil, sip.StatusNotAcceptableHere},
		"no description":    {nil, func(*caller) []byte { return []byte("v=0\r\nnonsense") }, nil, sip.StatusBadRequest},
		"cannot be kept":    {func(_ *Config, d *Deps) { d.Watch.(*kept).refuse = full }, nil, nil, sip.StatusServiceUnavailable},
		"no seat":           {func(c *Config, _ *Deps) { c.MostCalls = -1 }, nil, nil, sip.StatusServiceUnavailable},
		"unknown extension": {nil, nil, []sip.Header{sip.NewHeader("Require", "100rel, privacy")}, sip.StatusBadExtension},
		"no password":       {func(c *Config, _ *Deps) { c.Login = Credentials{"trunk", "secret"} }, nil, nil, sip.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, c.change)
			from := l.caller(t, "udp")
			body := from.offer("8")
			if c.offer != nil {
				body = c.offer(from)
			}
			d := from.invite(body, c.headers...)
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			defer cancel()
			var no *sipgo.ErrDialogResponse
			if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); !errors.As(err, &no) || no.Res.StatusCode != c.code {
				t.Errorf("%v, want %d", err, c.code)
			}
			if len(l.kept.over) != 0 {
				t.Error("a call that was never kept is over")
			}
		})
	}
}

// A stranger hears nothing at all, over either transport. Control: let filter pass
// everything.
func TestStranger(t *testing.T) {
	t.Parallel()
	l := open(t, func(c *Config, _ *Deps) { c.Trunks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	for _, proto := range []string{"udp", "tcp"} {
		c := l.caller(t, proto)
		req := sip.NewRequest(sip.OPTIONS, c.uri())
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		if res, err := c.dua.Client.Do(ctx, req); err == nil {
			t.Errorf("%s: %s", proto, res.StartLine())
		}
		cancel()
	}
	if l.kept.calls() != 0 {
		t.Error("a stranger's call was taken")
	}
}

// The right password lets in, a wrong one does not, and what was overheard opens
// nothing again. Control: leave count out of authenticate.
func TestDigest(t *testing.T) {
	t.Parallel()
	l := open(t, func(c *Config, _ *Deps) { c.Login = Credentials{"trunk", "secret"} })
	for password, lets := range map[string]bool{"secret": true, "guess": false} {
		c := l.caller(t, "udp")
		d := c.invite(c.offer("8"))
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		err := d.WaitAnswer(ctx, sipgo.AnswerOptions{Username: "trunk", Password: password})
		cancel()
		if lets != (err == nil) {
			t.Errorf("%s: %v", password, err)
		}
		if err == nil {
			if err := d.Ack(t.Context()); err != nil {
				t.Fatal(err)
			}
			overheard := d.InviteRequest.GetHeader("Authorization")
			c.bye(d)
			again := l.caller(t, "udp")
			var no *sipgo.ErrDialogResponse
			ctx, cancel := context.WithTimeout(t.Context(), soon)
			if err := again.invite(again.offer("8"), overheard).WaitAnswer(ctx, sipgo.AnswerOptions{}); !errors.As(err, &no) || no.Res.StatusCode != sip.StatusUnauthorized {
				t.Errorf("overheard: %v", err)
			}
			cancel()
		}
	}
}

// A call whose ACK never comes ends, gives its ports back and is in the record, as not
// answered; nothing was sent to where it claimed to be. Controls: leave finish out when
// answer fails; Start in the place of Listen.
func TestNoAck(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	c := l.caller(t, "udp")
	d := c.invite(c.offer("8"))
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	if e := l.ended(t); e.result.End != EndNoAck || !e.call.Answered.IsZero() || e.result.Stats.Sent != 0 {
		t.Errorf("ended by %s, answered %v, %d packets sent", e.result.End, e.call.Answered, e.result.Stats.Sent)
	}
}

// A line on which no sound comes is dead: the call ends and says so. Control: leave
// Silent out of talk's select.
func TestSilent(t *testing.T) {
	t.Parallel()
	l := open(t, func(_ *Config, d *Deps) {
		first := ports(t)
		sound, err := media.New(media.Config{Bind: netip.MustParseAddr("127.0.0.1"), FirstPort: first, LastPort: first + 199, Folder: t.TempDir(), Silent: 200 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { sound.Close() })
		d.Media = sound
	})
	l.caller(t, "udp").call()
	if e := l.ended(t); e.result.End != EndSilent || !e.result.Partial {
		t.Errorf("ended by %s, partial %v", e.result.End, e.result.Partial)
	}
}

// On hold and back, a new offer is answered and the call goes on; an offer we cannot
// take changes nothing. Control: answer every re-INVITE with 481.
func TestHold(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	c := l.caller(t, "tcp")
	d, to := c.call()
	again := func(body []byte) *sip.Response {
		t.Helper()
		req := sip.NewRequest(sip.INVITE, d.InviteResponse.Contact().Address)
		req.SetBody(body)
		req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		defer cancel()
		res, err := d.Do(ctx, req)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	hold := []byte(string(c.offer("8")[:len(c.offer("8"))-len("a=sendrecv\r\n")]) + "a=sendonly\r\n")
	if res := again(hold); res.StatusCode != 200 || !strings.Contains(string(res.Body()), "a=recvonly") {
		t.Errorf("hold: %s %s", res.StartLine(), res.Body())
	}
	if res := again(c.offer("18")); res.StatusCode != sip.StatusNotAcceptableHere {
		t.Errorf("an offer of nothing we speak: %s", res.StartLine())
	}
	if res := again(c.offer("8")); res.StatusCode != 200 || !strings.Contains(string(res.Body()), "a=sendrecv") {
		t.Errorf("back: %s", res.StartLine())
	}
	c.say(to, 10, 0x2a)
	c.bye(d)
	if e := l.ended(t); e.result.End != EndCaller || loud(t, e.result.Recorded.Path) < 8*160 {
		t.Errorf("%+v", e.result)
	}
}

// A stop lets a call go on for a while, takes no new one, and ends the rest politely
// with their recordings whole. Control: return from Run at once.
func TestDrain(t *testing.T) {
	t.Parallel()
	l := open(t, func(c *Config, _ *Deps) { c.Drain = 300 * time.Millisecond })
	c := l.caller(t, "udp")
	_, to := c.call()
	l.closing.Store(true) // what Run does first when it is to stop
	late := l.caller(t, "udp")
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	var no *sipgo.ErrDialogResponse
	if err := late.invite(late.offer("8")).WaitAnswer(ctx, sipgo.AnswerOptions{}); !errors.As(err, &no) || no.Res.StatusCode != sip.StatusServiceUnavailable {
		t.Errorf("a call that came late: %v", err)
	}
	l.stop()
	c.say(to, 10, 0x2a)
	if e := l.ended(t); e.result.End != EndStopped || !e.result.HasSound {
		t.Errorf("%+v", e.result)
	}
}

// The answer to a new offer is sent again until its ACK comes. Control: e.respond in the
// place of e.insist.
func TestNewOfferIsAnsweredUntilItsAck(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	c := l.caller(t, "udp")
	d, _ := c.call()
	req := sip.NewRequest(sip.INVITE, d.InviteResponse.Contact().Address)
	req.SetBody(c.offer("8"))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	res, err := d.Do(ctx, req)
	if err != nil || res.StatusCode != sip.StatusOK {
		t.Fatalf("%v %v", res, err)
	}
	select {
	case again := <-c.again:
		if again.StatusCode != sip.StatusOK || again.CSeq().SeqNo != res.CSeq().SeqNo {
			t.Errorf("once more came %s", again.StartLine())
		}
	case <-ctx.Done():
		t.Error("an answer that is not confirmed is not sent again")
	}
	c.bye(d)
	l.ended(t)
}

// An offer that is older than one before changes nothing, and is told so. Control: renew
// before inOrder.
func TestOldOfferChangesNothing(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	c := l.caller(t, "tcp")
	d, to := c.call()
	id, err := sip.DialogIDFromResponse(d.InviteResponse)
	if err != nil {
		t.Fatal(err)
	}
	call, ok := l.calls.find(id)
	if !ok {
		t.Fatal("no such call")
	}
	call.mu.Lock()
	call.seq = 1<<32 - 1
	call.mu.Unlock()
	req := sip.NewRequest(sip.INVITE, d.InviteResponse.Contact().Address)
	req.SetBody([]byte(strings.Replace(string(c.offer("8")), "sendrecv", "inactive", 1)))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	if res, err := d.Do(ctx, req); err != nil || res.StatusCode != sip.StatusInternalServerError {
		t.Fatalf("%v %v", res, err)
	}
	c.say(to, 10, 0x2a)
	c.bye(d)
	if e := l.ended(t); loud(t, e.result.Recorded.Path) < 8*160 {
		t.Error("an offer that was refused silenced the call")
	}
}

// A route that leads elsewhere would have us send within the call to whoever it names.
// Control: comesStraight always true.
func TestRouteOutsideTheTrunk(t *testing.T) {
	t.Parallel()
	for route, code := range map[string]int{"<sip:192.0.2.7:6379;lr>": 400, "<sip:proxy.example.com;lr>": 400, "<sip:127.0.0.1:5999;lr>": 200} {
		l := open(t, nil)
		c := l.caller(t, "udp")
		d := c.invite(c.offer("8"), sip.NewHeader("Record-Route", route))
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		var no *sipgo.ErrDialogResponse
		got := 200
		if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); errors.As(err, &no) {
			got = no.Res.StatusCode
		} else if err != nil {
			t.Fatal(err)
		}
		cancel()
		if got != code {
			t.Errorf("%s: answered %d, want %d", route, got, code)
		}
	}
}

// A talk that breaks ends its call and keeps what was said. Control: no recover in talk.
func TestTalkBreaks(t *testing.T) {
	t.Parallel()
	l := open(t, func(_ *Config, d *Deps) { d.Talk = func(context.Context, *Call) { panic("a caller's number") } })
	l.caller(t, "udp").call()
	if e := l.ended(t); e.result.End != EndFailed || e.call.Answered.IsZero() {
		t.Errorf("ended by %s", e.result.End)
	}
}

// Two callers under one Call-ID are two calls in the record. Control: leave claim out of
// take.
func TestOneCallIDForTwo(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	same := sip.CallIDHeader("one-id-for-two@exchange")
	var ids []string
	var calls []*sipgo.DialogClientSession
	var from []*caller
	for range 2 {
		c := l.caller(t, "udp")
		d := c.invite(c.offer("8"), &same)
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := d.Ack(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		calls, from = append(calls, d), append(from, c)
	}
	for i, d := range calls {
		from[i].bye(d)
		ids = append(ids, l.ended(t).call.ID)
	}
	if ids[0] == ids[1] || !strings.HasPrefix(ids[0], "one-id-for-two@exchange") {
		t.Errorf("recorded as %v", ids)
	}
}

package phone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"lianou/channels/hotline/hotlinetest"
	"lianou/channels/hotline/media"
	"lianou/core"
)

// household is whom the only ticket of these tests stands for.
const household = "13905340000"

var errNoTicket = errors.New("no such notice")

// placing is a line that may ring through a trunk.
func placing(t *testing.T, trunk netip.AddrPort, change func(*Config)) *line {
	t.Helper()
	l := open(t, func(c *Config, _ *Deps) {
		c.Out = Outgoing{Trunk: trunk, Ring: 1500 * time.Millisecond, Callee: func(_ context.Context, k Ticket) (core.Phone, error) {
			if k.Notice != 7 {
				return core.Phone{}, errNoTicket
			}
			return core.ParsePhone(household)
		}}
		if change != nil {
			change(c)
		}
	})
	return l
}

// place rings about notice 7; until the line's listener is up nothing leaves.
func (l *line) place(t *testing.T, talk func(context.Context, *media.Session)) Reply {
	t.Helper()
	for until := time.Now().Add(soon); ; {
		reply, err := l.Place(t.Context(), Ticket{Notice: 7, Reference: t.Name()}, talk)
		if err != nil {
			t.Fatal(err)
		}
		if reply != NotPlaced || time.Now().After(until) {
			return reply
		}
	}
}

func silentTalk(t *testing.T) func(context.Context, *media.Session) {
	return func(context.Context, *media.Session) { t.Error("talks, and nobody picked up") }
}

// A call is placed, confirmed, heard and ended by us; the key is heard.
// Control: an ACK that is never sent.
func TestPlaced(t *testing.T) {
	t.Parallel()
	called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "answers", Waits: 200 * time.Millisecond, Key: "1", Speaks: 100 * time.Millisecond})
	l := placing(t, called.Trunk, nil)
	var key byte
	reply := l.place(t, func(ctx context.Context, s *media.Session) {
		select {
		case d := <-s.Digits():
			key = d.Key
		case <-ctx.Done():
		}
	})
	called.Fared(t)
	if reply != Taken || key != '1' {
		t.Errorf("%s, key %q", reply, key)
	}
}

// Who picks up may hang up: the talk ends, and no BYE of ours follows.
func TestPlacedAndHungUp(t *testing.T) {
	t.Parallel()
	called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "answers", Waits: 100 * time.Millisecond, HangsUp: true})
	l := placing(t, called.Trunk, nil)
	if reply := l.place(t, func(ctx context.Context, _ *media.Session) { <-ctx.Done() }); reply != Taken {
		t.Errorf("%s", reply)
	}
	called.Fared(t)
}

// The ends of a call that nobody takes. A call that rings too long is cancelled, and
// sound before an answer is the trunk's. Control: let meaning answer NoAnswer for 486.
func TestNotTaken(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Reply{"busy": Busy, "rings": NoAnswer} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: name})
			if reply := placing(t, called.Trunk, nil).place(t, silentTalk(t)); reply != want {
				t.Errorf("%s, want %s", reply, want)
			}
			called.Fared(t)
		})
	}
}

// A redirection is a failure: nothing goes to where it leads (toll fraud, security.md
// E2). Control: on 302 send the INVITE to its Contact.
func TestRedirectionIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "answers"})
	called := hotlinetest.Answer(t, hotlinetest.Scenario{Name: "redirects", Contact: "sip:900123456@" + elsewhere.Trunk.String()})
	if reply := placing(t, called.Trunk, nil).place(t, silentTalk(t)); reply != Failed {
		t.Errorf("%s, want %s", reply, Failed)
	}
	called.Fared(t)
	if !elsewhere.Uncalled() {
		t.Error("the redirection was followed")
	}
}

// The trunk asks for a proof and gets it; with a wrong password the call fails after one
// more try. The trunk is our own endpoint, whose digest sipp is held to elsewhere.
// Control: leave out prove.
func TestPlacedWithProof(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		password string
		tcp      bool
		want     Reply
	}{"right": {"right", false, Taken}, "right over TCP": {"right", true, Taken}, "wrong": {"wrong", false, Failed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			trunk := open(t, func(c *Config, d *Deps) {
				c.Login = Credentials{User: "city", Password: "right"}
				d.Talk = func(context.Context, *Call) {}
			})
			l := placing(t, netip.MustParseAddrPort(trunk.Addr()), func(cfg *Config) {
				cfg.Out.TCP, cfg.Out.Login = c.tcp, Credentials{User: "city", Password: c.password}
			})
			if reply := l.place(t, func(ctx context.Context, _ *media.Session) { <-ctx.Done() }); reply != c.want {
				t.Fatalf("%s, want %s", reply, c.want)
			}
			if c.want == Taken && trunk.ended(t).call.Called != household {
				t.Error("another number was rung")
			}
		})
	}
}

// invited is a trunk by hand: it takes one INVITE and rings.
func invited(t *testing.T) (trunk *net.UDPConn, at netip.AddrPort, answer func() func(status, contact string) []byte) {
	t.Helper()
	trunk, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { trunk.Close() })
	trunk.SetReadDeadline(time.Now().Add(soon)) // what does not come is a failure, not a wait
	return trunk, netip.MustParseAddrPort(trunk.LocalAddr().String()), func() func(status, contact string) []byte {
		buf := make([]byte, 4096)
		n, from, err := trunk.ReadFromUDP(buf)
		if err != nil {
			t.Error(err)
			return nil
		}
		copied := regexp.MustCompile(`(?m)^(Via|From|To|Call-ID|CSeq):.*\r\n`).FindAllString(string(buf[:n]), -1)
		reply := func(status, contact string) []byte {
			var b strings.Builder
			fmt.Fprintf(&b, "SIP/2.0 %s\r\n", status)
			for _, h := range copied {
				if strings.HasPrefix(h, "To:") {
					h = strings.TrimSuffix(h, "\r\n") + ";tag=forged\r\n"
				}
				b.WriteString(h)
			}
			body := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
			fmt.Fprintf(&b, "Contact: <%s>\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", contact, len(body), body)
			return []byte(b.String())
		}
		trunk.WriteToUDP(reply("180 Ringing", "sip:x@127.0.0.1"), from)
		return reply
	}
}

// An answer that does not come from the trunk is none, whoever knows every word of the
// call: from a stranger, and from another trunk of the list.
// Control: leave out fromTrunk; the second is taken.
func TestForgedAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trunks string
		want   Reply
	}{"a stranger": {"127.0.0.1/32", NoAnswer}, "another trunk": {"127.0.0.0/8", Failed}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, at, answer := invited(t)
			l := placing(t, at, func(cfg *Config) { cfg.Trunks = []netip.Prefix{netip.MustParsePrefix(c.trunks)} })
			forger, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 2)})
			if err != nil {
				t.Fatal(err)
			}
			defer forger.Close()
			go func() {
				if reply := answer(); reply != nil {
					forger.WriteToUDP(reply("200 OK", "sip:x@127.0.0.2"), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(l.Addr())))
				}
			}()
			if reply := l.place(t, silentTalk(t)); reply != c.want {
				t.Errorf("%s, want %s", reply, c.want)
			}
		})
	}
}

// What we send within the call goes to the trunk, whatever its answer names.
// Control: leave out aim in routed.
func TestNothingLeavesTheTrunk(t *testing.T) {
	t.Parallel()
	trunk, at, answer := invited(t)
	victim, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 3)})
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	l := placing(t, at, nil)
	got := make(chan string, 8)
	go func() {
		defer close(got)
		reply := answer()
		if reply == nil {
			return
		}
		ok := strings.Replace(string(reply("200 OK", "sip:x@"+victim.LocalAddr().String())), "Contact:", "Record-Route: <sip:"+victim.LocalAddr().String()+";lr>\r\nContact:", 1)
		trunk.WriteToUDP([]byte(ok), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(l.Addr())))
		buf := make([]byte, 4096)
		for len(got) < 2 {
			n, _, err := trunk.ReadFromUDP(buf)
			if err != nil {
				return
			}
			if method, _, _ := strings.Cut(string(buf[:n]), " "); method != "INVITE" && (method != "ACK" || len(got) == 0) {
				got <- method
			}
		}
	}()
	if reply := l.place(t, func(context.Context, *media.Session) {}); reply != Taken {
		t.Fatalf("%s", reply)
	}
	if ack, bye := <-got, <-got; ack != "ACK" || bye != "BYE" {
		t.Errorf("the trunk got %q and %q", ack, bye)
	}
	victim.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, _, err := victim.ReadFromUDP(make([]byte, 4096)); err == nil {
		t.Errorf("%d bytes went where the answer said", n)
	}
}

// A trunk that says nothing costs one call, and a line without a trunk places none.
func TestNoTrunk(t *testing.T) {
	t.Parallel()
	mute, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	if reply := placing(t, netip.MustParseAddrPort(mute.LocalAddr().String()), nil).place(t, silentTalk(t)); reply != Failed {
		t.Errorf("a mute trunk: %s", reply)
	}
	if reply, err := open(t, nil).Place(t.Context(), Ticket{Notice: 7}, silentTalk(t)); reply != NotPlaced || err != nil {
		t.Errorf("no trunk: %s, %v", reply, err)
	}
	for name, trunk := range map[string]string{"not on the list": "192.0.2.1:5060", "no port": "127.0.0.1:0"} {
		out := Outgoing{Trunk: netip.MustParseAddrPort(trunk), Callee: func(context.Context, Ticket) (core.Phone, error) { return core.Phone{}, nil }}
		if err := out.fill(func(a netip.Addr) bool { return a.IsLoopback() }); err == nil {
			t.Errorf("a trunk that is %s is taken", name)
		}
	}
}

// Nothing is dialled but what a ticket stands for; a send has one call at a time, and
// there are no more at once than may be.
// Control: leave t.seen out of placedTable.sit.
func TestOnlyTickets(t *testing.T) {
	t.Parallel()
	_, at, answer := invited(t)
	l := placing(t, at, func(c *Config) { c.Out.MostCalls = 1 })
	if reply, err := l.Place(t.Context(), Ticket{Notice: 8}, silentTalk(t)); reply != NotPlaced || !errors.Is(err, errNoTicket) {
		t.Errorf("a notice that is not there: %s, %v", reply, err)
	}
	rings := make(chan struct{})
	go func() { answer(); close(rings) }()
	first := make(chan Reply, 1)
	go func() { first <- l.place(t, silentTalk(t)) }()
	<-rings
	for what, reference := range map[string]string{"the same send": t.Name(), "one too many": "another"} {
		if reply, _ := l.Place(t.Context(), Ticket{Notice: 7, Reference: reference}, silentTalk(t)); reply != NotPlaced {
			t.Errorf("%s: %s", what, reply)
		}
	}
	if reply := <-first; reply != NoAnswer {
		t.Errorf("the first: %s", reply)
	}
}

// The numbers that are dialled. Control: leave out the look at own[0].
func TestDialled(t *testing.T) {
	t.Parallel()
	for number, want := range map[string]bool{
		"13905340000": true, "19912345678": true, "0534-2612345": true, "010-62345678": true, "021-62345678": true,
		"0534-1681234": false, "0534-16812345": false, // services that cost
		"0534-9512345": false, "0534-123456": false, "010-6234567": true, "0534-0012345": false,
		"13491234567": false, "17401234567": false, // satellites
	} {
		p, err := core.ParsePhone(number)
		if err != nil {
			if want {
				t.Errorf("%s: %v", number, err)
			}
			continue
		}
		if dialled(p) != want {
			t.Errorf("%s: %v, want %v", number, !want, want)
		}
	}
	if dialled(core.Phone{}) {
		t.Error("no number is dialled")
	}
}

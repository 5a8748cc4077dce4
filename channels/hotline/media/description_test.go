package media

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/pion/sdp/v3"
)

// offerOf makes an SDP body of m-lines and their attributes.
func offerOf(lines ...string) []byte {
	head := "v=0\r\no=- 7 7 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
	return []byte(head + strings.Join(lines, "\r\n") + "\r\n")
}

func parsed(t *testing.T, body []byte) *Description {
	t.Helper()
	d, err := ParseSDP(body)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, body)
	}
	return d
}

// An offer and what the answer's lines must be, without their ports.
var offers = []struct {
	name    string
	offer   []string
	streams int
	answer  []string // after "m="; "0" stands for a refused line, "#" for a port
}{
	{"a-law wins over the offerer's order", []string{"m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000"}, 1,
		[]string{"audio # RTP/AVP 8 101|a=rtpmap:8 PCMA/8000|a=rtpmap:101 telephone-event/8000|a=fmtp:101 0-15|a=ptime:20|a=sendrecv"}},
	{"µ-law alone", []string{"m=audio 4000 RTP/AVP 0"}, 1,
		[]string{"audio # RTP/AVP 0|a=rtpmap:0 PCMU/8000|a=ptime:20|a=sendrecv"}},
	{"the offerer's payload type for keys", []string{"m=audio 4000 RTP/AVP 8 118", "a=rtpmap:118 telephone-event/8000"}, 1,
		[]string{"audio # RTP/AVP 8 118|a=rtpmap:8 PCMA/8000|a=rtpmap:118 telephone-event/8000|a=fmtp:118 0-15|a=ptime:20|a=sendrecv"}},
	{"keys at another rate are not ours", []string{"m=audio 4000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/16000"}, 1,
		[]string{"audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv"}},
	{"hold", []string{"m=audio 4000 RTP/AVP 8", "a=sendonly"}, 1, []string{"audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=recvonly"}},
	{"hold of both", []string{"m=audio 4000 RTP/AVP 8", "a=inactive"}, 1, []string{"audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=inactive"}},
	{"hold of the old kind", []string{"m=audio 4000 RTP/AVP 8", "c=IN IP4 0.0.0.0"}, 1, []string{"audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=recvonly"}},
	{"extra lines are refused in their order", []string{"m=video 5000 RTP/AVP 96", "m=audio 4000 RTP/AVP 8", "m=audio 4002 RTP/AVP 8", "m=application 9 UDP/BFCP *"}, 1,
		[]string{"video 0 RTP/AVP 96", "audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv", "audio 0 RTP/AVP 8", "application 0 UDP/BFCP *"}},
	{"encrypted sound is not ours", []string{"m=audio 4000 RTP/SAVP 8", "m=audio 4002 RTP/AVP 8"}, 1,
		[]string{"audio 0 RTP/SAVP 8", "audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=ptime:20|a=sendrecv"}},
	{"a forked call", []string{"m=audio 4000 RTP/AVP 8", "a=label:1", "a=sendonly", "m=audio 4002 RTP/AVP 0", "a=label:2", "a=sendonly", "m=audio 4004 RTP/AVP 8", "a=label:3", "a=sendonly"}, 2,
		[]string{"audio # RTP/AVP 8|a=rtpmap:8 PCMA/8000|a=label:1|a=ptime:20|a=recvonly", "audio # RTP/AVP 0|a=rtpmap:0 PCMU/8000|a=label:2|a=ptime:20|a=recvonly", "audio 0 RTP/AVP 8"}},
}

// Control: codecsOf in the order of the offer; mirrored without its switch; refused
// lines left out.
func TestAnswerMirrorsTheOffer(t *testing.T) {
	t.Parallel()
	e := engine(t, clockAt(t))
	for _, c := range offers {
		t.Run(c.name, func(t *testing.T) {
			s, err := e.Answer(parsed(t, offerOf(c.offer...)), Call{Streams: c.streams})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var got []string
			for i, part := range strings.Split(string(s.SDP()), "m=")[1:] {
				part = strings.ReplaceAll(strings.TrimSpace(part), "\r\n", "|")
				if l := s.legs[i]; l != nil {
					part = strings.Replace(part, fmt.Sprint(l.pair.port), "#", 1)
				}
				got = append(got, part)
			}
			if strings.Join(got, "\n") != strings.Join(c.answer, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.answer, "\n"))
			}
			var back sdp.SessionDescription
			if err := back.Unmarshal(s.SDP()); err != nil || len(s.SDP()) > 700 {
				t.Errorf("the answer of %d bytes: %v", len(s.SDP()), err)
			}
		})
	}
}

func TestOffersThatAreRefused(t *testing.T) {
	t.Parallel()
	many := make([]string, maxLines+1)
	for i := range many {
		many[i] = "m=audio 4000 RTP/AVP 8"
	}
	for _, c := range []struct {
		name string
		body []byte
		want error
	}{
		{"no common codec", offerOf("m=audio 4000 RTP/AVP 18 9"), ErrNoCodec},
		{"only video", offerOf("m=video 4000 RTP/AVP 96"), ErrNoCodec},
		{"all lines off", offerOf("m=audio 0 RTP/AVP 8"), ErrNoCodec},
		{"no lines", offerOf(), ErrSDP},
		{"too many lines", offerOf(many...), ErrSDP},
		{"too many formats", offerOf("m=audio 4000 RTP/AVP 8" + strings.Repeat(" 9", maxFormats)), ErrSDP},
		{"too long", offerOf("m=audio 4000 RTP/AVP 8", "a=x:"+strings.Repeat("x", maxDescription)), ErrSDP},
		{"a port that is none", offerOf("m=audio 70000 RTP/AVP 8"), ErrSDP},
		{"no SDP", []byte("hello"), ErrSDP},
		{"nothing", nil, ErrSDP},
	} {
		if _, err := ParseSDP(c.body); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// Sound is never sent to where nobody or everybody is.
func TestAddressesThatAreNotSentTo(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"192.0.2.9": true, "2001:db8::1": true, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false, "example.cn": false} {
		family := "IP4"
		if strings.Contains(host, ":") {
			family = "IP6"
		}
		d := parsed(t, offerOf("m=audio 4000 RTP/AVP 8", "c=IN "+family+" "+host))
		if got := d.Lines[0].Remote; got.IsValid() != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

// Control: the version counted up with every description.
func TestReofferChangesTheVersionOnlyWithTheText(t *testing.T) {
	t.Parallel()
	e := engine(t, clockAt(t))
	s, err := e.Answer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8")), Call{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first := string(s.SDP())
	version := func(body string) (id, n uint64) {
		if _, err := fmt.Sscanf(body, "v=0\r\no=- %d %d", &id, &n); err != nil {
			t.Fatal(err)
		}
		return id, n
	}
	again, err := s.Reoffer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8")))
	if err != nil || string(again) != first {
		t.Errorf("the same offer: %v\n%s\n%s", err, again, first)
	}
	held, err := s.Reoffer(parsed(t, offerOf("m=audio 4000 RTP/AVP 8", "a=sendonly")))
	if err != nil {
		t.Fatal(err)
	}
	id, n := version(first)
	if id2, n2 := version(string(held)); id2 != id || n2 != n+1 {
		t.Errorf("origin %d %d became %d %d", id, n, id2, n2)
	}
	// What is refused changes nothing.
	if _, err := s.Reoffer(&Description{Lines: []Line{{Media: "audio", Port: 4000}}}); !errors.Is(err, ErrNoCodec) {
		t.Errorf("a re-offer without a codec: %v", err)
	}
	if string(s.SDP()) != string(held) || s.legs[0].direction != RecvOnly || !s.legs[0].active {
		t.Error("a refused re-offer changed the call")
	}
	// An exchange that re-invites without an offer is offered both laws on the same port.
	own := parsed(t, s.Offer())
	if l := own.Lines[0]; int(l.Port) != s.Port() || len(l.Codecs) != 2 || l.Event != ownEvent || l.Direction != SendRecv {
		t.Errorf("our offer: %+v", l)
	}
	if err := s.Accept(parsed(t, offerOf("m=audio 4010 RTP/AVP 0"))); err != nil || s.legs[0].codec != PCMU {
		t.Errorf("accept: %v, codec %d", err, s.legs[0].codec)
	}
	if got := s.legs[0].latch.told; got != netip.MustParseAddrPort("192.0.2.9:4010") {
		t.Errorf("told %v", got)
	}
}

func FuzzParseSDP(f *testing.F) {
	for _, c := range offers {
		f.Add(offerOf(c.offer...))
	}
	f.Add([]byte("v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\nm=audio 1/2 RTP/AVP 8\r\nc=IN IP4 1.2.3.4/127/3\r\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := ParseSDP(body)
		if err != nil {
			return
		}
		w := writer{id: 1, host: netip.MustParseAddr("192.0.2.1")}
		var lines []described
		speaking := 0
		for _, l := range d.Lines {
			out := described{from: l}
			if l.speakable() && speaking < 2 {
				speaking++
				out.port, out.codecs, out.event, out.direction, out.label = 4000, l.Codecs[:1], l.Event, l.Direction.mirrored(), l.Label
			}
			lines = append(lines, out)
		}
		answer := w.write(lines)
		back, err := ParseSDP(answer)
		if err != nil {
			t.Fatalf("our answer is not read: %v\n%s", err, answer)
		}
		if len(back.Lines) != len(d.Lines) || len(answer) > 1100 {
			t.Fatalf("%d lines became %d in %d bytes", len(d.Lines), len(back.Lines), len(answer))
		}
	})
}

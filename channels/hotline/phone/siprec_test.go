package phone

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"lianou/channels/hotline/media"
)

// A call that an exchange forks: two streams, the caller's on the left, the agent's on
// the right, parties out of the metadata. Control: swap the channels in channelsOf.
func TestForkedCall(t *testing.T) {
	t.Parallel()
	l := open(t, nil)
	a, b := l.caller(t, "tcp"), l.caller(t, "tcp")
	line := func(c *caller, label string) string {
		return fmt.Sprintf("m=audio %d RTP/AVP 8\r\na=label:%s\r\na=sendonly\r\n", c.rtp.LocalAddr().(*net.UDPAddr).Port, label)
	}
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + line(a, "96") + line(b, "97")
	body := "--cut\r\nContent-Type: application/sdp\r\n\r\n" + sdp +
		"\r\n--cut\r\nContent-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session\r\n\r\n" + rfcMetadata + "\r\n--cut--\r\n"
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	d, err := a.dua.Invite(ctx, a.uri(), []byte(body), sip.NewHeader("Require", "siprec"), sip.NewHeader("Content-Type", "multipart/mixed;boundary=cut"))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Ack(ctx); err != nil {
		t.Fatal(err)
	}
	answer, err := media.ParseSDP(d.InviteResponse.Body())
	if err != nil || len(answer.Lines) != 2 || answer.Lines[0].Label != "96" || answer.Lines[1].Direction != media.RecvOnly {
		t.Fatalf("%+v %v", answer, err)
	}
	began := time.Now()
	a.say(net.UDPAddrFromAddrPort(answer.Lines[0].Remote), 20, 0x2a)
	b.say(net.UDPAddrFromAddrPort(answer.Lines[1].Remote), 30, 0x2a)
	took := time.Since(began)
	a.bye(d)
	e := l.ended(t)
	if !e.call.Forked || e.call.Caller != "13800000000" || len(e.call.Parties) != 2 || e.result.End != EndCaller {
		t.Errorf("%+v", e.call)
	}
	if n := loud(t, e.result.Recorded.Path); n < 18*160 || n > 20*160 {
		t.Errorf("%d loud samples of the caller", n)
	}
	if got := e.result.Recorded.Length; (got - took).Abs() > took/10 {
		t.Errorf("%v of %v", got, took)
	}
}

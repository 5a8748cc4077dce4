package phone

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/pion/rtp"

	"lianou/channels/hotline/media"
)

func TestMain(m *testing.M) {
	Hush()
	sip.SetTimers(25*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond) // an ACK that never comes is given up after 1.6 s
	m.Run()
}

// soon bounds every wait for what must come.
const soon = 20 * time.Second

// kept is what a Watcher was told.
type kept struct {
	mu       sync.Mutex
	refuse   error
	began    []*Call
	answered int
	over     chan ended
}

type ended struct {
	call   *Call
	result Result
}

func (k *kept) Began(c *Call) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.began = append(k.began, c)
	var id [8]byte
	rand.Read(id[:])
	return hex.EncodeToString(id[:]), k.refuse
}

func (k *kept) Answered(*Call) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered++
}

func (k *kept) Over(c *Call, r Result) { k.over <- ended{c, r} }

func (k *kept) calls() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.began)
}

// line is an endpoint that runs.
type line struct {
	*Endpoint
	kept  *kept
	sound *media.Engine
	stop  context.CancelFunc
	done  chan error
}

// open runs an endpoint on a free port; change alters its settings first. Without a
// talk, a call goes on until somebody hangs up.
func open(t *testing.T, change func(*Config, *Deps)) *line {
	t.Helper()
	loopback := netip.MustParseAddr("127.0.0.1")
	first := ports(t)
	sound, err := media.New(media.Config{Bind: loopback, FirstPort: first, LastPort: first + 199, Folder: t.TempDir(), Drain: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{over: make(chan ended, 1000)}
	cfg := Config{Addr: "127.0.0.1:0", Host: loopback, Trunks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Drain: 100 * time.Millisecond}
	deps := Deps{Media: sound, Talk: func(ctx context.Context, _ *Call) { <-ctx.Done() }, Watch: k, Log: silent(), Now: time.Now}
	if change != nil {
		change(&cfg, &deps)
	}
	e, err := New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l := &line{Endpoint: e, kept: k, sound: sound, stop: cancel, done: make(chan error, 1)}
	go func() { l.done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-l.done; err != nil {
			t.Error(err)
		}
		if s := sound.Ports(); s.Busy != 0 {
			t.Errorf("%d pairs of ports were not given back", s.Busy)
		}
		sound.Close()
	})
	return l
}

var nextPorts struct {
	sync.Mutex
	at uint16
}

// ports gives each line of the tests a range of its own.
func ports(t *testing.T) uint16 {
	t.Helper()
	nextPorts.Lock()
	defer nextPorts.Unlock()
	if nextPorts.at == 0 {
		nextPorts.at = 30000
	}
	nextPorts.at += 200
	return nextPorts.at
}

func (l *line) ended(t *testing.T) ended {
	t.Helper()
	select {
	case e := <-l.kept.over:
		return e
	case <-time.After(soon):
		t.Fatal("the call does not end")
		return ended{}
	}
}

// caller is a telephone: a client of SIP with a socket for sound.
type caller struct {
	t     *testing.T
	line  *line
	ua    *sipgo.UserAgent
	dua   sipgo.DialogUA
	rtp   *net.UDPConn
	proto string
	again chan *sip.Response // answers that came once more
}

func (l *line) caller(t *testing.T, proto string) *caller {
	t.Helper()
	again := make(chan *sip.Response, 64)
	ua, err := sipgo.NewUA(sipgo.WithUserAgent("tester"), sipgo.WithUserAgentHostname("127.0.0.1"),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent()),
			sip.WithTransactionLayerUnhandledResponseHandler(func(res *sip.Response) {
				select {
				case again <- res:
				default:
				}
			})), sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent())))
	if err != nil {
		t.Fatal(err)
	}
	client, err := sipgo.NewClient(ua, sipgo.WithClientHostname("127.0.0.1"), sipgo.WithClientLogger(silent()))
	if err != nil {
		t.Fatal(err)
	}
	sock, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sock.Close(); ua.Close() })
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "13800000000", Host: "127.0.0.1", Port: 5999}}
	return &caller{t: t, line: l, ua: ua, dua: sipgo.DialogUA{Client: client, ContactHDR: contact}, rtp: sock, proto: proto, again: again}
}

func (c *caller) uri() sip.Uri {
	u := sip.Uri{Scheme: "sip", User: "12345", Host: "127.0.0.1", Port: c.line.port, UriParams: sip.NewParams()}
	u.UriParams.Add("transport", c.proto)
	return u
}

func (c *caller) offer(codec string) []byte {
	return fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP %s 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n",
		c.rtp.LocalAddr().(*net.UDPAddr).Port, codec)
}

// invite sends an INVITE and gives the dialog before its answer.
func (c *caller) invite(body []byte, headers ...sip.Header) *sipgo.DialogClientSession {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), soon)
	c.t.Cleanup(cancel)
	if body != nil {
		headers = append(headers, sip.NewHeader("Content-Type", "application/sdp"))
	}
	d, err := c.dua.Invite(ctx, c.uri(), body, headers...)
	if err != nil {
		c.t.Fatal(err)
	}
	return d
}

// call is a call that was answered and confirmed, with where its sound goes.
func (c *caller) call() (*sipgo.DialogClientSession, *net.UDPAddr) {
	c.t.Helper()
	d := c.invite(c.offer("8"))
	ctx, cancel := context.WithTimeout(c.t.Context(), soon)
	defer cancel()
	if err := d.WaitAnswer(ctx, sipgo.AnswerOptions{}); err != nil {
		c.t.Fatal(err)
	}
	if err := d.Ack(ctx); err != nil {
		c.t.Fatal(err)
	}
	answer, err := media.ParseSDP(d.InviteResponse.Body())
	if err != nil {
		c.t.Fatal(err)
	}
	return d, net.UDPAddrFromAddrPort(answer.Lines[0].Remote)
}

// say sends so much sound at once with timestamps of real time; loud or silent.
func (c *caller) say(to *net.UDPAddr, frames int, sample byte) {
	c.t.Helper()
	payload := make([]byte, 160)
	for i := range payload {
		payload[i] = sample
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for i := range frames {
		b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(i), Timestamp: uint32(160 * i), SSRC: 7}, Payload: payload}).Marshal()
		if err == nil {
			_, err = c.rtp.WriteToUDP(b, to)
		}
		if err != nil {
			c.t.Fatal(err)
		}
		<-tick.C
	}
}

func (c *caller) bye(d *sipgo.DialogClientSession) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	if err := d.Bye(ctx); err != nil {
		c.t.Fatal(err)
	}
}

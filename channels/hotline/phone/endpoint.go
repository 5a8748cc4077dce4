package phone

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/prometheus/client_golang/prometheus"

	"lianou/channels/hotline/media"
)

// Config is what an Endpoint is set up with.
type Config struct {
	// Addr is the listener, UDP and TCP on the same port. Required.
	Addr string
	// Trunks are the networks calls are taken from. Required.
	Trunks []netip.Prefix
	// Login, when it has a user, is what every INVITE must prove beside its address.
	Login Credentials
	// Host is our address as trunks reach it: in Contact and in descriptions of sound.
	// Required.
	Host netip.Addr
	// MostCalls bounds the calls at one time. Defaults to 600.
	MostCalls int
	// MostMessages bounds the SIP messages of one trunk in a second. Defaults to 2,000:
	// ten times the busiest hour of a city's hotline, at ten messages a call.
	MostMessages int
	// Drain is how long running calls may go on after a stop was asked for. Defaults
	// to 15 s.
	Drain time.Duration
	// Metrics is where counters are registered. Defaults to nowhere.
	Metrics prometheus.Registerer
	// Out is how calls are placed. Defaults to not at all.
	Out Outgoing
}

// Deps is what an Endpoint works with; all are required.
type Deps struct {
	Media *media.Engine
	// Talk talks with the caller of a call that was answered. It returns when the talk
	// is over; the endpoint hangs up then.
	Talk func(ctx context.Context, c *Call)
	// Watch is told of every call as it begins, is answered and ends, in this order.
	Watch Watcher
	Log   *slog.Logger
	Now   func() time.Time
}

// Watcher keeps what becomes of calls.
type Watcher interface {
	// Began keeps a call before it is answered, and names its recording: a name of
	// letters and digits that Deps.Media makes a file of. An error refuses the call.
	Began(c *Call) (sound string, err error)
	Answered(c *Call)
	Over(c *Call, r Result)
}

// Endpoint is our end of the trunks.
type Endpoint struct {
	cfg    Config
	deps   Deps
	ua     *sipgo.UserAgent
	server *sipgo.Server
	client *sipgo.Client
	guard  *guard
	nonces *nonces
	udp    net.PacketConn
	tcp    net.Listener
	port   int

	calls   callTable
	placed  placedTable
	closing atomic.Bool
	ending  context.Context // done when calls of ours are to end at once
	end     context.CancelFunc
	count   *counters
}

// New opens the listeners. Errors name the address that could not be had.
func New(cfg Config, deps Deps) (*Endpoint, error) {
	if cfg.MostCalls == 0 {
		cfg.MostCalls = 600
	}
	if cfg.MostMessages == 0 {
		cfg.MostMessages = 2000
	}
	if cfg.Drain == 0 {
		cfg.Drain = 15 * time.Second
	}
	if len(cfg.Trunks) == 0 || !cfg.Host.IsValid() || cfg.Host.IsUnspecified() {
		return nil, errors.New("a telephone line needs trunks and an address at which they reach it")
	}
	e := &Endpoint{cfg: cfg, deps: deps, nonces: newNonces(deps.Now), count: newCounters(cfg.Metrics)}
	e.calls.open(cfg.MostCalls)
	e.guard = newGuard(cfg, deps.Now, e.count.drop)
	if err := e.cfg.Out.fill(e.guard.trunk); err != nil {
		return nil, err
	}
	e.placed.open(e.cfg.Out.MostCalls)
	e.ending, e.end = context.WithCancel(context.Background())
	if err := e.listen(); err != nil {
		return nil, err
	}
	if err := e.stack(); err != nil {
		e.udp.Close()
		e.tcp.Close()
		return nil, err
	}
	return e, nil
}

// listen takes the same port for both transports. With port 0 the datagram's port is
// the one asked for again.
func (e *Endpoint) listen() error {
	var lc net.ListenConfig
	for try := 0; ; try++ {
		udp, err := lc.ListenPacket(context.Background(), "udp", e.cfg.Addr)
		if err != nil {
			return fmt.Errorf("listen for calls at %s: %w", e.cfg.Addr, err)
		}
		e.port = udp.LocalAddr().(*net.UDPAddr).Port
		host, _, _ := net.SplitHostPort(e.cfg.Addr)
		tcp, err := lc.Listen(context.Background(), "tcp", net.JoinHostPort(host, fmt.Sprint(e.port)))
		if err == nil {
			e.udp, e.tcp = udp, tcp
			return nil
		}
		udp.Close()
		if _, port, _ := net.SplitHostPort(e.cfg.Addr); port != "0" || try > 8 {
			return fmt.Errorf("listen for calls at %s over TCP: %w", e.cfg.Addr, err)
		}
	}
}

func (e *Endpoint) stack() (err error) {
	host := e.cfg.Host.String()
	e.ua, err = sipgo.NewUA(sipgo.WithUserAgent("lianou"), sipgo.WithUserAgentHostname(host),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent()),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) { e.count.drop("answer") })),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent()), sip.WithTransportLayerReadFilter(e.guard.filter)))
	if err != nil {
		return err
	}
	if e.server, err = sipgo.NewServer(e.ua, sipgo.WithServerLogger(silent())); err != nil {
		return err
	}
	if e.client, err = sipgo.NewClient(e.ua, sipgo.WithClientLogger(silent()), sipgo.WithClientHostname(host)); err != nil {
		return err
	}
	e.routes()
	return nil
}

// Addr is where the endpoint listens, for tests and for the greeting of `lianou up`.
func (e *Endpoint) Addr() string { return e.udp.LocalAddr().String() }

// Run serves until ctx ends; then it takes no new call, lets those that run come to
// their end for as long as Drain, and ends the rest politely. It returns when every
// recording is closed.
func (e *Endpoint) Run(ctx context.Context) error {
	failed := make(chan error, 2)
	go func() { failed <- e.server.ServeUDP(e.udp) }()
	go func() { failed <- e.server.ServeTCP(e.guard.door(e.tcp)) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	e.drain()
	e.end()
	e.ua.Close()
	e.udp.Close()
	e.tcp.Close()
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve calls: %w", err)
	}
	return nil
}

func (e *Endpoint) drain() {
	e.closing.Store(true)
	done := e.calls.close()
	timer := time.NewTimer(e.cfg.Drain)
	defer timer.Stop()
	select {
	case <-done:
		return
	case <-timer.C:
	}
	e.end()
	e.calls.each(func(c *Call) { c.Hangup(EndStopped) })
	timer.Reset(LastWords)
	select {
	case <-done:
	case <-timer.C:
		e.deps.Log.Error("calls did not end in time; what they recorded is on the disk")
	}
}

// routes says who sees which request. Every one is held to check first.
func (e *Endpoint) routes() {
	handle := func(method sip.RequestMethod, f func(*sip.Request, sip.ServerTransaction)) {
		e.server.OnRequest(method, func(req *sip.Request, tx sip.ServerTransaction) {
			defer e.survive(req, tx)
			if no := check(req); no != nil {
				e.refuse(req, tx, no)
				return
			}
			f(req, tx)
		})
	}
	handle(sip.INVITE, e.invite)
	handle(sip.ACK, e.ack)
	handle(sip.BYE, e.bye)
	handle(sip.CANCEL, e.cancel)
	handle(sip.OPTIONS, e.options)
	handle(sip.UPDATE, e.update)
	handle(sip.INFO, e.info)
	e.server.OnNoRoute(func(req *sip.Request, tx sip.ServerTransaction) {
		if no := check(req); no != nil {
			e.refuse(req, tx, no)
			return
		}
		e.refuse(req, tx, &refusal{code: sip.StatusMethodNotAllowed, reason: "Method Not Allowed", headers: []sip.Header{allow()}})
	})
}

// survive keeps one bad message from ending every call of the city.
func (e *Endpoint) survive(req *sip.Request, tx sip.ServerTransaction) {
	if p := recover(); p != nil {
		e.count.drop("panic")
		e.broke("a message", p)
		e.refuse(req, tx, &refusal{code: sip.StatusInternalServerError, reason: "Server Internal Error"})
	}
}

// broke logs a panic by its kind and place: its text may quote what a message said.
func (e *Endpoint) broke(what string, p any) {
	e.deps.Log.Error(what+" broke its handler", "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
}

func (e *Endpoint) refuse(req *sip.Request, tx sip.ServerTransaction, no *refusal) {
	e.count.refuse(no.code)
	if req.IsAck() {
		return // an ACK has no answer
	}
	res := sip.NewResponseFromRequest(req, no.code, no.reason, nil)
	for _, h := range no.headers {
		res.AppendHeader(h)
	}
	if err := tx.Respond(res); err != nil {
		e.count.drop("unanswered")
	}
}

// options answers an exchange that asks whether we are there.
func (e *Endpoint) options(req *sip.Request, tx sip.ServerTransaction) {
	if e.closing.Load() {
		e.refuse(req, tx, unavailable())
		return
	}
	res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
	res.AppendHeader(allow())
	res.AppendHeader(sip.NewHeader("Accept", typeSDP+", multipart/mixed"))
	res.AppendHeader(sip.NewHeader("Supported", "siprec"))
	if err := tx.Respond(res); err != nil {
		e.count.drop("unanswered")
	}
}

func unavailable() *refusal {
	return &refusal{code: sip.StatusServiceUnavailable, reason: "Service Unavailable", headers: []sip.Header{sip.NewHeader("Retry-After", "5")}}
}

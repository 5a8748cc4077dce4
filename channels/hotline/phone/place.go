package phone

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"lianou/channels/hotline/media"
	"lianou/core"
)

// placed is a call of ours. Every message of it goes to the trunk, whatever a Contact, a
// Record-Route or a redirection names (toll fraud, security.md E2).
type placed struct {
	e      *Endpoint
	id     string // Call-ID
	tag    string // ours
	invite *sip.Request
	answer *sip.Response
	sound  *media.Session
	seq    uint32
	ctx    context.Context
	stop   context.CancelFunc

	mu     sync.Mutex
	remote string // the other side's tag
	heard  uint32 // highest CSeq of the other side
	gone   bool   // the other side hung up
}

// Limits of what a trunk may leave open.
const (
	abandonWait  = 10 * time.Second // for the end of a call that was cancelled
	mostAttempts = 2                // INVITEs of one call: without and with a proof
)

// ring places one call and sees it to its end.
func (e *Endpoint) ring(ctx context.Context, number core.Phone, talk func(context.Context, *media.Session)) Reply {
	sound, err := e.deps.Media.Offer(media.Call{Streams: 1})
	if err != nil {
		e.deps.Log.Warn("a call could not be placed", "error", err)
		return NotPlaced
	}
	p := &placed{e: e, id: random(), tag: random(), sound: sound, seq: 1}
	p.ctx, p.stop = context.WithCancel(ctx)
	defer p.stop()
	defer sound.Close()
	defer context.AfterFunc(e.ending, p.stop)()
	e.placed.put(p)
	defer e.placed.drop(p)
	p.invite = p.request(sip.INVITE, e.calleeURI(number))
	p.invite.AppendHeader(allow())
	p.invite.AppendHeader(sip.NewHeader("Content-Type", typeSDP))
	p.invite.SetBody(sound.SDP())
	reply := p.dial()
	if reply != Taken {
		return reply
	}
	defer p.hangup()
	answer, err := media.ParseSDP(p.answer.Body())
	if err != nil || sound.Accept(answer) != nil {
		return Failed
	}
	sound.Start()
	p.talk(talk)
	return Taken
}

func random() string {
	var b [16]byte
	rand.Read(b[:]) // never fails (Go 1.24)
	return hex.EncodeToString(b[:])
}

func (e *Endpoint) calleeURI(number core.Phone) sip.Uri {
	u := sip.Uri{Scheme: "sip", User: number.Reveal(), Host: e.cfg.Out.Trunk.Addr().String(), Port: int(e.cfg.Out.Trunk.Port()), UriParams: sip.NewParams()}
	if e.cfg.Out.TCP {
		u.UriParams.Add("transport", "tcp")
	}
	return u
}

// request begins a request of this call.
func (p *placed) request(method sip.RequestMethod, to sip.Uri) *sip.Request {
	out := p.e.cfg.Out
	req := sip.NewRequest(method, to)
	host := p.e.cfg.Host.String()
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: out.Number, Host: host}, Params: sip.NewParams()}
	from.Params.Add("tag", p.tag)
	whom := sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: to.User, Host: to.Host}, Params: sip.NewParams()}
	if p.answer != nil {
		whom = *p.answer.To()
	} else if p.invite != nil {
		whom = *p.invite.To()
	}
	id, hops := sip.CallIDHeader(p.id), sip.MaxForwardsHeader(70)
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: out.Number, Host: host, Port: p.e.port, UriParams: sip.NewParams()}}
	if out.TCP {
		contact.Address.UriParams.Add("transport", "tcp")
	}
	for _, h := range []sip.Header{&from, &whom, &id, &sip.CSeqHeader{SeqNo: p.seq, MethodName: method}, &hops, &contact} {
		req.AppendHeader(h)
	}
	p.aim(req)
	return req
}

// aim sends a request to the trunk and nowhere else, over UDP from the port that calls
// are taken on: what comes back passes the guard.
func (p *placed) aim(req *sip.Request) {
	req.SetTransport("UDP")
	if p.e.cfg.Out.TCP {
		req.SetTransport("TCP")
	} else if at, err := netip.ParseAddrPort(p.e.udp.LocalAddr().String()); err == nil {
		req.Laddr = sip.Addr{IP: at.Addr().AsSlice(), Port: int(at.Port())}
	}
	req.SetDestination(p.e.cfg.Out.Trunk.String())
}

// dial sends the INVITE, once more with a proof if the trunk asks for one, and waits for
// somebody to pick up. Sound before that is not listened to: it is the trunk's.
func (p *placed) dial() Reply {
	limit := time.NewTimer(p.e.cfg.Out.Ring)
	defer limit.Stop()
	for attempt := 1; ; attempt++ {
		tx, err := p.e.client.TransactionRequest(p.ctx, p.invite)
		if err != nil {
			p.e.deps.Log.Warn("a call did not leave this machine", "error", err)
			return NotPlaced
		}
		res, reply := p.wait(tx, limit.C)
		if res == nil {
			return reply
		}
		if res.IsSuccess() {
			p.answer = res
			return p.confirm(tx)
		}
		tx.Terminate()
		if attempt >= mostAttempts || !p.prove(p.invite, res) {
			return meaning(res.StatusCode)
		}
	}
}

// wait gives the final answer of an INVITE; nil when it was given up.
func (p *placed) wait(tx sip.ClientTransaction, limit <-chan time.Time) (*sip.Response, Reply) {
	rings := false
	given := NoAnswer
	for done := p.ctx.Done(); ; {
		select {
		case res := <-tx.Responses():
			if p.fromTrunk(res) {
				if rings = true; !res.IsProvisional() {
					return res, ""
				}
				continue
			}
			p.e.count.drop("stranger")
			if res.IsProvisional() {
				continue
			}
			rings, given = true, Failed // the transaction is over by a forged word: the trunk is told to stop
		case <-tx.Done():
			return nil, Failed
		case <-limit:
		case <-done:
			given = Failed
		}
		if !rings { // nothing may be cancelled that nobody has heard of (RFC 3261 section 9.1)
			tx.Terminate()
			return nil, Failed
		}
		return nil, p.cancel(tx, given)
	}
}

// fromTrunk reports whether an answer comes from where the call went.
func (p *placed) fromTrunk(res *sip.Response) bool {
	at, err := netip.ParseAddrPort(res.Source())
	return err == nil && at.Addr().Unmap() == p.e.cfg.Out.Trunk.Addr().Unmap()
}

// cancel gives up a call that rings. Somebody may pick up at this very moment: then it
// is confirmed and hung up, and was not answered.
func (p *placed) cancel(tx sip.ClientTransaction, given Reply) Reply {
	req := p.request(sip.CANCEL, p.invite.Recipient)
	req.RemoveHeader("Contact")
	req.PrependHeader(sip.HeaderClone(p.invite.Via()))
	var answers <-chan *sip.Response
	if canceled, err := p.e.client.TransactionRequest(context.WithoutCancel(p.ctx), req); err == nil {
		defer canceled.Terminate()
		answers = canceled.Responses()
	}
	limit := time.NewTimer(min(abandonWait, 64*sip.T1))
	defer limit.Stop()
	for {
		select {
		case <-answers:
		case res := <-tx.Responses():
			if res.IsProvisional() || !p.fromTrunk(res) {
				continue
			}
			if res.IsSuccess() {
				p.answer = res
				if p.confirm(tx) == Taken {
					p.hangup()
				}
				return given
			}
			tx.Terminate()
			return given
		case <-tx.Done():
			return given
		case <-limit.C:
			tx.Terminate()
			return given
		}
	}
}

// confirm sends the ACK, and again as often as the answer comes again.
func (p *placed) confirm(tx sip.ClientTransaction) Reply {
	p.mu.Lock()
	p.remote, _ = p.answer.To().Params.Get("tag")
	p.mu.Unlock()
	ack := p.request(sip.ACK, p.target())
	p.routed(ack)
	send := func() error { return p.e.client.WriteRequest(ack.Clone()) }
	tx.OnRetransmission(func(res *sip.Response) {
		if res.IsSuccess() && send() != nil {
			p.e.count.drop("ack")
		}
	})
	if send() != nil {
		tx.Terminate()
		return Failed
	}
	return Taken
}

// target is the address that the other side gives for the call; it stands in the request
// line, and the request goes to the trunk.
func (p *placed) target() sip.Uri {
	if c := p.answer.Contact(); c != nil {
		return *c.Address.Clone()
	}
	return p.invite.Recipient
}

// routed adds the trunk's own route (RFC 3261 section 12.1.2).
func (p *placed) routed(req *sip.Request) {
	list := p.answer.GetHeaders("Record-Route")
	for i := len(list) - 1; i >= 0; i-- {
		req.AppendHeader(sip.NewHeader("Route", list[i].Value()))
	}
	p.aim(req)
}

// talk lets talk talk until it is over, or the other side hangs up, falls silent or
// keeps the line too long.
func (p *placed) talk(talk func(context.Context, *media.Session)) {
	ctx, cancel := context.WithTimeout(p.ctx, p.e.cfg.Out.Longest)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				p.e.broke("a call of ours", v)
			}
		}()
		talk(ctx, p.sound)
	}()
	select {
	case <-done:
	case <-p.sound.Silent():
		cancel()
	case <-ctx.Done():
	}
	<-done
}

// hangup ends the call, unless the other side has.
func (p *placed) hangup() {
	if p.left() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), byeWait)
	defer cancel()
	p.seq++
	req := p.request(sip.BYE, p.target())
	p.routed(req)
	for attempt := 1; ; attempt++ {
		res := p.ask(ctx, req)
		if res == nil || attempt >= mostAttempts || !p.prove(req, res) {
			return
		}
	}
}

// ask sends a request and gives its final answer, nil without one.
func (p *placed) ask(ctx context.Context, req *sip.Request) *sip.Response {
	tx, err := p.e.client.TransactionRequest(ctx, req)
	if err != nil {
		p.e.count.drop("bye")
		return nil
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res
			}
		case <-tx.Done():
			return nil
		case <-ctx.Done():
			p.e.count.drop("bye")
			return nil
		}
	}
}

package phone

import (
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"lianou/channels/hotline/media"
	"lianou/core"
)

// find gives the call that a request belongs to.
func (e *Endpoint) find(req *sip.Request) (*Call, bool) {
	id, err := sip.DialogIDFromRequestUAS(req)
	if err != nil {
		return nil, false
	}
	return e.calls.find(id)
}

func gone() *refusal {
	return &refusal{code: sip.StatusCallTransactionDoesNotExists, reason: "Call Does Not Exist"}
}

// ack confirms our answer. Where we offered, it brings the other side's answer.
func (e *Endpoint) ack(req *sip.Request, tx sip.ServerTransaction) {
	if p, ok := e.ours(req); ok {
		p.acked(req)
		return
	}
	c, ok := e.find(req)
	if !ok {
		return
	}
	c.mu.Lock()
	if body, no := contentOf(req); no == nil && len(body.sdp) > 0 {
		if answer, err := media.ParseSDP(body.sdp); err != nil || c.sound.Accept(answer) != nil {
			e.count.drop("ack_answer") // the call has no sound; the time-out of media ends it
		}
	}
	c.mu.Unlock()
	c.confirmed(req.CSeq().SeqNo)
	if err := c.dialog.ReadAck(req, tx); err != nil {
		e.count.drop("ack")
	}
}

func (e *Endpoint) bye(req *sip.Request, tx sip.ServerTransaction) {
	if p, ok := e.ours(req); ok {
		p.bye(req, tx)
		return
	}
	c, ok := e.find(req)
	if !ok {
		e.refuse(req, tx, gone())
		return
	}
	c.because(EndCaller)
	if err := c.dialog.ReadBye(req, tx); err != nil {
		e.refuse(req, tx, badRequest("Bad Request"))
		return
	}
	c.stop(nil)
}

// cancel is one that fits no INVITE in progress; those that fit never come here.
func (e *Endpoint) cancel(req *sip.Request, tx sip.ServerTransaction) { e.refuse(req, tx, gone()) }

// reinvite is a new offer within a call: put on hold, taken back, moved elsewhere. An
// offer that we cannot take leaves the call as it was.
func (e *Endpoint) reinvite(req *sip.Request, tx sip.ServerTransaction) {
	if p, ok := e.ours(req); ok {
		p.renew(req, tx)
		return
	}
	c, ok := e.find(req)
	if !ok {
		e.refuse(req, tx, gone())
		return
	}
	if !c.inOrder(req) || req.IsInvite() && c.dialog.ReadRequest(req, tx) != nil {
		e.refuse(req, tx, outOfOrder())
		return
	}
	sdp, no := c.renew(req)
	if no != nil {
		e.refuse(req, tx, no)
		return
	}
	res := e.described(req, sdp)
	if !req.IsInvite() {
		e.respond(tx, res)
		return
	}
	e.insist(c, tx, res)
}

// insist sends the 200 of a re-INVITE until its ACK comes: the library does so for the
// first one only, and over UDP one lost datagram would end a running call (RFC 3261
// section 13.3.1.4).
func (e *Endpoint) insist(c *Call, tx sip.ServerTransaction, res *sip.Response) {
	acked := c.awaits(res.CSeq().SeqNo)
	limit := time.NewTimer(64 * sip.T1)
	defer limit.Stop()
	for wait := sip.T1; ; wait = min(2*wait, sip.T2) {
		e.respond(tx, res)
		again := time.NewTimer(wait)
		select {
		case <-acked:
		case <-c.ctx.Done():
		case <-limit.C:
			e.count.drop("reinvite_ack")
		case <-again.C:
			continue
		}
		again.Stop()
		return
	}
}

func outOfOrder() *refusal {
	return &refusal{code: sip.StatusInternalServerError, reason: "Out Of Order"}
}

// update is a re-INVITE without ceremony (RFC 3311); without an offer it keeps the
// call alive.
func (e *Endpoint) update(req *sip.Request, tx sip.ServerTransaction) {
	if p, ok := e.ours(req); ok {
		p.renew(req, tx)
		return
	}
	c, ok := e.find(req)
	switch {
	case !ok:
		e.refuse(req, tx, gone())
	case len(req.Body()) > 0:
		e.reinvite(req, tx)
	case !c.inOrder(req):
		e.refuse(req, tx, outOfOrder())
	default:
		res := sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)
		contact := e.contact(req)
		res.AppendHeader(&contact)
		e.respond(tx, res)
	}
}

// described answers an offer with ours.
func (e *Endpoint) described(req *sip.Request, sdp []byte) *sip.Response {
	res := sip.NewSDPResponseFromRequest(req, sdp)
	contact := e.contact(req)
	res.AppendHeader(&contact)
	return res
}

func (e *Endpoint) respond(tx sip.ServerTransaction, res *sip.Response) {
	if tx.Respond(res) != nil {
		e.count.drop("unanswered")
	}
}

// renew takes a new offer; without one we offer, and the ACK brings the answer.
func (c *Call) renew(req *sip.Request) ([]byte, *refusal) {
	body, no := contentOf(req)
	if no != nil {
		return nil, no
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(body.sdp) == 0 {
		return c.sound.Offer(), nil
	}
	offer, err := media.ParseSDP(body.sdp)
	var sdp []byte
	if err == nil {
		sdp, err = c.sound.Reoffer(offer)
	}
	if err == nil {
		return sdp, nil
	}
	switch core.KindOf(err) {
	case core.KindUnsupported:
		return nil, &refusal{code: sip.StatusNotAcceptableHere, reason: "Not Acceptable Here"}
	case core.KindInvalid:
		return nil, badRequest("Bad Session Description")
	}
	return nil, unavailable()
}

// info takes a key from exchanges that send keys beside the sound.
func (e *Endpoint) info(req *sip.Request, tx sip.ServerTransaction) {
	if p, ok := e.ours(req); ok {
		p.info(req, tx)
		return
	}
	c, ok := e.find(req)
	if !ok {
		e.refuse(req, tx, gone())
		return
	}
	if !c.inOrder(req) { // a key that is repeated is pressed once
		e.refuse(req, tx, outOfOrder())
		return
	}
	if key, is := relayed(req); is {
		c.sound.Press(key)
	}
	e.respond(tx, sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil))
}

// relayed reads application/dtmf-relay ("Signal=1") and application/dtmf ("1").
func relayed(req *sip.Request) (byte, bool) {
	const keys = "0123456789*#ABCD"
	body := string(req.Body())
	if len(body) > 200 || !strings.HasPrefix(typeOf(req), "application/dtmf") {
		return 0, false
	}
	word := strings.TrimSpace(body)
	for line := range strings.Lines(body) {
		if name, value, ok := strings.Cut(line, "="); ok && strings.EqualFold(strings.TrimSpace(name), "signal") {
			word = strings.TrimSpace(value)
		}
	}
	if len(word) != 1 || !strings.Contains(keys, strings.ToUpper(word)) {
		return 0, false
	}
	return strings.ToUpper(word)[0], true
}

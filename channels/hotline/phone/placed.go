package phone

import (
	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"lianou/channels/hotline/media"
)

// meaning sorts a refusal of a call.
func meaning(status int) Reply {
	switch status {
	case sip.StatusBusyHere, sip.StatusGlobalBusyEverywhere:
		return Busy
	case sip.StatusTemporarilyUnavailable, sip.StatusRequestTimeout, sip.StatusRequestTerminated, sip.StatusGlobalDecline:
		return NoAnswer
	case sip.StatusNotFound, sip.StatusGone, sip.StatusAddressIncomplete, sip.StatusGlobalDoesNotExistAnywhere:
		return NoNumber
	}
	return Failed // a redirection too: it is not followed, whoever it names
}

// prove puts the trunk's proof into a request that it challenged (RFC 3261 section 22),
// and reports whether it is worth sending again.
func (p *placed) prove(req *sip.Request, res *sip.Response) bool {
	asks, gives := "WWW-Authenticate", "Authorization"
	switch res.StatusCode {
	case sip.StatusUnauthorized:
	case sip.StatusProxyAuthRequired:
		asks, gives = "Proxy-Authenticate", "Proxy-Authorization"
	default:
		return false
	}
	h, login := res.GetHeader(asks), p.e.cfg.Out.Login
	if h == nil || login.User == "" {
		return false
	}
	challenge, err := digest.ParseChallenge(h.Value())
	if err != nil {
		return false
	}
	proof, err := digest.Digest(challenge, digest.Options{Method: string(req.Method), URI: req.Recipient.String(), Username: login.User, Password: login.Password})
	if err != nil {
		return false
	}
	req.RemoveHeader("Via")
	req.AppendHeader(sip.NewHeader(gives, proof.String()))
	p.seq++
	req.CSeq().SeqNo = p.seq
	return true
}

// ours gives the call of ours that a request belongs to.
func (e *Endpoint) ours(req *sip.Request) (*placed, bool) {
	p, ok := e.placed.find(string(*req.CallID()))
	if !ok {
		return nil, false
	}
	to, _ := req.To().Params.Get("tag")
	from, _ := req.From().Params.Get("tag")
	p.mu.Lock()
	defer p.mu.Unlock()
	return p, to == p.tag && from == p.remote && from != ""
}

func (p *placed) left() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone
}

func (p *placed) inOrder(req *sip.Request) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := req.CSeq().SeqNo
	if n <= p.heard {
		return false
	}
	p.heard = n
	return true
}

// bye is that whom we rang hangs up.
func (p *placed) bye(req *sip.Request, tx sip.ServerTransaction) {
	p.mu.Lock()
	p.gone = true
	p.mu.Unlock()
	p.e.respond(tx, sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil))
	p.stop()
}

// info is a key beside the sound.
func (p *placed) info(req *sip.Request, tx sip.ServerTransaction) {
	if !p.inOrder(req) {
		p.e.refuse(req, tx, outOfOrder())
		return
	}
	p.e.respond(tx, sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil)) // first: the key may end the call
	if key, is := relayed(req); is {
		p.sound.Press(key)
	}
}

// renew takes a new offer within a call of ours; without one we offer.
func (p *placed) renew(req *sip.Request, tx sip.ServerTransaction) {
	if !p.inOrder(req) {
		p.e.refuse(req, tx, outOfOrder())
		return
	}
	body, no := contentOf(req)
	switch {
	case no != nil:
		p.e.refuse(req, tx, no)
		return
	case len(body.sdp) == 0 && !req.IsInvite(): // an UPDATE that keeps the call alive
		p.e.respond(tx, sip.NewResponseFromRequest(req, sip.StatusOK, "OK", nil))
		return
	case len(body.sdp) == 0:
		p.e.respond(tx, p.e.described(req, p.sound.Offer()))
		return
	}
	offer, err := media.ParseSDP(body.sdp)
	var sdp []byte
	if err == nil {
		sdp, err = p.sound.Reoffer(offer)
	}
	if err != nil {
		p.e.refuse(req, tx, &refusal{code: sip.StatusNotAcceptableHere, reason: "Not Acceptable Here"})
		return
	}
	p.e.respond(tx, p.e.described(req, sdp))
}

// acked takes the answer that an ACK brings where we offered.
func (p *placed) acked(req *sip.Request) {
	body, no := contentOf(req)
	if no != nil || len(body.sdp) == 0 {
		return
	}
	if answer, err := media.ParseSDP(body.sdp); err != nil || p.sound.Accept(answer) != nil {
		p.e.count.drop("ack_answer") // the call has no sound; the time-out of media ends it
	}
}

package phone

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"

	"lianou/channels/hotline/media"
	"lianou/core"
)

// mostCallID is how long a Call-ID may be that names a call in the record; a longer
// one is named by its digest.
const mostCallID = 150

// invite takes a new call, or a new offer of one that goes on.
func (e *Endpoint) invite(req *sip.Request, tx sip.ServerTransaction) {
	if req.To().Params.Has("tag") {
		e.reinvite(req, tx)
		return
	}
	if e.closing.Load() {
		e.refuse(req, tx, unavailable())
		return
	}
	if no := e.authenticate(req); no != nil {
		e.refuse(req, tx, no)
		return
	}
	tag, _ := req.From().Params.Get("tag")
	key := string(*req.CallID()) + " " + tag
	switch e.calls.sit(key) {
	case full:
		e.refuse(req, tx, unavailable())
		return
	case merged:
		e.refuse(req, tx, &refusal{code: sip.StatusLoopDetected, reason: "Loop Detected"})
		return
	}
	e.count.running.Inc()
	defer func() {
		e.calls.rise(key)
		e.count.running.Dec()
	}()
	if no := e.take(req, tx); no != nil {
		e.refuse(req, tx, no)
	}
}

// take answers a call and stays with it to its end.
func (e *Endpoint) take(req *sip.Request, tx sip.ServerTransaction) *refusal {
	if !e.comesStraight(req) {
		return badRequest("Route Outside The Trunk")
	}
	c, offer, no := e.callOf(req)
	if no != nil {
		return no
	}
	if !e.calls.claim(c.ID) { // two callers under one Call-ID are two calls, whatever RFC 3261 forbids
		c.ID = KeyOf(c.ID + "~" + uuid.NewString())
		e.calls.claim(c.ID)
	}
	defer e.calls.give(c.ID)
	host := e.contact(req)
	dua := sipgo.DialogUA{Client: e.client, ContactHDR: host, RewriteContact: true}
	dialog, err := dua.ReadInvite(req, tx)
	if err != nil {
		return badRequest("Bad Request")
	}
	c.dialog, c.tx, c.seq, c.acked = dialog, tx, req.CSeq().SeqNo, map[uint32]chan struct{}{}
	c.ctx, c.stop = context.WithCancelCause(dialog.Context())
	defer c.stop(nil)
	if no := e.openSound(c, offer); no != nil {
		return no
	}
	name, err := e.deps.Watch.Began(c)
	if err != nil {
		c.sound.Close()
		e.deps.Log.Error("a call could not be kept, so it was not answered", "error", err)
		return unavailable()
	}
	e.calls.put(dialog.ID, c)
	defer e.calls.drop(dialog.ID)
	defer func() { // whatever broke, what was said is kept, and the ports come back
		if p := recover(); p != nil {
			e.broke("a call", p)
			c.because(EndFailed)
			e.finish(c, true)
		}
	}()
	e.run(c, name)
	return nil
}

// comesStraight holds that what we send within the call goes to a trunk: the library
// sends it to the first Record-Route, wherever that is (RFC 3261 section 12.1.1).
func (e *Endpoint) comesStraight(req *sip.Request) bool {
	for _, h := range req.GetHeaders("Record-Route") {
		var uri sip.Uri
		params := sip.NewParams()
		if _, err := sip.ParseAddressValue(h.Value(), &uri, &params); err != nil {
			return false
		}
		a, err := netip.ParseAddr(strings.Trim(uri.Host, "[]"))
		if err != nil || !e.guard.trunk(a) {
			return false
		}
	}
	return true
}

// callOf reads what an INVITE says of itself. offer is nil when we are to offer.
func (e *Endpoint) callOf(req *sip.Request) (c *Call, offer *media.Description, no *refusal) {
	body, no := contentOf(req)
	if no != nil {
		return nil, nil, no
	}
	c = &Call{e: e, ID: KeyOf(string(*req.CallID())), Caller: callerOf(req), Called: numberOf(req.Recipient), Began: e.deps.Now().UTC()}
	if len(body.metadata) > 0 {
		c.Forked = true
		if c.Parties, _ = Participants(body.metadata); len(c.Parties) > 0 { // a call we cannot read the parties of is a call
			c.Caller = partyNumber(c.Parties[0])
		}
	}
	if len(body.sdp) == 0 {
		return c, nil, nil
	}
	offer, err := media.ParseSDP(body.sdp)
	switch {
	case err != nil && core.KindOf(err) == core.KindUnsupported:
		return nil, nil, &refusal{code: sip.StatusNotAcceptableHere, reason: "Not Acceptable Here"}
	case err != nil:
		return nil, nil, badRequest("Bad Session Description")
	}
	return c, offer, nil
}

func (e *Endpoint) openSound(c *Call, offer *media.Description) *refusal {
	want := media.Call{Streams: 1}
	if c.Forked {
		want = media.Call{Streams: 2, Channels: channelsOf(c.Parties)}
	}
	var err error
	if offer == nil {
		c.sound, err = e.deps.Media.Offer(want)
	} else {
		c.sound, err = e.deps.Media.Answer(offer, want)
	}
	if err == nil {
		return nil
	}
	switch core.KindOf(err) {
	case core.KindUnsupported:
		return &refusal{code: sip.StatusNotAcceptableHere, reason: "Not Acceptable Here"}
	case core.KindInvalid:
		return badRequest("Bad Session Description")
	}
	return unavailable()
}

// channelsOf puts the first party of a forked call, who called, on the left.
func channelsOf(parties []Participant) map[string]media.Channel {
	out := map[string]media.Channel{}
	for i, p := range parties {
		for _, label := range p.Labels {
			out[label] = media.Left
			if i > 0 {
				out[label] = media.Right
			}
		}
	}
	return out
}

// run answers, lets the talk go on, and sees the call to its end whatever ends it.
func (e *Endpoint) run(c *Call, name string) {
	c.sound.Listen()
	recording := c.sound.Record(name)
	if recording != nil {
		e.deps.Log.Error("a call cannot be recorded", "error", recording)
	}
	if e.answer(c) {
		e.talk(c)
	}
	e.finish(c, recording == nil)
}

// answer rings and picks up. The library sends the 200 again until its ACK comes, for
// 32 s; sound is let in before, because it comes with the ACK, and out after. A call
// that is never confirmed was answered only if somebody was heard in it.
func (e *Endpoint) answer(c *Call) bool {
	if err := c.dialog.Respond(sip.StatusRinging, "Ringing", nil); err != nil {
		c.because(EndCanceled)
		return false
	}
	at := e.deps.Now().UTC()
	err := c.dialog.RespondSDP(c.sound.SDP())
	switch {
	case err == nil:
		c.Answered = at
		c.sound.Start()
		e.deps.Watch.Answered(c)
		return true
	case errors.Is(context.Cause(c.dialog.Context()), sip.ErrTransactionCanceled):
		c.because(EndCanceled)
	default:
		c.because(EndNoAck)
		if c.sound.Stats().Packets > 0 {
			c.Answered = at
		}
	}
	return false
}

// talk lets whoever talks do so, until one side hangs up or the line falls silent.
func (e *Endpoint) talk(c *Call) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				c.because(EndFailed)
				e.broke("a talk", p)
			}
		}()
		e.deps.Talk(c.ctx, c)
	}()
	select {
	case <-done:
	case <-c.ctx.Done():
		<-done
	case <-c.sound.Silent():
		c.because(EndSilent)
		c.stop(nil)
		<-done
	}
}

// byeWait is how long the other side may take to confirm that a call is over. The
// recording is closed before.
const byeWait = 3 * time.Second

// LastWords is how long the endpoint may take after Drain to end what still runs: an
// answer that waits for its ACK notices within T2, and then the BYE.
const LastWords = 4*time.Second + byeWait + time.Second

func (e *Endpoint) finish(c *Call, recorded bool) { c.end.Do(func() { e.over(c, recorded) }) }

func (e *Endpoint) over(c *Call, recorded bool) {
	r := Result{End: c.reason(), Ended: e.deps.Now().UTC(), Stats: c.sound.Stats()}
	done, err := c.sound.Close()
	if err != nil {
		e.deps.Log.Error("a recording could not be ended", "error", err)
	}
	r.Recorded, r.HasSound = done, recorded && done.Length > 0
	r.Partial = err != nil || done.Cut || done.Overrun > 0 || r.End == EndSilent
	e.deps.Watch.Over(c, r)
	e.count.ended(r.End)
	if c.dialog.LoadState() == sip.DialogStateEnded {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), byeWait)
	defer cancel()
	if err := c.dialog.Bye(ctx); err != nil {
		e.count.drop("bye")
	}
}

// contact is where this peer reaches us in the middle of a call.
func (e *Endpoint) contact(req *sip.Request) sip.ContactHeader {
	uri := sip.Uri{Scheme: "sip", User: "12345", Host: e.cfg.Host.String(), Port: e.port}
	if req.Transport() == "TCP" {
		uri.UriParams = sip.NewParams()
		uri.UriParams.Add("transport", "tcp")
	}
	h := sip.ContactHeader{Address: uri, Params: sip.NewParams()}
	if req.GetHeader("Require") != nil && req.GetHeader("Require").Value() == "siprec" {
		h.Params.Add("+sip.srs", "")
	}
	return h
}

// KeyOf names a call by its Call-ID, or by a digest of one that is too long or could
// not stand in an address of the desk: RFC 3261 lets it hold slashes and quotes.
func KeyOf(callID string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.@:+=~", r)
	}
	if len(callID) <= mostCallID && !strings.ContainsFunc(callID, func(r rune) bool { return !plain(r) }) && !strings.HasPrefix(callID, ".") && callID != "" {
		return callID
	}
	sum := sha256.Sum256([]byte(callID))
	return "sha256-" + hex.EncodeToString(sum[:])
}

// callerOf is the number that the trunk asserts (RFC 3325), else the one in From.
func callerOf(req *sip.Request) string {
	if h := req.GetHeader("P-Asserted-Identity"); h != nil {
		var uri sip.Uri
		params := sip.NewParams()
		if _, err := sip.ParseAddressValue(h.Value(), &uri, &params); err == nil && numberOf(uri) != "" {
			return numberOf(uri)
		}
	}
	return numberOf(req.From().Address)
}

func partyNumber(p Participant) string {
	var uri sip.Uri
	if err := sip.ParseUri(p.AOR, &uri); err != nil {
		return ""
	}
	return numberOf(uri)
}

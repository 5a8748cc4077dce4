package phone

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

// refusal is the final answer to a request that is not taken.
type refusal struct {
	code    int
	reason  string
	headers []sip.Header
}

// methods are what this endpoint understands, as Allow says it.
const methods = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO"

func allow() sip.Header { return sip.NewHeader("Allow", methods) }

func badRequest(reason string) *refusal { return &refusal{code: sip.StatusBadRequest, reason: reason} }

// single are header fields that a message has once (RFC 3261 section 7.3.1): a second
// From or Content-Length is how two readers are made to see two messages.
var single = []string{"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type"}

// mostHeader bounds what of a header field is kept: a Call-ID names files and rows.
const mostHeader = 512

// check holds a request to what the parser lets pass (RFC 4475 lists the traps); nil
// is a sound request.
func check(req *sip.Request) *refusal {
	if req.SipVersion != "SIP/2.0" {
		return &refusal{code: sip.StatusVersionNotSupported, reason: "Version Not Supported"}
	}
	if req.From() == nil || req.To() == nil || req.CallID() == nil || req.CSeq() == nil || req.Via() == nil {
		return badRequest("Missing Header")
	}
	for _, name := range single {
		if len(req.GetHeaders(name)) > 1 {
			return badRequest("Repeated " + name)
		}
	}
	id := string(*req.CallID())
	if id == "" || len(id) > mostHeader || strings.ContainsFunc(id, notPrinted) {
		return badRequest("Bad Call-ID")
	}
	if req.CSeq().MethodName != req.Method {
		return badRequest("CSeq Does Not Match")
	}
	if s := strings.ToLower(req.Recipient.Scheme); s != "sip" && s != "sips" && s != "tel" {
		return &refusal{code: sip.StatusRequestedRangeNotSatisfiable, reason: "Unsupported URI Scheme"}
	}
	if v, ok := req.From().Params.Get("tag"); !ok || v == "" || len(v) > mostHeader {
		return badRequest("Missing From Tag")
	}
	return required(req)
}

// required refuses what a peer insists on and we do not do.
func required(req *sip.Request) *refusal {
	if req.IsAck() || req.IsCancel() {
		return nil
	}
	var unknown []string
	for _, h := range req.GetHeaders("Require") {
		for option := range strings.SplitSeq(h.Value(), ",") {
			if option = strings.TrimSpace(option); option != "" && option != "siprec" {
				unknown = append(unknown, option)
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return &refusal{code: sip.StatusBadExtension, reason: "Bad Extension", headers: []sip.Header{sip.NewHeader("Unsupported", strings.Join(unknown, ", "))}}
}

func notPrinted(r rune) bool { return r <= ' ' || r > '~' }

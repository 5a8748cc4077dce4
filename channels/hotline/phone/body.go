package phone

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// The bodies a request may have.
const (
	typeSDP      = "application/sdp"
	typeMetadata = "application/rs-metadata+xml"
	typeMetaOld  = "application/rs-metadata" // dialects leave the suffix out
)

// Limits of a body: an offer with two streams and its metadata is a few kilobytes.
const (
	mostBody  = 48 << 10
	mostParts = 8
)

// content is what an INVITE brings.
type content struct {
	sdp      []byte // empty: we are to offer
	metadata []byte // of a recording session; empty for a call
}

var errBody = errors.New("the body cannot be read")

// contentOf reads a request's body. The refusal says what could be read instead.
func contentOf(req *sip.Request) (content, *refusal) {
	body := req.Body()
	if len(body) == 0 {
		return content{}, nil
	}
	kind, params, err := mime.ParseMediaType(typeOf(req))
	switch {
	case err != nil || len(body) > mostBody:
		return content{}, badRequest("Bad Body")
	case kind == typeSDP:
		return content{sdp: body}, nil
	case kind == "multipart/mixed":
		c, err := parts(body, params["boundary"])
		if err != nil {
			return content{}, badRequest("Bad Body")
		}
		return c, nil
	}
	return content{}, &refusal{code: sip.StatusUnsupportedMediaType, reason: "Unsupported Media Type",
		headers: []sip.Header{sip.NewHeader("Accept", typeSDP+", multipart/mixed, "+typeMetadata)}}
}

func typeOf(req *sip.Request) string {
	if h := req.ContentType(); h != nil {
		return h.Value()
	}
	return typeSDP // RFC 3261 section 7.4.1 wants it; old exchanges leave it out
}

// parts takes a multipart body apart (RFC 7866 section 6.1). What is neither SDP nor
// metadata is let be.
func parts(body []byte, boundary string) (c content, err error) {
	if boundary == "" {
		return c, errBody
	}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range mostParts {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, errBody
		}
		b, err := io.ReadAll(io.LimitReader(p, mostBody))
		if err != nil {
			return c, errBody
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		switch kind {
		case typeSDP:
			c.sdp = b
		case typeMetadata, typeMetaOld:
			c.metadata = b
		}
	}
	return c, errBody
}

// numberOf is the user part of an address, as far as it could be a number.
func numberOf(u sip.Uri) string {
	user, _, _ := strings.Cut(u.User, ";") // sip:0534123;phone-context=...
	if len(user) > 40 || strings.ContainsFunc(user, notPrinted) {
		return ""
	}
	return user
}

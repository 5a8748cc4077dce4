package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"lianou/core"
)

// MaxForm bounds the JSON body of one form, in bytes.
const MaxForm = 256 << 10

// Submission is what a door heard: loose strings, nothing checked. Channel is
// stamped by the host, so that no door speaks for another; Key is what the
// door's platform repeats on retry (a client UUID, a Call-ID with a counter),
// never a clock and never made afresh.
type Submission struct {
	Channel core.ChannelName
	Form
	Way     Way
	Citizen string       // account of the citizen side who is logged in, "" for none
	Staff   core.StaffID // who typed it, 0 for the person
	Call    *core.CallRef
	Heard   map[string]Span // by fact path: the seconds of the call that support it

	// Sources says of an interview, which may have gone over several doors, who said what,
	// by fact path. What is not in it was said here and now. It is no part of the form: no
	// client says that a register knows something.
	Sources map[string]core.Provenance
}

// Span is a stretch of a call's recording, in milliseconds from its start.
// Unrecorded stands instead where the agent heard it and the recording does not hold it:
// the sound is lost, or it was said before it began.
type Span struct {
	FromMS, ToMS int64
	Unrecorded   bool
}

// Form is the JSON body that the app, the mini-program and the desk share.
type Form struct {
	Key       string          `json:"key"`
	Contact   ContactForm     `json:"contact"`
	Applicant PersonForm      `json:"applicant"`
	Live      PlaceForm       `json:"live"`
	Household json.RawMessage `json:"household,omitempty"` // samples/household.schema.json without on and county
	People    []MemberForm    `json:"people,omitempty"`
	Items     []string        `json:"items,omitempty"`
	Story     string          `json:"story,omitempty"`
	Urgent    bool            `json:"urgent,omitempty"`
	Account   string          `json:"account,omitempty"`
	Consents  []ConsentForm   `json:"consents"`
	Signature *SignatureForm  `json:"signature,omitempty"`
	Papers    []PaperForm     `json:"papers,omitempty"`
}

// ContactForm is who speaks to us. Capacity is one of core's capacities; "" is
// "self".
type ContactForm struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone"`
	Capacity string `json:"capacity,omitempty"`
	IDNumber string `json:"id_number,omitempty"`
	Way      string `json:"way,omitempty"` // by which to be told first, one of core.ToldWays; "" for as it comes
}

// PersonForm is the person the household applies through. The number may be
// unknown: identity is then pending, never refused.
type PersonForm struct {
	Name     string `json:"name"`
	IDNumber string `json:"id_number,omitempty"`
}

// PlaceForm is where the household lives: a division code of 6, 9 or 12 digits
// and the house number.
type PlaceForm struct {
	Region string `json:"region"`
	Detail string `json:"detail,omitempty"`
}

// MemberForm names a member of the household by the ref its facts use.
type MemberForm struct {
	Ref      string `json:"ref"`
	Name     string `json:"name"`
	IDNumber string `json:"id_number,omitempty"`
}

// ConsentForm is one agreement: to what, to which version of the text, and how
// it was given.
type ConsentForm struct {
	Purpose string `json:"purpose"`
	Version string `json:"version"`
	How     string `json:"how"`
	Proof   string `json:"proof,omitempty"` // digest of a recording or picture
	AtMS    int64  `json:"at_ms,omitempty"` // into the recording
}

// SignatureForm is a hand signature: digests of the strokes, of the picture of
// them and of the exact text that was shown, or the recorded way of who cannot
// sign.
type SignatureForm struct {
	Strokes  string   `json:"strokes,omitempty"`
	Picture  string   `json:"picture,omitempty"`
	Document string   `json:"document"`
	Instead  string   `json:"instead,omitempty"`
	Witness  []string `json:"witness,omitempty"`
}

// PaperForm is one uploaded document by the digest its upload answered.
type PaperForm struct {
	Kind   string `json:"kind"`
	Digest string `json:"digest"`
}

var errForm = core.E(core.KindInvalid, "invalid_body", "这张表没有填完整,或有一项我们不认识。请检查后再提交。")

// DecodeForm reads one form, strictly: unknown fields, a second value, NUL or
// broken UTF-8 are KindInvalid; more than MaxForm bytes are KindTooLarge. The
// error never quotes the input.
func DecodeForm(b []byte) (Form, error) {
	if len(b) > MaxForm {
		return Form{}, core.E(core.KindTooLarge, "body_too_large", "内容太多了,请分开提交。")
	}
	if !utf8.Valid(b) || bytes.IndexByte(b, 0) >= 0 || bytes.Contains(b, []byte(`\u0000`)) {
		return Form{}, errForm
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var f Form
	if err := d.Decode(&f); err != nil {
		return Form{}, formFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Form{}, errForm
	}
	return f, nil
}

// formFault keeps the place of a decoding fault and drops the decoder's text,
// which may quote what a person typed.
func formFault(err error) error {
	fault := *errForm
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		fault.Field = typed.Field
	} else if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found && len(name) < 64 {
		fault.Code, fault.Field = "unknown_field", strings.Trim(name, `"`)
	}
	return &fault
}

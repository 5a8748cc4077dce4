package core

import "time"

// Application is one household's request for help, as the city means it: strict,
// complete and immutable. Only intake makes one, out of the loose
// intake.Submission that a channel heard. It travels sealed from the gateway to
// the platform and is the birth of a case.
type Application struct {
	ID      ApplicationID
	Receipt Receipt
	Channel ChannelName
	Key     string // what the channel's platform repeats on retry; unique with Channel for ever
	At      time.Time

	Contact   Contact
	Applicant Applicant
	Live      Place // where the household lives: decides the township (F51)

	Household Household
	People    []NamedMember         // who the members of Household are; same refs
	Items     []ItemCode            // asked for by name; may be empty
	Story     string                // in the person's own words, at most 4,000 runes
	Sources   map[string]Provenance // by fact path, such as "income_12m" or "members/m1/age"
	Consent   []Consent
	Signature *Signature
	Papers    []Paper
	Call      *CallRef
	Urgent    bool // somebody's basic living is hit now: item 03's path
	Account   *BankAccount
}

// Contact is who spoke to us, and by which right (domain.md 7.3).
type Contact struct {
	Name      string
	Phone     Phone
	Capacity  Capacity
	ID        IDNumber // of the contact when not the applicant; may be unknown
	CitizenID string   // account of the citizen side, "" for none
	Staff     StaffID  // who entered it on behalf, 0 for none (F7)

	Way ChannelName // by which they wish to be told first, one of ToldWays; "" for as it comes (F69)
}

// ToldWays are the ways by which somebody may wish to be told first: those that we send ourselves.
func ToldWays() []ChannelName { return []ChannelName{"wechat", "sms", "voice"} }

// Capacity is the right by which somebody speaks for a household.
type Capacity string

// The capacities of domain.md 7.3.
const (
	CapacitySelf      Capacity = "self"      // 本人
	CapacityMember    Capacity = "member"    // 共同生活的家人
	CapacityGuardian  Capacity = "guardian"  // 监护人
	CapacityEntrusted Capacity = "entrusted" // 受托人
	CapacityCommittee Capacity = "committee" // 村(居)委会
	CapacityOfficial  Capacity = "official"  // 主动发现
)

// Applicant is the person the household applies through.
type Applicant struct {
	Ref  MemberRef
	Name string
	ID   IDNumber // may be unknown: identity is then pending, never refused
}

// NamedMember ties a member's facts to a person.
type NamedMember struct {
	Ref  MemberRef
	Name string
	ID   IDNumber
}

// Place is an address as far as it is known.
type Place struct {
	Region RegionCode // township or village; county only when no more was heard
	Detail string     // 门牌, sealed at rest
}

// Provenance says where a fact came from (F7, F16).
type Provenance struct {
	Said   string      `json:"said"`              // "citizen", "contact", "agent", "registry:disability" ...
	By     ChannelName `json:"by"`                // the channel
	At     time.Time   `json:"at"`                //
	Staff  StaffID     `json:"staff,omitempty"`   // who typed it
	CallID string      `json:"call,omitempty"`    // the recording that supports it
	FromMS int64       `json:"from_ms,omitempty"` // span of audio in milliseconds
	ToMS   int64       `json:"to_ms,omitempty"`

	Unrecorded bool `json:"unrecorded,omitempty"` // the agent heard it, and the recording does not hold it

	Since Date `json:"since,omitempty"` // the day of the word, of a record that grows old by it (Household.ShocksAsked)
}

// Consent is one agreement, told apart by purpose (PIPL art. 29).
type Consent struct {
	Purpose string     `json:"purpose"` // "process", "means_check", "co_apply", "share:<dept>"
	Version string     `json:"version"` // of the text that was read out or shown
	How     string     `json:"how"`     // "signature", "spoken", "thumb", "tick", "typed"
	At      time.Time  `json:"at"`
	Proof   BlobDigest `json:"proof,omitempty"`
	AtMS    int64      `json:"at_ms,omitempty"` // into the recording, for spoken consent
}

// Signature is a hand signature bound to what was signed (domain.md 7.4).
type Signature struct {
	Strokes  BlobDigest `json:"strokes"`           // stroke JSON with time and pressure
	Picture  BlobDigest `json:"picture,omitempty"` // PNG of the same
	Document BlobDigest `json:"document"`          // digest of the exact text shown
	At       time.Time  `json:"at"`
	Instead  string     `json:"instead,omitempty"` // "voice_witness": 不能签名的人, with Witnesses
	Witness  []string   `json:"witness,omitempty"`
}

// Paper is one document or recording attached.
type Paper struct {
	Kind   PaperKind  `json:"kind"`
	Digest BlobDigest `json:"digest"`
	MIME   string     `json:"mime"`
	Size   int64      `json:"size"`
}

// PaperKind is the closed list of what can be attached.
type PaperKind string

// The kinds of papers.
const (
	PaperIDFront   PaperKind = "id_front"  // 身份证人像面
	PaperIDBack    PaperKind = "id_back"   // 身份证国徽面
	PaperHukou     PaperKind = "hukou"     // 户口本页
	PaperOral      PaperKind = "oral"      // 口述录音
	PaperRecording PaperKind = "recording" // 电话录音
	PaperOther     PaperKind = "other"
)

// CallRef ties an application to the call it was heard in.
type CallRef struct {
	ID        string     `json:"id"`
	Caller    string     `json:"caller"` // masked; the plain number is in Contact
	Recording BlobDigest `json:"recording,omitempty"`
	Pending   bool       `json:"pending,omitempty"` // the audio is still to come (F14)
}

package audit

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"

	"lianou/core"

	"golang.org/x/mod/sumdb/tlog"
)

// Actor is who did it.
type Actor struct {
	Kind string // "citizen", "staff", "job", "channel", "operator", "department"
	ID   string // within the kind; an account, never a name or a number of a person
}

// Entry is one act. It is written once, when the act is done.
type Entry struct {
	Actor Actor
	// Act is what was done: <noun>.<verb past>, lower case, such as "claim.decided".
	Act string
	// Case and Application are what it was done to; zero for none.
	Case        core.CaseID
	Application core.ApplicationID
	// Subject names the row or person concerned, such as "person:17"; it stands in
	// clear and holds no personal number. Empty for none.
	Subject string
	// Region is the township it happened in or "". A village is cut to its
	// township; a county is too large and becomes "".
	Region core.RegionCode
	// Purpose is why, in the closed words of the caller; required for reads.
	Purpose string
	// Detail is encoded as JSON and sealed, 64 KiB at most. The masked types of core
	// refuse to be in it.
	Detail any
}

const maxDetail = 64 << 10

// check refuses what must not reach the table: a broken entry is a defect of the
// caller, so errors are KindInternal and name the field only.
func (e *Entry) check() error {
	noun, verb, dotted := strings.Cut(e.Act, ".")
	if !dotted || !plainWord(noun) || !plainWord(verb) {
		return fault("act")
	}
	if e.Actor.Kind == "" {
		return fault("actor")
	}
	for name, s := range map[string]string{"actor": e.Actor.Kind + e.Actor.ID, "application": string(e.Application),
		"subject": e.Subject, "purpose": e.Purpose, "region": string(e.Region)} {
		if len(s) > 300 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault(name)
		}
	}
	for i := range len(e.Region) {
		if e.Region[i] < '0' || e.Region[i] > '9' {
			return fault("region")
		}
	}
	return nil
}

func plainWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

func fault(field string) error { return core.E(core.KindInternal, "audit_entry_"+field, "") }

// record is the bytes that a leaf is the hash of: every column in clear and the
// commitment to the sealed detail, each length-prefixed. Its shape is part of the
// log for ever; a new shape gets a new first line.
type record struct {
	ID         int64 // 0: the entry is gone
	At         time.Time
	Entry      Entry
	Commitment []byte

	// What only verifying and proving read.
	wrapped, sealed []byte
	hasLeaf         bool
	leaf, entry     int64 // number of the leaf, and the entry it names
	hash, chain     []byte
}

func (r *record) bytes() []byte {
	b := make([]byte, 0, 256)
	b = append(b, "lianou audit 1\n"...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.ID))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	b = binary.BigEndian.AppendUint64(b, uint64(r.Entry.Case))
	e := &r.Entry
	for _, s := range [...]string{e.Actor.Kind, e.Actor.ID, e.Act, string(e.Application), e.Subject, string(e.Region), e.Purpose} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return append(b, r.Commitment...)
}

func (r *record) leafHash() tlog.Hash { return tlog.RecordHash(r.bytes()) }

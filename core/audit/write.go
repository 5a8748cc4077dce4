package audit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Sealer seals details: *seal.Ring on the platform, *seal.Envelope at the edge.
type Sealer interface {
	Seal(plain []byte, at seal.At) ([]byte, error)
}

var (
	_ Sealer = (*seal.Ring)(nil)
	_ Sealer = (*seal.Envelope)(nil)
)

// Log writes entries. It is safe for use by many goroutines.
type Log struct {
	mu     sync.Mutex
	sealer Sealer
	fresh  func() (*seal.Envelope, error) // nil: one sealer for ever
	left   int                            // entries until a fresh envelope
}

// perEnvelope is how many entries share one wrapped key.
const perEnvelope = 4096

// New makes a log whose details one sealer seals.
func New(sealer Sealer) *Log { return &Log{sealer: sealer} }

// NewTo makes a log that seals details to a public key and takes a fresh envelope
// now and then: the gateway's.
func NewTo(to seal.Recipient) *Log { return &Log{fresh: to.NewEnvelope} }

// take gives the sealer for n entries and its wrapped key, nil for a ring.
func (l *Log) take(n int) (Sealer, []byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fresh != nil && l.left < n {
		env, err := l.fresh()
		if err != nil {
			return nil, nil, err
		}
		l.sealer, l.left = env, perEnvelope
	}
	l.left -= n
	if env, ok := l.sealer.(*seal.Envelope); ok {
		return env, env.Wrapped, nil
	}
	return l.sealer, nil, nil
}

func detailAt(commitment []byte) seal.At {
	return seal.At{Table: "audit_entry", Row: hex.EncodeToString(commitment), Column: "detail"}
}

// Sealed is entries that were checked and sealed before a transaction: a batch
// prepares them outside and writes them inside, again after a retry.
type Sealed struct {
	entries     []Entry
	commitments [][]byte
	details     [][]byte
	wrapped     []byte
}

// Seal checks and seals entries. A broken entry is KindInternal: a defect of the
// caller, whose text names the field and nothing of its content.
func (l *Log) Seal(entries ...Entry) (*Sealed, error) {
	sealer, wrapped, err := l.take(len(entries))
	if err != nil {
		return nil, err
	}
	s := &Sealed{entries: entries, wrapped: wrapped,
		commitments: make([][]byte, len(entries)), details: make([][]byte, len(entries))}
	salts := make([]byte, 32*len(entries))
	if _, err := rand.Read(salts); err != nil {
		return nil, core.E(core.KindUnavailable, "audit_random", "").Wrap(err)
	}
	for i := range entries {
		if err := entries[i].check(); err != nil {
			return nil, err
		}
		detail, err := json.Marshal(entries[i].Detail)
		if err != nil || len(detail) > maxDetail {
			return nil, fault("detail") // the encoder's text could quote a value
		}
		plain := append(salts[32*i:32*i+32:32*i+32], detail...)
		sum := sha256.Sum256(plain)
		s.commitments[i] = sum[:]
		if s.details[i], err = sealer.Seal(plain, detailAt(sum[:])); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Write writes entries with the next statement of the transaction or its commit: the
// act and its trace are committed together or not at all.
func (l *Log) Write(_ context.Context, tx *pg.Tx, entries ...Entry) error {
	if len(entries) == 0 {
		return nil
	}
	s, err := l.Seal(entries...)
	if err != nil {
		return err
	}
	s.Write(tx)
	return nil
}

// Write writes what was sealed, under the transaction's time.
func (s *Sealed) Write(tx *pg.Tx) {
	// The ids are drawn first and not returned by the insert: RETURNING would ask
	// for the right to read the row, which the edge has not.
	const sql = `
		with row as materialized (
			select nextval('audit_entry_id_seq') as id, u.*
			from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::bytea[])
				as u(actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, detail)
		), entry as (
			insert into audit_entry (id, at, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, wrapped, detail)
			select id, $1::timestamptz, actor_kind, actor_id, act, case_id, application, subject, region, purpose, commitment, $12::bytea, detail from row
		)
		insert into audit_pending (entry) select id from row`
	n := len(s.entries)
	text := make([][]string, 7)
	for i := range text {
		text[i] = make([]string, n)
	}
	cases := make([]int64, n)
	for i := range s.entries {
		e := &s.entries[i]
		for j, v := range [7]string{e.Actor.Kind, e.Actor.ID, e.Act, string(e.Application), e.Subject, string(e.Region.Township()), e.Purpose} {
			text[j][i] = v
		}
		cases[i] = int64(e.Case)
	}
	tx.Later("write audit entries", sql, tx.Now(), text[0], text[1], text[2], cases, text[3], text[4], text[5], text[6],
		s.commitments, s.details, s.wrapped)
}

package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Facts is one frozen version of what a case is judged on.
type Facts struct {
	Version    int
	Household  core.Household
	Provenance map[string]core.Provenance // by fact path, such as "members/m1/age"
	Digest     string                     // SHA-256 of the household's canonical JSON
	Cause      string                     // "application", "visit", "supplement"
	By         core.StaffID               // who confirmed them, 0 for nobody
}

// AddFacts freezes a new version and makes it the case's current one. The case
// must be locked. Old versions stay: decisions rest on them.
func (s *Store) AddFacts(ctx context.Context, tx *pg.Tx, id core.CaseID, f Facts) (Facts, error) {
	plain := encode(f.Household)
	sum := sha256.Sum256(plain)
	f.Digest = hex.EncodeToString(sum[:])
	if f.Provenance == nil {
		f.Provenance = map[string]core.Provenance{}
	}
	err := tx.QueryRow(ctx, `update casefile set facts_version = facts_version + 1, people = $3, updated = $2 where id = $1
		returning facts_version`, id, tx.Now(), max(1, len(f.Household.Members))).Scan(&f.Version)
	if err != nil {
		return f, pg.Fail(err, "number the facts of a case")
	}
	_, err = tx.Exec(ctx, `insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause, by_staff)
		select id, region, $2, $3, $4, $5, $6, $7, $8 from casefile where id = $1`,
		id, f.Version, tx.Now(), plain, encode(f.Provenance), f.Digest, f.Cause, number(f.By))
	f.Household.Told(f.Provenance)
	return f, pg.Fail(err, "freeze the facts of a case")
}

// Facts reads one version. Zero means none was frozen yet: KindNotFound.
func (s *Store) Facts(ctx context.Context, tx *pg.Tx, id core.CaseID, version int) (Facts, error) {
	f := Facts{Version: version}
	var plain, provenance []byte
	err := tx.QueryRow(ctx, `select facts, provenance, digest, cause, coalesce(by_staff, 0) from case_facts
		where case_id = $1 and version = $2`, id, version).Scan(&plain, &provenance, &f.Digest, &f.Cause, &f.By)
	if err != nil {
		return f, pg.Fail(err, "read the facts of a case")
	}
	if err := json.Unmarshal(plain, &f.Household); err != nil {
		return f, core.E(core.KindInternal, "case_facts", "").Wrap(err)
	}
	if err := json.Unmarshal(provenance, &f.Provenance); err != nil {
		return f, core.E(core.KindInternal, "case_facts", "").Wrap(err)
	}
	f.Household.Told(f.Provenance)
	return f, nil
}

// Finding is what matching said of one item for one version of the facts, as it
// was shown and decided on.
type Finding struct {
	Item    core.ItemCode
	Name    string
	Outcome string // "eligible", "not_eligible", "unknown"
	Bundled bool   // in the best legal bundle
	Reasons []Reason
	Missing []string // facts that could still change the outcome
	Benefit Benefit
	After   core.ItemCode // follows once that item is granted
	Members []Standing    // of an item about a person, every member; else none
	Near    string        // what would have to be otherwise for one that does not fit, in the household's words

	// NearOf is whom Near tells of, "" for the household; nil where it was not kept. It is written
	// for who reads of their own household (Others) and read for nobody else.
	NearOf []core.MemberRef `json:"-"`
}

// Standing is how an item stands for one member.
type Standing struct {
	Member  core.MemberRef `json:"member"`
	Outcome string         `json:"outcome"`
	Reasons []Reason       `json:"reasons"`
}

// Reason is one criterion with its sentence.
//
// Code is the condition's name in the Book; judgements of before it was kept have none, and are
// found again without (workflow.Rejudge).
type Reason struct {
	Code    string         `json:"code,omitempty"`
	Outcome string         `json:"outcome"`
	Text    string         `json:"text"`
	Member  core.MemberRef `json:"member,omitempty"`
	Fact    string         `json:"fact,omitempty"`
	Value   string         `json:"value,omitempty"`
	Limit   string         `json:"limit,omitempty"`
	Law     string         `json:"law,omitempty"`
}

// Benefit is what the item would give. Amount is in fen, and nil when the item
// gives no money or the amount is not known yet.
type Benefit struct {
	Amount *int64 `json:"amount_fen,omitempty"`
	Per    string `json:"per,omitempty"` // "month", "once", "term", ...
	Sample bool   `json:"sample,omitempty"`
	Text   string `json:"text,omitempty"`
	Cash   bool   `json:"cash,omitempty"`
	// For is whom it is for; empty for the household as a whole.
	For []core.MemberRef `json:"for,omitempty"`
	// Either says that it can be given as money or otherwise, as the officer proposes.
	Either bool `json:"either,omitempty"`
	// Nothing says that it comes to 0 and why; Alone is whom alone of the household it is for
	// (matching.Benefit). Neither is there of what was judged before reasons had codes.
	Nothing string           `json:"nothing,omitempty"`
	Alone   []core.MemberRef `json:"alone,omitempty"`
}

// Fen is the amount, 0 when there is none.
func (b Benefit) Fen() core.Fen {
	if b.Amount == nil {
		return 0
	}
	return core.Fen(*b.Amount)
}

// Assessment is the outcome of judging one version of the facts under one Book.
type Assessment struct {
	Version  int
	Book     string
	Findings []Finding
	Index    Index
	Held     []byte // JSON of what the household had already, as Trace; kept as the Basis
	Trace    []byte
}

// SaveAssessment stores findings and index, with what they rest on. Saving the same version again under
// another Book is refused by the database: freeze the facts again first.
func (s *Store) SaveAssessment(ctx context.Context, tx *pg.Tx, id core.CaseID, a Assessment) error {
	batch := &pgx.Batch{}
	for i, f := range a.Findings {
		batch.Queue(`insert into finding (case_id, region, version, item, name, position, outcome, bundled, reasons, missing, benefit, after, book, members, near, near_of)
			select id, region, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 from casefile where id = $1`,
			id, a.Version, f.Item, f.Name, i, f.Outcome, f.Bundled, encode(orEmpty(f.Reasons)), orEmpty(f.Missing), encode(f.Benefit), f.After, a.Book, encode(orEmpty(f.Members)), f.Near, texts(f.NearOf))
	}
	batch.Queue(`update casefile set book = $2, index_tenths = $3, index_parts = $4, index_low = $5, index_high = $6,
		index_band = $7, index_version = $8, updated = $9 where id = $1`,
		id, a.Book, a.Index.Tenths, orEmpty(a.Index.Parts), a.Index.Low, a.Index.High, a.Index.Band, a.Index.Version, tx.Now())
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return pg.Fail(err, "save an assessment")
	}
	return s.saveBasis(ctx, tx, id, a.Version, Basis{Book: a.Book, Held: a.Held, Trace: a.Trace})
}

// Findings reads the findings of one version in the Book's order.
func (s *Store) Findings(ctx context.Context, tx *pg.Tx, id core.CaseID, version int) ([]Finding, error) {
	rows, err := tx.Query(ctx, `select item, name, outcome, bundled, reasons, missing, benefit, after, members, near from finding
		where case_id = $1 and version = $2 order by position`, id, version)
	if err != nil {
		return nil, pg.Fail(err, "read findings")
	}
	defer rows.Close()
	var list []Finding
	for rows.Next() {
		var f Finding
		if err := rows.Scan(&f.Item, &f.Name, &f.Outcome, &f.Bundled, &f.Reasons, &f.Missing, &f.Benefit, &f.After, &f.Members, &f.Near); err != nil {
			return nil, pg.Fail(err, "read a finding")
		}
		list = append(list, f)
	}
	return list, pg.Fail(rows.Err(), "read findings")
}

// orEmpty keeps a nil slice from becoming a database null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

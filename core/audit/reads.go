package audit

import (
	"context"
	"strconv"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// Reading is one look at a person's data.
type Reading struct {
	Actor   Actor
	Person  core.PersonID
	Case    core.CaseID
	Region  core.RegionCode
	Purpose string   // required
	Fields  []string // what was shown: names of fields, not their values
}

// PersonRead is the entry of a look at one person: who, whom, why, which fields.
func PersonRead(r Reading) Entry {
	return Entry{Actor: r.Actor, Act: "person.read", Case: r.Case, Subject: PersonSubject(r.Person), Region: r.Region,
		Purpose: r.Purpose, Detail: struct {
			Fields []string `json:"fields"`
		}{r.Fields}}
}

// PersonSubject is how a person of the base store is named in entries.
func PersonSubject(id core.PersonID) string { return "person:" + strconv.FormatInt(int64(id), 10) }

// Listing is one list, search or export that was shown.
type Listing struct {
	Actor   Actor
	Act     string // "person.listed", "case.exported" ...
	Region  core.RegionCode
	Purpose string
	IDs     []int64 // of what was shown
	Asked   string  // digest or coded form of what was asked for; no personal number
}

// Listed is the one entry of a list, with the ids shown.
func Listed(l Listing) Entry {
	return Entry{Actor: l.Actor, Act: l.Act, Region: l.Region, Purpose: l.Purpose, Detail: struct {
		IDs   []int64 `json:"ids"`
		Count int     `json:"count"`
		Asked string  `json:"asked,omitempty"`
	}{l.IDs, len(l.IDs), l.Asked}}
}

// Refused is the entry of something turned away: what is the noun's verb, such as
// "signature", giving "refusal.signature"; code is the stable code of the answer.
func Refused(actor Actor, what, code string) Entry {
	return Entry{Actor: actor, Act: "refusal." + what, Detail: struct {
		Code string `json:"code"`
	}{code}}
}

// Revealed counts how many full numbers a member of staff has been shown since a
// time, as far as the transaction's scope reaches. It holds the others of the same
// person back until the transaction ends: thirty-one at once would each count none.
func (l *Log) Revealed(ctx context.Context, tx *pg.Tx, staff string, since time.Time) (int, error) {
	const sql = `select count(*) from audit_entry where act = 'field.revealed' and actor_kind = 'staff' and actor_id = $1 and at > $2`
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('field.revealed ' || $1, 0))`, staff); err != nil {
		return 0, pg.Fail(err, "wait for other reveals")
	}
	var n int
	err := tx.QueryRow(ctx, sql, staff, since).Scan(&n)
	return n, pg.Fail(err, "count reveals")
}

// RevealPhone is the purpose of a look at the telephone number of a case: which field was
// shown stays sealed, and whether somebody could ring is asked of the log.
const RevealPhone = "reveal_phone"

// Looked reports whether a member of staff was shown the telephone number of a case since a
// time, as far as the transaction's scope reaches.
func (l *Log) Looked(ctx context.Context, tx *pg.Tx, staff string, of core.CaseID, since time.Time) (yes bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from audit_entry where act = 'field.revealed' and purpose = $4 and actor_kind = 'staff' and actor_id = $1 and case_id = $2 and at >= $3)`,
		staff, int64(of), since, RevealPhone).Scan(&yes)
	return yes, pg.Fail(err, "ask whether a number was shown")
}

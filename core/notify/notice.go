package notify

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/wording"
)

// Notice is what somebody is to be told.
type Notice struct {
	// Key says what is told, such as "paid/81/202603": the same key again is the
	// notice that exists already. Required, at most 120 bytes, nothing personal.
	Key         string
	Region      core.RegionCode    // township; required
	Application core.ApplicationID // "" for none
	Case        core.CaseID        // 0 for none
	Claim       core.ClaimID       // 0 for none
	Citizen     string             // account, "" when the person has none
	Phone       core.Phone         // zero when not known
	Text        wording.Notice     // required
	Haste       Haste              // "" for what waits for the morning
}

// Outbox enqueues notices. Safe for concurrent use.
type Outbox struct {
	gateway seal.Recipient
	jobs    *jobs.Inserter
	keys    Keys
}

// NewOutbox makes an outbox; phones are sealed to the gateway's public key, one
// data key for each notice, and the jobs go to the gateway's queue.
func NewOutbox(gateway seal.Recipient) (*Outbox, error) {
	in, err := jobs.NewInserter(jobs.Gateway)
	if err != nil {
		return nil, err
	}
	return &Outbox{gateway: gateway, jobs: in}, nil
}

// Through makes the outbox enqueue by the process's own inserter of the gateway's queue.
func (o *Outbox) Through(in *jobs.Inserter) *Outbox {
	return &Outbox{gateway: o.gateway, jobs: in, keys: o.keys}
}

// Keyed makes the outbox write whom a notice is for, by keyed hashes: the ways to them are
// then ordered by what they wish and what told them last. Without it the order is fixed.
func (o *Outbox) Keyed(k Keys) *Outbox {
	return &Outbox{gateway: o.gateway, jobs: o.jobs, keys: k}
}

// Wish writes down by which way who speaks for a household wants to be told first, as they said it with
// their request: in their own name, or in that of the member of staff who typed it. Nothing said leaves
// what they wished before.
func (o *Outbox) Wish(ctx context.Context, tx *pg.Tx, of core.Contact) error {
	if of.Way == "" {
		return nil
	}
	return o.WishAnew(ctx, tx, of)
}

// WishAnew is Wish of who was asked for it: that it is all one to them takes back what they wished before.
// Of who left neither an account nor a number nothing is kept, for somebody goes there.
func (o *Outbox) WishAnew(ctx context.Context, tx *pg.Tx, of core.Contact) error {
	person := o.keys.Person(of.CitizenID, of.Phone)
	if person == nil {
		return nil
	}
	return SetWish(ctx, tx, person, Wish{Channel: of.Way, Staff: of.Staff})
}

const maxWords = 1000 // runes

// Enqueue writes the notice and its job in the caller's transaction and gives its
// id. A key that exists already is a success with the first notice's id, and
// nothing is sent again. KindInvalid when something required is missing.
func (o *Outbox) Enqueue(ctx context.Context, tx *pg.Tx, n Notice) (int64, error) {
	if err := n.check(); err != nil {
		return 0, err
	}
	fields, err := json.Marshal(n.Text.Fields)
	if err != nil {
		return 0, core.E(core.KindInternal, "notice_fields", "").Wrap(err)
	}
	if n.Text.Fields == nil {
		fields = []byte("[]")
	}
	wrapped, phone, err := o.sealPhone(n)
	if err != nil {
		return 0, err
	}
	const q = `insert into notice (key, region, application, case_id, claim, citizen, kind, words, fields, wrapped, phone, created, updated, haste, person, contact)
		values ($1, $2, nullif($3, '')::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, $14, $15)
		on conflict (key) do nothing returning id`
	var id int64
	err = pg.Fail(tx.QueryRow(ctx, q, n.Key, n.Region, n.Application, n.Case, n.Claim, n.Citizen, n.Text.Kind,
		n.Text.Words, fields, wrapped, phone, tx.Now(), n.Haste, o.keys.Person(n.Citizen, n.Phone), o.keys.contact(n.Citizen, n.Phone)).Scan(&id), "write a notice")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		const again = `select id from notice where key = $1`
		return id, pg.Fail(tx.QueryRow(ctx, again, n.Key).Scan(&id), "find a notice")
	}
	if err != nil {
		return 0, err
	}
	return id, o.jobs.Insert(ctx, tx, jobs.Notify{Notice: id, Region: n.Region})
}

func (n Notice) check() error {
	switch {
	case n.Key == "" || len(n.Key) > 120:
		return core.Invalid("key", "")
	case len(n.Region) != 9:
		return core.Invalid("region", "")
	case n.Text.Kind == "" || n.Text.Words == "" || utf8.RuneCountInString(n.Text.Words) > maxWords,
		!utf8.ValidString(n.Text.Words), strings.ContainsRune(n.Text.Words, 0):
		return core.Invalid("words", "")
	}
	return nil
}

func (o *Outbox) sealPhone(n Notice) (wrapped, phone []byte, err error) {
	if n.Phone.IsZero() {
		return nil, nil, nil
	}
	env, err := o.gateway.NewEnvelope()
	if err != nil {
		return nil, nil, err
	}
	phone, err = env.Seal([]byte(n.Phone.Reveal()), phoneAt(n.Key))
	return env.Wrapped, phone, err
}

func phoneAt(key string) seal.At { return seal.At{Table: "notice", Row: key, Column: "phone"} }

// State is how far a notice has come. It only moves forward.
type State string

// The states: Confirmed is told, Untold is handed to a person.
const (
	Queued    State = "queued"
	Sent      State = "sent"
	Confirmed State = "confirmed"
	Untold    State = "untold"
)

// View is a notice as desks, progress pages and workflow see it.
type View struct {
	ID          int64
	Key         string
	Region      core.RegionCode
	Application core.ApplicationID
	Case        core.CaseID
	Claim       core.ClaimID
	Kind        wording.Kind
	Words       string
	State       State
	By          core.ChannelName // the way that worked, "" before
	Created     time.Time
	Ended       *time.Time
}

// Get reads one notice in the caller's scope; KindNotFound when there is none.
func Get(ctx context.Context, tx *pg.Tx, id int64) (View, error) {
	const q = `select id, key, region, coalesce(application::text, ''), case_id, claim, kind, words, state, told_by, created, ended
		from notice where id = $1`
	return scanView(tx.QueryRow(ctx, q, id))
}

// OfCase lists a case's notices, oldest first, at most 200.
func OfCase(ctx context.Context, tx *pg.Tx, c core.CaseID) ([]View, error) {
	const q = `select id, key, region, coalesce(application::text, ''), case_id, claim, kind, words, state, told_by, created, ended
		from notice where case_id = $1 order by id limit 200`
	return list(ctx, tx, q, c)
}

// OfCitizen lists what a citizen was told, newest first, at most 100. The gateway
// calls it under pg.Subject(citizen).
func OfCitizen(ctx context.Context, tx *pg.Tx, citizen string) ([]View, error) {
	const q = `select id, key, region, coalesce(application::text, ''), case_id, claim, kind, words, state, told_by, created, ended
		from notice where citizen = $1 and citizen <> '' order by created desc, id desc limit 100`
	return list(ctx, tx, q, citizen)
}

func list(ctx context.Context, tx *pg.Tx, q string, arg any) ([]View, error) {
	rows, err := tx.Query(ctx, q, arg)
	if err != nil {
		return nil, pg.Fail(err, "list notices")
	}
	defer rows.Close()
	var out []View
	for rows.Next() {
		v, err := scanView(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, pg.Fail(rows.Err(), "list notices")
}

func scanView(row interface{ Scan(...any) error }) (v View, err error) {
	err = row.Scan(&v.ID, &v.Key, &v.Region, &v.Application, &v.Case, &v.Claim, &v.Kind, &v.Words, &v.State, &v.By, &v.Created, &v.Ended)
	return v, pg.Fail(err, "read a notice")
}

// SaidInPerson records that a member of staff told the person; the notice, until
// then untold, is confirmed. It is a success when somebody was faster.
func SaidInPerson(ctx context.Context, tx *pg.Tx, id int64) error {
	const q = `update notice set state = 'confirmed', told_by = 'person', updated = $2, ended = $2 where id = $1 and state <> 'confirmed'`
	_, err := tx.Exec(ctx, q, id, tx.Now())
	return pg.Fail(err, "record what was said in person")
}

// Package signed holds every decision to its signature: the content is computed anew from the
// stored bytes, and the SM2 signature verified with the public half of the platform's key. Where the
// city demanded a second factor once, every signature since names one that was shown.
//
// It is a part of `lianou verify` that needs the key file. It only reads, mends nothing, and
// prints numbers of rows and never what is in them.
package signed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Config is what Run needs. All but Key is required.
type Config struct {
	DB    *pg.DB // as lianou_check
	Cases *casefile.Store
	Key   *seal.Signer // nil: there is no key, and no signature is right
}

// Report is what was looked at. Bad names the first few that are wrong, and how.
type Report struct {
	Seen     int64 // decisions and changes
	Unsigned int64 // of them of before the first that is signed
	Broken   int64
	Bad      []string
}

// batch is how many cases are read in one transaction, named how many faults are told.
const (
	batch = 200
	named = 5
)

// Run looks at every case with a decision. An error says that it could not look, which is no
// verdict.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.DB == nil || cfg.Cases == nil {
		return Report{}, core.E(core.KindInvalid, "signed_config", "")
	}
	r := runner{Config: cfg}
	if err := cfg.DB.Read(ctx, pg.City("every decision held to its signature"), r.begin); err != nil {
		return Report{}, err
	}
	for more := true; more; {
		before := r
		err := cfg.DB.Read(ctx, pg.City("every decision held to its signature"), func(ctx context.Context, tx *pg.Tx) (err error) {
			r = before // what lost a race is run again
			r.report.Bad = slices.Clone(before.report.Bad)
			more, err = r.some(ctx, tx)
			return err
		})
		if err != nil {
			return r.report, err
		}
	}
	return r.report, nil
}

type runner struct {
	Config
	report Report
	last   core.CaseID
	first  *time.Time       // of the oldest signature: what was decided since has one
	second *int64           // of the first signature in a city that demanded a second factor: those since name one
	from   map[string]int64 // by kind, the lowest row that was signed: what has a higher number has one, whatever time it says
}

// begin reads from where on there are signatures, once: every batch would read all of them for it.
func (r *runner) begin(ctx context.Context, tx *pg.Tx) error {
	if err := tx.QueryRow(ctx, `select min(at) from decision_signature`).Scan(&r.first); err != nil {
		return pg.Fail(err, "read the oldest signature")
	}
	if err := tx.QueryRow(ctx, `select min(id) from decision_signature where second_demanded`).Scan(&r.second); err != nil {
		return pg.Fail(err, "read the oldest second factor")
	}
	var decision, change *int64
	const lowest = `select min(of_id) filter (where kind = 'decision'), min(of_id) filter (where kind = 'change') from decision_signature`
	if err := tx.QueryRow(ctx, lowest).Scan(&decision, &change); err != nil {
		return pg.Fail(err, "read the oldest signature")
	}
	r.from = map[string]int64{}
	for kind, id := range map[string]*int64{casefile.SignedDecision: decision, casefile.SignedChange: change} {
		if id != nil {
			r.from[kind] = *id
		}
	}
	return nil
}

func (r *runner) some(ctx context.Context, tx *pg.Tx) (more bool, err error) {
	rows, err := tx.Query(ctx, `select id from casefile f where id > $1 and (exists (select from decision d where d.case_id = f.id)
		or exists (select from benefit_change b where b.case_id = f.id and b.state <> 'proposed') or exists (select from decision_signature s where s.case_id = f.id)) order by id limit $2`, r.last, batch)
	if err != nil {
		return false, pg.Fail(err, "read what was decided")
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.CaseID])
	if err != nil {
		return false, pg.Fail(err, "read what was decided")
	}
	for _, id := range ids {
		if err := r.one(ctx, tx, id); err != nil {
			return false, err
		}
		r.last = id
	}
	return len(ids) == batch, nil
}

// name is a row that is signed.
type name struct {
	kind string
	of   int64
}

// one looks at a case: each decision of it against its signature, and each signature for what it is of.
func (r *runner) one(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	signatures, err := r.Cases.Signatures(ctx, tx, id)
	if err != nil {
		return err
	}
	by := map[name]casefile.Signature{}
	for _, g := range signatures {
		by[name{g.Kind, g.Of}] = g
	}
	decisions, err := r.Cases.Decisions(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		r.judge(by, casefile.Signature{Kind: casefile.SignedDecision, Of: d.ID, Claim: d.Claim, Case: d.Case, Digest: d.Sum(), By: d.Approver, At: d.At}, d.Digest)
	}
	changes, err := r.Cases.Changes(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if c.State != casefile.ChangeProposed {
			r.judge(by, casefile.Signature{Kind: casefile.SignedChange, Of: c.ID, Claim: c.Claim, Case: c.Case, Digest: c.Sum(), By: c.Approver, At: c.Decided}, c.Sum())
		}
	}
	for of := range by {
		r.wrong(of, "signs what is not there")
	}
	return r.seconds(ctx, tx, id)
}

// seconds looks at how those who signed showed a second factor. What a signature says of it is signed;
// that it was shown is another table's word. One that says nothing of it is wrong where the city had
// demanded it before; whether its account had a phone by then the database alone held it to.
func (r *runner) seconds(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	rows, err := tx.Query(ctx, `select s.kind, s.of_id, s.second_factor is null from decision_signature s where s.case_id = $1
		and case when s.second_factor is null then s.id > $2
			else not exists (select from staff_shown w join staff_factor f on f.id = w.factor where w.session = s.session and w.staff = s.by_staff and w.factor = s.second_factor
				and w.at = s.second_at and (f.ended is null or f.ended > w.at)) end order by s.id`, id, r.second)
	if err != nil {
		return pg.Fail(err, "read second factors")
	}
	type fault struct {
		Kind string
		Of   int64
		None bool
	}
	faults, err := pgx.CollectRows(rows, pgx.RowToStructByPos[fault])
	for _, f := range faults {
		how := "names a second factor that nobody showed"
		if f.None {
			how = "is signed without a second factor, which the city demanded"
		}
		r.wrong(name{f.Kind, f.Of}, how)
	}
	return pg.Fail(err, "read second factors")
}

// judge holds what a row says now to its signature, and takes that off the list. stored is the
// digest that the row itself keeps.
func (r *runner) judge(by map[name]casefile.Signature, now casefile.Signature, stored string) {
	r.report.Seen++
	of := name{now.Kind, now.Of}
	g, found := by[of]
	delete(by, of)
	switch {
	case !found && r.before(now):
		r.report.Unsigned++
	case !found:
		r.wrong(of, "is not signed")
	default:
		now.Session, now.Second = g.Session, g.Second
		if stored != now.Digest || r.Key == nil || !r.Key.Verify(g.Key, now.Text(), g.Bytes) {
			r.wrong(of, "is not what was signed")
		}
	}
}

// before reports whether a row is of before there was a key: by its time, which whoever writes a row
// can choose, and by its number, which they cannot.
func (r *runner) before(now casefile.Signature) bool {
	from, signed := r.from[now.Kind]
	return r.first == nil || now.At.Before(*r.first) && (!signed || now.Of < from)
}

func (r *runner) wrong(of name, how string) {
	if r.report.Broken++; len(r.report.Bad) < named {
		r.report.Bad = append(r.report.Bad, fmt.Sprintf("%s %d %s", of.kind, of.of, how))
	}
}

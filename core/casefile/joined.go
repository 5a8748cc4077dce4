package casefile

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Joined is one link of two cases because people found two rows of the register to be
// one person. With an application that one lies with the elder case, and the younger
// rests; without, both officers were asked to look.
type Joined struct {
	ID             int64
	Elder, Younger core.CaseID
	Kept, Gone     core.PersonID
	Application    core.ApplicationID // "" where officers were asked
	FactsBefore    int                // the elder's version before it, and after; the same where its facts wait for a look
	FactsAfter     int
	Asked          []core.ItemCode // what nobody had asked for before
}

// OfPeople finds the open cases that count one of two people, for each of them, by id, and
// holds them; a case that counts both is of both. It wants a city-wide scope.
func (s *Store) OfPeople(ctx context.Context, tx *pg.Tx, a, b core.PersonID) (ofA, ofB []Case, err error) {
	rows, err := tx.Query(ctx, `select `+caseColumns+`, array(select person from case_member m where m.case_id = f.id and m.ended is null and m.person in ($1, $2)
			union select f.person where f.person in ($1, $2))
		from casefile f where f.state not in ('settled', 'withdrawn') and f.id in (select case_id from case_member where person in ($1, $2) and ended is null
			union select id from casefile where person in ($1, $2))
		order by f.id limit $3 for update of f`, int64(a), int64(b), 2*maxBeyond)
	if err != nil {
		return nil, nil, pg.Fail(err, "look for the cases of two people")
	}
	defer rows.Close()
	for rows.Next() {
		var who []int64
		c, err := scanCase(rows, &who)
		if err != nil {
			return nil, nil, pg.Fail(err, "read a case of two people")
		}
		if slices.Contains(who, int64(a)) {
			ofA = append(ofA, c)
		}
		if slices.Contains(who, int64(b)) {
			ofB = append(ofB, c)
		}
	}
	return ofA, ofB, pg.Fail(rows.Err(), "look for the cases of two people")
}

// Untouched reports whether nobody has done anything about a case yet: it waits in its
// township's queue with its one application. Only such a case may lie with another one
// without a person's word; all else has a history of its own.
func (s *Store) Untouched(ctx context.Context, tx *pg.Tx, c Case) (untouched bool, err error) {
	if c.State != CaseOpen || c.Routed.IsZero() || !c.Accepted.IsZero() || c.FactsVersion == 0 {
		return false, nil
	}
	err = tx.QueryRow(ctx, `select (select count(*) = 1 and bool_and(application = $2 and state = 'routed') from case_application where case_id = $1)
		and not exists (select from claim where case_id = $1 and state <> 'proposed')
		and not exists (select from case_doubt where case_id = $1)
		and not exists (select from case_supplement where case_id = $1)
		and not exists (select from case_card where case_id = $1)
		and not exists (select from mandate where case_id = $1)
		and not exists (select from visit where case_id = $1)`, c.ID, c.Application).Scan(&untouched)
	return untouched, pg.Fail(err, "see whether a case was taken up")
}

// Decided reports whether somebody has decided something of a case.
func (s *Store) Decided(ctx context.Context, tx *pg.Tx, id core.CaseID) (decided bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from decision where case_id = $1)`, id).Scan(&decided)
	return decided, pg.Fail(err, "see whether a case was decided")
}

// Attach lays the application of the younger case with the elder: one of its own where
// its sender is the elder's, contested otherwise. The younger rests, with all its rows.
// Both are locked. It gives the kind of doubt, "" for none.
func (s *Store) Attach(ctx context.Context, tx *pg.Tx, elder, younger Case, n NewCase) (DoubtKind, error) {
	why, err := s.doubtOf(ctx, tx, elder, n)
	if err != nil {
		return "", err
	}
	to := ApplicationLinked
	if why != "" {
		to = ApplicationContested
	}
	if err := s.MoveApplication(ctx, tx, younger.Application, to); err != nil {
		return "", err
	}
	if err := s.Close(ctx, tx, younger, CaseWithdrawn); err != nil {
		return "", err
	}
	if err := s.MeetAll(ctx, tx, younger.ID); err != nil {
		return "", err
	}
	if err := s.carry(ctx, tx, elder, &n.Application); err != nil {
		return "", err
	}
	if why == "" {
		return "", nil
	}
	return why, s.AddDoubt(ctx, tx, Doubt{Case: elder.ID, Application: younger.Application, Kind: why})
}

// Detach gives the younger case its application back and takes it up again where it was.
// Both are locked. What an officer has set aside, or what stands in another township now,
// stays: ErrMovedOn.
func (s *Store) Detach(ctx context.Context, tx *pg.Tx, elder, younger Case, app *core.Application) error {
	state, err := s.ApplicationState(ctx, tx, app.ID)
	if err != nil {
		return err
	}
	if elder.Region != younger.Region || younger.State != CaseWithdrawn || state != ApplicationLinked && state != ApplicationContested {
		return ErrMovedOn
	}
	if err := s.carry(ctx, tx, younger, app); err != nil {
		return err
	}
	if err := s.MoveApplication(ctx, tx, app.ID, ApplicationRouted); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `update casefile f set state = 'open', settled = null, updated = $2, beside = exists (select from casefile o where o.id <> f.id and not o.beside
			and o.state not in ('settled', 'withdrawn') and (o.household = f.household or f.household is null and o.household is null
				and f.applicant_key <> '' and o.applicant_key = f.applicant_key)) where f.id = $1`, younger.ID, tx.Now())
	if err := s.stepped(ctx, tx, younger.step(CaseOpen), pg.Fail(err, "take up a case that lay with another one")); err != nil {
		return err
	}
	due := Deadline{Case: younger.ID, Kind: DeadlineAccept, Due: younger.AcceptDue, Cause: AcceptParted}
	if younger.Routed.IsZero() {
		due.Level = RungTownship // no township has it yet
	}
	return s.Resume(ctx, tx, due)
}

// carry moves an application, its status and what was handed in to it under another case
// of the same township, sealed anew with that one's key.
func (s *Store) carry(ctx context.Context, tx *pg.Tx, to Case, app *core.Application) error {
	b, err := s.boxOf(ctx, tx, to)
	if err != nil {
		return err
	}
	own, err := b.own(app)
	if err != nil {
		return err
	}
	if err := s.carrySupplements(ctx, tx, app.ID, to, b); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`update case_application set case_id = $2, story = $3, applicant_id = $4, contact_phone = $5, account = $6 where application = $1`,
		app.ID, to.ID, own.story, own.id, own.phone, own.account)
	batch.Queue(`update case_status set case_id = $2 where application = $1`, app.ID, to.ID)
	return pg.Fail(tx.SendBatch(ctx, batch).Close(), "carry an application to another case")
}

// AddJoined writes a link.
func (s *Store) AddJoined(ctx context.Context, tx *pg.Tx, j Joined) error {
	var app any
	if j.Application != "" {
		app = j.Application
	}
	_, err := tx.Exec(ctx, `insert into case_joined (region, elder, younger, kept, gone, application, facts_before, facts_after, asked, at)
		select region, id, $2, $3, $4, $5, $6, $7, $8, $9 from casefile where id = $1`,
		j.Elder, j.Younger, int64(j.Kept), int64(j.Gone), app, j.FactsBefore, j.FactsAfter, texts(j.Asked), tx.Now())
	return pg.Fail(err, "link two cases")
}

const joinedQuery = `select id, elder, younger, kept, gone, coalesce(application::text, ''), facts_before, facts_after, asked from case_joined where ended is null and `

func scanJoined(r pgx.CollectableRow) (j Joined, err error) {
	err = r.Scan(&j.ID, &j.Elder, &j.Younger, &j.Kept, &j.Gone, &j.Application, &j.FactsBefore, &j.FactsAfter, &j.Asked)
	return j, err
}

// JoinedBy lists the links that stand because two rows are one person.
func (s *Store) JoinedBy(ctx context.Context, tx *pg.Tx, kept, gone core.PersonID) ([]Joined, error) {
	return s.joined(ctx, tx, joinedQuery+`kept = $1 and gone = $2 order by id`, int64(kept), int64(gone))
}

// JoinedAs lists the link by which an application lies with another case than its own: one
// or none.
func (s *Store) JoinedAs(ctx context.Context, tx *pg.Tx, app core.ApplicationID) ([]Joined, error) {
	return s.joined(ctx, tx, joinedQuery+`application = $1`, app)
}

func (s *Store) joined(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Joined, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read how cases are linked")
	}
	list, err := pgx.CollectRows(rows, scanJoined)
	return list, pg.Fail(err, "read how cases are linked")
}

// EndJoined ends a link, by whose word.
func (s *Store) EndJoined(ctx context.Context, tx *pg.Tx, j Joined, by core.StaffID) error {
	_, err := tx.Exec(ctx, `update case_joined set ended = greatest($2, at), ender = $3 where id = $1`, j.ID, tx.Now(), by)
	return pg.Fail(err, "end a link of two cases")
}

// Unask forgets what only an application asked for that was taken away again; urgent is
// what one of those left says.
func (s *Store) Unask(ctx context.Context, tx *pg.Tx, id core.CaseID, items []core.ItemCode) error {
	_, err := tx.Exec(ctx, `update casefile f set updated = $3, asked = array(select i from unnest(asked) with ordinality u(i, n) where i <> all ($2::text[]) order by n),
		urgent = exists (select from case_application a where a.case_id = f.id and a.urgent and a.state not in ('contested', 'set_aside'))
		where f.id = $1`, id, texts(items), tx.Now())
	return pg.Fail(err, "forget what an application asked for")
}

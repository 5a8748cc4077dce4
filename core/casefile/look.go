package casefile

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// LookOutcome is what came of looking something up.
type LookOutcome string

// The outcomes; "" while nobody has looked.
const (
	LookFound LookOutcome = "found"
	LookNone  LookOutcome = "none"  // the register has nothing: the household may be asked
	LookKnown LookOutcome = "known" // it came another way meanwhile
)

// Lookup is something that a register of the city answers, and who asks it (我们自己查).
type Lookup struct {
	ID      int64
	Key     string // of Lack
	Keeper  string
	Staff   core.StaffID // whose it is to look
	Made    time.Time
	Outcome LookOutcome
	Done    time.Time
	By      core.StaffID
	Words   string // what the register says; opened by View only
}

// Open reports whether nobody has looked yet.
func (l Lookup) Open() bool { return l.Outcome == "" }

// LookUp gives something to somebody to look up, once while it is open. It reports whether it is new.
func (s *Store) LookUp(ctx context.Context, tx *pg.Tx, id core.CaseID, l Lookup) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into case_look (case_id, region, key, keeper, staff, made) select id, region, $2, $3, $4, $5 from casefile where id = $1
		on conflict (case_id, key) where done is null do nothing`, id, l.Key, l.Keeper, l.Staff, tx.Now())
	return tag.RowsAffected() > 0, pg.Fail(err, "give something to look up")
}

// LookedUp ends a look with what the register says, and meets the clock once none is open.
// ErrMovedOn where it was ended before, or is another case's.
func (s *Store) LookedUp(ctx context.Context, tx *pg.Tx, c Case, l Lookup) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	words, err := b.put("case_look", lookColumn(l.ID), l.Words)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `update case_look set outcome = $3, done = $4, by_staff = $5, words = $6 where id = $2 and case_id = $1 and done is null`,
		c.ID, l.ID, l.Outcome, tx.Now(), l.By, words)
	if err != nil {
		return pg.Fail(err, "end a look")
	}
	if tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return s.lookedAll(ctx, tx, c.ID)
}

// EndKnown ends the looks for what is no longer wanting, in nobody's name.
func (s *Store) EndKnown(ctx context.Context, tx *pg.Tx, c Case) error {
	open, err := s.looks(ctx, tx, c, nil)
	if err != nil || !slices.ContainsFunc(open, Lookup.Open) {
		return err
	}
	wanting, err := s.Lacking(ctx, tx, c)
	if err != nil {
		return err
	}
	keys := []string{}
	for _, l := range wanting {
		keys = append(keys, l.Key)
	}
	_, err = tx.Exec(ctx, `update case_look set outcome = 'known', done = $3 where case_id = $1 and done is null and key <> all ($2)`, c.ID, keys, tx.Now())
	if err != nil {
		return pg.Fail(err, "end looks for what is known")
	}
	return s.lookedAll(ctx, tx, c.ID)
}

// lookedAll meets the clock of looking things up once nothing is open.
func (s *Store) lookedAll(ctx context.Context, tx *pg.Tx, id core.CaseID) error {
	_, err := tx.Exec(ctx, `update deadline set met = $2 where case_id = $1 and kind = 'lookup' and met is null
		and not exists (select from case_look where case_id = $1 and done is null)`, id, tx.Now())
	return pg.Fail(err, "meet the deadline of looking something up")
}

func lookColumn(id int64) string { return "look/" + strconv.FormatInt(id, 10) }

// Looks reads what is looked up for a case, oldest first, without the words.
func (s *Store) Looks(ctx context.Context, tx *pg.Tx, c Case) ([]Lookup, error) {
	return s.looks(ctx, tx, c, nil)
}

// looks reads what was given to look up, oldest first; the words where a box is given.
func (s *Store) looks(ctx context.Context, tx *pg.Tx, c Case, b *box) ([]Lookup, error) {
	rows, err := tx.Query(ctx, `select id, key, keeper, staff, made, outcome, done, coalesce(by_staff, 0), words from case_look where case_id = $1 order by id`, c.ID)
	if err != nil {
		return nil, pg.Fail(err, "read what is looked up")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (l Lookup, err error) {
		var done *time.Time
		var words []byte
		if err := r.Scan(&l.ID, &l.Key, &l.Keeper, &l.Staff, &l.Made, &l.Outcome, &done, &l.By, &words); err != nil {
			return l, err
		}
		l.Done = timeOf(done)
		if b != nil {
			l.Words, err = b.get("case_look", lookColumn(l.ID), words)
		}
		return l, err
	})
	return list, pg.Fail(err, "read what is looked up")
}

// situationLooks counts what waits for a look.
func (s *Store) situationLooks(ctx context.Context, tx *pg.Tx, out *Situation) error {
	err := tx.QueryRow(ctx, `select count(*) from case_look where case_id = $1 and done is null`, out.Case.ID).Scan(&out.Looks)
	return pg.Fail(err, "count what waits for a look")
}

// mayLookUp: while something waits for a look.
func mayLookUp(s Situation, _ Claim, _ Actor) error {
	if s.Looks == 0 {
		return ErrMovedOn
	}
	return nil
}

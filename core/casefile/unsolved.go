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

// Unit is where something that is not solved lies: at the unit that decided, and one further up after
// each answer, or where nobody of it can answer.
type Unit string

// The units, from below.
const (
	UnitTownship Unit = "township"
	UnitCounty   Unit = "county"
	UnitCity     Unit = "city"
)

// units are in the order in which they answer.
func units() []Unit { return []Unit{UnitTownship, UnitCounty, UnitCity} }

// Say names a unit where the names of its places stand beside it.
func (u Unit) Say() string {
	return map[Unit]string{UnitTownship: "镇上", UnitCounty: "县里", UnitCity: "市里"}[u]
}

// Rung is the rung of the ladder on which a unit stands.
func (u Unit) Rung() Rung {
	return map[Unit]Rung{UnitTownship: RungTownship, UnitCounty: RungCounty, UnitCity: RungCity}[u]
}

// Above is the next unit up; the city's is the city.
func (u Unit) Above() Unit {
	return units()[min(slices.Index(units(), u)+1, len(units())-1)]
}

// rolesOf are who answers for a unit.
func rolesOf(u Unit) []Role {
	return map[Unit][]Role{UnitTownship: {RoleOfficer, RoleApprover}, UnitCounty: {RoleCounty}, UnitCity: {RoleCity}}[u]
}

// UnitsOf are the units for which somebody answers, by their roles.
func UnitsOf(a Actor) (list []Unit) {
	for _, u := range units() {
		if a.Has(rolesOf(u)...) {
			list = append(list, u)
		}
	}
	return list
}

// UnsolvedState is how far one is.
type UnsolvedState string

// The states. The last two are its ends.
const (
	UnsolvedOpen   UnsolvedState = "open"
	UnsolvedSolved UnsolvedState = "solved" // the unit did something about it
	UnsolvedStands UnsolvedState = "stands" // it stays as it is, and the household is told why and how to appeal
)

// Unsolved is a household's word that its matter is not solved though it was told how it ended
// (没有解决, F82), and the answer to it. It asks for no other decision, as an Appeal does, and is
// about no notice, as an Objection is.
type Unsolved struct {
	ID       int64
	Claim    core.ClaimID
	Case     core.CaseID
	Nth      int // of its claim, from 1
	Unit     Unit
	Beyond   bool  // the city has answered before: it is kept, and lies there
	Decision int64 // the newest on the claim when it was said
	Says     string
	Door     Door
	TakenBy  core.StaffID // who wrote it down; 0: the person themselves
	At       time.Time
	Due      core.Date
	Law      string
	Who      core.StaffID // by name; 0: nobody of the unit was free, and whoever of it comes first may
	State    UnsolvedState
	Answer   string // as the household reads it; sealed at rest as Says is
	By       core.StaffID
	Answered time.Time
	Sent     int64 // as what it was handed in, 0 for none; written and not read back
}

// Open reports whether nobody has answered it.
func (u Unsolved) Open() bool { return u.State == UnsolvedOpen }

// ErrUnsolvedOpen is the answer to another one while one of the case is looked at.
var ErrUnsolvedOpen = core.E(core.KindConflict, "unsolved_open", "这一件已经记了“没有解决”,正在办,有结果会告诉您。要补充的话,打 12345 说一声。")

// OpenUnsolved is the one of a case that nobody has answered; false for none.
func (s Situation) OpenUnsolved() (Unsolved, bool) {
	i := slices.IndexFunc(s.Unsolved, Unsolved.Open)
	if i < 0 {
		return Unsolved{}, false
	}
	return s.Unsolved[i], true
}

// NextUnsolved is the next one of a claim: its number and the unit it goes to. The first goes to
// the unit that decided, each after that above who answered last, and none beyond the city.
func (s Situation) NextUnsolved(c Claim) Unsolved {
	next := Unsolved{Claim: c.ID, Nth: 1, Unit: UnitTownship}
	if c.Decides == "county" {
		next.Unit = UnitCounty
	}
	last := -1
	for _, u := range s.Unsolved {
		if u.Claim == c.ID {
			next.Nth++
			last = max(last, slices.Index(units(), u.Unit))
		}
	}
	if last >= 0 {
		next.Unit, next.Beyond = units()[last].Above(), units()[last] == UnitCity
	}
	return next
}

// UnsolvedBarred are those who may not answer one: who wrote it down, and who answered one of its claim
// before. Above the city is nobody: its people may answer again, or nobody could. Kin are barred from
// everything.
func (s Situation) UnsolvedBarred(u Unsolved) (list []core.StaffID) {
	if u.TakenBy != 0 {
		list = append(list, u.TakenBy)
	}
	if u.Unit == UnitCity {
		return list
	}
	return append(list, s.UnsolvedBefore(u.Claim)...)
}

// UnsolvedBefore are those who answered one of a claim.
func (s Situation) UnsolvedBefore(claim core.ClaimID) (list []core.StaffID) {
	for _, u := range s.Unsolved {
		if u.Claim == claim && u.By != 0 {
			list = append(list, u.By)
		}
	}
	return list
}

// mayUnsolved: once at a time, against what was decided; whoever says it knows how it ended.
func mayUnsolved(s Situation, _ Claim, _ Actor) error {
	if _, open := s.OpenUnsolved(); open {
		return ErrUnsolvedOpen
	}
	return nil
}

// mayAnswerUnsolved: somebody of the unit where it lies who is not barred from it.
func mayAnswerUnsolved(s Situation, c Claim, a Actor) error {
	u, open := s.OpenUnsolved()
	switch {
	case !open || u.Claim != c.ID:
		return ErrMovedOn
	case !a.Has(rolesOf(u.Unit)...):
		return ErrNotYours
	case slices.Contains(s.UnsolvedBarred(u), a.Staff):
		return ErrSamePerson
	}
	return nil
}

// Reopenable reports whether a claim stands where its household can say that it is not solved.
func Reopenable(c Case, k Claim) bool {
	return slices.Contains(decidedStates(), k.State) && c.State != CaseWithdrawn
}

// AddUnsolved writes one down against the newest decision of its claim. Errors: ErrNothingDecided,
// ErrUnsolvedOpen.
func (s *Store) AddUnsolved(ctx context.Context, tx *pg.Tx, c Case, u Unsolved) (Unsolved, error) {
	err := tx.QueryRow(ctx, `select id from decision where claim_id = $1 order by id desc limit 1`, u.Claim).Scan(&u.Decision)
	if core.KindOf(pg.Fail(err, "")) == core.KindNotFound {
		return u, ErrNothingDecided
	}
	if err != nil {
		return u, pg.Fail(err, "find the decision of a claim")
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return u, err
	}
	sealed, err := b.put("unsolved", u.column("says"), u.Says)
	if err != nil {
		return u, err
	}
	u.Case, u.At, u.State = c.ID, tx.Now(), UnsolvedOpen
	err = tx.QueryRow(ctx, `insert into unsolved (claim_id, case_id, region, nth, unit, beyond, decision, says, door, taken_by, sent, at, due, law, who)
		select id, case_id, region, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 from claim where id = $1 returning id`,
		u.Claim, u.Nth, u.Unit, u.Beyond, u.Decision, sealed, u.Door, number(u.TakenBy), number(u.Sent), u.At, day(u.Due), u.Law, number(u.Who)).Scan(&u.ID)
	switch pg.Constraint(err) {
	case "unsolved_open":
		return u, ErrUnsolvedOpen.Wrap(err)
	case "unsolved_of", "unsolved_climbs", "unsolved_claim_id_nth_key":
		return u, ErrMovedOn.Wrap(err)
	}
	return u, pg.Fail(err, "write down what is not solved")
}

// column names a sealed column of one; its claim and number are its name, for it has no id before.
func (u Unsolved) column(name string) string {
	return name + "/" + strconv.FormatInt(int64(u.Claim), 10) + "/" + strconv.Itoa(u.Nth)
}

// AnswerUnsolved ends one with the words that its household reads, and meets its clock. Errors:
// ErrMovedOn where somebody was faster, ErrSamePerson.
func (s *Store) AnswerUnsolved(ctx context.Context, tx *pg.Tx, c Case, u Unsolved) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	sealed, err := b.put("unsolved", u.column("answer"), u.Answer)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `update unsolved set state = $2, answer = $3, answered_by = $4, answered = $5 where id = $1 and state = 'open'`, u.ID, u.State, sealed, u.By, tx.Now())
	switch {
	case pg.Constraint(err) == "unsolved_people":
		return ErrSamePerson.Wrap(err)
	case err != nil:
		return pg.Fail(err, "answer what is not solved")
	case tag.RowsAffected() == 0:
		return ErrMovedOn
	}
	return s.Meet(ctx, tx, c.ID, u.Claim, DeadlineUnsolved)
}

const unsolvedColumns = `u.id, u.claim_id, u.case_id, u.nth, u.unit, u.beyond, u.decision, u.door, coalesce(u.taken_by, 0), u.at, u.due, u.law, coalesce(u.who, 0), u.state,
	coalesce(u.answered_by, 0), u.answered, u.says, u.answer`

func scanUnsolved(r row, says, answer *[]byte, more ...any) (u Unsolved, err error) {
	var due time.Time
	var answered *time.Time
	err = r.Scan(append([]any{&u.ID, &u.Claim, &u.Case, &u.Nth, &u.Unit, &u.Beyond, &u.Decision, &u.Door, &u.TakenBy, &u.At, &due, &u.Law, &u.Who, &u.State,
		&u.By, &answered, says, answer}, more...)...)
	u.Due, u.Answered = dayOf(&due), timeOf(answered)
	return u, err
}

// unsolveds reads those of a case, oldest first; what was said and answered where a box is given.
func (s *Store) unsolveds(ctx context.Context, tx *pg.Tx, id core.CaseID, b *box) ([]Unsolved, error) {
	rows, err := tx.Query(ctx, `select `+unsolvedColumns+` from unsolved u where u.case_id = $1 order by u.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what is not solved")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Unsolved, error) {
		var says, answer []byte
		u, err := scanUnsolved(r, &says, &answer)
		if err != nil || b == nil {
			return u, err
		}
		if u.Says, err = b.get("unsolved", u.column("says"), says); err != nil || u.Open() {
			return u, err
		}
		u.Answer, err = b.get("unsolved", u.column("answer"), answer)
		return u, err
	})
	return list, pg.Fail(err, "read what is not solved")
}

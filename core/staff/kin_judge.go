package staff

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Verdict is what the county says to a declaration.
type Verdict string

// The verdicts. The first two are about what was declared, the others about a removal.
const (
	KinConfirm Verdict = "confirm"
	KinAsk     Verdict = "ask"  // with a question
	KinAgree   Verdict = "end"  // off the list
	KinKeep    Verdict = "keep" // with a reason; it stays
)

// ErrKinOwn says that nobody judges a declaration of their own, or a removal they asked for.
var ErrKinOwn = core.E(core.KindForbidden, "kin_own", "自己报的、自己提的,要换一个人来看。")

// ErrNotHead says that somebody's declarations or leave are not theirs to look after.
var ErrNotHead = core.E(core.KindForbidden, "not_head", "这位同事不归您管。")

// Judges reports whether p confirms what another declares: county and city, for those
// whose whole area lies in theirs, and nobody for themselves.
func (p Person) Judges(other Person) bool { return p.over(other, County, City) }

// Heads reports whether p arranges another's leave: the township's second person, county
// and city, for those whose whole area lies in theirs.
func (p Person) Heads(other Person) bool { return p.over(other, Approver, County, City) }

func (p Person) over(other Person, roles ...Role) bool {
	return p.ID != other.ID && p.Has(roles...) && len(other.Regions) > 0 &&
		!slices.ContainsFunc(other.Regions, func(r core.RegionCode) bool { return !slices.Contains(p.Regions, r) })
}

// ToJudge lists the declarations that wait for p's word, and leaves one entry, of nobody as well.
func (s *Staff) ToJudge(ctx context.Context, tx *pg.Tx, p Person) ([]Kin, error) {
	ids, err := s.under(ctx, tx, p.Judges)
	if err != nil {
		return nil, err
	}
	return s.kin(ctx, tx, p.actor(), kinQuery+`k.state in ('declared', 'leaving') and k.staff = any ($1) order by k.staff, k.id`, ids)
}

// under gives the ids of the active accounts that a rule holds for.
func (s *Staff) under(ctx context.Context, tx *pg.Tx, rule func(Person) bool) ([]int64, error) {
	all, err := s.people(ctx, tx, `select `+personColumns+` from staff_account where active order by id`)
	var ids []int64
	for _, p := range all {
		if rule(p) {
			ids = append(ids, int64(p.ID))
		}
	}
	return ids, err
}

// Judge gives p's word on a declaration. Errors: ErrKinUnseen, ErrNotHead, ErrKinOwn,
// ErrKinMoved, KindInvalid.
func (s *Staff) Judge(ctx context.Context, tx *pg.Tx, p Person, id int64, v Verdict, note string) error {
	held, err := s.holdKin(ctx, tx, id)
	if err != nil {
		return err
	}
	if held.staff == p.ID || held.saidBy == who(p.actor()) || held.state == KinLeaving && held.endBy == who(p.actor()) {
		return ErrKinOwn
	}
	of, err := s.Person(ctx, tx, held.staff)
	if err != nil {
		return err
	}
	if !p.Judges(of) {
		return ErrNotHead
	}
	step, ok := kinSteps()[v]
	if !ok || !slices.Contains(step.from, held.state) {
		return ErrKinMoved
	}
	if note, err = kinNote(note, step.words); err != nil {
		return err
	}
	if step.becomes == KinEnded {
		_, err = tx.Exec(ctx, `update staff_kin set state = 'ended', ended_by = $2, ended = $3, note = case when $4 = '' then note else $4 end where id = $1`,
			id, who(p.actor()), tx.Now(), note)
	} else {
		_, err = tx.Exec(ctx, `update staff_kin set state = $5, judged_by = $2, judged = $3, note = case when $4 = '' then note else $4 end where id = $1`,
			id, who(p.actor()), tx.Now(), note, string(step.becomes))
	}
	if err != nil {
		return pg.Fail(err, "judge a declaration")
	}
	return s.kinTrace(ctx, tx, p.actor(), step.act, held.staff, id)
}

// kinStep is one verdict: from which states to which, and what it must say.
type kinStep struct {
	from       []KinState
	becomes    KinState
	act, words string // words: what is asked for when nothing was written; "" when nothing has to be
}

func kinSteps() map[Verdict]kinStep {
	return map[Verdict]kinStep{
		KinConfirm: {[]KinState{KinDeclared, KinAsked}, KinConfirmed, "staff.relative_confirmed", ""},
		KinAsk:     {[]KinState{KinDeclared}, KinAsked, "staff.relative_asked", "请写明要问什么。"},
		KinAgree:   {[]KinState{KinLeaving}, KinEnded, "staff.relative_ended", ""},
		KinKeep:    {[]KinState{KinLeaving}, KinConfirmed, "staff.relative_kept", "请写明为什么留着。"},
	}
}

func kinNote(note, required string) (string, error) {
	note = strings.TrimSpace(note)
	if note == "" && required != "" {
		return "", core.Invalid("note", required)
	}
	if utf8.RuneCountInString(note) > 200 {
		return "", core.Invalid("note", "请写短一些,不超过 200 个字。")
	}
	return note, nil
}

// AnswerKin answers the county's question: whoever declared it says what they meant.
// Errors: ErrKinUnseen for another's, ErrKinMoved, KindInvalid.
func (s *Staff) AnswerKin(ctx context.Context, tx *pg.Tx, p Person, id int64, note string) error {
	held, err := s.holdKin(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case held.staff != p.ID:
		return ErrKinUnseen
	case held.state != KinAsked:
		return ErrKinMoved
	}
	if note, err = kinNote(note, "请回一句。"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update staff_kin set state = 'declared', note = note || ' 答:' || $2 where id = $1`, id, note); err != nil {
		return pg.Fail(err, "answer about kin")
	}
	return s.kinTrace(ctx, tx, p.actor(), "staff.relative_answered", p.ID, id)
}

// EndKin asks to take a relative off the list; it bars until another person agrees. of is
// whose list it must stand on, 0 for anybody's. Errors: ErrKinUnseen, ErrKinMoved,
// KindInvalid.
func (s *Staff) EndKin(ctx context.Context, tx *pg.Tx, by audit.Actor, of core.StaffID, id int64, why string) error {
	held, err := s.holdKin(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case of != 0 && held.staff != of:
		return ErrKinUnseen
	case held.state == KinLeaving || held.state == KinEnded:
		return ErrKinMoved
	}
	if why, err = kinNote(why, "请写明为什么去掉,例如「号码填错了」。"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update staff_kin set state = 'leaving', end_by = $2, end_why = $3 where id = $1`, id, who(by), why); err != nil {
		return pg.Fail(err, "ask to take kin off the list")
	}
	return s.kinTrace(ctx, tx, by, "staff.relative_leaving", held.staff, id)
}

type heldKin struct {
	staff         core.StaffID
	state         KinState
	saidBy, endBy string
}

func (s *Staff) holdKin(ctx context.Context, tx *pg.Tx, id int64) (h heldKin, err error) {
	err = tx.QueryRow(ctx, `select staff, state, said_by, coalesce(end_by, '') from staff_kin where id = $1 for update`, id).
		Scan(&h.staff, &h.state, &h.saidBy, &h.endBy)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrKinUnseen
	}
	return h, pg.Fail(err, "hold a declaration")
}

func (p Person) actor() audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(p.ID), 10)}
}

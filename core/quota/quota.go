package quota

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/casefile"
	"lianou/core/matching"
	"lianou/core/notify"
	"lianou/core/pg"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/staff"
)

// Deps is what New needs; all are required.
type Deps struct {
	DB       *pg.DB // of lianou_platform
	Registry *registry.Registry
	Cases    *casefile.Store
	Books    matching.Books
	Audit    *audit.Log
	Outbox   *notify.Outbox
	Ring     *seal.Ring // seals what people said
}

// Quota keeps rounds. It is safe for concurrent use.
type Quota struct {
	d     Deps
	rules *matching.Current
}

// New checks what it is given.
func New(d Deps) (*Quota, error) {
	if d.DB == nil || d.Registry == nil || d.Cases == nil || d.Books == nil || d.Audit == nil || d.Outbox == nil || d.Ring == nil {
		return nil, core.E(core.KindInternal, "quota_config", "").Wrap(errors.New("quota.Deps needs all of its fields"))
	}
	return &Quota{d, matching.NewCurrent(d.Books)}, nil
}

// mine refuses who does not see every township of an area: a part of a list is no order.
func (q *Quota) mine(who staff.Person, area core.RegionCode) error {
	towns := q.d.Registry.Regions().Expand(area)
	if len(towns) == 0 || len(area) > 9 || !who.Has(staff.County, staff.City, staff.Auditor) {
		return ErrNotYours
	}
	for _, t := range towns {
		if !who.Covers(t) {
			return ErrNotYours
		}
	}
	return nil
}

// goes reports whether somebody is of a township of an area, whose officers ring and visit
// its households for whoever holds the round.
func (q *Quota) goes(who staff.Person, area core.RegionCode) bool {
	return who.Has(staff.Officer, staff.Approver) && slices.ContainsFunc(q.d.Registry.Regions().Expand(area), who.Covers)
}

// on runs one act on a round that is held until the commit: acts on a round come one
// after another.
func (q *Quota) on(ctx context.Context, who staff.Person, id int64, do func(context.Context, *pg.Tx, Round) error) error {
	return q.held(ctx, who, id, func(area core.RegionCode) bool { return q.mine(who, area) == nil }, do)
}

// held is on for whoever may act on a round of an area.
func (q *Quota) held(ctx context.Context, who staff.Person, id int64, may func(core.RegionCode) bool, do func(context.Context, *pg.Tx, Round) error) error {
	return q.d.DB.Tx(ctx, who.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select ` + roundColumns + ` from quota_round where id = $1 for update`
		r, err := one(ctx, tx, sql, id)
		if err != nil {
			return err
		}
		if !may(r.Area) {
			return ErrNone
		}
		return do(ctx, tx, r)
	})
}

// act is one entry of the log: of a round, and of a household where it is about one.
type act struct {
	name   string
	round  Round
	region core.RegionCode
	detail map[string]any
}

func (q *Quota) trace(ctx context.Context, tx *pg.Tx, who staff.Person, a act) error {
	return q.write(ctx, tx, actor(who), a)
}

func (q *Quota) write(ctx context.Context, tx *pg.Tx, by audit.Actor, a act) error {
	return q.d.Audit.Write(ctx, tx, audit.Entry{Actor: by, Act: a.name, Subject: "quota:" + strconv.FormatInt(a.round.ID, 10),
		Region: a.region, Purpose: "quota", Detail: a.detail})
}

func actor(who staff.Person) audit.Actor {
	return audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(who.ID), 10)}
}

func sentence(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > 500 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return "", core.Invalid(field, ErrWords.Say)
	}
	if field == "why" && !core.Said(s, 2) {
		return "", core.Invalid(field, "写清楚凭什么:是哪个文件,例如「平民字〔2026〕5 号」,或者为什么这样办。光写数字、标点不算。")
	}
	if !core.Said(s, 1) { // "要" is an answer
		return "", core.Invalid(field, "写清楚问了谁、怎么说的。光写标点、数字或者一个字母不算。")
	}
	return s, nil
}

// refused turns what a constraint of the tables forbids into its sentence.
func refused(err error) error {
	of := map[string]*core.Error{"quota_two_people": ErrSame, "quota_writer": ErrNotYours, "quota_is_final": ErrState, "quota_places": ErrNoPlace,
		"quota_one_place": ErrTurn, "quota_one_offer": ErrTurn, "quota_tries": ErrTries, "quota_before": ErrBefore, "quota_until": ErrUntil, "quota_turn": ErrTurn, "quota_kin": casefile.ErrConflictOfInterest, "quota_unvisited": ErrUnvisited, "quota_met": ErrMet, "quota_visit_another": ErrVisitor, "quota_visit_fits": ErrState, "quota_try_fits": ErrState, "quota_often": ErrOften, "quota_unheard": ErrUnheard, "quota_too_late": ErrLate, "quota_skip_two_people": ErrSecond,
		"quota_one_skip_asked": ErrAsked, "quota_one_word": ErrDeclining, "quota_same_round": ErrDouble, "quota_had": ErrHad, "quota_empty": ErrEmpty, "quota_elsewhere": ErrElsewhere, "quota_twice": ErrTwice, "quota_undo_two_people": ErrSecond, "quota_declined_two_people": ErrSecond, "quota_withdraw_two_people": ErrSecond, "quota_leaving": ErrState, "quota_leaver_freezes": ErrLeaving, "quota_visitor_seconds": ErrVisited, "quota_offer_moves": ErrState, "quota_skip_moves": ErrState}
	if known := of[pg.Constraint(err)]; known != nil {
		return known.Wrap(err)
	}
	return err
}

const roundColumns = `id, item, area, places, cutoff, why, opener, opened, state, ended, coalesce(ender, 0), drawn, book, formula, tie, listed, digest, coalesce(leaver, 0)`

func scanRound(row pgx.CollectableRow) (r Round, err error) {
	var ended, drawn *time.Time
	err = row.Scan(&r.ID, &r.Item, &r.Area, &r.Places, &r.Cutoff, &r.Why, &r.Opener, &r.Opened, &r.State, &ended, &r.Ender, &drawn, &r.Book, &r.Formula, &r.Tie, &r.Listed, &r.Digest, &r.Leaver)
	if ended != nil {
		r.Ended = *ended
	}
	if drawn != nil {
		r.Drawn = *drawn
	}
	return r, err
}

func one(ctx context.Context, tx *pg.Tx, sql string, id int64) (Round, error) {
	rows, err := tx.Query(ctx, sql, id)
	if err != nil {
		return Round{}, pg.Fail(err, "read a round")
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRound)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, ErrNone
	}
	return r, pg.Fail(err, "read a round")
}

// Rounds lists the rounds of areas that somebody covers, the newest first, at most 200.
func (q *Quota) Rounds(ctx context.Context, tx *pg.Tx, who staff.Person) ([]Round, error) {
	var out []Round
	err := Every(ctx, tx, func(r Round) error {
		if q.mine(who, r.Area) == nil {
			out = append(out, r)
		}
		if len(out) == 200 {
			return errFull
		}
		return nil
	})
	if errors.Is(err, errFull) {
		err = nil
	}
	return out, err
}

var errFull = errors.New("as many as a page has")

// Round reads one round. Errors: ErrNone, also for who does not cover its area.
func (q *Quota) Round(ctx context.Context, tx *pg.Tx, who staff.Person, id int64) (Round, error) {
	r, err := one(ctx, tx, `select `+roundColumns+` from quota_round where id = $1`, id)
	if err == nil && q.mine(who, r.Area) != nil {
		err = ErrNone
	}
	return r, err
}

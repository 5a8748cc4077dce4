package staff

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Absence is somebody being away, both days included.
type Absence struct {
	ID       int64
	Staff    core.StaffID
	Of       string // name of who is away
	From, To core.Date
	Reason   string
	StandIn  core.StaffID // 0 where there is nobody else
	By       string       // name of who stands in, "" for nobody
}

// leave is the purpose of every change of an absence.
const leave = "leave"

// maxLeave is how many days one absence may last: a year of parental leave, and no typing
// error of a decade.
const maxLeave = 400

// Errors of absences.
var (
	ErrNoLeave = core.E(core.KindNotFound, "no_leave", "没有这一条请假,或者已经撤回。")
	ErrOver    = core.E(core.KindConflict, "leave_over", "这次请假已经过完了,不用撤。")
)

// SetAbsence records that somebody is away. Errors: KindInvalid, ErrUnknown.
func (s *Staff) SetAbsence(ctx context.Context, tx *pg.Tx, by audit.Actor, a Absence) (int64, error) {
	a.Reason = strings.TrimSpace(a.Reason)
	switch {
	case a.From.IsZero() || a.To < a.From:
		return 0, core.Invalid("to", "请假的结束日期不能早于开始日期。")
	case a.To < tx.Today():
		return 0, core.Invalid("to", "这几天已经过完了,不用登记。")
	case int(a.To)-int(a.From) > maxLeave:
		return 0, core.Invalid("to", "一次请假最长登记 400 天,请核对日期。")
	case a.Reason == "" || utf8.RuneCountInString(a.Reason) > 60:
		return 0, core.Invalid("reason", "请写一句原因,例如「病假」。")
	}
	// Taken in turn: two absences of one person at once would both find the days free.
	if _, err := tx.Exec(ctx, `select from staff_account where id = $1 for no key update`, int64(a.Staff)); err != nil {
		return 0, pg.Fail(err, "hold an account")
	}
	if err := s.checkLeave(ctx, tx, a); err != nil {
		return 0, err
	}
	var id int64
	const sql = `insert into staff_absence (staff, from_day, to_day, reason, stand_in, said, said_by)
		values ($1, $2, $3, $4, nullif($5, 0), $6, $7) returning id`
	err := tx.QueryRow(ctx, sql, int64(a.Staff), a.From.Time(), a.To.Time(), a.Reason, int64(a.StandIn), tx.Now(), who(by)).Scan(&id)
	if err != nil {
		return 0, pg.Fail(err, "record an absence")
	}
	return id, s.leaveTrace(ctx, tx, by, "staff.absence_set", a.Staff, id)
}

// checkLeave holds the days to those taken already, and the stand-in to somebody of the
// same work who is there.
func (s *Staff) checkLeave(ctx context.Context, tx *pg.Tx, a Absence) error {
	list, err := s.absences(ctx, tx, leaveQuery+`b.staff = any ($1) and b.from_day <= $2 and b.to_day >= $3`, []int64{int64(a.Staff), int64(a.StandIn)}, a.To.Time(), a.From.Time())
	if err != nil {
		return err
	}
	switch {
	case slices.ContainsFunc(list, func(other Absence) bool { return other.Staff == a.Staff }):
		return core.Invalid("from", "这几天里已经登记过请假。先撤回那一条。")
	case len(list) > 0:
		return core.Invalid("stand_in", "代办人那几天也请了假,请换一位。")
	}
	can, err := s.Colleagues(ctx, tx, a.Staff)
	if err != nil {
		return err
	}
	switch {
	case a.StandIn == 0 && len(can) > 0:
		return core.Invalid("stand_in", "请选一位代办人。")
	case a.StandIn != 0 && !slices.ContainsFunc(can, func(p Person) bool { return p.ID == a.StandIn }):
		return core.Invalid("stand_in", "代办人要和请假的人做一样的工作、管一样的地方。")
	}
	return nil
}

// Colleagues lists who can stand in for somebody: active, with one of their roles, in one
// of their places. Errors: ErrUnknown.
func (s *Staff) Colleagues(ctx context.Context, tx *pg.Tx, id core.StaffID) ([]Person, error) {
	p, err := s.Person(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	all, err := s.people(ctx, tx, `select `+personColumns+` from staff_account where active and id <> $1 and roles && $2 order by id`, int64(id), words(p.Roles))
	return slices.DeleteFunc(all, func(o Person) bool { return !slices.ContainsFunc(p.Regions, o.Covers) }), err
}

// Team lists the active accounts whose leave p arranges, by id.
func (s *Staff) Team(ctx context.Context, tx *pg.Tx, p Person) ([]Person, error) {
	all, err := s.people(ctx, tx, `select `+personColumns+` from staff_account where active order by id`)
	return slices.DeleteFunc(all, func(o Person) bool { return !p.Heads(o) }), err
}

// Absences lists what is not over of some people, the nearest first.
func (s *Staff) Absences(ctx context.Context, tx *pg.Tx, ids ...core.StaffID) ([]Absence, error) {
	plain := make([]int64, len(ids))
	for i, id := range ids {
		plain[i] = int64(id)
	}
	return s.absences(ctx, tx, leaveQuery+`b.staff = any ($1) and b.to_day >= $2 order by b.from_day, b.id`, plain, tx.Today().Time())
}

// AllAbsences lists what is not over of everybody, and leaves one entry.
func (s *Staff) AllAbsences(ctx context.Context, tx *pg.Tx, by audit.Actor) ([]Absence, error) {
	list, err := s.absences(ctx, tx, leaveQuery+`b.to_day >= $1 order by b.from_day, b.id`, tx.Today().Time())
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(list))
	for i, a := range list {
		ids[i] = a.ID
	}
	return list, s.log.Write(ctx, tx, audit.Listed(audit.Listing{Actor: by, Act: "staff.absences_listed", IDs: ids, Purpose: leave}))
}

// Absence reads one that was not taken back. Errors: ErrNoLeave.
func (s *Staff) Absence(ctx context.Context, tx *pg.Tx, id int64) (Absence, error) {
	list, err := s.absences(ctx, tx, leaveQuery+`b.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = ErrNoLeave
	}
	if err != nil {
		return Absence{}, err
	}
	return list[0], nil
}

const leaveQuery = `select b.id, b.staff, a.name, b.from_day, b.to_day, b.reason, coalesce(b.stand_in, 0), coalesce(c.name, '')
	from staff_absence b join staff_account a on a.id = b.staff left join staff_account c on c.id = b.stand_in where b.undone is null and `

// absences runs one of this package's queries for absences that were not taken back.
func (s *Staff) absences(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]Absence, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read absences")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Absence, err error) {
		var from, to time.Time
		err = row.Scan(&a.ID, &a.Staff, &a.Of, &from, &to, &a.Reason, &a.StandIn, &a.By)
		a.From, a.To = core.NewDate(from.Date()), core.NewDate(to.Date())
		return a, err
	})
	return list, pg.Fail(err, "read absences")
}

// UndoAbsence takes an absence back, planned or begun; who is away is there again from
// today. Errors: ErrNoLeave, ErrOver.
func (s *Staff) UndoAbsence(ctx context.Context, tx *pg.Tx, by audit.Actor, id int64) error {
	var of core.StaffID
	var to time.Time
	err := tx.QueryRow(ctx, `select staff, to_day from staff_absence where id = $1 and undone is null for update`, id).Scan(&of, &to)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNoLeave
	case err != nil:
		return pg.Fail(err, "hold an absence")
	case core.NewDate(to.Date()) < tx.Today():
		return ErrOver
	}
	if _, err := tx.Exec(ctx, `update staff_absence set undone = $2, undone_by = $3 where id = $1`, id, tx.Now(), who(by)); err != nil {
		return pg.Fail(err, "take an absence back")
	}
	return s.leaveTrace(ctx, tx, by, "staff.absence_undone", of, id)
}

func (s *Staff) leaveTrace(ctx context.Context, tx *pg.Tx, by audit.Actor, act string, about core.StaffID, id int64) error {
	return s.log.Write(ctx, tx, audit.Entry{Actor: by, Act: act, Subject: subject(about), Purpose: leave, Detail: map[string]any{"absence": id}})
}

// AwaySince lists somebody's leave from a day until today, the earliest first.
func (s *Staff) AwaySince(ctx context.Context, tx *pg.Tx, id core.StaffID, from core.Date) ([]Absence, error) {
	return s.absences(ctx, tx, leaveQuery+`b.staff = $1 and b.to_day >= $2 and b.from_day <= $3 order by b.from_day, b.id`, int64(id), from.Time(), tx.Today().Time())
}

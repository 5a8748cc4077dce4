package twins

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Say is what somebody of the staff says about a pair.
type Say string

// What can be said of two rows.
const (
	SaySame      Say = "same"
	SayDifferent Say = "different"
	SayLater     Say = "later"
)

// What can be said of two rows that were made one.
const (
	SayApart Say = "apart" // asks that they be two again
	SayAgree Say = "agree" // another person: they are to be
	SayKeep  Say = "keep"  // another person: they stay one
	SayBack  Say = "back"  // who asked takes it back
)

// SayUndo is of before: one person made two of them alone. It is read and never said.
const SayUndo Say = "undo"

// ofOne reports whether a word is about two rows that are one.
func (s Say) ofOne() bool { return slices.Contains([]Say{SayApart, SayAgree, SayKeep, SayBack}, s) }

// Verdict is one word of one member of staff about one pair.
type Verdict struct {
	Pair   int64
	Say    Say
	Reason string // 1 to 500 characters
	Staff  core.StaffID
}

// The refusals of a word.
var (
	ErrMoved   = core.E(core.KindConflict, "pair_state", "这一对刚刚被处理过,请刷新后再看。")
	ErrAsked   = core.E(core.KindConflict, "pair_asked", "已经有人提了撤销,等另一位同事定。请刷新后再看。")
	ErrOwnAsk  = core.E(core.KindForbidden, "pair_two_people", "撤销是您提的,要由另一位同事定。不想撤了,点「收回」。")
	ErrSpeaker = core.E(core.KindForbidden, "pair_speaker", "这个镇的登记,要由管这个镇的经办、审批来定。")
	ErrPutOff  = core.E(core.KindConflict, "pair_put_off", "有同事说是同一个人,这一对已经放过一次,不能再放。请核对了定:是,还是不是。")
	ErrKin     = core.E(core.KindForbidden, "kin", "您和其中一位有亲属登记,这一对要由别人定。")
	ErrAskKin  = core.E(core.KindForbidden, "pair_asker_kin", "提撤销的人后来报了和其中一位是亲属。请点「不撤」写明,再由一位没有亲属关系的同事提。")
)

// Decide keeps a word about a pair, for each township of it that tx sees, and has the
// consequence drawn by a job: the other township's line is out of this scope. Who may say
// what as the pair stands, the database knows, which also sees what was said out of scope and
// meanwhile. Errors: KindInvalid without a reason, KindForbidden without a person who says
// it, ErrNoPair, and those above.
func (t *Twins) Decide(ctx context.Context, tx *pg.Tx, v Verdict) error {
	v.Reason = strings.TrimSpace(v.Reason)
	switch {
	case v.Staff <= 0:
		return core.E(core.KindForbidden, "no_decider", "是不是同一个人,要由工作人员核对决定。")
	case !v.Say.ofOne() && !slices.Contains([]Say{SaySame, SayDifferent, SayLater}, v.Say):
		return core.Invalid("verdict", "请选一项:同一个人、不是同一个人、以后再看。")
	case !core.Told(v.Reason, 2) || utf8.RuneCountInString(v.Reason) > 500 || !utf8.ValidString(v.Reason) || strings.ContainsRune(v.Reason, 0):
		return core.Invalid("reason", "请写明依据,例如看了哪份证件、问了谁,不超过 500 字。")
	}
	lines, err := t.lines(ctx, tx, v.Pair, false)
	if err != nil {
		return err
	}
	if merged := lines[0].State == One; merged != v.Say.ofOne() {
		return ErrMoved
	}
	var last int64
	for i, line := range lines {
		if i > 0 && line.Town == lines[0].Town {
			continue
		}
		reason, err := t.Ring.Seal([]byte(v.Reason), reasonAt(v.Pair, line.Town))
		if err != nil {
			return err
		}
		const sql = `insert into person_verdict (pair, region, verdict, reason, staff, at) values ($1, $2, $3, $4, $5, $6) returning id`
		if err := tx.QueryRow(ctx, sql, v.Pair, line.Town, v.Say, reason, int64(v.Staff), tx.Now()).Scan(&last); err != nil {
			return refusal(err)
		}
		err = t.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(v.Staff), 10)}, Act: "pair.judged",
			Subject: audit.PersonSubject(line.Person), Region: line.Town, Purpose: "registry.twins", Detail: map[string]any{"pair": v.Pair, "say": v.Say}})
		if err != nil {
			return err
		}
	}
	return t.Jobs.Insert(ctx, tx, Settle{Pair: v.Pair, Verdict: last})
}

// refusal turns what the database refuses into what the person can do.
func refusal(err error) error {
	for _, known := range []*core.Error{ErrMoved, ErrAsked, ErrOwnAsk, ErrSpeaker, ErrAskKin, ErrPutOff} {
		if pg.Constraint(err) == known.Code {
			return known
		}
	}
	switch pg.Constraint(err) {
	case "pair_kin":
		return ErrKin
	case "pair_region":
		return ErrNoPair
	}
	return pg.Fail(err, "keep a word about a pair")
}

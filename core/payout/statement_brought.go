package payout

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// broughtPrefix begins the names of statements that people carried in, and of them alone.
const broughtPrefix = "brought-"

// longest is how many days a statement may be of that a person carries in: a month.
const longest = 31

// BringStatement takes in a statement that a person carried here, under the scope of the
// city. again says that these very bytes are here. It counts once another person has confirmed
// it (ConfirmStatement), and not once the bank's own came. It tells nothing of batches whose
// outcome is unknown: that is the bank's own word, over its own way. KindInvalid with a
// sentence for what TakeStatement would set aside, for more than 31 days and for days that are
// to come; nothing of it is kept. ErrManyWait where three of theirs wait. What it has as paid is not
// sent again while it waits.
func (p *Payout) BringStatement(ctx context.Context, tx *pg.Tx, by core.StaffID, raw []byte) (again bool, err error) {
	if by <= 0 {
		return false, core.E(core.KindForbidden, "no_staff", "")
	}
	in, err := p.readStatement(ctx, tx, raw)
	switch {
	case err != nil:
		return false, err
	case in.reason != "":
		return false, core.Invalid("statement", in.reason)
	case in.To-in.From >= longest:
		return false, core.Invalid("statement", fmt.Sprintf("一份对账单最多 %d 天。请银行按月或按天出。", longest))
	case in.To > tx.Today():
		return false, core.Invalid("statement", "这份对账单写到了还没到的日子。请银行核对。")
	}
	if here, err := isHere(ctx, tx, raw); err != nil || here {
		return here, err
	}
	if err := mayBring(ctx, tx, by); err != nil {
		return false, err
	}
	in.name, in.by = broughtPrefix+digest(raw)[:16], by
	var before int // of these bytes, taken out since
	if err := tx.QueryRow(ctx, `select count(*) from bank_statement where digest = $1 and state = 'void'`, digest(raw)).Scan(&before); err != nil {
		return false, pg.Fail(err, "look for what was taken out")
	}
	if before > 0 {
		in.name = fmt.Sprintf("%s-%d", in.name, before)
	}
	if err := p.keepStatement(ctx, tx, &in); err != nil || in.state != "brought" {
		return true, err
	}
	return false, keepLines(ctx, tx, in.id, in.Lines)
}

// mayWait is how many of one person's statements may wait for another at a time, and mayBringADay
// how many they may hand in within a day, whatever came of them.
const mayWait, mayBringADay = 3, 10

// The refusals of statements that people carry in.
var (
	ErrManyWait   = core.E(core.KindConflict, "statement_many", "您交的已经有三份在等另一个人确认。请先等确认,交错了的撤下来,再交。")
	ErrManyToday  = core.E(core.KindTooMany, "statement_often", "您今天交的对账单够多了,明天再交;急的请同事交。")
	ErrOtherFile  = core.Invalid("file", "这个文件和同事交的那份不一样,没有确认。请用银行给您的原文件再试一次;还是不一样,就点“这份不对”。")
	ErrVoidStands = core.E(core.KindConflict, "statement_void", "已经有人说这份不对,等另一个人确认。")
)

// isHere reports whether these very bytes are here, and were not taken out.
func isHere(ctx context.Context, tx *pg.Tx, raw []byte) (here bool, err error) {
	err = tx.QueryRow(ctx, `select exists (select from bank_statement where digest = $1 and state <> 'void')`, digest(raw)).Scan(&here)
	return here, pg.Fail(err, "look for the same file")
}

func mayBring(ctx context.Context, tx *pg.Tx, by core.StaffID) error {
	var waiting, day int
	const q = `select count(*) filter (where state = 'brought'), count(*) filter (where received > $2) from bank_statement where brought_by = $1 and (state = 'brought' or received > $2)`
	if err := tx.QueryRow(ctx, q, by, tx.Now().Add(-24*time.Hour)).Scan(&waiting, &day); err != nil {
		return pg.Fail(err, "count statements that wait")
	}
	switch {
	case waiting >= mayWait:
		return ErrManyWait
	case day >= mayBringADay:
		return ErrManyToday
	}
	return nil
}

// carried is a statement that somebody carried in, as it stands.
type carried struct {
	Name   string
	Digest string
	State  string
	Sealed []byte
	By     core.StaffID // who brought it
	VoidBy core.StaffID // who says that it is none, 0 for nobody
	VoidAt *time.Time
}

func (p *Payout) lockCarried(ctx context.Context, tx *pg.Tx, id int64) (c carried, err error) {
	if err := oneAtATime(ctx, tx); err != nil {
		return c, err
	}
	const q = `select name, digest, state, sealed, brought_by, coalesce(void_by, 0), void_at from bank_statement
		where id = $1 and brought_by is not null and state in ('brought', 'kept') for update`
	err = pg.Fail(tx.QueryRow(ctx, q, id).Scan(&c.Name, &c.Digest, &c.State, &c.Sealed, &c.By, &c.VoidBy, &c.VoidAt), "read a statement that was brought")
	if err != nil && core.KindOf(err) == core.KindNotFound {
		return c, ErrMoved
	}
	return c, err
}

// ConfirmStatement lets a second person stand behind a statement that another carried in, by
// handing in the file that the bank gave to them, raw: sums alone say nothing of its lines. It
// counts from now on. ErrSamePerson for who brought it, ErrOtherFile for other bytes, ErrMoved for
// one that does not wait, KindInvalid with a sentence when another one of its days counts by now.
func (p *Payout) ConfirmStatement(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, raw []byte) error {
	c, err := p.lockCarried(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case c.State != "brought":
		return ErrMoved
	case c.By == by || by <= 0:
		return ErrSamePerson
	case digest(raw) != c.Digest:
		return ErrOtherFile
	}
	in, err := p.again(ctx, tx, c.Name, c.Sealed)
	switch {
	case err != nil:
		return err
	case in.reason != "":
		return core.Invalid("statement", in.reason)
	}
	if _, err := tx.Exec(ctx, `update bank_statement set state = 'kept', confirmed_by = $2, confirmed = $3 where id = $1`, id, by, tx.Now()); err != nil {
		return pg.Fail(err, "confirm a statement")
	}
	if err := keepLines(ctx, tx, id, in.Lines); err != nil {
		return err
	}
	return p.traceStatement(ctx, tx, by, "statement.confirmed", c.Name, "")
}

// again reads the bytes of a statement that is here once more.
func (p *Payout) again(ctx context.Context, tx *pg.Tx, name string, sealed []byte) (inStatement, error) {
	raw, err := p.ring.Open(sealed, statementAt(name))
	if err != nil {
		return inStatement{}, err
	}
	return p.readStatement(ctx, tx, raw)
}

// VoidStatement says of a statement that somebody carried in that it is none. One that nobody
// has confirmed is out at once by the word of who brought it; of others another person has to
// confirm that (ConfirmVoid). KindInvalid without a sentence, ErrVoidStands where somebody else says
// so already, ErrMoved for the bank's own and for what is out.
func (p *Payout) VoidStatement(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, why string) error {
	why = strings.TrimSpace(why)
	switch {
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case !core.Said(why, 2) || len(why) > 600:
		return core.Invalid("why", "请写明这份对账单哪里不对。")
	}
	c, err := p.lockCarried(ctx, tx, id)
	if err != nil {
		return err
	}
	if c.VoidBy > 0 && c.VoidBy != by {
		return ErrVoidStands
	}
	act, q := "statement.void_proposed", `update bank_statement set void_by = $2, void_why = $3, void_at = $4 where id = $1`
	if c.State == "brought" && c.By == by {
		act, q = "statement.voided", `update bank_statement set state = 'void', voided_by = $2, void_why = $3, voided = $4 where id = $1`
	}
	if _, err := tx.Exec(ctx, q, id, by, why, tx.Now()); err != nil {
		return pg.Fail(err, "take a statement out")
	}
	return p.traceStatement(ctx, tx, by, act, c.Name, why)
}

// ConfirmVoid lets a second person take out a statement, as the page showed it.
// What the bank delivered for its days and was set aside takes its place. ErrSamePerson for who
// said that it is none, ErrMoved when nobody says so, or by now somebody else.
func (p *Payout) ConfirmVoid(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, shown time.Time) error {
	c, err := p.lockCarried(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case c.VoidAt == nil || c.VoidAt.UnixMicro() != shown.UnixMicro():
		return ErrMoved
	case c.VoidBy == by || by <= 0:
		return ErrSamePerson
	}
	if _, err := tx.Exec(ctx, `update bank_statement set state = 'void', voided_by = $2, voided = $3 where id = $1`, id, by, tx.Now()); err != nil {
		return pg.Fail(err, "take a statement out")
	}
	if err := p.traceStatement(ctx, tx, by, "statement.voided", c.Name, ""); err != nil {
		return err
	}
	return p.useAside(ctx, tx)
}

// useAside takes in the statements of the bank that were set aside and that nothing stands
// against any more, the oldest first.
func (p *Payout) useAside(ctx context.Context, tx *pg.Tx) error {
	rows, err := tx.Query(ctx, `select id, name, sealed from bank_statement where state = 'set_aside' and brought_by is null and day_from is not null order by id limit 100`)
	if err != nil {
		return pg.Fail(err, "look for statements that were set aside")
	}
	type aside struct {
		ID     int64
		Name   string
		Sealed []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[aside])
	if err != nil {
		return pg.Fail(err, "look for statements that were set aside")
	}
	for _, s := range list {
		in, err := p.again(ctx, tx, s.Name, s.Sealed)
		if err != nil {
			return err
		}
		if in.reason != "" {
			continue
		}
		if _, err := tx.Exec(ctx, `update bank_statement set state = 'kept', reason = '' where id = $1`, s.ID); err != nil {
			return pg.Fail(err, "take in a statement that was set aside")
		}
		if err := keepLines(ctx, tx, s.ID, in.Lines); err != nil {
			return err
		}
		if err := p.arrived(ctx, tx, s.ID); err != nil {
			return err
		}
		if err := p.traceStatement(ctx, tx, 0, "statement.taken", s.Name, ""); err != nil {
			return err
		}
	}
	return nil
}

// replace takes out what people carried in of these days and no others, or of this number, and
// nobody has confirmed: the bank's own is here. One of more days goes on holding back what it has
// as paid on the others.
func (p *Payout) replace(ctx context.Context, tx *pg.Tx, in inStatement) error {
	const q = `update bank_statement set state = 'void', void_why = '银行自己送来了这几天的对账单。', voided = $5 where state = 'brought'
		and (digest = $1 or number = $2 or day_from >= $3::text::date and day_to <= $4::text::date)`
	_, err := tx.Exec(ctx, q, digest(in.raw), in.Number, in.From.String(), in.To.String(), tx.Now())
	return pg.Fail(err, "take out what was brought")
}

// traceStatement writes an act on a statement; by is 0 for the system.
func (p *Payout) traceStatement(ctx context.Context, tx *pg.Tx, by core.StaffID, act, name, why string) error {
	who := robot()
	if by > 0 {
		who = staff(by)
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: act, Purpose: "payout", Detail: map[string]any{"statement": name, "why": why}})
}

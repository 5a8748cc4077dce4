package payout

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
)

// Account is a statement beside our books: Settled + Returned + Unmatched is its total,
// to the fen.
type Account struct {
	ID        int64
	Name      string // of the file
	Number    string
	From, To  string // yyyy-mm-dd
	State     string // kept, set_aside, brought: it waits for another person and counts for nothing; void: people took it out
	Reason    string // why it was set aside, a sentence
	Lines     int
	Total     core.Fen // as the bank declares
	Settled   core.Fen // paid, and our books say so
	Returned  core.Fen // came back, and our books say so
	Unmatched core.Fen
	Explained core.Fen     // of Unmatched: two people have settled it
	Brought   core.StaffID // who carried it in; 0 for the bank
	Received  time.Time
	Confirmed core.StaffID // who stands behind one that was brought, 0 for nobody
	VoidBy    core.StaffID // who says that it is none, 0 for nobody; of one that is out who took it out
	VoidWhy   string
	VoidAt    time.Time // names that word: another one has another time
}

// Agrees reports whether nothing of the statement is missing, to the fen.
func (a Account) Agrees() bool { return a.Settled+a.Returned+a.Unmatched == a.Total }

// compared is each line of the statements beside ours: verdict is 'P' or 'B' where both
// say the same of the same money, else why not: 'denied' is of a batch that the bank refused or that
// is held, 'void' of one that was dissolved. A line that an earlier statement had
// counts once.
const compared = `with compared as (
	select s.statement, s.seq, s.line, s.amount, s.last4, s.value_day, s.kind, l.id as ours, l.batch, l.amount as our_amount, case
		when l.id is null then 'none'
		when exists (select from bank_statement_line e join bank_statement b on b.id = e.statement
			where e.line = s.line and e.kind = s.kind and b.state = 'kept' and e.statement < s.statement) then 'again'
		when l.amount <> s.amount then 'amount'
		when l.last4 <> s.last4 then 'last4'
		when l.state = 'ordered' and (b.state = 'refused' or b.held is not null) then 'denied'
		when l.state = 'ordered' then 'waits'
		when l.state = 'void' then 'void'
		when s.kind = 'P' and l.state = 'paid' or s.kind = 'B' and l.state = 'returned' then s.kind
		else 'state' end as verdict
	from bank_statement_line s join bank_statement k on k.id = s.statement and k.state = 'kept' left join payout_line l on l.name = s.line left join payout_batch b on b.id = l.batch) `

// Statements lists statements, newest first: all that wait for somebody, sixty that count, sixty that
// were set aside, and what people took out in sixty days. Like all of a statement it is read under the scope of the
// city: who sees one township finds most lines foreign.
func (p *Payout) Statements(ctx context.Context, tx *pg.Tx) ([]Account, error) {
	const q = compared + `select s.id, s.name, s.number, coalesce(s.day_from::text, ''), coalesce(s.day_to::text, ''), s.state, s.reason, s.lines, s.paid + s.back,
			coalesce(c.settled, 0), coalesce(c.returned, 0), coalesce(c.unmatched, 0), coalesce(c.explained, 0), coalesce(s.brought_by, 0), s.received,
			coalesce(s.confirmed_by, 0), coalesce(s.voided_by, s.void_by, 0), s.void_why, coalesce(s.voided, s.void_at, s.received)
		from (select * from bank_statement where state = 'brought'
			union all (select * from bank_statement where state = 'set_aside' order by id desc limit 60)
			union all (select * from bank_statement where state = 'kept' order by id desc limit 60)
			union all (select * from bank_statement where state = 'void' and voided_by is not null and voided > $1::timestamptz - interval '60 days' order by id desc limit 60)) s
		left join lateral (select (sum(amount) filter (where verdict = 'P'))::bigint as settled, (sum(amount) filter (where verdict = 'B'))::bigint as returned,
			(sum(amount) filter (where verdict not in ('P', 'B')))::bigint as unmatched,
			(sum(amount) filter (where verdict not in ('P', 'B') and exists (select from bank_statement_word w
				where w.statement = x.statement and w.seq = x.seq and w.confirmed is not null)))::bigint as explained from compared x where statement = s.id) c on true
		order by s.id desc`
	rows, err := tx.Query(ctx, q, tx.Now())
	if err != nil {
		return nil, pg.Fail(err, "list statements")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Account])
	return list, pg.Fail(err, "list statements")
}

// Difference is money that books and bank do not both have, and what two people say of it.
type Difference struct {
	Statement int64  // 0 for a payment of ours that no statement has
	Seq       int    // 0 for a whole statement
	Ours      int64  // id of our line; 0 for none
	Batch     int64  // and of its batch
	Line      string // our name of it, as the bank wrote it
	Amount    core.Fen
	OurAmount core.Fen
	Last4     string
	Day       string // yyyy-mm-dd: of value, or of the bank's return
	Kind      Movement
	Verdict   string // none, again, amount, last4, denied, waits, void, state; missing; aside
	Word      int64  // id of the proposed word, 0 for none
	Says      string
	By        core.StaffID
	Proposed  time.Time
}

const wordOf = `coalesce(w.id, 0), coalesce(w.says, ''), coalesce(w.proposed_by, 0), coalesce(w.proposed, now())`

const foreign = compared + `select x.statement, x.seq, x.ours, x.batch, x.line, x.amount, x.our_amount, x.last4, x.day, x.kind, x.verdict, ` + wordOf + `
		from (select statement, seq, coalesce(ours, 0) as ours, coalesce(batch, 0) as batch, line, amount, coalesce(our_amount, 0) as our_amount, last4, value_day::text as day, kind, verdict
				from compared where verdict not in ('P', 'B')
			union all select id, 0, 0, 0, name, paid + back, 0, '', coalesce(day_to::text, ''), '', 'aside' from bank_statement where state = 'set_aside') x
		left join bank_statement_word w on w.statement = x.statement and w.seq = x.seq
		where w.confirmed is null`

// Foreign lists what statements have and our books do not, or have otherwise, and whole
// statements that were set aside, until two people have settled it. At most 200.
func (p *Payout) Foreign(ctx context.Context, tx *pg.Tx) ([]Difference, error) {
	return differences(ctx, tx, foreign+` order by x.statement, x.seq limit 200`)
}

const missing = `select 0::bigint, 0, l.id, l.batch, l.name, l.amount, l.amount, l.last4, ((l.answered at time zone 'Asia/Shanghai')::date)::text,
			case l.state when 'paid' then 'P' else 'B' end, 'missing', ` + wordOf + `
		from payout_line l left join bank_statement_word w on w.line = l.id
		where l.state in ('paid', 'returned') and w.confirmed is null and exists (select from bank_statement s where s.state = 'kept'
				and (l.answered at time zone 'Asia/Shanghai')::date between s.day_from and s.day_to)
			and not exists (select from bank_statement_line b join bank_statement k on k.id = b.statement and k.state = 'kept'
				where b.line = l.name and b.kind = case l.state when 'paid' then 'P' else 'B' end)`

// Missing lists what our books have and no statement does, though a statement covers the
// day of the bank's return, until two people have settled it. At most 200.
func (p *Payout) Missing(ctx context.Context, tx *pg.Tx) ([]Difference, error) {
	return differences(ctx, tx, missing+` order by l.id limit 200`)
}

func differences(ctx context.Context, tx *pg.Tx, q string, of ...any) ([]Difference, error) {
	rows, err := tx.Query(ctx, q, of...)
	if err != nil {
		return nil, pg.Fail(err, "list differences")
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Difference])
	return list, pg.Fail(err, "list differences")
}

// ProposeWord writes down what is behind a difference. It moves no money. KindInvalid
// without a sentence, ErrMoved for what is settled, no difference, or waits for the bank's
// return: that may still say something else.
func (p *Payout) ProposeWord(ctx context.Context, tx *pg.Tx, by core.StaffID, d Difference, says string) error {
	switch {
	case by <= 0:
		return core.E(core.KindForbidden, "no_staff", "")
	case says == "" || len(says) > 600:
		return core.Invalid("says", "请写明是怎么回事,问的是银行哪一位。")
	}
	open, err := p.stillOpen(ctx, tx, d)
	if err != nil {
		return err
	}
	if !open {
		return ErrMoved
	}
	q, args := `insert into bank_statement_word (line, says, proposed_by, proposed) values ($1, $2, $3, $4)
		on conflict (line) do update set says = excluded.says, proposed_by = excluded.proposed_by, proposed = excluded.proposed`, []any{d.Ours, says, by, tx.Now()}
	if d.Statement > 0 {
		q, args = `insert into bank_statement_word (statement, seq, says, proposed_by, proposed) values ($1, $2, $3, $4, $5)
			on conflict (statement, seq) do update set says = excluded.says, proposed_by = excluded.proposed_by, proposed = excluded.proposed`,
			[]any{d.Statement, d.Seq, says, by, tx.Now()}
	}
	if _, err := tx.Exec(ctx, q, args...); err != nil {
		return pg.Fail(err, "write down what is behind a difference")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "statement.explained", Purpose: "payout",
		Detail: map[string]any{"statement": d.Statement, "seq": d.Seq, "line": d.Ours, "says": says}})
}

// stillOpen looks for one difference, wherever it stands in the lists.
func (p *Payout) stillOpen(ctx context.Context, tx *pg.Tx, d Difference) (bool, error) {
	q, of := foreign+` and x.statement = $1 and x.seq = $2`, []any{d.Statement, d.Seq}
	if d.Statement == 0 {
		q, of = missing+` and l.id = $1`, []any{d.Ours}
	}
	list, err := differences(ctx, tx, q, of...)
	return len(list) == 1 && list[0].Verdict != "waits", err
}

// ConfirmWord lets a second person stand behind the word as it was shown. ErrSamePerson
// for whoever wrote it, ErrMoved when it was replaced or is settled.
func (p *Payout) ConfirmWord(ctx context.Context, tx *pg.Tx, by core.StaffID, word int64, shown time.Time) error {
	const lock = `select proposed_by, proposed from bank_statement_word where id = $1 and confirmed is null for update`
	var author core.StaffID
	var proposed time.Time
	err := pg.Fail(tx.QueryRow(ctx, lock, word).Scan(&author, &proposed), "read a word on a difference")
	switch {
	case err != nil && core.KindOf(err) == core.KindNotFound, err == nil && proposed.UnixMicro() != shown.UnixMicro():
		return ErrMoved
	case err != nil:
		return err
	case author == by || by <= 0:
		return ErrSamePerson
	}
	if _, err := tx.Exec(ctx, `update bank_statement_word set confirmed_by = $2, confirmed = $3 where id = $1`, word, by, tx.Now()); err != nil {
		return pg.Fail(err, "confirm a word on a difference")
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "statement.settled", Purpose: "payout", Detail: map[string]any{"word": strconv.FormatInt(word, 10)}})
}

// ErrStatementSays is a returned payment that a statement of the bank has as paid: sent
// again it might be paid twice.
var ErrStatementSays = core.E(core.KindConflict, "statement_says", "银行的对账单上,这笔钱付出去了。先问清银行,两个人在“对账”里核过,再换卡。同事交的那份还没确认的,先在“对账”里确认,或者两个人撤下来。")

// ErrStopSays is such a payment of a month from which money is to stop.
var ErrStopSays = core.E(core.KindConflict, "stop_statement_says", "银行的对账单上,这个月的钱付出去了。先问清银行,两个人在“对账”里核过,再停;后面的月份现在就能停。同事交的那份还没确认的,先在“对账”里确认,或者两个人撤下来。")

// statementSays refuses to send the money of a month again while a statement has it as paid
// and two people have not settled why.
func statementSays(ctx context.Context, tx *pg.Tx, claim core.ClaimID, month Period) error {
	var says bool
	if err := tx.QueryRow(ctx, `select payout_contradicted($1, $2)`, claim, month).Scan(&says); err != nil {
		return pg.Fail(err, "look for a payment in the statements")
	}
	if says {
		return ErrStatementSays
	}
	return nil
}

// statementPaid refuses to dissolve a batch while a statement has a payment of it and two
// people have not settled why.
func statementPaid(ctx context.Context, tx *pg.Tx, batch int64) error {
	var paid bool
	if err := tx.QueryRow(ctx, `select payout_batch_contradicted($1)`, batch).Scan(&paid); err != nil {
		return pg.Fail(err, "look for a batch in the statements")
	}
	if paid {
		return ErrStatementPaid
	}
	return nil
}

package payout

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emmansun/gmsm/sm3"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Totals is a count and a sum: what one side declares and the other checks.
type Totals struct {
	Lines int
	Total core.Fen
}

// Batch is the money of one bank file.
type Batch struct {
	ID         int64
	Name       string
	CreatedBy  core.StaffID // 0: the job, and nobody has taken it over yet
	Choice     Choice       // what of all that was due it took
	ApprovedBy core.StaffID // 0 before
	Totals     Totals
	Sample     bool // some of the amounts are sample figures
	Paid       core.Fen
	Returned   core.Fen
	State      string       // draft, discarded, approved, file_written, sent, answered, refused, closed
	Offered    int          // how often its file was handed to the bank
	Word       Word         // what the bank says of that, while it is unknown: Absent or Differs
	Held       bool         // not handed over any more: a card, a stop or a death since
	Refused    string       // the bank's code for a file refused as a whole
	Discarded  core.StaffID // who discarded it, 0 for nobody
	Why        string       // the reason of that
	AgainOf    int64        // the batch whose money it takes again because a change dissolved that one; 0 for none
	Again      string       // its name
	Changed    string       // what had changed in it, or in this one that was dissolved; "" for nothing
	Created    time.Time
	Approved   *time.Time
	Intended   *time.Time
	Sent       *time.Time
	Answered   *time.Time
	Closed     *time.Time
}

// Errors of batches.
var (
	// ErrNothingDue is a batch of nothing.
	ErrNothingDue = core.E(core.KindNotFound, "nothing_due", "现在没有要发的钱。")
	// ErrSamePerson is one person in both roles.
	ErrSamePerson = core.E(core.KindForbidden, "same_person", "要换一个人来复核。")
	// ErrTotals is a declared total that is not the batch's, be it by one fen.
	ErrTotals = core.E(core.KindConflict, "totals_differ", "笔数或总额对不上,请重新核对。")
	// ErrMoved is a batch or task that is not in the state the act needs.
	ErrMoved = core.E(core.KindConflict, "moved_on", "这一批刚有人动过,请刷新再看。")
	// ErrKin is an approval by who has kin in the batch.
	ErrKin = core.E(core.KindForbidden, "payout_kin", "这一批里有您亲属家的钱,请另一个人来核准。")
	// ErrDecider is a batch with money that its maker or approver decided on (security.md P16).
	ErrDecider = core.E(core.KindForbidden, "payout_decider", "这一批里有您自己提出或者批准的钱。定的人不能发,请另一个人来。")
	// ErrSecond is an approval by who showed no second factor, or too long ago (security.md P16, P30).
	ErrSecond = core.E(core.KindForbidden, "payout_second", "要先用手机上的动态口令登录,才能发钱。请退出,重新登录。")
	// ErrNotTaken is an approval of a draft of the job that nobody has taken over.
	ErrNotTaken = core.E(core.KindConflict, "not_taken", "这一批是系统做的,还没有人接。请一个人看过接下,另一个人再核准。")
	// ErrOthersOnly is a run of nothing but the money of its maker's kin or of their own decisions.
	ErrOthersOnly = core.E(core.KindForbidden, "payout_others_only", "等着发的钱,有的是您自己定的,有的是您亲属家的。请另一个人来做这一批。")
	// ErrCardChanged is a draft with a line to a card that has been replaced since.
	ErrCardChanged = core.E(core.KindConflict, "card_changed", "这一批做成以后,有人家换了卡。请作废,重做一批再核准。")
)

// CreateBatch gathers what is due of a Choice in the caller's scope, at most MaxLines, into a
// draft, and reserves it on the budget lines of the year. What another batch is just
// taking is left to it, and the money of the maker's kin (F60), or that the maker decided on,
// to another maker; what no budget line has money for stays due, and Waiting lists it. ErrNothingDue when nothing is left; KindConflict budget_used_up when all of it
// waits.
func (p *Payout) CreateBatch(ctx context.Context, tx *pg.Tx, by core.StaffID, pick Choice) (Batch, error) {
	if by <= 0 {
		return Batch{}, core.E(core.KindForbidden, "no_staff", "")
	}
	if err := pick.check(); err != nil {
		return Batch{}, err
	}
	return p.createBatch(ctx, tx, by, run{pick: pick})
}

func (p *Payout) createBatch(ctx context.Context, tx *pg.Tx, by core.StaffID, r run) (Batch, error) {
	pick := r.pick
	// Before what is due is read: two runs at once are one after the other.
	money, err := lockedPots(ctx, tx)
	if err != nil {
		return Batch{}, err
	}
	due, err := p.takeDue(ctx, tx, by, r)
	if err != nil {
		return Batch{}, err
	}
	if due, err = p.free(ctx, tx, due); err != nil {
		return Batch{}, err
	}
	lines, wait := money.serve(due)
	if len(lines) == 0 {
		return Batch{}, errWaits(wait.list(money))
	}
	b := Batch{CreatedBy: by, Choice: pick, State: "draft", Created: tx.Now(), AgainOf: r.of, Totals: lines.totals(), Sample: lines.sample()}
	const q = `insert into payout_batch (created_by, lines, total, digest, sample, created, county, item, period, emergency, again_of)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11::bigint, 0)) returning id, name`
	err = tx.QueryRow(ctx, q, by, b.Totals.Lines, b.Totals.Total, lines.digest(), b.Sample, tx.Now(), pick.County, pick.Item, pick.Period, pick.Emergency, r.of).Scan(&b.ID, &b.Name)
	if err != nil {
		return Batch{}, pg.Fail(err, "make a batch")
	}
	if err := p.insertLines(ctx, tx, b.ID, lines); err != nil {
		return Batch{}, err
	}
	const mark = `update payout_entitlement set state = 'batched', attempts = attempts + 1, updated = $2 where id = any ($1)`
	if _, err := tx.Exec(ctx, mark, lines.ids(), tx.Now()); err != nil {
		return Batch{}, pg.Fail(err, "mark what is batched")
	}
	who := robot()
	if by > 0 {
		who = staff(by)
	}
	return b, p.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: "batch.created", Subject: batchSubject(b.ID), Purpose: "payout",
		Detail: b.detail()})
}

func (b Batch) detail() map[string]any {
	return map[string]any{"batch": b.Name, "lines": b.Totals.Lines, "fen": int64(b.Totals.Total)}
}

// dueLine is an entitlement on its way into a batch.
type dueLine struct {
	id       int64
	region   core.RegionCode
	claim    core.ClaimID
	attempt  int
	amount   core.Fen
	holder   string
	account  []byte
	last4    string
	item     core.ItemCode
	itemName string
	period   Period
	sample   bool
	made     time.Time
	budget   *int64 // nil: no budget line is registered for it
}

type dueLines []dueLine

func (l dueLines) totals() Totals {
	t := Totals{Lines: len(l)}
	for _, d := range l {
		t.Total += d.amount
	}
	return t
}

func (l dueLines) sample() bool {
	return slices.ContainsFunc(l, func(d dueLine) bool { return d.sample })
}

func (l dueLines) ids() []int64 {
	out := make([]int64, len(l))
	for i, d := range l {
		out[i] = d.id
	}
	return out
}

// digest names the content of a batch: which attempt of which entitlement, and
// how much. The unique index on it keeps the same money out of a second batch.
func (l dueLines) digest() string {
	var b bytes.Buffer
	for _, d := range l {
		content(&b, d.id, d.attempt, d.amount)
	}
	sum := sm3.Sum(b.Bytes())
	return hex.EncodeToString(sum[:])
}

// payable is the last month that may be paid now: the coming one, because money
// that begins next month may be on the card by its first day, and none after it.
func payable(tx *pg.Tx) Period { return PeriodOf(tx.Today()).Next() }

// dueNow is what is due up to the month $1, unsaid leaves out what a statement of the bank has
// as paid and two people have not settled (asked once, and only where something was tried before), notKin the money of the kin of who asks
// ($3), notDecided what they proposed or approved themselves, and oldestFirst is the order: emergencies before all else, because help goes at once and papers later (domain.md
// 3.7), then who waits longest.
const (
	dueNow      = ` from payout_entitlement e join claim c on c.id = e.claim where e.state = 'due' and e.period <= $1` + unsaid + unheld
	unsaid      = ` and (e.attempts = 0 or (e.claim, e.period) not in (select claim, period from payout_contradicted_months()))`
	notKin      = ` and not exists (select from case_conflict k where k.case_id = e.case_id and k.staff = $3)`
	notDecided  = ` and not exists (select from decision d where d.id = e.decision and $3 in (d.proposer, d.approver))`
	oldestFirst = ` order by c.emergency desc, e.id`
)

func (p *Payout) takeDue(ctx context.Context, tx *pg.Tx, by core.StaffID, r run) (dueLines, error) {
	pick := r.pick
	const q = `select e.id, e.region, e.claim, e.attempts + 1, e.amount, e.holder, e.account, e.last4, e.item, e.item_name, e.period, e.sample, e.created` +
		dueNow + notKin + notDecided + chosen + onlyOf + oldestFirst + ` limit $2 for update of e skip locked`
	rows, err := tx.Query(ctx, q, payable(tx), MaxLines, by, pick.County, pick.Item, pick.Period, pick.Emergency, r.of)
	if err != nil {
		return nil, pg.Fail(err, "take what is due")
	}
	defer rows.Close()
	var out dueLines
	for rows.Next() {
		var d dueLine
		err := rows.Scan(&d.id, &d.region, &d.claim, &d.attempt, &d.amount, &d.holder, &d.account, &d.last4, &d.item, &d.itemName, &d.period, &d.sample, &d.made)
		if err != nil {
			return nil, pg.Fail(err, "take what is due")
		}
		out = append(out, d)
	}
	if err := rows.Err(); err != nil {
		return nil, pg.Fail(err, "take what is due")
	}
	if len(out) == 0 {
		return nil, p.othersOnly(ctx, tx, by, pick)
	}
	return out, nil
}

func lineAt(batch int64, seq int) seal.At {
	return seal.At{Table: "payout_line", Row: formatID(batch) + "/" + strconv.Itoa(seq), Column: "account"}
}

func formatID(id int64) string { return strconv.FormatInt(id, 10) }

// insertLines writes the lines in one statement, each with its own sealed copy of
// the account as it is now: a later correction does not reach back.
func (p *Payout) insertLines(ctx context.Context, tx *pg.Tx, batch int64, lines dueLines) error {
	seqs, accounts, budgets := make([]int32, len(lines)), make([][]byte, len(lines)), make([]*int64, len(lines))
	for i, d := range lines {
		plain, err := p.ring.Open(d.account, accountAt(d.claim))
		if err != nil {
			return err
		}
		if accounts[i], err = p.ring.Seal(plain, lineAt(batch, i+1)); err != nil {
			return err
		}
		seqs[i], budgets[i] = int32(i+1), d.budget
	}
	const q = `insert into payout_line (batch, entitlement, region, attempt, seq, amount, holder, account, last4, item, item_name, period, card, budget)
		select $1, e.id, e.region, e.attempts + 1, n.seq, e.amount, e.holder, n.account, e.last4, e.item, e.item_name, e.period, e.card, n.budget
		from unnest($2::bigint[], $3::int[], $4::bytea[], $5::bigint[]) as n (id, seq, account, budget) join payout_entitlement e on e.id = n.id
		order by n.seq`
	tag, err := tx.Exec(ctx, q, batch, lines.ids(), seqs, accounts, budgets)
	if err == nil && int(tag.RowsAffected()) != len(lines) {
		return ErrTotals
	}
	if pg.Constraint(err) == "payout_decided" {
		return ErrUndecided.Wrap(pg.Fail(err, "write the lines"))
	}
	return pg.Fail(err, "write the lines")
}

// Approve lets a second person send a draft. They state the totals they saw;
// anything else, be it by one fen, is ErrTotals. ErrSamePerson for whoever made
// it. ErrCardChanged while a line names a card that is no longer the one to pay to:
// the lines of a batch never change. The bank file is written by a job of the same
// transaction.
func (p *Payout) Approve(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, declared Totals) error {
	if err := holdCards(ctx, tx, id); err != nil {
		return err
	}
	if err := p.stillApart(ctx, tx, id); err != nil {
		return err
	}
	const q = `update payout_batch set state = 'approved', approved_by = $2, approved = $3
		where id = $1 and state = 'draft' and created_by not in (0, $2) and lines = $4 and total = $5 and not ` + cardChanged
	tag, err := tx.Exec(ctx, q, id, by, tx.Now(), declared.Lines, declared.Total)
	if pg.Constraint(err) == "payout_totals" {
		return ErrTotals.Wrap(pg.Fail(err, "approve a batch"))
	}
	if pg.Constraint(err) == "payout_kin" {
		return ErrKin.Wrap(pg.Fail(err, "approve a batch"))
	}
	if pg.Constraint(err) == "payout_decider" {
		return ErrDecider.Wrap(pg.Fail(err, "approve a batch"))
	}
	if pg.Constraint(err) == "payout_second" {
		return ErrSecond.Wrap(pg.Fail(err, "approve a batch"))
	}
	if err != nil {
		return pg.Fail(err, "approve a batch")
	}
	if tag.RowsAffected() == 0 {
		return whyNot(ctx, tx, by, id, declared)
	}
	if err := p.jobs.Insert(ctx, tx, SendBatch{Batch: id}); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "batch.approved", Subject: batchSubject(id), Purpose: "payout",
		Detail: map[string]any{"batch": id, "lines": declared.Lines, "fen": int64(declared.Total)}})
}

// cardChanged holds for a draft when an entitlement in it has another card than its
// line. The database counts the cards; a time would not do, for a change that began
// before the draft and ended after it bears the earlier one.
const cardChanged = `exists (select from payout_line l join payout_entitlement e on e.id = l.entitlement
		where l.batch = payout_batch.id and e.card <> l.card)`

// CardChanged reports whether a draft holds a line to a card that was replaced.
func (p *Payout) CardChanged(ctx context.Context, tx *pg.Tx, batch int64) (changed bool, err error) {
	err = tx.QueryRow(ctx, `select state = 'draft' and `+cardChanged+` from payout_batch where id = $1`, batch).Scan(&changed)
	return changed, pg.Fail(err, "look for a replaced card")
}

// whyNot turns an approval that met no row into its reason.
func whyNot(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, declared Totals) error {
	b, err := BatchByID(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case b.State != "draft":
		return ErrMoved
	case b.CreatedBy == by:
		return ErrSamePerson
	case b.CreatedBy == 0:
		return ErrNotTaken
	case b.Totals != declared:
		return ErrTotals
	}
	return ErrCardChanged
}

// Discard undoes a draft for a reason: its entitlements are due again, and come
// into a new batch that two people must make and approve. From the approval on a
// batch belongs to the bank's answer and nobody can discard it: ErrMoved.
func (p *Payout) Discard(ctx context.Context, tx *pg.Tx, by core.StaffID, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > 600 {
		return core.Invalid("reason", "请写一句为什么作废。")
	}
	const q = `update payout_batch set state = 'discarded', discarded_by = $2, discard_reason = $3 where id = $1 and state = 'draft'`
	tag, err := tx.Exec(ctx, q, id, by, reason)
	if err != nil {
		return pg.Fail(err, "discard a batch")
	}
	if tag.RowsAffected() == 0 {
		return ErrMoved
	}
	if err := release(ctx, tx, id); err != nil {
		return err
	}
	return p.audit.Write(ctx, tx, audit.Entry{Actor: staff(by), Act: "batch.discarded", Subject: batchSubject(id), Purpose: "payout",
		Detail: map[string]any{"batch": id, "reason": reason}})
}

// release voids the lines of a batch that paid nobody; the entitlements wait for
// the next one.
func release(ctx context.Context, tx *pg.Tx, batch int64) error {
	const free = `update payout_entitlement set state = 'due', updated = $2
		where id in (select entitlement from payout_line where batch = $1 and state = 'ordered') and state in ('batched', 'sent')`
	if _, err := tx.Exec(ctx, free, batch, tx.Now()); err != nil {
		return pg.Fail(err, "release the entitlements")
	}
	const void = `update payout_line set state = 'void', answered = $2 where batch = $1 and state = 'ordered'`
	_, err := tx.Exec(ctx, void, batch, tx.Now())
	return pg.Fail(err, "void the lines")
}

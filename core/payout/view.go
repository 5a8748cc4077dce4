package payout

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

const batchRows = `select b.id, b.name, b.created_by, coalesce(b.approved_by, 0), b.lines, b.total, b.sample, b.paid, b.returned, b.state, b.offered,
		coalesce((select max(w.word) from payout_word w where w.batch = b.id and w.offer = b.offered), ''), b.held is not null, b.refused,
		coalesce(b.discarded_by, 0), b.discard_reason, b.created, b.approved, b.intended, b.sent, b.answered, b.closed,
		b.county, b.item, b.period, b.emergency, coalesce(b.again_of, 0), coalesce(a.name, ''), coalesce(nullif(b.held_why, ''), a.held_why, '')
	from payout_batch b left join payout_batch a on a.id = b.again_of `

// Batches lists batches, newest first, at most 100. A batch names nobody, so it
// needs no region; who may see the list is the desk's to say.
func (p *Payout) Batches(ctx context.Context, tx *pg.Tx) ([]Batch, error) {
	const q = batchRows + `order by b.id desc limit 100`
	rows, err := tx.Query(ctx, q)
	if err != nil {
		return nil, pg.Fail(err, "list batches")
	}
	defer rows.Close()
	var out []Batch
	for rows.Next() {
		b, err := scanBatch(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, pg.Fail(rows.Err(), "list batches")
}

// BatchByID reads one batch; KindNotFound when there is none.
func BatchByID(ctx context.Context, tx *pg.Tx, id int64) (Batch, error) {
	const q = batchRows + `where b.id = $1`
	return scanBatch(tx.QueryRow(ctx, q, id))
}

func scanBatch(row interface{ Scan(...any) error }) (b Batch, err error) {
	err = row.Scan(&b.ID, &b.Name, &b.CreatedBy, &b.ApprovedBy, &b.Totals.Lines, &b.Totals.Total, &b.Sample, &b.Paid, &b.Returned, &b.State,
		&b.Offered, &b.Word, &b.Held, &b.Refused, &b.Discarded, &b.Why, &b.Created, &b.Approved, &b.Intended, &b.Sent, &b.Answered, &b.Closed,
		&b.Choice.County, &b.Choice.Item, &b.Choice.Period, &b.Choice.Emergency, &b.AgainOf, &b.Again, &b.Changed)
	return b, pg.Fail(err, "read a batch")
}

// Line is one payment as desks, notices and the citizen's page show it.
type Line struct {
	ID          int64
	Name        string // what the bank file calls it
	Batch       int64
	Entitlement int64
	Region      core.RegionCode
	Case        core.CaseID
	Claim       core.ClaimID
	Item        core.ItemCode
	ItemName    string
	Period      Period
	Amount      core.Fen
	Sample      bool
	Holder      string
	Last4       string
	State       string // ordered, paid, returned, void
	Code        string // the bank's, "" before
}

// BatchView is a batch with those of its lines that the caller's scope shows.
type BatchView struct {
	Batch
	Items []Line
}

// BatchView reads a batch and its lines, at most 500 of them, in order.
func (p *Payout) BatchView(ctx context.Context, tx *pg.Tx, id int64) (BatchView, error) {
	b, err := BatchByID(ctx, tx, id)
	if err != nil {
		return BatchView{}, err
	}
	const q = `select l.id, l.name, l.batch, l.entitlement, l.region, e.case_id, e.claim, l.item, l.item_name, l.period, l.amount,
			e.sample, l.holder, l.last4, l.state, l.code
		from payout_line l join payout_entitlement e on e.id = l.entitlement where l.batch = $1 order by l.seq limit 500`
	items, err := lines(ctx, tx, q, id)
	return BatchView{Batch: b, Items: items}, err
}

// LineByID reads one line: what payout_settled and payout_returned name.
func (p *Payout) LineByID(ctx context.Context, tx *pg.Tx, id int64) (Line, error) {
	const q = `select l.id, l.name, l.batch, l.entitlement, l.region, e.case_id, e.claim, l.item, l.item_name, l.period, l.amount,
			e.sample, l.holder, l.last4, l.state, l.code
		from payout_line l join payout_entitlement e on e.id = l.entitlement where l.id = $1`
	list, err := lines(ctx, tx, q, id)
	if err == nil && len(list) == 0 {
		err = core.E(core.KindNotFound, "no_line", "没有找到这笔钱。")
	}
	if err != nil {
		return Line{}, err
	}
	return list[0], nil
}

func lines(ctx context.Context, tx *pg.Tx, q string, args ...any) ([]Line, error) {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return nil, pg.Fail(err, "list lines")
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var l Line
		err := rows.Scan(&l.ID, &l.Name, &l.Batch, &l.Entitlement, &l.Region, &l.Case, &l.Claim, &l.Item, &l.ItemName, &l.Period,
			&l.Amount, &l.Sample, &l.Holder, &l.Last4, &l.State, &l.Code)
		if err != nil {
			return nil, pg.Fail(err, "list lines")
		}
		out = append(out, l)
	}
	return out, pg.Fail(rows.Err(), "list lines")
}

package payout

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
)

// Rung is who is told that money stands still, from below (F57).
type Rung int

// The rungs; 0 is nobody yet.
const (
	RungPayers Rung = iota + 1
	RungCounty
	RungCity
)

// rungDays is how many working days a late thing waits at one rung before the next is told.
const rungDays = 2

// LateMoney asks who is to be told of money that nobody moves, and for the drafts of dissolved
// batches. Periodic.
type LateMoney struct{}

// Kind is the stable name.
func (LateMoney) Kind() string { return "payout_late" }

// InsertOpts lets one wait or run at a time.
func (LateMoney) InsertOpts() river.InsertOpts { return jobs.Single() }

// RegisterLate adds the worker of payout_late and gives the periodic job.
func (p *Payout) RegisterLate(list *jobs.Workers, every time.Duration) jobs.Periodic {
	jobs.Work(list, 2*time.Minute, func(ctx context.Context, _ jobs.Job[LateMoney]) error {
		return errors.Join(p.Anew(ctx), p.Climb(ctx)) // what cannot be made anew climbs all the same
	})
	return jobs.Periodic{Every: every, Args: LateMoney{}}
}

// still is a thing that somebody has to move, and how far it climbed.
type still struct {
	kind           string // draft, approved, held
	batch, overlap *int64
	since          time.Time
	rung           Rung // told last
	told           *time.Time
}

// onBank are the states of an approved batch that the bank has not answered, or has refused and
// nobody has settled.
const onBank = `('approved', 'file_written', 'sent', 'refused')`

const stillRows = `select s.kind, s.batch, s.overlap, s.since, coalesce(c.rung, 0), c.told from (
			select case state when 'draft' then 'draft' else 'approved' end as kind, id as batch, null::bigint as overlap, coalesce(approved, created) as since
				from payout_batch where state = 'draft' or state in ` + onBank + `
			union all select 'held', null, x.id, x.found from payout_overlap x join payout_entitlement e on e.id = x.entitlement join payout_entitlement o on o.id = x.other
				where x.confirmed is null and e.state = 'due' and (o.state <> 'cancelled' or x.kind = 'back')) s
		left join lateral (select rung, told from payout_climb c where c.kind = s.kind and (c.batch = s.batch or c.overlap = s.overlap) order by rung desc limit 1) c on true`

// Climb tells the next rung of what stands still past its day. Each is told once; nothing is moved,
// discarded or let go by it.
func (p *Payout) Climb(ctx context.Context) error {
	if p.calendar == nil {
		return nil
	}
	return p.db.Tx(ctx, bankScope(), func(ctx context.Context, tx *pg.Tx) error {
		row, err := readDays(ctx, tx)
		if err != nil {
			return err
		}
		list, err := readStill(ctx, tx)
		if err != nil {
			return err
		}
		for _, s := range list {
			if due, late := s.due(p.calendar(), row, tx.Today()); late {
				if err := p.tell(ctx, tx, s, due); err != nil {
					return err
				}
			}
		}
		return p.climbDue(ctx, tx, row)
	})
}

func readStill(ctx context.Context, tx *pg.Tx) ([]still, error) {
	rows, err := tx.Query(ctx, stillRows)
	if err != nil {
		return nil, pg.Fail(err, "look for money that stands still")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s still, err error) {
		err = r.Scan(&s.kind, &s.batch, &s.overlap, &s.since, &s.rung, &s.told)
		return s, err
	})
	return list, pg.Fail(err, "look for money that stands still")
}

// due gives the day by which it was to be moved, and whether the next rung is to be told today.
func (s still) due(cal Calendar, row days, today core.Date) (due core.Date, late bool) {
	due = cal.Add(core.DateOf(s.since), row.of("", s.kind))
	next := due
	if s.told != nil {
		next = cal.Add(core.DateOf(*s.told), rungDays)
	}
	return due, s.rung < RungCity && today > next
}

// tell tells the next rung, if nobody else just did.
func (p *Payout) tell(ctx context.Context, tx *pg.Tx, s still, due core.Date) error {
	const q = `insert into payout_climb (kind, batch, overlap, rung, counties, due, told)
		select $1::text, $2::bigint, $3::bigint, $4::smallint, array_agg(distinct left(w.region, 6)), $5::date, $6::timestamptz from (select region from payout_line where batch = $2::bigint
			union select e.region from payout_overlap x join payout_entitlement e on e.id in (x.entitlement, x.other) where x.id = $3::bigint) w
		having count(*) > 0 on conflict do nothing`
	tag, err := tx.Exec(ctx, q, s.kind, s.batch, s.overlap, s.rung+1, due.Time(), tx.Now())
	if err != nil || tag.RowsAffected() == 0 {
		return pg.Fail(err, "tell that money stands still")
	}
	detail := map[string]any{"kind": s.kind, "level": s.rung + 1}
	entry := audit.Entry{Actor: robot(), Act: "payment.escalated", Purpose: "payout", Detail: detail}
	if s.batch != nil {
		entry.Subject = batchSubject(*s.batch)
	} else {
		detail["overlap"] = *s.overlap
	}
	return p.audit.Write(ctx, tx, entry)
}

// Late is money that stands still past its day, as it was told to a rung.
type Late struct {
	ID     int64
	Kind   string // draft, approved, held, due
	At     string // how far it is: refused, stopped, ours or bank of an approved one, half of what one person wrote about
	Batch  int64  // 0 for money that is held back or in no run
	Name   string // of the batch, or of the item, with its month for what is in no run
	Totals Totals
	Sample bool
	Due    core.Date
	Told   time.Time
	Rung   Rung // the highest that was told
}

// Lates lists what was told to a rung and still stands, the longest first, at most 100: of some
// counties, or of all without any. It names nobody.
func Lates(ctx context.Context, tx *pg.Tx, on Rung, counties ...core.RegionCode) ([]Late, error) {
	const q = `select c.id, c.kind, case when c.kind = 'held' then case when x.looked_by is not null then 'half' else '' end
				when b.state = 'refused' then 'refused' when b.held is not null then 'stopped' when b.state = 'sent' then 'bank' else 'ours' end, coalesce(c.batch, 0), coalesce(b.name, e.item_name), coalesce(b.lines, 1), coalesce(b.total, e.amount), coalesce(b.sample, e.sample),
			c.due, c.told, (select max(h.rung) from payout_climb h where h.kind = c.kind and (h.batch = c.batch or h.overlap = c.overlap))
		from payout_climb c left join payout_batch b on b.id = c.batch left join payout_overlap x on x.id = c.overlap left join payout_entitlement e on e.id = x.entitlement
			left join payout_entitlement o on o.id = x.other
		where c.kind <> 'due' and c.rung = $1 and (cardinality($2::text[]) = 0 or c.counties && $2::text[])
			and case c.kind when 'draft' then b.state = 'draft' when 'approved' then b.state in ` + onBank + `
				else x.confirmed is null and e.state = 'due' and (o.state <> 'cancelled' or x.kind = 'back') end
		order by c.due, c.id limit 100`
	in := make([]string, 0, len(counties))
	for _, c := range counties {
		in = append(in, string(c.County()))
	}
	slices.Sort(in)
	in = slices.Compact(in)
	rows, err := tx.Query(ctx, q, on, in)
	if err != nil {
		return nil, pg.Fail(err, "list money that stands still")
	}
	list, err := pgx.CollectRows(rows, scanLate)
	if err != nil {
		return nil, pg.Fail(err, "list money that stands still")
	}
	due, err := latesDue(ctx, tx, on, in)
	list = append(list, due...)
	slices.SortStableFunc(list, func(a, b Late) int { return cmp.Compare(a.Due, b.Due) })
	return list[:min(len(list), mostLates)], err
}

// mostLates bounds what one page lists.
const mostLates = 100

func scanLate(r pgx.CollectableRow) (l Late, err error) {
	var due time.Time
	err = r.Scan(&l.ID, &l.Kind, &l.At, &l.Batch, &l.Name, &l.Totals.Lines, &l.Totals.Total, &l.Sample, &due, &l.Told, &l.Rung)
	l.Due = core.NewDate(due.Date())
	return l, err
}

// What says what stands still.
func (l Late) What() string {
	switch {
	case l.Kind == "draft":
		return "批次 " + l.Name + " 做好了,没人核准"
	case l.Kind == "due":
		return l.Name + "批了,到日子了,还没做进哪一批"
	case l.Kind == "held" && l.At == "half":
		return l.Name + "可能发重,先留住了,一个人写过,等另一个人"
	case l.Kind == "held":
		return l.Name + "可能发重,先留住了,没人核对"
	}
	return "批次 " + l.Name + " " + map[string]string{"refused": "银行没有收,还没处理", "stopped": "停住了,等两个人定", "bank": "交给银行了,银行还没答复", "ours": "核准了,还没交给银行"}[l.At]
}

// Do says what the rung that reads is to do.
func (l Late) Do(on Rung) string {
	kind := l.Kind
	if kind == "approved" {
		kind = l.At
	}
	if on > RungPayers {
		return map[string]string{"draft": "请找发钱的人:换一个人核准,或者作废重做。", "due": "请找发钱的人今天做批次;没有预算的,补上;都要回避的,借人来做。", "bank": "请找发钱的人,问银行到哪一步了。", "ours": "请找管系统的人,看文件为什么没有交出去。",
			"refused": "请找发钱的人,看银行为什么没收。", "stopped": "请找发钱的两个人定下来。", "held": "请找发钱的两个人核对,该发的放行。"}[kind]
	}
	return map[string]string{"draft": "请另一个人今天核准,或者作废重做。", "due": "请今天做批次。没有预算、或者自己要回避的,找县里。", "bank": "请打电话问银行,把问到的登记在这里。", "ours": "文件还没交出去。请找管系统的人看一看。",
		"refused": "请看银行为什么没收,按那一批的页面办。", "stopped": "请另一个人看过,两个人定。", "held": "请核对这两笔,写一句,另一个人再放行。"}[kind]
}

package casefile

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// QueueFilter says which cases a list shows. Regions is required: the townships
// in scope, named again beside row-level security for speed.
type QueueFilter struct {
	Regions []core.RegionCode
	States  []CaseState // empty: all that are not closed
	Mine    core.StaffID
	Overdue bool   // something of the case is past its day
	Urgent  bool   // only cases of item 03's path
	Due     bool   // something of the case is due today
	Decide  bool   // a claim waits for a second person
	Lost    bool   // nobody's yet: at a sorting desk, or handed back
	Name    string // applicant's whole name
	Receipt core.Receipt
}

// QueueRow is one line of a queue. Names show, numbers do not.
type QueueRow struct {
	Case
	Status   wording.Status // of the whole case
	Detail   string
	Items    []string  // names of the claims, in the order they were made
	Waiting  int       // claims that wait for a second person
	NextDue  core.Date // the nearest deadline not met, zero for none
	Late     bool      // NextDue has passed
	HasCall  bool      // there is a recording to listen to
	HasChat  bool      // it came from a conversation that was handed to an agent
	Papers   int       // came in after the application, and nobody has looked at it
	Looks    int       // what a register answers and nobody has looked up
	Unsolved int       // what the household says is not solved and nobody has answered
	Asks     int       // how often the household was asked for what is missing
}

// Page is one piece of a queue; Next is "" at its end.
type Page struct {
	Rows []QueueRow
	Next string
}

// cursor is the sort key of the last row shown.
type cursor struct {
	Urgent bool        `json:"u"`
	Low    int         `json:"i"` // of the index, -1 when not known
	High   int         `json:"h"`
	First  time.Time   `json:"f"`
	ID     core.CaseID `json:"c"`
}

const maxPage = 200

// ChatCall begins the id of a call that is none: a conversation in WeChat that its person
// asked an agent into. There is no recording of it.
const ChatCall = "chat-"

func clampLimit(n int) int {
	if n <= 0 || n > maxPage {
		return 50
	}
	return n
}

// A list is made in two steps, or a page would cost what all open cases cost: which cases
// come next, out of an index that holds what the list asks, and then the lines of those
// alone. PostgreSQL may plan a statement without looking at what is asked, and a flag in it
// then hides every index: so each list has a statement of its own.
const (
	// queueKeep is what every list asks of a case beside what it is found by. One row each and not
	// "exists": that could be answered by reading every deadline of the city into a table first.
	queueKeep = ` and case when cardinality($2::text[]) = 0 then f.state not in ('settled', 'withdrawn') else f.state = any($2) end
		and ($4 = 0 or f.officer = $4 or f.assistant = $4)
		and (not $5 or (select true from deadline d where d.case_id = f.id and d.met is null and d.due < $3 limit 1))
		and (not $6 or (select true from deadline d where d.case_id = f.id and d.met is null and d.due = $3 limit 1))
		and (not $7 or f.urgent)
		and (not $8 or (select true from claim k where k.case_id = f.id and k.state in ('reviewed', 'noticed') limit 1))
		and (not $18 or f.state = 'returned' or f.state = 'open' and f.region like '%000')
		and ($9 = '' or f.applicant = $9) and ($10 = '' or (select true from case_application a where a.case_id = f.id and a.receipt = $10 limit 1))
		and (not $11 or (not f.urgent, -coalesce(f.index_low, -1), -coalesce(f.index_high, -1), f.first_contact, f.id) > (not $12, -$13::int, -$14::int, $15, $16))`
	// queueOrder is casefile_queue's.
	queueOrder = ` order by f.urgent desc, f.index_low desc nulls last, f.index_high desc nulls last, f.first_contact, f.id`
	queueLine  = `select ` + caseColumns + `, coalesce(s.status, ''), coalesce(s.detail, ''), f.recording <> '' or f.call_id <> '' and f.call_id not like '` + ChatCall + `%', f.call_id like '` + ChatCall + `%',
		array(select name from claim k where k.case_id = f.id and k.state <> 'withdrawn' order by k.id),
		(select count(*) from claim k where k.case_id = f.id and (k.state = 'reviewed' and k.notice_days = 0
			or k.state = 'reviewed' and k.proposal <> 'approve' or k.state = 'noticed'
			and exists (select 1 from public_notice n where n.case_id = k.case_id and n.claim_id = k.id and n.state <> 'stopped' and n.until_day < $3))),
		(select min(d.due) from deadline d where d.case_id = f.id and d.met is null),
		(select count(*) from case_supplement u where u.case_id = f.id and u.looked is null),
		(select count(*) from case_look l where l.case_id = f.id and l.done is null), (select coalesce(max(a.nth), 0) from case_ask a where a.case_id = f.id),
		(select count(*) from unsolved u where u.case_id = f.id and u.state = 'open')
		from (`
	queueRest = `) w join casefile f on f.id = w.id
		left join case_status s on s.application = w.said` + queueOrder

	// queueAll reads the first of each township, and of those the first.
	queueAll = queueLine + `select f.id, f.said from (select distinct t as town from unnest($1::text[]) t) r cross join lateral (
			select f.id, coalesce(f.speaks, f.application) as said, f.urgent, f.index_low, f.index_high, f.first_contact from casefile f
			where f.region = r.town and f.state not in ('settled', 'withdrawn')` + queueKeep + queueOrder + ` limit $17) f` + queueOrder + ` limit $17` + queueRest
	queueIn     = queueLine + `select f.id, coalesce(f.speaks, f.application) as said from casefile f where f.region = any($1)`
	queueEnd    = queueKeep + queueOrder + ` limit $17` + queueRest
	queueStates = queueIn + queueEnd
	queueWaits  = queueIn + ` and f.id in (select d.case_id from deadline d where d.region = any($1) and d.met is null and d.due between $19 and $20)` + queueEnd
	queueDecide = queueIn + ` and f.id in (select k.case_id from claim k where k.region = any($1) and k.state in ('reviewed', 'noticed'))` + queueEnd
	queueNumber = queueIn + ` and f.id in (select a.case_id from case_application a where a.receipt = $10)` + queueEnd
	queueName   = queueIn + ` and f.applicant = $9` + queueEnd
	queueMine   = queueIn + ` and f.id in (select m.id from casefile m where m.officer = $4 and m.state not in ('settled', 'withdrawn')
		union all select m.id from casefile m where m.assistant = $4 and m.state not in ('settled', 'withdrawn'))` + queueEnd
	queueLost = queueIn + ` and f.id in (select m.id from casefile m where m.region = any($1) and m.state = 'returned'
		union all select m.id from casefile m where m.region = any(array(select r from unnest($1::text[]) r where r like '%000')) and m.state = 'open')` + queueEnd
)

// Queue lists cases: urgent first, then by the hardship that is known, then by what
// it may still be, then who has waited longest (F78). A household of whom hardly
// anything is known has the widest interval and would head a list by the highest
// possible index; by the lowest one, no answer ever costs a place. The caller
// writes one audit entry with the ids shown.
func (s *Store) Queue(ctx context.Context, tx *pg.Tx, q QueueFilter, limit int, after string) (Page, error) {
	at, err := decodeCursor(after)
	if err != nil {
		return Page{}, err
	}
	limit = clampLimit(limit)
	today := tx.Today()
	overdue, due, decide := q.Overdue, q.Due, q.Decide
	var days []any // of the deadlines that queueWaits looks for, the first and the last
	sql := queueAll
	switch { // what finds a case need not be asked of it again
	case q.Receipt != "":
		sql = queueNumber
	case q.Name != "":
		sql = queueName
	case len(q.States) > 0:
		sql = queueStates
	case q.Mine != 0:
		sql = queueMine
	case q.Lost:
		sql = queueLost
	case q.Overdue:
		sql, overdue, days = queueWaits, false, []any{day(core.NewDate(1, 1, 1)), day(today - 1)}
	case q.Due:
		sql, due, days = queueWaits, false, []any{day(today), day(today)}
	case q.Decide:
		sql, decide = queueDecide, false
	}
	args := []any{texts(q.Regions), texts(q.States), day(today), int64(q.Mine), overdue, due, q.Urgent, decide,
		q.Name, q.Receipt, after != "", at.Urgent, at.Low, at.High, at.First, int64(at.ID), limit + 1, q.Lost}
	rows, err := tx.Query(ctx, sql, append(args, days...)...)
	if err != nil {
		return Page{}, pg.Fail(err, "read a queue")
	}
	defer rows.Close()
	var page Page
	for rows.Next() {
		var r QueueRow
		var due *time.Time
		c, err := scanCase(rows, &r.Status, &r.Detail, &r.HasCall, &r.HasChat, &r.Items, &r.Waiting, &due, &r.Papers, &r.Looks, &r.Asks, &r.Unsolved)
		if err != nil {
			return Page{}, pg.Fail(err, "read a line of a queue")
		}
		r.Case, r.NextDue = c, dayOf(due)
		r.Late = due != nil && r.NextDue < today
		page.Rows = append(page.Rows, r)
	}
	if err := rows.Err(); err != nil {
		return Page{}, pg.Fail(err, "read a queue")
	}
	if len(page.Rows) > limit {
		page.Rows = page.Rows[:limit]
		page.Next = encodeCursor(page.Rows[limit-1].Case)
	}
	return page, nil
}

func encodeCursor(c Case) string {
	at := cursor{Urgent: c.Urgent, Low: -1, High: -1, First: c.FirstContact, ID: c.ID}
	if c.Index.Known {
		at.Low, at.High = c.Index.Low, c.Index.High
	}
	return base64.RawURLEncoding.EncodeToString(encode(at))
}

func decodeCursor(s string) (cursor, error) {
	var at cursor
	if s == "" {
		return at, nil
	}
	bad := core.Invalid("cursor", "这一页的地址不对,请回到第一页。")
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(s) > 300 {
		return at, bad
	}
	if json.Unmarshal(b, &at) != nil {
		return at, bad
	}
	return at, nil
}

// Counts is the line at the top of a desk.
type Counts struct {
	Open     int // all not closed
	Mine     int
	DueToday int
	Late     int
	Urgent   int
	Decide   int // claims waiting for a second person
	Tasks    int // calls and walks to do
}

const queueCounts = `with open as (select count(*) as n, count(*) filter (where f.urgent) as urgent from casefile f
		where f.region = any($1) and f.state not in ('settled', 'withdrawn')),
	waits as (select count(distinct d.case_id) filter (where d.due = $3) as today, count(distinct d.case_id) filter (where d.due < $3) as late
		from deadline d join casefile f on f.id = d.case_id
		where d.region = any($1) and d.met is null and d.due <= $3 and f.region = any($1) and f.state not in ('settled', 'withdrawn'))
	select open.n, (select count(*) from casefile f where (f.officer = $2 or f.assistant = $2) and f.region = any($1) and f.state not in ('settled', 'withdrawn')),
	waits.today, waits.late, open.urgent,
	(select count(*) from claim k where k.region = any($1) and k.state in ('reviewed', 'noticed')),
	(select count(*) from call_task t where t.region = any($1) and t.done is null)
	from open, waits`

// Counts counts for the regions in scope: each count out of an index that holds what it asks,
// the lamps by the day of the deadlines, which pass without anybody writing.
func (s *Store) Counts(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, mine core.StaffID) (Counts, error) {
	var n Counts
	err := tx.QueryRow(ctx, queueCounts,
		texts(regions), int64(mine), day(tx.Today())).Scan(&n.Open, &n.Mine, &n.DueToday, &n.Late, &n.Urgent, &n.Decide, &n.Tasks)
	return n, pg.Fail(err, "count a queue")
}

const queueTowns = `select region, sum(n)::int, sum(late)::int, sum(urgent)::int, sum(second)::int from (
		select f.region, count(*) as n, 0 as late, count(*) filter (where f.urgent) as urgent, 0 as second
			from casefile f where f.region = any($1) and f.state not in ('settled', 'withdrawn') group by f.region
		union all select f.region, 0, count(distinct d.case_id), 0, 0 from deadline d join casefile f on f.id = d.case_id
			where d.region = any($1) and d.met is null and d.due < $2 and f.region = any($1) and f.state not in ('settled', 'withdrawn') group by f.region
		union all select k.region, 0, 0, 0, count(*) from claim k where k.region = any($1) and k.state in ('reviewed', 'noticed') group by k.region) t
	group by region`

// CountTowns counts by township, all of a city in one reading: Open, Late, Urgent and Decide of
// Counts. A township with none of them is not in it.
func (s *Store) CountTowns(ctx context.Context, tx *pg.Tx, regions []core.RegionCode) (map[core.RegionCode]Counts, error) {
	rows, err := tx.Query(ctx, queueTowns, texts(regions), day(tx.Today()))
	if err != nil {
		return nil, pg.Fail(err, "count townships")
	}
	out := map[core.RegionCode]Counts{}
	var town core.RegionCode
	var n Counts
	_, err = pgx.ForEachRow(rows, []any{&town, &n.Open, &n.Late, &n.Urgent, &n.Decide}, func() error {
		out[town] = n
		return nil
	})
	return out, pg.Fail(err, "count townships")
}

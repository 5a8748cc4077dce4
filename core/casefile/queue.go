package casefile

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

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
	Status  wording.Status // of the whole case
	Detail  string
	Items   []string  // names of the claims, in the order they were made
	Waiting int       // claims that wait for a second person
	NextDue core.Date // the nearest deadline not met, zero for none
	Late    bool      // NextDue has passed
	HasCall bool      // there is a recording to listen to
	HasChat bool      // it came from a conversation that was handed to an agent
	Papers  int       // came in after the application, and nobody has looked at it
	Looks   int       // what a register answers and nobody has looked up
	Asks    int       // how often the household was asked for what is missing
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
	rows, err := tx.Query(ctx, `select `+caseColumns+`, s.status, s.detail, f.recording <> '' or f.call_id <> '' and f.call_id not like '`+ChatCall+`%', f.call_id like '`+ChatCall+`%',
		array(select name from claim k where k.case_id = f.id and k.state <> 'withdrawn' order by k.id),
		(select count(*) from claim k where k.case_id = f.id and (k.state = 'reviewed' and k.notice_days = 0
			or k.state = 'reviewed' and k.proposal <> 'approve' or k.state = 'noticed'
			and exists (select 1 from public_notice n where n.claim_id = k.id and n.state <> 'stopped' and n.until_day < $3))),
		(select min(d.due) from deadline d where d.case_id = f.id and d.met is null),
		(select count(*) from case_supplement u where u.case_id = f.id and u.looked is null),
		(select count(*) from case_look l where l.case_id = f.id and l.done is null), (select coalesce(max(a.nth), 0) from case_ask a where a.case_id = f.id)
		from casefile f join case_status s on s.application = coalesce(f.speaks, f.application)
		where f.region = any($1)
		and case when cardinality($2::text[]) = 0 then f.state not in ('settled', 'withdrawn') else f.state = any($2) end
		and ($4 = 0 or f.officer = $4 or f.assistant = $4)
		and (not $5 or exists (select 1 from deadline d where d.case_id = f.id and d.met is null and d.due < $3))
		and (not $6 or exists (select 1 from deadline d where d.case_id = f.id and d.met is null and d.due = $3))
		and (not $7 or f.urgent)
		and (not $8 or exists (select 1 from claim k where k.case_id = f.id and k.state in ('reviewed', 'noticed')))
		and (not $18 or f.state = 'returned' or f.state = 'open' and f.region like '%000')
		and ($9 = '' or f.applicant = $9) and ($10 = '' or exists (select 1 from case_application a where a.case_id = f.id and a.receipt = $10))
		and (not $11 or (not f.urgent, -coalesce(f.index_low, -1), -coalesce(f.index_high, -1), f.first_contact, f.id) > (not $12, -$13::int, -$14::int, $15, $16))
		order by f.urgent desc, coalesce(f.index_low, -1) desc, coalesce(f.index_high, -1) desc, f.first_contact, f.id limit $17`,
		texts(q.Regions), texts(q.States), day(tx.Today()), int64(q.Mine), q.Overdue, q.Due, q.Urgent, q.Decide,
		q.Name, q.Receipt, after != "", at.Urgent, at.Low, at.High, at.First, int64(at.ID), limit+1, q.Lost)
	if err != nil {
		return Page{}, pg.Fail(err, "read a queue")
	}
	defer rows.Close()
	var page Page
	for rows.Next() {
		var r QueueRow
		var due *time.Time
		c, err := scanCase(rows, &r.Status, &r.Detail, &r.HasCall, &r.HasChat, &r.Items, &r.Waiting, &due, &r.Papers, &r.Looks, &r.Asks)
		if err != nil {
			return Page{}, pg.Fail(err, "read a line of a queue")
		}
		r.Case, r.NextDue = c, dayOf(due)
		r.Late = due != nil && r.NextDue < tx.Today()
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

// Counts counts for the regions in scope.
func (s *Store) Counts(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, mine core.StaffID) (Counts, error) {
	var n Counts
	err := tx.QueryRow(ctx, `select count(*), count(*) filter (where officer = $2 or assistant = $2),
		count(*) filter (where exists (select 1 from deadline d where d.case_id = f.id and d.met is null and d.due = $3)),
		count(*) filter (where exists (select 1 from deadline d where d.case_id = f.id and d.met is null and d.due < $3)),
		count(*) filter (where urgent),
		(select count(*) from claim k where k.region = any($1) and k.state in ('reviewed', 'noticed')),
		(select count(*) from call_task t where t.region = any($1) and t.done is null)
		from casefile f where f.region = any($1) and f.state not in ('settled', 'withdrawn')`,
		texts(regions), int64(mine), day(tx.Today())).Scan(&n.Open, &n.Mine, &n.DueToday, &n.Late, &n.Urgent, &n.Decide, &n.Tasks)
	return n, pg.Fail(err, "count a queue")
}

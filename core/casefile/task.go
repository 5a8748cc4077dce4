package casefile

import (
	"context"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// CallTask asks a village assistant to phone or walk to a household, because no
// message reached it by itself (F69).
type CallTask struct {
	ID        int64
	Case      core.CaseID
	Region    core.RegionCode
	Claim     core.ClaimID // 0: about the case as a whole
	Notice    string       // of core/notify; one task for each
	Assistant core.StaffID
	Applicant string
	Village   string
	Says      string // what to tell, in everyday words
	Made      time.Time
	Due       core.Date
	Done      time.Time
	By        core.StaffID
	How       string
	Vain      int      // tries that reached nobody
	Spoken    []Spoken // on the page of a case
}

// AddTask writes a task once for each notice.
func (s *Store) AddTask(ctx context.Context, tx *pg.Tx, t CallTask) error {
	_, err := tx.Exec(ctx, `insert into call_task (case_id, region, claim_id, notice, assistant, says, made, due)
		select id, region, $2, $3, coalesce($4, assistant), $5, $6, $7 from casefile where id = $1
		on conflict (notice) where notice <> '' do nothing`,
		t.Case, t.Claim, t.Notice, number(t.Assistant), t.Says, tx.Now(), day(t.Due))
	return pg.Fail(err, "write a call task")
}

const taskColumns = `t.id, t.case_id, t.region, t.claim_id, t.notice, coalesce(t.assistant, 0), f.applicant, f.village_name,
	t.says, t.made, t.due, t.done, coalesce(t.by_staff, 0), t.how,
	(select count(*) from task_said s where s.task = t.id and s.met = 'nobody')`

func scanTask(r row) (CallTask, error) {
	var t CallTask
	var due time.Time
	var done *time.Time
	err := r.Scan(&t.ID, &t.Case, &t.Region, &t.Claim, &t.Notice, &t.Assistant, &t.Applicant, &t.Village,
		&t.Says, &t.Made, &due, &done, &t.By, &t.How, &t.Vain)
	t.Due, t.Done = dayOf(&due), timeOf(done)
	return t, err
}

// Tasks lists open tasks of the regions, the actor's own first, at most limit.
func (s *Store) Tasks(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, mine core.StaffID, limit int) ([]CallTask, error) {
	rows, err := tx.Query(ctx, `select `+taskColumns+` from call_task t join casefile f on f.id = t.case_id
		where t.region = any($1) and t.done is null order by (t.assistant = $2) desc nulls last, t.due, t.id limit $3`,
		texts(regions), number(mine), clampLimit(limit))
	if err != nil {
		return nil, pg.Fail(err, "read call tasks")
	}
	defer rows.Close()
	var list []CallTask
	for rows.Next() {
		t, err := scanTask(rows)
		if err != nil {
			return nil, pg.Fail(err, "read a call task")
		}
		list = append(list, t)
	}
	return list, pg.Fail(rows.Err(), "read call tasks")
}

// CaseOfTask is the case of a task: it is locked before the task, as by every act.
func (s *Store) CaseOfTask(ctx context.Context, tx *pg.Tx, id int64) (c core.CaseID, err error) {
	err = tx.QueryRow(ctx, `select case_id from call_task where id = $1`, id).Scan(&c)
	return c, pg.Fail(err, "find the case of a call task")
}

// LockTask reads one task and holds it.
func (s *Store) LockTask(ctx context.Context, tx *pg.Tx, id int64) (CallTask, error) {
	t, err := scanTask(tx.QueryRow(ctx, `select `+taskColumns+` from call_task t join casefile f on f.id = t.case_id
		where t.id = $1 for update of t`, id))
	return t, pg.Fail(err, "lock a call task")
}

// Reached ends the task of a notice that came through after all, and reports whether there
// was one. Nobody did it, so it names nobody.
func (s *Store) Reached(ctx context.Context, tx *pg.Tx, notice string) (bool, error) {
	tag, err := tx.Exec(ctx, `update call_task set done = $2, how = '消息后来送到了' where notice = $1 and done is null`, notice, tx.Now())
	return tag.RowsAffected() > 0, pg.Fail(err, "end the call task of a notice")
}

// MeetTelling ends the clock of reaching a household in person, of the case or of one claim,
// where no task of it is left.
func (s *Store) MeetTelling(ctx context.Context, tx *pg.Tx, id core.CaseID, claim core.ClaimID) error {
	_, err := tx.Exec(ctx, `update deadline set met = $3 where case_id = $1 and claim_id = $2 and kind = 'tell' and met is null
		and not exists (select from call_task where case_id = $1 and claim_id = $2 and done is null)`, id, claim, tx.Now())
	return pg.Fail(err, "meet the deadline of telling somebody")
}

// EndTask records that somebody was reached, of which AddSpoken has the word.
func (s *Store) EndTask(ctx context.Context, tx *pg.Tx, id int64, by core.StaffID, in Spoken) error {
	how := in.Way.Say() + ",告诉了" + in.Met.Say()
	_, err := tx.Exec(ctx, `update call_task set done = $2, by_staff = $3, how = $4 where id = $1 and done is null`, id, tx.Now(), by, how)
	return pg.Fail(err, "end a call task")
}

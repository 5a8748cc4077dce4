package casefile

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// AppealWord is what a household said while its appeal was open.
type AppealWord struct {
	Appeal  int64
	At      time.Time
	Door    Door
	TakenBy core.StaffID // 0: the person themselves
	Says    string       // sealed at rest
	Sent    int64        // as what it was handed in, 0 for none; written and not read back
}

// Hears reports whether an open appeal takes something more from the household: its money was
// stopped since, or somebody wrote down that it is not wanted any more.
func (p Appeal) Hears() bool {
	return p.Open() && (p.BackBy != 0 || p.Stop != 0 && p.Heard.Before(p.Stopped))
}

// AddWord writes what the household says to an open appeal. A word of somebody that it is not wanted
// any more falls by it, and so does an answer that was proposed before.
func (s *Store) AddWord(ctx context.Context, tx *pg.Tx, c Case, p Appeal, in AppealWord) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	sealed, err := b.put("appeal_word", appealSays(p.Claim), in.Says)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into appeal_word (appeal, claim_id, case_id, region, at, door, taken_by, says, sent)
		select id, claim_id, case_id, region, $2, $3, $4, $5, $6 from appeal where id = $1`, p.ID, tx.Now(), in.Door, number(in.TakenBy), sealed, number(in.Sent))
	if err != nil {
		return pg.Fail(err, "write what is said to an appeal")
	}
	_, err = tx.Exec(ctx, `update appeal set heard = $2, back_by = null, back_why = '', back_at = null, back_notice = null, back_from = null,
		sent_back = case when state = 'proposed' then '提了答复以后本人又说了,要一起看' else sent_back end, state = 'open' where id = $1`, p.ID, tx.Now())
	return appealed(err)
}

// SayBack writes down that the household does not want an appeal any more, with the notice that
// tells them so; somebody else asks them again before it is taken back.
func (s *Store) SayBack(ctx context.Context, tx *pg.Tx, p Appeal, by core.StaffID, why string, notice int64) error {
	_, err := tx.Exec(ctx, `update appeal set back_by = $2, back_why = $3, back_at = $4, back_notice = $5 where id = $1`, p.ID, by, why, tx.Now(), notice)
	return appealed(err)
}

// BackOf gives the open appeal of a case of which a notice tells that it is not wanted any more;
// false for none.
func (s *Store) BackOf(ctx context.Context, tx *pg.Tx, id core.CaseID, notice int64) (Appeal, bool, error) {
	list, err := s.Appeals(ctx, tx, id)
	for _, p := range list {
		if p.Open() && notice != 0 && p.BackNotice == notice {
			return p, true, err
		}
	}
	return Appeal{}, false, err
}

// BackHeard writes from which day on a second person may take an appeal back: the household was
// told, and has its days until then.
func (s *Store) BackHeard(ctx context.Context, tx *pg.Tx, p Appeal, from core.Date) error {
	_, err := tx.Exec(ctx, `update appeal set back_from = $2 where id = $1 and back_from is null`, p.ID, day(from))
	return appealed(err)
}

// WithdrawAppeal ends an appeal that the household does not want any more, as the second person.
func (s *Store) WithdrawAppeal(ctx context.Context, tx *pg.Tx, p Appeal, by core.StaffID) error {
	if !appealEdges().allows(string(p.State), string(AppealWithdrawn)) {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update appeal set state = 'withdrawn', withdrawn_by = $2 where id = $1`, p.ID, by)
	return appealed(err)
}

// appealMore reads what was said to the appeals of a case, oldest first, by appeal.
func (s *Store) appealMore(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) (map[int64][]AppealWord, error) {
	rows, err := tx.Query(ctx, `select appeal, claim_id, at, door, coalesce(taken_by, 0), says from appeal_word where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what was said to appeals")
	}
	out := map[int64][]AppealWord{}
	var w AppealWord
	var claim core.ClaimID
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&w.Appeal, &claim, &w.At, &w.Door, &w.TakenBy, &sealed}, func() (err error) {
		if w.Says, err = b.get("appeal_word", appealSays(claim), sealed); err == nil {
			out[w.Appeal] = append(out[w.Appeal], w)
		}
		return err
	})
	return out, pg.Fail(err, "read what was said to appeals")
}

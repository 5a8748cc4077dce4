package casefile

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// ReviewAhead is how many days before its day a periodic re-check is told of and may be done.
const ReviewAhead = 30

// What a periodic re-check ends with. ReviewOver is no person's word: the money ended otherwise.
const (
	ReviewSame   = "same"
	ReviewChange = "change"
	ReviewStop   = "stop"
	ReviewOver   = "over"
)

// Review is one periodic re-check of monthly money (定期复核).
type Review struct {
	ID     int64
	Claim  core.ClaimID
	Case   core.CaseID
	Nth    int
	Class  string // A, B, C
	Who    string // whom the law has in that class
	Months int
	Packs  string // of rules in force when it was set
	Since  core.Date
	Due    core.Date
	Told   int // 30, 15 or 3: so many days before it was last told of; 0 for not yet

	Outcome string
	Ended   time.Time
	By      core.StaffID
	Words   string // what was looked at; opened by View only
	Change  int64  // that came of it
}

// Begun reports whether it may be done: it was told of, and nobody has.
func (r Review) Begun() bool { return r.Told != 0 && r.Ended.IsZero() }

// ToReview is monthly money without a re-check ahead of it.
type ToReview struct {
	Claim core.ClaimID
	Case  core.CaseID
	Item  core.ItemCode
	Nth   int
	Since core.Date // the last look: the re-check before, else the decision
}

// Unreviewed lists monthly money of some items that has no re-check ahead of it, at most limit.
func (s *Store) Unreviewed(ctx context.Context, tx *pg.Tx, items []core.ItemCode, limit int) ([]ToReview, error) {
	rows, err := tx.Query(ctx, `select k.id, k.case_id, k.item, coalesce((select max(r.nth) from benefit_review r where r.claim_id = k.id), 0) + 1,
			(coalesce((select max(r.ended) from benefit_review r where r.claim_id = k.id), (select max(d.at) from decision d where d.claim_id = k.id and d.outcome = 'approved')) at time zone 'Asia/Shanghai')::date
		from claim k where k.cash and k.period = 'month' and k.proposal = 'approve' and k.state in ('paying', 'told', 'closed') and coalesce(k.amount, 0) > 0 and k.item = any ($1)
			and not exists (select from benefit_review r where r.claim_id = k.id and r.ended is null)
			and not exists (select from benefit_change b where b.claim_id = k.id and b.kind = 'stop' and b.state = 'approved')
			and exists (select from decision d where d.claim_id = k.id and d.outcome = 'approved')
		order by k.case_id, k.id limit $2`, codes(items), limit)
	if err != nil {
		return nil, pg.Fail(err, "look for money without a re-check")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (one ToReview, err error) {
		var since time.Time
		err = r.Scan(&one.Claim, &one.Case, &one.Item, &one.Nth, &since)
		one.Since = dayOf(&since)
		return one, err
	})
	return list, pg.Fail(err, "look for money without a re-check")
}

func codes(items []core.ItemCode) []string {
	out := make([]string, 0, len(items))
	for _, i := range items {
		out = append(out, string(i))
	}
	return out
}

// AddReview sets the next re-check of a claim, once: while one is open it does nothing. It reports
// whether it is new. The caller holds the case.
func (s *Store) AddReview(ctx context.Context, tx *pg.Tx, r Review) (bool, error) {
	tag, err := tx.Exec(ctx, `insert into benefit_review (claim_id, case_id, region, nth, class, who, months, packs, since, due)
		select id, case_id, region, $2, $3, $4, $5, $6, $7, $8 from claim where id = $1 on conflict do nothing`,
		r.Claim, r.Nth, r.Class, r.Who, r.Months, r.Packs, day(r.Since), day(r.Due))
	return tag.RowsAffected() > 0, pg.Fail(err, "set a re-check")
}

const reviewColumns = `r.id, r.claim_id, r.case_id, r.nth, r.class, r.who, r.months, r.packs, r.since, r.due, coalesce(r.told, 0), r.outcome, r.ended, coalesce(r.by_staff, 0), r.words, coalesce(r.change_id, 0)`

func scanReview(row row, words *[]byte, more ...any) (r Review, err error) {
	var since, due time.Time
	var ended *time.Time
	err = row.Scan(append([]any{&r.ID, &r.Claim, &r.Case, &r.Nth, &r.Class, &r.Who, &r.Months, &r.Packs, &since, &due, &r.Told, &r.Outcome, &ended, &r.By, words, &r.Change}, more...)...)
	r.Since, r.Due, r.Ended = dayOf(&since), dayOf(&due), timeOf(ended)
	return r, err
}

// reviewStage is the SQL of how many days before $1 a re-check is to be told of by now.
const reviewStage = `case when r.due - $1::date <= 3 then 3 when r.due - $1::date <= 15 then 15 else 30 end`

// ReviewsToTell lists the open re-checks of which so few days are left that they are to be told of, and
// were not yet; also one that has passed and was never told of. At most limit, by case.
func (s *Store) ReviewsToTell(ctx context.Context, tx *pg.Tx, limit int) ([]Review, error) {
	rows, err := tx.Query(ctx, `select `+reviewColumns+` from benefit_review r where r.ended is null and r.due <= $1::date + 30
			and (r.told is null or r.due >= $1::date and r.told > `+reviewStage+`) order by r.case_id, r.id limit $2`, day(tx.Today()), limit)
	if err != nil {
		return nil, pg.Fail(err, "look for re-checks that are near")
	}
	var words []byte
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Review, error) { return scanReview(row, &words) })
	return list, pg.Fail(err, "look for re-checks that are near")
}

// TellReview notes that a re-check is told of now and gives how many days before it that counts as; 0
// where another sweep was faster.
func (s *Store) TellReview(ctx context.Context, tx *pg.Tx, id int64) (told int, err error) {
	rows, err := tx.Query(ctx, `update benefit_review r set told = `+reviewStage+` where r.id = $2 and r.ended is null and (r.told is null or r.told > `+reviewStage+`) returning r.told`, day(tx.Today()), id)
	if err != nil {
		return 0, pg.Fail(err, "note that a re-check is told of")
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil || len(list) == 0 {
		return 0, pg.Fail(err, "note that a re-check is told of")
	}
	return list[0], nil
}

// ReviewsOver lists the open re-checks of money that was stopped, by case, at most limit.
func (s *Store) ReviewsOver(ctx context.Context, tx *pg.Tx, limit int) ([]Review, error) {
	rows, err := tx.Query(ctx, `select `+reviewColumns+` from benefit_review r where r.ended is null
		and exists (select from benefit_change b where b.claim_id = r.claim_id and b.kind = 'stop' and b.state = 'approved') order by r.case_id, r.id limit $1`, limit)
	if err != nil {
		return nil, pg.Fail(err, "look for re-checks of money that was stopped")
	}
	var words []byte
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Review, error) { return scanReview(row, &words) })
	return list, pg.Fail(err, "look for re-checks of money that was stopped")
}

// EndReviewOver ends an open re-check of money that was stopped, in nobody's name, with its clock.
func (s *Store) EndReviewOver(ctx context.Context, tx *pg.Tx, r Review) error {
	if _, err := tx.Exec(ctx, `update benefit_review set outcome = 'over', ended = $2 where id = $1 and ended is null`, r.ID, tx.Now()); err != nil {
		return pg.Fail(err, "end a re-check of money that was stopped")
	}
	return s.Meet(ctx, tx, r.Case, r.Claim, DeadlineReview)
}

// EndReview ends an open re-check with a person's word, and meets its clock. ErrMovedOn where somebody
// was faster.
func (s *Store) EndReview(ctx context.Context, tx *pg.Tx, c Case, r Review) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	words, err := b.put("benefit_review", reviewColumn(r.ID), r.Words)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `update benefit_review set outcome = $2, ended = $3, by_staff = $4, words = $5, change_id = $6 where id = $1 and ended is null`,
		r.ID, r.Outcome, tx.Now(), r.By, words, number(r.Change))
	if err != nil {
		return pg.Fail(err, "end a re-check")
	}
	if tag.RowsAffected() == 0 {
		return ErrMovedOn
	}
	return s.Meet(ctx, tx, c.ID, r.Claim, DeadlineReview)
}

func reviewColumn(id int64) string { return "words/" + strconv.FormatInt(id, 10) }

// reviews reads those of a case, oldest first; what was said where a box is given.
func (s *Store) reviews(ctx context.Context, tx *pg.Tx, id core.CaseID, b *box) ([]Review, error) {
	rows, err := tx.Query(ctx, `select `+reviewColumns+` from benefit_review r where r.case_id = $1 order by r.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read re-checks")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Review, error) {
		var words []byte
		r, err := scanReview(row, &words)
		if err != nil || b == nil {
			return r, err
		}
		r.Words, err = b.get("benefit_review", reviewColumn(r.ID), words)
		return r, err
	})
	return list, pg.Fail(err, "read re-checks")
}

// ReviewDue is a line of the queue: a re-check that is near or late.
type ReviewDue struct {
	Review
	Applicant, Item string
	Late            bool
}

// ReviewsDue lists those of the regions that are near or late, the most pressing first, at most limit.
// The caller writes one audit entry with the cases shown.
func (s *Store) ReviewsDue(ctx context.Context, tx *pg.Tx, regions []core.RegionCode, limit int) ([]ReviewDue, error) {
	rows, err := tx.Query(ctx, `select `+reviewColumns+`, f.applicant, k.name from benefit_review r join casefile f on f.id = r.case_id join claim k on k.id = r.claim_id
		where r.region = any ($1) and r.ended is null and r.told is not null order by r.due, r.id limit $2`, texts(regions), limit)
	if err != nil {
		return nil, pg.Fail(err, "list re-checks")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one ReviewDue, err error) {
		var words []byte
		one.Review, err = scanReview(row, &words, &one.Applicant, &one.Item)
		one.Late = one.Due < tx.Today()
		return one, err
	})
	return list, pg.Fail(err, "list re-checks")
}

// OpenReview is the re-check that a claim has ahead of it, nil for none.
func (s Situation) OpenReview(id core.ClaimID) *Review {
	for i := range s.Reviews {
		if r := &s.Reviews[i]; r.Claim == id && r.Ended.IsZero() {
			return r
		}
	}
	return nil
}

// ErrReviewSelf is the answer to who proposed the money and says that it goes on.
var ErrReviewSelf = core.E(core.KindForbidden, "review_self", "这笔钱当初是您提的意见。照原来的发,要换一位同事来看;没有别人,请县里看。")

// mayReviewBenefit: once it was told of; the household had its days to say what changed.
func mayReviewBenefit(s Situation, c Claim, _ Actor) error {
	r := s.OpenReview(c.ID)
	if r == nil || !r.Begun() || !s.Monthly(c) {
		return ErrMovedOn
	}
	return nil
}

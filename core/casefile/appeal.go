package casefile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// Door is where somebody said that a decision or a notice is wrong.
type Door string

// The doors.
const (
	DoorDesk    Door = "desk"    // an officer of the case wrote it down
	DoorVillage Door = "village" // the village assistant did; of what is not solved
	DoorWindow  Door = "window"  // a clerk, for who stands there
	DoorHotline Door = "hotline" // an agent, for who rings
	DoorApp     Door = "app"
	DoorMini    Door = "miniprogram"
)

// Say names a door to colleagues.
func (d Door) Say() string {
	return map[Door]string{DoorDesk: "经办登记", DoorVillage: "村里", DoorWindow: "窗口", DoorHotline: "12345 电话", DoorApp: "手机上", DoorMini: "微信上"}[d]
}

// AppealState is how far an appeal is.
type AppealState string

// The states of an appeal.
const (
	AppealOpen      AppealState = "open"
	AppealProposed  AppealState = "proposed" // an answer waits for a second person; only about what was granted
	AppealAnswered  AppealState = "answered"
	AppealWithdrawn AppealState = "withdrawn"
)

// What an appeal is about, and what came of it.
const (
	AboutRefusal = "refusal" // the claim is reviewed anew, and its new decision is the answer
	AboutGrant   = "grant"   // what was granted goes on while it is looked at

	AppealChanged   = "changed"   // a new decision, never a lower one
	AppealStands    = "stands"    // the decision stays
	AppealOtherwise = "otherwise" // it stays, and what is done about it is said in words
)

// Appeal is somebody's word that a decision is wrong, and the answer to it (F81).
type Appeal struct {
	ID       int64
	Claim    core.ClaimID
	Case     core.CaseID
	About    string
	Decision int64 // the newest on the claim when it was said
	Digest   string
	Says     string // sealed at rest
	Door     Door
	TakenBy  core.StaffID // who wrote it down; 0: the person themselves
	At       time.Time
	Due      core.Date
	Law      string
	State    AppealState
	Reviewer core.StaffID // 0: nobody has it yet
	Outcome  string
	Amount   core.Fen // fen a month, as proposed; 0 for none
	From     string   // yyyymm, from which month
	Reasons  string   // as the household reads them
	Above    bool     // Amount is beyond what a township may decide
	SentBack string
	Decider  core.StaffID
	Answered time.Time
	Sent     int64        // as what it was handed in, 0 for none; written and not read back
	Became   int64        // the decision that answered it, 0 for none
	BackBy   core.StaffID // who wrote down that the household does not want it any more, 0: nobody
	BackWhy  string
	Back     core.StaffID // who asked them again and took it back

	BackAt     time.Time
	BackNotice int64     // that tells the household of the first word; 0 for one of before
	BackFrom   core.Date // the first day on which the second word counts; zero until they have heard

	Stop    int64 // the change that stopped the money while it was open, 0 for none
	Stopped time.Time
	Heard   time.Time    // when the household last said something more
	More    []AppealWord // where what was said is read
}

// AnswerDigest names a proposed answer for the page that shows it: hex SHA-256 of what whoever
// decides has read.
func (p Appeal) AnswerDigest() string {
	sum := sha256.Sum256(encode([]any{p.ID, p.Outcome, p.Amount, p.From, p.Reasons}))
	return hex.EncodeToString(sum[:])
}

// Open reports whether nobody has answered it yet.
func (p Appeal) Open() bool { return p.State == AppealOpen || p.State == AppealProposed }

// Errors of appeals.
var (
	// ErrAppealOpen is the answer to a second appeal while one is looked at.
	ErrAppealOpen = core.E(core.KindConflict, "appeal_open", "这一项已经在重新看了,有结果会告诉您。要补充的话,打 12345 说一声。")
	// ErrNothingDecided is the answer to an appeal before there is a decision.
	ErrNothingDecided = core.E(core.KindConflict, "nothing_decided", "这一项还没定,现在还不用复核。")
	// ErrBackUntold is the answer to the second word that an appeal is not wanted any more, before the
	// household heard of the first.
	ErrBackUntold = core.E(core.KindConflict, "back_untold", "告诉本人的通知还没有结果。送到了、再过 3 个工作日,第二个人才能点。")
	// ErrAnswerChanged is the answer to a decision on an answer that was written anew meanwhile.
	ErrAnswerChanged = core.E(core.KindConflict, "record_changed", "答复改过了。请刷新,看过新的再定。")
	// ErrNeverLess is an answer to an appeal that would give less than before.
	ErrNeverLess = core.E(core.KindInvalid, "appeal_never_less", "复核只能不变或者往上加。确实要减,另走“变更或停发”,写明原因告诉本人。")
)

// AddAppeal files one against the newest decision of a claim. Errors: ErrNothingDecided,
// ErrAppealOpen.
func (s *Store) AddAppeal(ctx context.Context, tx *pg.Tx, c Case, p Appeal) (Appeal, error) {
	var outcome Outcome
	err := tx.QueryRow(ctx, `select id, digest, outcome from decision where claim_id = $1 order by id desc limit 1`, p.Claim).Scan(&p.Decision, &p.Digest, &outcome)
	if core.KindOf(pg.Fail(err, "")) == core.KindNotFound {
		return p, ErrNothingDecided
	}
	if err != nil {
		return p, pg.Fail(err, "find the decision of a claim")
	}
	if p.About = AboutRefusal; outcome == Approved {
		p.About = AboutGrant
	}
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return p, err
	}
	sealed, err := b.put("appeal", appealSays(p.Claim), p.Says)
	if err != nil {
		return p, err
	}
	p.At, p.State = tx.Now(), AppealOpen
	err = tx.QueryRow(ctx, `insert into appeal (claim_id, case_id, region, about, decision, digest, says, door, taken_by, at, due, law, reviewer, sent)
		select id, case_id, region, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 from claim where id = $1 returning id`,
		p.Claim, p.About, p.Decision, p.Digest, sealed, p.Door, number(p.TakenBy), p.At, day(p.Due), p.Law, number(p.Reviewer), number(p.Sent)).Scan(&p.ID)
	return p, appealed(err)
}

func appealSays(claim core.ClaimID) string { return "says/" + strconv.FormatInt(int64(claim), 10) }

func appealed(err error) error {
	switch pg.Constraint(err) {
	case "appeal_open":
		return ErrAppealOpen
	case "appeal_people", "appeal_two_people", "appeal_back_two":
		return ErrSamePerson
	case "appeal_never_less":
		return ErrNeverLess
	case "appeal_final":
		return ErrMovedOn
	case "appeal_back_told":
		return ErrBackUntold
	}
	return pg.Fail(err, "write an appeal")
}

// ProposeAnswer writes what a reviewer proposes about what was granted; p carries outcome,
// amount, month and reasons.
func (s *Store) ProposeAnswer(ctx context.Context, tx *pg.Tx, p Appeal, by core.StaffID) error {
	if strings.TrimSpace(p.Reasons) == "" {
		return ErrNoReason
	}
	if !appealEdges().allows(string(p.State), string(AppealProposed)) {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update appeal set state = 'proposed', reviewer = $2, outcome = $3, amount = nullif($4::bigint, 0), from_period = nullif($5, ''), reasons = $6, above = $7, sent_back = '' where id = $1`,
		p.ID, by, p.Outcome, int64(p.Amount), p.From, p.Reasons, p.Above)
	return appealed(err)
}

// ReturnAnswer sends a proposed answer back to be looked at again.
func (s *Store) ReturnAnswer(ctx context.Context, tx *pg.Tx, p Appeal, why string) error {
	if !appealEdges().allows(string(p.State), string(AppealOpen)) {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update appeal set state = 'open', sent_back = $2 where id = $1`, p.ID, why)
	return appealed(err)
}

// AnswerAppeal ends one: p carries who looked, who decided, what came of it and the
// decision that it became.
func (s *Store) AnswerAppeal(ctx context.Context, tx *pg.Tx, p Appeal) error {
	if !appealEdges().allows(string(p.State), string(AppealAnswered)) {
		return ErrMovedOn
	}
	_, err := tx.Exec(ctx, `update appeal set state = 'answered', reviewer = $2, decider = $3, outcome = $4, reasons = $5, became = $6, answered = $7 where id = $1`,
		p.ID, p.Reviewer, p.Decider, p.Outcome, p.Reasons, number(p.Became), tx.Now())
	return appealed(err)
}

const appealColumns = `id, claim_id, case_id, about, decision, digest, door, coalesce(taken_by, 0), at, due, law, state, coalesce(reviewer, 0),
	coalesce(outcome, ''), coalesce(amount, 0), coalesce(from_period, ''), reasons, sent_back, coalesce(decider, 0), answered, coalesce(became, 0),
	above, coalesce(back_by, 0), back_why, coalesce(withdrawn_by, 0), back_at, coalesce(back_notice, 0), back_from, coalesce(stop, 0), stopped, heard`

func scanAppeal(r row, more ...any) (Appeal, error) {
	var p Appeal
	var due time.Time
	var answered, backAt, backFrom, stopped, heard *time.Time
	err := r.Scan(append([]any{&p.ID, &p.Claim, &p.Case, &p.About, &p.Decision, &p.Digest, &p.Door, &p.TakenBy, &p.At, &due, &p.Law, &p.State, &p.Reviewer,
		&p.Outcome, &p.Amount, &p.From, &p.Reasons, &p.SentBack, &p.Decider, &answered, &p.Became,
		&p.Above, &p.BackBy, &p.BackWhy, &p.Back, &backAt, &p.BackNotice, &backFrom, &p.Stop, &stopped, &heard}, more...)...)
	p.Due, p.Answered = dayOf(&due), timeOf(answered)
	p.BackAt, p.BackFrom, p.Stopped, p.Heard = timeOf(backAt), dayOf(backFrom), timeOf(stopped), timeOf(heard)
	return p, err
}

// Appeals reads those of a case without what was said, oldest first.
func (s *Store) Appeals(ctx context.Context, tx *pg.Tx, id core.CaseID) ([]Appeal, error) {
	rows, err := tx.Query(ctx, `select `+appealColumns+` from appeal where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read appeals")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Appeal, error) { return scanAppeal(r) })
	return list, pg.Fail(err, "read appeals")
}

// appealWords reads them with what was said.
func (s *Store) appealWords(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) ([]Appeal, error) {
	rows, err := tx.Query(ctx, `select `+appealColumns+`, says from appeal where case_id = $1 order by id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what appeals say")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (Appeal, error) {
		var sealed []byte
		p, err := scanAppeal(r, &sealed)
		if err == nil {
			p.Says, err = b.get("appeal", appealSays(p.Claim), sealed)
		}
		return p, err
	})
	if err != nil {
		return nil, pg.Fail(err, "read what appeals say")
	}
	more, err := s.appealMore(ctx, tx, id, b)
	for i := range list {
		list[i].More = more[list[i].ID]
	}
	return list, err
}

// GiveAnew puts a case whose officer had a part before into the hands of who looks anew.
func (s *Store) GiveAnew(ctx context.Context, tx *pg.Tx, c Case, to core.StaffID) error {
	return s.rehand(ctx, tx, c.ID, PartOfficer, c.Officer, to)
}

// Asked is an appeal that waits, as the list of a desk shows it.
type Asked struct {
	Appeal
	Applicant, Item string
	Who             string // who looks anew; put in by the desk
	Late            bool
}

// AppealsOpen lists those of the regions that wait for an answer, the most pressing first, at
// most limit; none that the actor may have no part in.
func (s *Store) AppealsOpen(ctx context.Context, tx *pg.Tx, a Actor, limit int) ([]Asked, error) {
	rows, err := tx.Query(ctx, `select `+appealColumns+`, (select f.applicant from casefile f where f.id = appeal.case_id), (select k.name from claim k where k.id = appeal.claim_id)
		from appeal where region = any ($1) and state in ('open', 'proposed') and not appeal_bars(appeal, $2) order by due, id limit $3`, texts(a.Regions), int64(a.Staff), limit)
	if err != nil {
		return nil, pg.Fail(err, "list appeals")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (one Asked, err error) {
		one.Appeal, err = scanAppeal(r, &one.Applicant, &one.Item)
		one.Late = one.Due < tx.Today()
		return one, err
	})
	return list, pg.Fail(err, "list appeals")
}

// ClaimFor finds the claim of an item in a case. Errors: KindNotFound.
func (s *Store) ClaimFor(ctx context.Context, tx *pg.Tx, id core.CaseID, item core.ItemCode) (claim core.ClaimID, err error) {
	err = tx.QueryRow(ctx, `select id from claim where case_id = $1 and item = $2`, id, item).Scan(&claim)
	return claim, pg.Fail(err, "find the claim of an item")
}

// Appealable reports whether a claim stands where its decision can be said to be wrong.
func Appealable(c Claim) bool { return slices.Contains(decidedStates(), c.State) }

package casefile

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/wording"
)

// ObjectionSaid is what somebody says against a notice at a door of their own (F62).
type ObjectionSaid struct {
	Notice  int64
	Says    string
	Name    string     // as they left it, "" for none
	Phone   core.Phone // zero: nobody is told, the answer is looked up by its number
	Door    Door
	TakenBy core.StaffID // who wrote it down; 0: themselves
	Sender  []byte       // keyed hash of an account, a device, or a line and a key; 32 bytes
	Account bool         // an account stands behind it
	Receipt []byte       // keyed hash of the number that they were given; 32 bytes

	others bool // it goes to the one that all others share
	late   bool // nothing of the notice waits any more, and they had said nothing before
}

// ObjectionFiled is what became of it.
type ObjectionFiled struct {
	ID    int64 // 0: the notice is over and nothing of it waits
	New   bool  // it is an opinion of its own, and not words added to one
	First bool  // it is the first that is open on its claim
	Again bool  // it was filed before
}

// ObjectionWord is one time that somebody wrote.
type ObjectionWord struct {
	ID      int64
	At      time.Time
	Door    Door
	Says    string // sealed at rest
	Left    bool   // a name or a telephone, which only ShowObjector opens
	TakenBy core.StaffID
	After   bool // whoever answered had not read it
}

// MostSenders is how many senders of one notice are told apart. Whoever comes after them
// without a telephone of the staff's is put together: none is refused, and nobody has to
// answer a thousand invented ones.
const MostSenders = 50

// How much of what strangers write stands on a page, so that no flood of it keeps the page of a
// case from being opened, and an answer from being given.
const (
	// MostKept is how often a sender is kept in full before the answer, and again after it. Later
	// ones have their number, are counted, and hold what the first hold.
	MostKept = 10
	// MostShown is how many words a page shows, and how many objections one answer is about. Whose
	// are not among them come when those before them are answered.
	MostShown = 100
)

// ErrNoticeOver is the answer to an opinion on a notice that does not hang.
var ErrNoticeOver = core.E(core.KindConflict, "notice_over", wording.NoticeOver)

// HangingNotice finds what hangs today by the number on it, with its claim. Errors:
// ErrNoticeOver.
func (s *Store) HangingNotice(ctx context.Context, tx *pg.Tx, id int64) (n PublicNotice, err error) {
	n, err = scanNotice(tx.QueryRow(ctx, `select `+noticeColumns+` from public_notice where id = $1 and state = 'up' and $2 between from_day and until_day
		and exists (select from claim k where k.id = claim_id and k.notice_days > 0 and k.item <> all ($3))`, id, day(tx.Today()), childItems()))
	if errors.Is(err, pgx.ErrNoRows) {
		return n, ErrNoticeOver
	}
	return n, pg.Fail(err, "find a notice by its number")
}

// childItems are those that no board shows, as notice_board has them.
func childItems() []string {
	return []string{"MZ-05", "MZ-06", "CL-01", "HS-01", "JT-01", "JT-02", "JT-03", "JT-04"}
}

// ClaimOfNotice is what hangs or hung under a number. Errors: KindNotFound.
func (s *Store) ClaimOfNotice(ctx context.Context, tx *pg.Tx, id int64) (claim core.ClaimID, err error) {
	err = tx.QueryRow(ctx, `select claim_id from public_notice where id = $1`, id).Scan(&claim)
	return claim, pg.Fail(err, "find the claim of a notice")
}

// AddObjection files what came in at a door, under the case's lock. Who said something of
// this notice before adds words to it: an answered one stays answered, and shows that there is
// more. Where the claim was sent back or dropped meanwhile, nothing waits for an answer, and the
// words go to what was said before.
func (s *Store) AddObjection(ctx context.Context, tx *pg.Tx, c Case, claim Claim, in ObjectionSaid) (out ObjectionFiled, err error) {
	if out.ID, err = s.objectionBy(ctx, tx, `select objection_id from objection_word where receipt = $1`, in.Receipt); err != nil || out.ID != 0 {
		out.Again = true
		return out, err
	}
	if out.ID, err = s.objectionOf(ctx, tx, &in); err != nil {
		return out, err
	}
	if out.ID == 0 && (claim.State == ClaimNoticed || claim.State == ClaimObjected) {
		out.New, out.First = true, claim.State == ClaimNoticed
		if out.ID, err = s.newObjection(ctx, tx, c, claim, in); err != nil {
			return out, err
		}
	}
	if out.ID == 0 {
		in.late = true
		out.ID, err = s.objectionBy(ctx, tx, `select max(id) from objection where notice_id = $1`, in.Notice)
		if err != nil || out.ID == 0 {
			return out, err
		}
	}
	return out, s.addWord(ctx, tx, c, out.ID, in)
}

// objectionOf finds what a sender said of the notice before. Past the bound of senders it is the
// one that all others share, while it is open: those who come after its answer are not those who
// were answered, and have one anew.
func (s *Store) objectionOf(ctx context.Context, tx *pg.Tx, in *ObjectionSaid) (id int64, err error) {
	const own = `select id from objection where notice_id = $1 and sender = $2`
	if id, err = s.objectionBy(ctx, tx, own, in.Notice, in.Sender); err != nil || id != 0 || in.TakenBy != 0 {
		return id, err
	}
	var senders int
	const count = `select count(*) from objection where notice_id = $1 and sender is not null and taken_by is null`
	if err = tx.QueryRow(ctx, count, in.Notice).Scan(&senders); err != nil || senders < MostSenders {
		return 0, pg.Fail(err, "count who objected")
	}
	in.Sender, in.others = nil, true
	return s.objectionBy(ctx, tx, `select id from objection where notice_id = $1 and others and answered is null`, in.Notice)
}

// objectionBy gives an id, 0 for none.
func (s *Store) objectionBy(ctx context.Context, tx *pg.Tx, sql string, args ...any) (int64, error) {
	var id *int64
	err := tx.QueryRow(ctx, sql, args...).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && id == nil {
		return 0, nil
	}
	if err != nil {
		return 0, pg.Fail(err, "look for what was said of a notice")
	}
	return *id, nil
}

func (s *Store) newObjection(ctx context.Context, tx *pg.Tx, c Case, claim Claim, in ObjectionSaid) (id int64, err error) {
	if id, err = s.putObjection(ctx, tx, c, claim.ID, in); err != nil {
		return 0, err
	}
	return id, s.MoveClaim(ctx, tx, claim, ClaimObjected)
}

func (s *Store) putObjection(ctx context.Context, tx *pg.Tx, c Case, claim core.ClaimID, in ObjectionSaid) (id int64, err error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	sealed, err := b.put("objection", "says/"+strconv.FormatInt(int64(claim), 10), in.Says)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into objection (notice_id, claim_id, case_id, region, at, says, taken_by, door, sender, others)
		select n.id, n.claim_id, n.case_id, n.region, $2, $3, $4, $5, $6, $7 from public_notice n where n.id = $1 returning id`,
		in.Notice, tx.Now(), sealed, number(in.TakenBy), in.Door, in.Sender, in.others).Scan(&id)
	return id, pg.Fail(err, "file an objection of a door")
}

// carried stands in place of the first words of what is opened anew: each has its own.
const carried = "(前面的在答复的时候,又有人说。)"

// carryOn opens anew what all others share where somebody wrote to it while it was being
// answered: they are not those who were answered, and nobody has read them.
func (s *Store) carryOn(ctx context.Context, tx *pg.Tx, c Case, claim core.ClaimID, answered []int64) (out []Carried, err error) {
	rows, err := tx.Query(ctx, `select o.id, o.notice_id, min(w.door) from objection o join objection_word w on w.objection_id = o.id and w.id > o.heard
		where o.id = any ($1) and o.others group by o.id order by o.id`, answered)
	if err != nil {
		return nil, pg.Fail(err, "look what came during an answer")
	}
	type late struct {
		Old, Notice int64
		Door        Door
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[late])
	if err != nil {
		return nil, pg.Fail(err, "look what came during an answer")
	}
	for _, l := range list {
		var to Carried
		if to.Objection, err = s.putObjection(ctx, tx, c, claim, ObjectionSaid{Notice: l.Notice, Says: carried, Door: l.Door, others: true}); err != nil {
			return nil, err
		}
		rows, err := tx.Query(ctx, `update objection_word w set objection_id = $2 from objection o where o.id = $1 and w.objection_id = o.id and w.id > o.heard returning w.receipt`, l.Old, to.Objection)
		if err == nil {
			to.Receipts, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		}
		if err != nil {
			return nil, pg.Fail(err, "carry on what came during an answer")
		}
		out = append(out, to)
	}
	return out, nil
}

func (s *Store) addWord(ctx context.Context, tx *pg.Tx, c Case, objection int64, in ObjectionSaid) error {
	var kept int
	err := tx.QueryRow(ctx, `select count(*) from objection o join objection_word w on w.objection_id = o.id and (o.answered is null or w.id > o.heard)
		where o.id = $1 and w.says is not null`, objection).Scan(&kept)
	if err != nil {
		return pg.Fail(err, "count what was said of a notice")
	}
	var says, who []byte
	if kept < MostKept {
		if says, who, err = s.sealWord(ctx, tx, c, in); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `insert into objection_word (objection_id, case_id, region, at, door, says, who, receipt, taken_by, account, late)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, objection, c.ID, c.Region, tx.Now(), in.Door, says, who, in.Receipt, number(in.TakenBy), in.Account, in.late)
	return pg.Fail(err, "add to an objection")
}

func (s *Store) sealWord(ctx context.Context, tx *pg.Tx, c Case, in ObjectionSaid) (says, who []byte, err error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, nil, err
	}
	says, err = b.put("objection_word", "says/"+wordAt(in.Receipt), in.Says)
	if err != nil || in.Name == "" && in.Phone.IsZero() {
		return says, nil, err
	}
	plain, err := json.Marshal(left{in.Name, in.Phone.Reveal()})
	if err != nil {
		return nil, nil, core.E(core.KindInternal, "objector", "")
	}
	who, err = b.put("objection_word", "who/"+wordAt(in.Receipt), string(plain))
	return says, who, err
}

// unfiled counts what was sent of a case's notices and is not filed yet: a claim waits for it, and
// whoever opens the case reads why.
func (s *Store) unfiled(ctx context.Context, tx *pg.Tx, id core.CaseID) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from public_notice n join objection_sent x on x.notice_id = n.id where n.case_id = $1 and x.taken is null`, id).Scan(&n)
	return n, pg.Fail(err, "count objections that are not filed")
}

// ObjectionSays is what came of one by the mark of its number, as objection_said has it.
func (s *Store) ObjectionSays(ctx context.Context, tx *pg.Tx, receipt []byte) (state string, err error) {
	err = tx.QueryRow(ctx, `select objection_said($1)`, receipt).Scan(&state)
	return state, pg.Fail(err, "look what came of an objection")
}

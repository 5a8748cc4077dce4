package casefile

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/pg"
)

// ObjectionSaid is what somebody says against a notice at a door of their own (F62).
type ObjectionSaid struct {
	Notice  int64
	Says    string
	Name    string     // as they left it, "" for none
	Phone   core.Phone // zero: nobody is told, the answer is looked up by its number
	Door    Door
	TakenBy core.StaffID // who wrote it down; 0: themselves
	Sender  []byte       // keyed hash of an account, a device or a line; 32 bytes
	Receipt []byte       // keyed hash of the number that they were given; 32 bytes
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

// Objector is who left a name or a telephone.
type Objector struct {
	Objection, Word int64
	Name            string
	Phone           core.Phone
}

// MostSenders is how many senders of one notice are told apart. Whoever comes after them
// without a telephone of the staff's is put together: none is refused, and nobody has to
// answer a thousand invented ones.
const MostSenders = 50

// ErrNoticeOver is the answer to an opinion on a notice that does not hang.
var ErrNoticeOver = core.E(core.KindConflict, "notice_over", "这条公示已经到期,或者撤下了。还有不同意见,照样可以打 12345 说:哪个村、哪一项、哪里不对。镇上会核查,发了钱的也能查。")

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
		out.ID, err = s.objectionBy(ctx, tx, `select max(id) from objection where notice_id = $1`, in.Notice)
		if err != nil || out.ID == 0 {
			return out, err
		}
	}
	return out, s.addWord(ctx, tx, c, out.ID, in)
}

// objectionOf finds what a sender said of the notice before; past the bound of senders the one
// that all others share, whose sender in then names.
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
	in.Sender = s.shared.Blind("objection.sender", "all others")
	return s.objectionBy(ctx, tx, own, in.Notice, in.Sender)
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
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return 0, err
	}
	sealed, err := b.put("objection", "says/"+strconv.FormatInt(int64(claim.ID), 10), in.Says)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `insert into objection (notice_id, claim_id, case_id, region, at, says, taken_by, door, sender)
		select n.id, n.claim_id, n.case_id, n.region, $2, $3, $4, $5, $6 from public_notice n where n.id = $1 returning id`,
		in.Notice, tx.Now(), sealed, number(in.TakenBy), in.Door, in.Sender).Scan(&id)
	if err != nil {
		return 0, pg.Fail(err, "file an objection of a door")
	}
	return id, s.MoveClaim(ctx, tx, claim, ClaimObjected)
}

// left is what is sealed of who objected.
type left struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func wordAt(receipt []byte) string { return hex.EncodeToString(receipt) }

func (s *Store) addWord(ctx context.Context, tx *pg.Tx, c Case, objection int64, in ObjectionSaid) error {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return err
	}
	says, err := b.put("objection_word", "says/"+wordAt(in.Receipt), in.Says)
	if err != nil {
		return err
	}
	var who []byte
	if in.Name != "" || !in.Phone.IsZero() {
		plain, err := json.Marshal(left{in.Name, in.Phone.Reveal()})
		if err != nil {
			return core.E(core.KindInternal, "objector", "")
		}
		if who, err = b.put("objection_word", "who/"+wordAt(in.Receipt), string(plain)); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `insert into objection_word (objection_id, case_id, region, at, door, says, who, receipt, taken_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, objection, c.ID, c.Region, tx.Now(), in.Door, says, who, in.Receipt, number(in.TakenBy))
	return pg.Fail(err, "add to an objection")
}

// objectionWords reads what was written of each objection of a case, by its id, oldest first.
func (s *Store) objectionWords(ctx context.Context, tx *pg.Tx, id core.CaseID, b box) (map[int64][]ObjectionWord, error) {
	rows, err := tx.Query(ctx, `select w.objection_id, w.id, w.at, w.door, w.says, w.who is not null, w.receipt, coalesce(w.taken_by, 0), o.answered is not null and w.id > o.heard
		from objection_word w join objection o on o.id = w.objection_id where w.case_id = $1 order by w.id`, id)
	if err != nil {
		return nil, pg.Fail(err, "read what was said of a notice")
	}
	var of int64
	var w ObjectionWord
	var sealed, receipt []byte
	all := map[int64][]ObjectionWord{}
	_, err = pgx.ForEachRow(rows, []any{&of, &w.ID, &w.At, &w.Door, &sealed, &w.Left, &receipt, &w.TakenBy, &w.After}, func() (err error) {
		w.Says, err = b.get("objection_word", "says/"+wordAt(receipt), sealed)
		all[of] = append(all[of], w)
		return err
	})
	return all, pg.Fail(err, "read what was said of a notice")
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

// Objectors opens who left a name or a telephone with objections of a case, for the act that
// answers them: it is told to the telephone, and shown to nobody.
func (s *Store) Objectors(ctx context.Context, tx *pg.Tx, c Case, objections []int64) ([]Objector, error) {
	return s.objectors(ctx, tx, c, `select objection_id, id, receipt, who from objection_word where case_id = $1 and objection_id = any ($2) and who is not null order by id`, objections)
}

func (s *Store) objectors(ctx context.Context, tx *pg.Tx, c Case, sql string, arg any) ([]Objector, error) {
	b, err := s.boxOf(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, sql, c.ID, arg)
	if err != nil {
		return nil, pg.Fail(err, "read who objected")
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (o Objector, err error) {
		var receipt, sealed []byte
		if err := r.Scan(&o.Objection, &o.Word, &receipt, &sealed); err != nil {
			return o, err
		}
		plain, err := b.get("objection_word", "who/"+wordAt(receipt), sealed)
		if err != nil {
			return o, err
		}
		var l left
		if json.Unmarshal([]byte(plain), &l) != nil {
			return o, core.E(core.KindInternal, "objector_unreadable", "") // the cause may quote it
		}
		o.Name = l.Name
		o.Phone, _ = core.ParsePhone(l.Phone) // it was checked at the door; "" is none
		return o, nil
	})
	return list, pg.Fail(err, "read who objected")
}

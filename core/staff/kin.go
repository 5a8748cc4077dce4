package staff

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Self is the relation under which somebody declares their own number: whoever shares a
// household with them is theirs to leave alone.
const Self = "本人"

// Relations are the words for kin that a page offers: spouses, direct line, three degrees
// of the side line and near in-laws, whom 公务员法第七十四条 and 公务员回避规定 keep apart.
func Relations() []string {
	return []string{"配偶", "父母", "子女", "兄弟姐妹", "祖父母、外祖父母", "孙子女、外孙子女", "公婆、岳父母", "儿媳、女婿",
		"叔伯姑舅姨", "侄、甥", "堂表亲", "配偶的兄弟姐妹", "其他近亲", Self}
}

// KinState is how far a declaration is. It bars in all of them but the last.
type KinState string

// The states of a declaration.
const (
	KinDeclared  KinState = "declared"  // said; the county has not looked yet
	KinAsked     KinState = "asked"     // the county asks back
	KinConfirmed KinState = "confirmed" // the county has looked
	KinLeaving   KinState = "leaving"   // somebody asks to take it off the list; it bars until another agrees
	KinEnded     KinState = "ended"
)

// NewKin is one relative of a member of staff.
type NewKin struct {
	Staff    core.StaffID
	Name     string
	ID       core.IDNumber
	Relation string // Self for the member of staff
}

// Kin is a declared relative as pages show one: name and number masked for good.
type Kin struct {
	ID       int64
	Staff    core.StaffID
	Of       string // name of the member of staff
	Name     string // 周某某
	Number   string // 3714**********0028
	Relation string
	State    KinState
	Said     time.Time
	Note     string // the county's question, or the answer to it
	EndWhy   string // why somebody asks to take it off the list
}

// recusal is the purpose of every look at declared kin and every change of them.
const recusal = "recusal"

// blindID is the field under which core/registry hashes identity numbers: a relative whom
// the register does not know yet is found once it does.
const blindID = "person.id"

// Errors of declarations.
var (
	ErrKinKnown  = core.E(core.KindConflict, "kin_known", "这个人已经申报过了,不用再报。")
	ErrKinMoved  = core.E(core.KindConflict, "kin_moved", "这一条刚有人动过,请刷新再看。")
	ErrKinUnseen = core.E(core.KindNotFound, "kin_unknown", "没有这一条申报。")
)

// Declare records kin of a member of staff. It bars at once, from cases that are open as
// well. Errors: KindInvalid, ErrKinKnown.
func (s *Staff) Declare(ctx context.Context, tx *pg.Tx, by audit.Actor, k NewKin) (int64, error) {
	k.Name, k.Relation = strings.TrimSpace(k.Name), strings.TrimSpace(k.Relation)
	switch {
	case s.ring == nil:
		return 0, core.E(core.KindInternal, "staff_ring", "").Wrap(errors.New("staff.Config has no Ring to seal kin with"))
	case utf8.RuneCountInString(k.Name) < 2 || utf8.RuneCountInString(k.Name) > 30:
		return 0, core.Invalid("name", "请写上亲属的姓名。")
	case k.ID.IsZero():
		return 0, core.Invalid("id_number", "请写上亲属的身份证号,18 位。")
	case k.Relation == "" || utf8.RuneCountInString(k.Relation) > 20:
		return 0, core.Invalid("relation", "请写明是什么亲属关系。")
	}
	blind := s.ring.Blind(blindID, k.ID.Reveal())
	name, err := s.ring.Seal([]byte(k.Name), kinAt(k.Staff, blind, "name"))
	if err != nil {
		return 0, err
	}
	number, err := s.ring.Seal([]byte(k.ID.Reveal()), kinAt(k.Staff, blind, "id_number"))
	if err != nil {
		return 0, err
	}
	var id int64
	const sql = `insert into staff_kin (staff, relation, name, id_number, id_blind, said, said_by) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (staff, id_blind) where state <> 'ended' do nothing returning id`
	err = tx.QueryRow(ctx, sql, int64(k.Staff), k.Relation, name, number, blind, tx.Now(), who(by)).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrKinKnown
	}
	if err != nil {
		return 0, pg.Fail(err, "declare kin")
	}
	if k.Relation != Self { // one's own number says nothing about kin
		if err := s.answered(ctx, tx, k.Staff, false); err != nil {
			return 0, err
		}
	}
	return id, s.kinTrace(ctx, tx, by, "staff.relative_declared", k.Staff, id)
}

// DeclareNone records the answer that somebody has no kin who ask for assistance here.
// Errors: KindConflict when they have declared some.
func (s *Staff) DeclareNone(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID) error {
	var some bool
	const sql = `select exists (select from staff_kin where staff = $1 and state <> 'ended' and relation <> $2)`
	if err := tx.QueryRow(ctx, sql, int64(id), Self).Scan(&some); err != nil {
		return pg.Fail(err, "look for declared kin")
	}
	if err := s.answered(ctx, tx, id, !some); err != nil {
		return err
	}
	act := "staff.no_relative"
	if some { // asked again after a year, "as before" is the answer
		act = "staff.relatives_as_before"
	}
	return s.kinTrace(ctx, tx, by, act, id, 0)
}

func (s *Staff) answered(ctx context.Context, tx *pg.Tx, id core.StaffID, none bool) error {
	_, err := tx.Exec(ctx, `insert into staff_kin_answer (staff, none, at) values ($1, $2, $3)`, int64(id), none, tx.Now())
	return pg.Fail(err, "write an answer about kin")
}

// KinAnswer says what somebody answered last, and whether they are to be asked: who never
// answered, or a year ago. None is true for "no kin here". Nobody is asked in the middle of
// a story: an account made for show counts as having answered then.
func (s *Staff) KinAnswer(ctx context.Context, tx *pg.Tx, id core.StaffID) (on core.Date, none, due bool, err error) {
	var at *time.Time
	err = tx.QueryRow(ctx, `select coalesce(b.at, case when a.demo then a.made end), coalesce(b.none, a.demo) from staff_account a
		left join lateral (select at, none from staff_kin_answer where staff = a.id order by at desc, id desc limit 1) b on true where a.id = $1`, int64(id)).Scan(&at, &none)
	if err != nil {
		return core.Date(0), false, false, pg.Fail(err, "read an answer about kin")
	}
	if at == nil {
		return core.Date(0), false, true, nil
	}
	on = core.DateOf(*at)
	return on, none, on.AddDate(1, 0, 0) <= tx.Today(), nil
}

// Declared lists what stands declared of one member of staff, and leaves one entry.
func (s *Staff) Declared(ctx context.Context, tx *pg.Tx, by audit.Actor, id core.StaffID) ([]Kin, error) {
	return s.kin(ctx, tx, by, kinQuery+`k.staff = $1 order by k.id`, int64(id))
}

// AllDeclared lists what stands declared of everybody, and leaves one entry.
func (s *Staff) AllDeclared(ctx context.Context, tx *pg.Tx, by audit.Actor) ([]Kin, error) {
	return s.kin(ctx, tx, by, kinQuery+`true order by k.staff, k.id`)
}

const kinQuery = `select k.id, k.staff, a.name, k.name, k.id_number, k.id_blind, k.relation, k.state, k.said, k.note, k.end_why
	from staff_kin k join staff_account a on a.id = k.staff where k.state <> 'ended' and `

// kin runs one of this package's queries for declarations that stand, and masks them.
func (s *Staff) kin(ctx context.Context, tx *pg.Tx, by audit.Actor, sql string, args ...any) ([]Kin, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, pg.Fail(err, "read declared kin")
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k Kin, err error) {
		var name, number, blind []byte
		err = row.Scan(&k.ID, &k.Staff, &k.Of, &name, &number, &blind, &k.Relation, &k.State, &k.Said, &k.Note, &k.EndWhy)
		if err == nil {
			err = s.openKin(&k, name, number, blind, tx.Today())
		}
		return k, err
	})
	if err != nil {
		return nil, pg.Fail(err, "read declared kin")
	}
	ids := make([]int64, len(list))
	for i, k := range list {
		ids[i] = k.ID
	}
	return list, s.log.Write(ctx, tx, audit.Listed(audit.Listing{Actor: by, Act: "staff.relatives_listed", IDs: ids, Purpose: recusal}))
}

func (s *Staff) openKin(k *Kin, name, number, blind []byte, today core.Date) error {
	if s.ring == nil {
		return core.E(core.KindInternal, "staff_ring", "").Wrap(errors.New("staff.Config has no Ring to open kin with"))
	}
	plain, err := s.ring.Open(name, kinAt(k.Staff, blind, "name"))
	if err != nil {
		return err
	}
	family, rest := utf8.DecodeRune(plain)
	k.Name = string(family) + strings.Repeat("某", min(utf8.RuneCount(plain[rest:]), 2))
	if plain, err = s.ring.Open(number, kinAt(k.Staff, blind, "id_number")); err != nil {
		return err
	}
	id, err := core.ParseID(string(plain), today)
	k.Number = id.String()
	return err
}

// kinAt is the place of a sealed column of a declaration: who said it, and of whom.
func kinAt(id core.StaffID, blind []byte, column string) seal.At {
	return seal.At{Table: "staff_kin", Row: strconv.FormatInt(int64(id), 10) + "/" + hex.EncodeToString(blind), Column: column}
}

// who names an actor as the table keeps one: staff:7, operator:root.
func who(by audit.Actor) string { return by.Kind + ":" + by.ID }

func (s *Staff) kinTrace(ctx context.Context, tx *pg.Tx, by audit.Actor, act string, about core.StaffID, id int64) error {
	e := audit.Entry{Actor: by, Act: act, Subject: subject(about), Purpose: recusal}
	if id != 0 {
		e.Detail = map[string]any{"kin": id}
	}
	return s.log.Write(ctx, tx, e)
}

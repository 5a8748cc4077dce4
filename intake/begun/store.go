package begun

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Deps are what a Store needs. All are required.
type Deps struct {
	DB     *pg.DB       // as the gateway
	Opener *seal.Opener // the gateway's own
	Shared seal.Blinder
	Audit  *audit.Log
}

// Store is the gateway's half. It is safe for concurrent use.
type Store struct{ d Deps }

// New checks what it needs. Errors: KindInvalid.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Opener == nil || d.Shared.IsZero() || d.Audit == nil {
		return nil, core.E(core.KindInvalid, "begun_deps", "").Wrap(errors.New("begun.New needs a database, an opener, the shared key and a log"))
	}
	return &Store{d}, nil
}

// Who is an account and the telephone that it has proved.
type Who struct {
	Citizen string
	Phone   core.Phone
}

// open is what makes a form one that may still be given: to this number, in its time, and
// while no agent has sent it in.
const open = `from begun_form b join call c on c.id = b.call
	where b.blind = $1 and b.taken is null and b.until > $2 and c.done is null
	and not exists (select from begun_try t where t.call = b.call and t.citizen = $3 and (t.tries >= 3 or t.declined))`

// Waiting gives the newest call whose form waits for an account, "" for none. It says
// nothing of what the form holds.
func (s *Store) Waiting(ctx context.Context, who Who) (call string, err error) {
	const sql = `select b.call ` + open + ` order by b.handed desc limit 1`
	if who.Phone.IsZero() {
		return "", nil
	}
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		err := tx.QueryRow(ctx, sql, s.blind(who), tx.Now(), who.Citizen).Scan(&call)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return pg.Fail(err, "look for what was begun in a call")
	})
	return call, err
}

func (s *Store) blind(who Who) []byte { return s.d.Shared.Blind(blindPhone, who.Phone.Reveal()) }

// Errors of Try. Gone is the same for one that was given, that is too old, of another
// number, and of which this account has said three times what was wrong.
var (
	ErrWrong = core.Invalid("form/begun", "对不上。请写要帮的人的姓名和身份证号后四位,比如:王秀兰 1234。")
	ErrGone  = core.E(core.KindNotFound, "begun_gone", "电话里说的那份现在看不了。不要紧,在这里从头说,12345 那边也都记着。")
)

// Try opens a form for who says whom the call was about, and counts who does not. It is
// not given yet: that is Taken's, with what it becomes. Errors: ErrWrong, ErrGone.
func (s *Store) Try(ctx context.Context, who Who, call, said string) (json.RawMessage, error) {
	const count = `insert into begun_try as t (call, citizen, tries) select $1, $2, 1
		on conflict (call, citizen) do update set tries = t.tries + 1 where t.tries < 3 and not t.declined returning tries`
	const take = `select b.wrapped, b.sealed ` + open + ` and b.call = $4 for share of b`
	var sheet Sheet
	var wrong error
	err := s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		wrong = nil
		var wrapped, sealed []byte
		err := tx.QueryRow(ctx, take, s.blind(who), tx.Now(), who.Citizen, call).Scan(&wrapped, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrGone
		}
		if err != nil {
			return pg.Fail(err, "read what was begun in a call")
		}
		// Counted before it is compared, under the row's lock: many guesses at once are many.
		tries := 0
		err = tx.QueryRow(ctx, count, call, who.Citizen).Scan(&tries)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrGone
		}
		if err != nil {
			return pg.Fail(err, "count a try")
		}
		if sheet, err = s.unseal(call, wrapped, sealed); err != nil {
			return err
		}
		if Proves(said, sheet) {
			_, err := tx.Exec(ctx, `update begun_try set tries = tries - 1 where call = $1 and citizen = $2`, call, who.Citizen)
			return pg.Fail(err, "count a try")
		}
		wrong = ErrWrong
		if tries >= mostTries {
			wrong = ErrGone
		}
		return s.note(ctx, tx, who.Citizen, "begun.wrong", call)
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return nil, err
	}
	return sheet.Body, nil
}

// mostTries is how often an account may say whom a call was about; the statements have
// the same number.
const mostTries = 3

func (s *Store) unseal(call string, wrapped, sealed []byte) (out Sheet, err error) {
	key, err := s.d.Opener.Envelope(wrapped)
	if err != nil {
		return out, err
	}
	plain, err := key.Open(sealed, sheetAt(call))
	if err != nil {
		return out, err
	}
	if json.Unmarshal(plain, &out) != nil {
		return out, core.E(core.KindInternal, "begun_form", "") // the cause may quote what was said
	}
	return out, nil
}

// Taken gives a form to an account, in the transaction that keeps what it became: once,
// and the sealed copy goes. Errors: ErrGone.
func (s *Store) Taken(ctx context.Context, tx *pg.Tx, who Who, call string) error {
	const sql = `update begun_form b set taken = $2, citizen = $3, wrapped = null, sealed = null
		where b.call = $4 and b.blind = $1 and b.taken is null and b.until > $2
			and exists (select from call where id = b.call and done is null)`
	tag, err := tx.Exec(ctx, sql, s.blind(who), tx.Now(), who.Citizen, call)
	if err != nil {
		return pg.Fail(err, "give what was begun in a call")
	}
	if tag.RowsAffected() == 0 {
		return ErrGone
	}
	return s.note(ctx, tx, who.Citizen, "begun.taken", call)
}

// Declined notes that an account does not want a form: it is not offered again, and the
// agents have it still.
func (s *Store) Declined(ctx context.Context, citizen, call string) error {
	const sql = `insert into begun_try (call, citizen, declined) values ($1, $2, true) on conflict (call, citizen) do update set declined = true`
	return s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, sql, call, citizen)
		return pg.Fail(err, "note that a form is not wanted")
	})
}

func (s *Store) note(ctx context.Context, tx *pg.Tx, citizen, act, call string) error {
	return s.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "citizen", ID: citizen}, Act: act, Subject: "call:" + call, Purpose: "电话里说的接着填"})
}

// mostSaid bounds what may be said for a proof, in characters: a list of names is none.
const mostSaid = 40

var (
	numbers = regexp.MustCompile(`[0-9]+X?`)
	fillers = []string{"要帮的人", "身份证号码", "身份证号", "身份证", "姓名", "名字", "我叫", "他叫", "她叫", "后四位", "末四位", "尾号", "是", "叫"}
)

// Tells reports whether words are meant to say whom a call was about: a number is in them.
// Others are no try.
func Tells(said string) bool { return numbers.MatchString(strings.Map(narrow, said)) }

// Proves reports whether words name who a sheet is about: the name, and the last four of
// the ID number or the whole of it, and nothing else but what people say around it.
func Proves(said string, s Sheet) bool {
	if utf8.RuneCountInString(said) > mostSaid || s.Name == "" || len(s.Last4) != 4 {
		return false
	}
	said = strings.Map(narrow, said)
	list := numbers.FindAllString(said, -1)
	if len(list) != 1 || len(list[0]) != 4 && len(list[0]) != 18 {
		return false
	}
	last := strings.ToUpper(list[0][len(list[0])-4:])
	name := strings.ReplaceAll(said, list[0], "")
	if name != s.Name {
		for _, w := range fillers {
			name = strings.ReplaceAll(name, w, "")
		}
	}
	return subtle.ConstantTimeCompare([]byte(last), []byte(strings.ToUpper(s.Last4)))&subtle.ConstantTimeCompare([]byte(name), []byte(s.Name)) == 1
}

// narrow drops what stands between words, and makes wide digits narrow.
func narrow(r rune) rune {
	switch {
	case r >= '\uff10' && r <= '\uff19': // typed on a Chinese keyboard
		return r - '\uff10' + '0'
	case r == 'x' || r == '\uff38' || r == '\uff58':
		return 'X'
	case unicode.IsSpace(r) || unicode.IsPunct(r) && r != '·' || r == '+':
		return -1
	}
	return r
}

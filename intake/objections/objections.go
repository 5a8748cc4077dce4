package objections

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/jobs"
	"lianou/core/pg"
	"lianou/core/seal"
	"lianou/core/wording"
)

// Limits, in characters.
const (
	MostWords = 500
	MostName  = 30
)

// Errors of Send.
var (
	ErrKeyReused = core.E(core.KindConflict, "key_reused", "这一份已经送上来了,内容和这次不一样。要再说,请重新打开这一页。")
	// ErrOver is the answer to an opinion on what does not hang any more.
	ErrOver = core.E(core.KindConflict, "notice_over", wording.NoticeOver)

	errEnough = core.E(core.KindTooMany, "objection_enough", "您对这一条写了很多次,都在,镇上会一起看。还有要说的,打 "+wording.Hotline+"。")
	errBusy   = core.E(core.KindTooMany, "objection_busy", "这一条刚才来的意见太多。您写的还在这一页上,过一会儿再点一次,或者打 "+wording.Hotline+"。")
)

// Deps is what a Store works with; all are required.
type Deps struct {
	DB       *pg.DB
	Platform seal.Recipient // whom it is sealed to
	Shared   seal.Blinder   // keys senders, keys and numbers
	Audit    *audit.Log
	Jobs     *jobs.Inserter // into the platform's queue
}

// Store takes opinions at the public edge. It is safe for use by many goroutines.
type Store struct{ d Deps }

// New makes a Store.
func New(d Deps) (*Store, error) {
	if d.DB == nil || d.Platform.IsZero() || d.Shared.IsZero() || d.Audit == nil || d.Jobs == nil {
		return nil, errors.New("objections.New needs DB, Platform, Shared, Audit and Jobs")
	}
	return &Store{d}, nil
}

// Saying is what somebody says.
type Saying struct {
	Notice  int64
	Channel core.ChannelName
	What    string // of the sender, as Sender takes it
	Which   string
	Key     string // chosen once by the client, repeated on retry
	Says    string
	Name    string // "" for none
	Phone   string // "" for none: then the number alone tells what came of it
}

// body is what is sealed.
type body struct {
	Says  string `json:"says"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Check trims what was said and holds it to its bounds. Errors: KindInvalid with the field.
func (in *Saying) Check() error {
	in.Says, in.Name, in.Phone = strings.TrimSpace(in.Says), strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone)
	sound := func(s string, most int) bool {
		return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsRune(s, 0)
	}
	switch {
	case in.Key == "" || !sound(in.Key, 200):
		return core.Invalid("key", "这一页没有打开完整,请关掉重新打开。")
	case in.Says == "":
		return core.Invalid("says", "请写一句,哪里不对。")
	case !sound(in.Says, MostWords):
		return core.Invalid("says", "写得太长了,请改到 500 个字以内。")
	case !sound(in.Name, MostName):
		return core.Invalid("name", "名字太长了,请改到 30 个字以内,不留也行。")
	case in.Phone != "":
		p, err := core.ParsePhone(in.Phone)
		if err != nil {
			return core.Invalid("phone", "手机号不对,请再看一遍。不留也行。")
		}
		in.Phone = p.Reveal()
	}
	return nil
}

// Sent is what the sender holds in hand.
type Sent struct {
	Number string
	Again  bool   // the same key was here before
	State  string // what came of it so far, as Said gives it
}

// tries is how many numbers are tried that may be somebody else's.
const tries = 5

// Send keeps what was said, with its job, in one transaction. The same key and content give
// the same number again. From then on the claim that hangs is not decided before somebody
// looked into it.
//
// Errors: KindInvalid with the field; ErrOver; ErrKeyReused; KindTooMany; KindUnavailable, to
// be tried again with the same key.
func (s *Store) Send(ctx context.Context, in Saying) (out Sent, err error) {
	if err := in.Check(); err != nil {
		return out, err
	}
	plain, err := json.Marshal(body{in.Says, in.Name, in.Phone})
	if err != nil {
		return out, core.E(core.KindInternal, "objection_body", "")
	}
	env, err := s.d.Platform.NewEnvelope()
	if err != nil {
		return out, err
	}
	sender, key := Sender(s.d.Shared, in.What, in.Which), Key(s.d.Shared, in.Key)
	sealed, err := env.Seal(plain, place(sender, key))
	if err != nil {
		return out, err
	}
	digest := s.d.Shared.Blind("objection.body", string(plain))
	err = s.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		for try := range tries {
			out.Number = Number(s.d.Shared, sender, key, try)
			var word string
			var id int64
			err := tx.QueryRow(ctx, `select word, sent from objection_put($1, $2, $3, $4, $5, $6, $7, $8, $9)`, in.Notice, DoorOf(in.Channel), sender, in.What == Citizen, key, digest,
				Mark(s.d.Shared, out.Number), env.Wrapped, sealed).Scan(&word, &id)
			if err != nil {
				return pg.Fail(err, "keep an objection")
			}
			if word == "clash" {
				continue
			}
			out.Again = word == "again"
			if err := s.kept(ctx, tx, in, word, id); err != nil {
				return err
			}
			out.State, err = said(ctx, tx, Mark(s.d.Shared, out.Number))
			return err
		}
		return core.E(core.KindUnavailable, "objection_number", wording.For(core.KindUnavailable))
	})
	return out, err
}

func (s *Store) kept(ctx context.Context, tx *pg.Tx, in Saying, word string, id int64) error {
	switch word {
	case "again":
		return nil
	case "other":
		return ErrKeyReused
	case "over":
		return ErrOver
	case "enough":
		return errEnough
	case "busy":
		return errBusy
	}
	err := s.d.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "channel", ID: string(in.Channel)}, Act: "objection.sent",
		Subject: "objection:" + strconv.FormatInt(id, 10), Purpose: "objection", Detail: map[string]any{"notice": in.Notice, "phone": in.Phone != ""}})
	if err != nil {
		return err
	}
	return s.d.Jobs.Insert(ctx, tx, jobs.ObjectionSent{Objection: id})
}

// DoorOf is the door of a channel for citizens, as the table has it.
func DoorOf(c core.ChannelName) string {
	if c == "wechat" {
		return "miniprogram"
	}
	return "app"
}

// Said is what came of one by its number: wording.ObjectionSays says it; "" for no such number.
func (s *Store) Said(ctx context.Context, number string) (state string, err error) {
	mark := Mark(s.d.Shared, number)
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		state, err = said(ctx, tx, mark)
		return err
	})
	return state, err
}

func said(ctx context.Context, tx *pg.Tx, mark []byte) (state string, err error) {
	err = tx.QueryRow(ctx, `select objection_said($1)`, mark).Scan(&state)
	return state, pg.Fail(err, "look what came of an objection")
}

// Tally is how many opinions of a township were answered in ninety days, and how many of them
// were found right; 0 for what is too small to be shown.
type Tally struct{ Answered, Founded int }

// Tally counts them for the township's board.
func (s *Store) Tally(ctx context.Context, town core.RegionCode) (t Tally, err error) {
	err = s.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const sql = `select coalesce(max(answered), 0), coalesce(max(founded), 0) from objection_tally($1)`
		return pg.Fail(tx.QueryRow(ctx, sql, string(town)).Scan(&t.Answered, &t.Founded), "count answered objections")
	})
	return t, err
}

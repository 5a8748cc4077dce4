package calls

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Owes reports whether a caller with this wish said something against a decision, a notice or what
// was done: it is written down, or why not, before the call ends.
func (w Wish) Owes() bool { return w == WishAppeal || w == WishUnsolved || w == WishObject }

// Why is why nothing was written down of such a call. It is no "why not me" (casefile.Why), which
// somebody asks of their own case.
type Why string

// The reasons; each has a sentence beside it.
const (
	WhyBefore    Why = "before"    // it was written down before, in another call or elsewhere
	WhyWithdrawn Why = "withdrawn" // the caller wants nothing written down
	WhyWrongKey  Why = "wrong_key" // the caller meant another key
	WhyUnheard   Why = "unheard"   // one cannot make out what is said or of whom
	WhyOther     Why = "other"
)

// Whys lists the reasons in the order in which an agent is asked.
func Whys() []Why { return []Why{WhyBefore, WhyWithdrawn, WhyWrongKey, WhyUnheard, WhyOther} }

// Say is the reason in words, the same where it is chosen and where it is read; "" for none of them.
func (w Why) Say() string {
	switch w {
	case WhyBefore:
		return "以前已经记过"
	case WhyWithdrawn:
		return "他说不用记了"
	case WhyWrongKey:
		return "他按错了键"
	case WhyUnheard:
		return "听不出说什么、说谁"
	case WhyOther:
		return "别的"
	}
	return ""
}

// ErrUnwritten says that an agent would end a call and nothing would be left of what its caller said.
var ErrUnwritten = core.Invalid("why", "他按键要说的,这通里还没有替他记下,记了别的不算。先记;没记的,选为什么没记,写一句。")

// mostWhy is the most of the sentence beside a reason, in characters.
const mostWhy = 300

// TookDown notes that what a caller said was written down from their call, in the transaction that
// writes it: kind is the wish that it answers. Errors: ErrNotHeld.
func (l *Log) TookDown(id string, agent core.StaffID, kind Wish) Also {
	return func(ctx context.Context, tx *pg.Tx) error {
		return l.word(ctx, tx, held{id, agent}, wordRow{kind: string(kind)})
	}
}

// Unwritten is why nothing was written down of a call, beside its end. Errors: KindInvalid for an
// unknown reason, one without a sentence and a sentence without one; ErrNotHeld.
func (l *Log) Unwritten(id string, agent core.StaffID, why Why, says string) Also {
	plain := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(says, "\x00", ""), ""))
	return func(ctx context.Context, tx *pg.Tx) error {
		switch n := utf8.RuneCountInString(plain); {
		case !slices.Contains(Whys(), why):
			return core.Invalid("why", "请选为什么没有记。")
		case n < 2 || n > mostWhy:
			return core.Invalid("why_says", "请写一句为什么没有记,三百字以内。")
		}
		sealed, err := l.sealWords([]byte(plain), wordAt(id))
		if err != nil {
			return err
		}
		return l.word(ctx, tx, held{id, agent}, wordRow{"none", why, sealed})
	}
}

func wordAt(id string) seal.At { return seal.At{Table: "call_word", Row: id, Column: "sealed"} }

type held struct {
	call  string
	agent core.StaffID
}

type wordRow struct {
	kind string
	why  Why
	words
}

// word keeps one, once: the call's entry of its end and that of what was filed say who and when.
func (l *Log) word(ctx context.Context, tx *pg.Tx, h held, w wordRow) error {
	const holds = `select exists (select from call where id = $1 and agent = $2)`
	const sql = `insert into call_word (call, kind, why, wrapped, sealed) values ($1, $2, $3, $4, $5) on conflict (call, kind) do nothing`
	var ok bool
	if err := tx.QueryRow(ctx, holds, h.call, int64(h.agent)).Scan(&ok); err != nil {
		return pg.Fail(err, "look who holds a call")
	}
	if !ok {
		return ErrNotHeld
	}
	_, err := tx.Exec(ctx, sql, h.call, w.kind, string(w.why), w.wrapped, w.sealed)
	return pg.Fail(err, "note what was written down of a call")
}

// written holds a call that ends to it: what its caller chose by key is written down, and not something
// else, or it is said why not. Whom nobody reached is gone to, and says it there.
func (l *Log) written(ctx context.Context, tx *pg.Tx, c Call) error {
	const sql = `select exists (select from call_word where call = $1 and kind in ($2, 'none'))`
	if !c.Wish.Owes() {
		return nil
	}
	var done bool
	if err := tx.QueryRow(ctx, sql, c.ID, string(c.Wish)).Scan(&done); err != nil {
		return pg.Fail(err, "look what was written down of a call")
	}
	if !done {
		return ErrUnwritten
	}
	return nil
}

// WrittenDown is ErrUnwritten while nothing is written down of a call whose caller had something
// to say, for what ends it later.
func (l *Log) WrittenDown(ctx context.Context, c Call) error {
	return l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return l.written(ctx, tx, c) })
}

// WhyUnwritten is why nothing was written down of a call, for who listens to it again; "" where
// something was, and where nothing had to be.
func (l *Log) WhyUnwritten(ctx context.Context, id string) (why Why, says string, err error) {
	const sql = `select why, wrapped, sealed from call_word where call = $1 and kind = 'none'`
	var w words
	err = l.db.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		return pg.Fail(tx.QueryRow(ctx, sql, id).Scan(&why, &w.wrapped, &w.sealed), "read why nothing was written down")
	})
	if core.KindOf(err) == core.KindNotFound {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	plain, err := l.openWords(w, wordAt(id))
	return why, string(plain), err
}

package calls

import (
	"context"
	"fmt"
	"strings"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/seal"
)

// Keyed is what a caller of our own line keyed in: "receipt:4071882635" once it opened an application with the
// last four of their number, "notice:31" unseen, "" for nothing.
type Keyed string

// Receipt is the application that was opened, "" for none.
func (k Keyed) Receipt() core.Receipt {
	r, ok := strings.CutPrefix(string(k), "receipt:")
	if !ok {
		return ""
	}
	return core.Receipt(r)
}

// Notice is the number of a public notice, "" for none.
func (k Keyed) Notice() string {
	n, _ := strings.CutPrefix(string(k), "notice:")
	if n == string(k) {
		return ""
	}
	return n
}

// keyedWidth is what is sealed however short it is: the length of the bytes would tell whether it
// is a receipt or a notice, and an old notice from a new one.
const keyedWidth = 24

func keyedAt(id string) seal.At { return seal.At{Table: "call", Row: id, Column: "keyed"} }

// sealKeyed seals what was keyed in; nothing gives nothing.
func (l *Log) sealKeyed(id string, k Keyed) (words, error) {
	if k == "" {
		return words{}, nil
	}
	return l.sealWords(fmt.Appendf(nil, "%-*s", keyedWidth, k), keyedAt(id))
}

// KeyedIn opens what the caller of a call keyed in, for the agent who holds it. With the number of
// the call it tells who asked about whose application, or who objects to whose: so a page does not
// show it by the way, and each opening has its entry, written before it is given. Errors:
// KindNotFound, ErrTaken for another's call and for one that is over.
func (l *Log) KeyedIn(ctx context.Context, id string, agent core.StaffID) (k Keyed, err error) {
	const sql = `select coalesce(agent, 0), done is not null, keyed_key, keyed, about from call where id = $1`
	err = l.db.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		var holder core.StaffID
		var done bool
		var w words
		if err := tx.QueryRow(ctx, sql, id).Scan(&holder, &done, &w.wrapped, &w.sealed, &k); err != nil {
			return pg.Fail(err, "read what was keyed in")
		}
		if holder != agent || done {
			return ErrTaken
		}
		if w.sealed != nil { // else the release before wrote it
			plain, err := l.openWords(w, keyedAt(id))
			if err != nil {
				return err
			}
			k = Keyed(strings.TrimRight(string(plain), " "))
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: agentActor(agent), Act: "call.keyed", Subject: "call:" + id, Purpose: "替来电人记下他说的"})
	})
	if err != nil {
		return "", err
	}
	return k, nil
}

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

// KeyedIn opens what the caller of a call keyed in, for the agent who holds it and says why. With the
// number of the call it tells who asked about whose application, or who objects to whose: it is a
// reveal as every other at the desk (security.md P22), counted with them whatever township they were
// of, and has its entry, written before it is given. Errors: KindInvalid without a reason,
// KindNotFound, ErrNotHeld for another's call, ErrDone for one that is over, KindTooMany.
func (l *Log) KeyedIn(ctx context.Context, id string, agent core.StaffID, reason string) (k Keyed, err error) {
	if strings.TrimSpace(reason) == "" {
		return "", core.Invalid("reason", "请写一句为什么要看他按的号。")
	}
	const sql = `select coalesce(agent, 0), done is not null, keyed_key, keyed, about from call where id = $1`
	err = l.db.Tx(ctx, pg.City("count the numbers that an agent was shown"), func(ctx context.Context, tx *pg.Tx) error {
		var holder core.StaffID
		var done bool
		var w words
		if err := tx.QueryRow(ctx, sql, id).Scan(&holder, &done, &w.wrapped, &w.sealed, &k); err != nil {
			return pg.Fail(err, "read what was keyed in")
		}
		switch {
		case holder != agent:
			return ErrNotHeld
		case done:
			return ErrDone
		}
		who := agentActor(agent)
		if err := l.audit.MayReveal(ctx, tx, who.ID); err != nil {
			return err
		}
		if w.sealed != nil { // else the release before wrote it
			plain, err := l.openWords(w, keyedAt(id))
			if err != nil {
				return err
			}
			k = Keyed(strings.TrimRight(string(plain), " "))
		}
		return l.audit.Write(ctx, tx, audit.Entry{Actor: who, Act: "field.revealed", Subject: "call:" + id, Purpose: "reveal", Detail: map[string]any{"field": "keyed", "reason": strings.TrimSpace(reason)}})
	})
	if err != nil {
		return "", err
	}
	return k, nil
}

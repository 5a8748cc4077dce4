package mandate

import (
	"context"
	"errors"
	"strconv"

	"github.com/riverqueue/river"

	"lianou/core/jobs"
	"lianou/core/pg"
)

// Tell asks the gateway to tell one of the two what became of a grant. It is enqueued in
// the transaction that makes it true; what is to be said is read when it is said.
type Tell struct {
	Grant int64 `json:"grant"`
	What  What  `json:"what"`
	To    Side  `json:"to"`
	Way   Way   `json:"way"`
}

// What became of a grant.
type What string

// Side is one of the two.
type Side string

// Way is by which of our voices they are told.
type Way string

// The words of a Tell.
const (
	Accepted  What = "accepted"
	Ended     What = "ended"
	Principal Side = "principal"
	Agent     Side = "agent"
	ByChat    Way  = "chat"
	ByText    Way  = "text"
)

// Kind is the stable name.
func (Tell) Kind() string { return "helper_tell" }

// InsertOpts tries for most of a day: who was impersonated must hear of it.
func (Tell) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 12} }

// teller enqueues Tells; without a queue it tells nobody.
type teller struct{ queue *jobs.Inserter }

func (t teller) tell(ctx context.Context, tx *pg.Tx, grant int64, what What, to ...Side) error {
	if t.queue == nil || len(to) == 0 {
		return nil
	}
	var list []jobs.Args
	for _, side := range to {
		list = append(list, Tell{grant, what, side, ByChat}, Tell{grant, what, side, ByText})
	}
	return t.queue.Insert(ctx, tx, list...)
}

// others are who did not end a grant themselves.
func others(by string) []Side {
	switch by {
	case "agent":
		return []Side{Principal}
	case "principal":
		return []Side{Agent}
	case "staff":
		return []Side{Principal, Agent}
	}
	return nil
}

// Told gives what a Tell is about, and the account that hears it: "" where nothing is to be
// said any more.
func (h *Helpers) Told(ctx context.Context, t Tell) (g Grant, account string, err error) {
	err = h.db.Read(ctx, pg.Subject("grant:"+strconv.FormatInt(t.Grant, 10)), func(ctx context.Context, tx *pg.Tx) error {
		list, err := grants(ctx, tx, "", `select `+grantColumns+` from mandate_grant where id = $1`, t.Grant)
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return errors.New("a grant that is to be told of is not there")
		}
		g = list[0]
		return nil
	})
	switch {
	case err != nil:
		return g, "", err
	case t.What == Accepted && !g.Revoked.IsZero():
		return g, "", nil // it was taken back before anybody heard of it
	case t.To == Agent:
		return g, g.account, nil
	}
	return g, g.principal, nil
}

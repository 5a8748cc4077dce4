package citizen

import (
	"context"
	"encoding/hex"
	"time"

	"lianou/core"
	"lianou/core/pg"
)

// ErrNoGrant is a template without a grant left: the message goes another way.
var ErrNoGrant = core.E(core.KindConflict, "no_grant", "")

// maxGrants bounds what one account can pile up for one template.
const maxGrants = 100

// Granted counts one-time subscriptions that a citizen accepted, by template, as the
// mini-program tells them.
func (c *Citizens) Granted(ctx context.Context, id, template string, n int) error {
	if template == "" || len(template) > 64 || n < 1 || n > 10 {
		return core.Invalid("template", "")
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `insert into citizen_grant as g (citizen, template, granted, said, accepted) values ($1, $2, $3, $3, $5)
			on conflict (citizen, template) do update
			set said = g.said + $3, granted = least(g.granted + greatest(g.said + $3, g.pushed) - greatest(g.said, g.pushed), g.used + $4), refused = null,
				accepted = greatest(g.accepted, $5)`
		_, err := tx.Exec(ctx, q, id, template, n, maxGrants, tx.Now())
		return pg.Fail(err, "count a grant")
	})
}

// Grants tells how many messages of each template may still be sent to a citizen.
func (c *Citizens) Grants(ctx context.Context, id string) (map[string]int, error) {
	left := map[string]int{}
	err := c.d.DB.Read(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		rows, err := tx.Query(ctx, `select template, granted - used from citizen_grant where citizen = $1 and granted > used`, id)
		if err != nil {
			return pg.Fail(err, "read the grants")
		}
		defer rows.Close()
		for rows.Next() {
			var template string
			var n int
			if err := rows.Scan(&template, &n); err != nil {
				return pg.Fail(err, "read a grant")
			}
			left[template] = n
		}
		return pg.Fail(rows.Err(), "read the grants")
	})
	return left, err
}

// Pushed is something that WeChat told of by a push: its name, the same each time it is
// told, and how long ago it happened. A push may come late, and more than once.
type Pushed struct {
	Event string
	Ago   time.Duration
}

// GrantPushed counts one subscription that WeChat told of by a push; the same push again,
// and a tap that the mini-program told of too, count once.
func (c *Citizens) GrantPushed(ctx context.Context, id, template string, p Pushed) error {
	if template == "" || len(template) > 64 {
		return core.Invalid("template", "")
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		fresh, err := c.freshEvent(ctx, tx, id, p.Event+"/"+template)
		if err != nil || !fresh {
			return err
		}
		const q = `insert into citizen_grant as g (citizen, template, granted, pushed, accepted) values ($1, $2, 1, 1, $4)
			on conflict (citizen, template) do update
			set pushed = g.pushed + 1, granted = least(g.granted + greatest(g.said, g.pushed + 1) - greatest(g.said, g.pushed), g.used + $3), refused = null,
				accepted = greatest(g.accepted, $4)`
		_, err = tx.Exec(ctx, q, id, template, maxGrants, tx.Now().Add(-max(p.Ago, 0)))
		return pg.Fail(err, "count a grant")
	})
}

// GrantsTurnedOff empties the grants of a template that WeChat told of by a push: what was
// accepted until then. The same push again empties nothing, and none takes what was accepted
// after it: an answer of WeChat's (43101) may have told of it long before.
func (c *Citizens) GrantsTurnedOff(ctx context.Context, id, template string, p Pushed) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		fresh, err := c.freshEvent(ctx, tx, id, p.Event+"/"+template)
		if err != nil || !fresh {
			return err
		}
		const q = `update citizen_grant set used = granted, refused = $3 where citizen = $1 and template = $2 and (accepted is null or accepted <= $4)`
		_, err = tx.Exec(ctx, q, id, template, tx.Now(), tx.Now().Add(-max(p.Ago, 0)))
		return pg.Fail(err, "empty the grants")
	})
}

func (c *Citizens) freshEvent(ctx context.Context, tx *pg.Tx, id, event string) (bool, error) {
	key := hex.EncodeToString(c.d.Ring.Blind("citizen.grant_event", id+"/"+event))
	tag, err := tx.Exec(ctx, `insert into citizen_grant_event (key, at) values ($1, $2) on conflict do nothing`, key, tx.Now())
	return err == nil && tag.RowsAffected() == 1, pg.Fail(err, "note a push")
}

// UseGrant takes one grant before a send; ErrNoGrant when none is left, and then
// nothing may be sent (F25). Each send burns one, also when its answer is lost.
func (c *Citizens) UseGrant(ctx context.Context, id, template string) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `update citizen_grant set used = used + 1 where citizen = $1 and template = $2 and used < granted`
		tag, err := tx.Exec(ctx, q, id, template)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrNoGrant
		}
		return pg.Fail(err, "use a grant")
	})
}

// GiveBack returns a grant whose message certainly did not go out.
func (c *Citizens) GiveBack(ctx context.Context, id, template string) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `update citizen_grant set used = used - 1 where citizen = $1 and template = $2 and used > 0`
		_, err := tx.Exec(ctx, q, id, template)
		return pg.Fail(err, "give a grant back")
	})
}

// GrantsRefused empties the grants of a template: WeChat says 43101, so our count
// was too high.
func (c *Citizens) GrantsRefused(ctx context.Context, id, template string) error {
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `update citizen_grant set used = granted, refused = $3 where citizen = $1 and template = $2`
		_, err := tx.Exec(ctx, q, id, template, tx.Now())
		return pg.Fail(err, "empty the grants")
	})
}

package citizen

import (
	"context"
	"encoding/hex"

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
		const q = `insert into citizen_grant as g (citizen, template, granted, said) values ($1, $2, $3, $3)
			on conflict (citizen, template) do update
			set said = g.said + $3, granted = least(g.granted + greatest(g.said + $3, g.pushed) - greatest(g.said, g.pushed), g.used + $4), refused = null`
		_, err := tx.Exec(ctx, q, id, template, n, maxGrants)
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

// GrantPushed counts one subscription that WeChat told of by a push, which names it by
// event; the same push again, and a tap that the mini-program told of too, count once.
func (c *Citizens) GrantPushed(ctx context.Context, id, template, event string) error {
	if template == "" || len(template) > 64 {
		return core.Invalid("template", "")
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		fresh, err := c.freshEvent(ctx, tx, id, event+"/"+template)
		if err != nil || !fresh {
			return err
		}
		const q = `insert into citizen_grant as g (citizen, template, granted, pushed) values ($1, $2, 1, 1)
			on conflict (citizen, template) do update
			set pushed = g.pushed + 1, granted = least(g.granted + greatest(g.said, g.pushed + 1) - greatest(g.said, g.pushed), g.used + $3), refused = null`
		_, err = tx.Exec(ctx, q, id, template, maxGrants)
		return pg.Fail(err, "count a grant")
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

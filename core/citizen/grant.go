package citizen

import (
	"context"

	"lianou/core"
	"lianou/core/pg"
)

// ErrNoGrant is a template without a grant left: the message goes another way.
var ErrNoGrant = core.E(core.KindConflict, "no_grant", "")

// maxGrants bounds what one account can pile up for one template.
const maxGrants = 100

// Granted counts one-time subscriptions that a citizen accepted, by template.
func (c *Citizens) Granted(ctx context.Context, id, template string, n int) error {
	if template == "" || len(template) > 64 || n < 1 || n > 10 {
		return core.Invalid("template", "")
	}
	return c.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error {
		const q = `insert into citizen_grant (citizen, template, granted) values ($1, $2, $3)
			on conflict (citizen, template) do update
			set granted = least(citizen_grant.granted + excluded.granted, citizen_grant.used + $4), refused = null`
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

// Package notifytest has notices reach whom they are for, as the gateway writes it of a text message
// whose provider says that it arrived: the database takes no notice for heard by its own row alone.
package notifytest

import (
	"context"
	"fmt"
	"testing"

	"lianou/core/pg"
)

// Arrives confirms notices, by the gateway's role. One that is confirmed already stays as it is.
func Arrives(t testing.TB, gateway *pg.DB, ids ...int64) {
	t.Helper()
	const (
		begun     = `insert into notice_attempt (id, notice, region, channel, first_at, at) select gen_random_uuid(), id, region, 'sms', lianou_now(), lianou_now() from notice where id = $1 and state <> 'confirmed'`
		accepted  = `update notice_attempt set state = 'accepted' where notice = $1 and state = 'intended'`
		delivered = `update notice_attempt set state = 'delivered' where notice = $1 and state = 'accepted'`
		confirmed = `update notice set state = 'confirmed', told_by = 'sms', updated = lianou_now(), ended = lianou_now() where id = $1`
	)
	for _, id := range ids {
		err := gateway.Tx(t.Context(), pg.Subject(fmt.Sprintf("notice:%d", id)), func(ctx context.Context, tx *pg.Tx) error {
			tag, err := tx.Exec(ctx, begun, id)
			if err != nil || tag.RowsAffected() == 0 {
				return err // confirmed already
			}
			if _, err := tx.Exec(ctx, accepted, id); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, delivered, id); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, confirmed, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Queued lists the notices that wait to be sent, as far as a database's role sees them.
func Queued(t testing.TB, db *pg.DB) (ids []int64) {
	t.Helper()
	err := db.Read(t.Context(), pg.City("test"), func(ctx context.Context, tx *pg.Tx) error {
		return tx.QueryRow(ctx, `select coalesce(array_agg(id order by id), '{}') from notice where state = 'queued'`).Scan(&ids)
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

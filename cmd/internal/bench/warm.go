package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// warmed waits until a server that was just started has read back what its memory held before
// (pg_prewarm). B8 is of a server that is up, as a city's is all day: in the first minute after a
// start of five million people a search takes 20 to 100 ms. It says how long that was.
func warmed(ctx context.Context, cfg *Config, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	began := time.Now()
	for reads := true; reads; {
		if err := conn.QueryRow(ctx, `select exists (select from pg_stat_activity where backend_type = 'autoprewarm worker')`).Scan(&reads); err != nil {
			return fmt.Errorf("look whether the server reads its memory back: %w", err)
		}
		if reads && !pause(ctx, 200*time.Millisecond) {
			return ctx.Err()
		}
	}
	cfg.note("B8 what the server's memory held before was read back %.1f s after it was asked", time.Since(began).Seconds())
	return nil
}

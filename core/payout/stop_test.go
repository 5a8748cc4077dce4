package payout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"lianou/core/pg"
)

// Stop ends money as the casework does: by a change that two people decided, which the database
// wants to see (00662). How one comes to be is another package's to test.
func (h *house) Stop(ctx context.Context, tx *pg.Tx, s StopOrder) error {
	h.t.Helper()
	if s.Proposer != s.By {
		conn, err := pgx.Connect(ctx, h.env.Superuser())
		if err != nil {
			return err
		}
		defer conn.Close(context.WithoutCancel(ctx))
		const change = `insert into benefit_change (claim_id, case_id, region, kind, was, from_period, reason, state, proposer, proposed, approver, decided, appeal)
			select id, case_id, region, 'stop', 1, $2, $3, 'approved', $4, now(), $5, now(), '六十天内可申请行政复议' from claim where id = $1
			on conflict (claim_id) where state = 'approved' and kind = 'stop' do update set from_period = excluded.from_period, proposer = excluded.proposer, approver = excluded.approver`
		for _, sql := range []string{`set session_replication_role = replica`, change} {
			var args []any
			if sql == change {
				args = []any{s.Claim, s.From, s.Reason, s.Proposer, s.By}
			}
			if _, err := conn.Exec(ctx, sql, args...); err != nil {
				return err
			}
		}
	}
	return h.Payout.Stop(ctx, tx, s)
}

// agreed is the change of two people on which another sum stands (00665).
func (h *house) agreed(o ChangeOrder) error {
	conn, err := pgx.Connect(h.t.Context(), h.env.Superuser())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(h.t.Context()))
	if _, err := conn.Exec(h.t.Context(), `set session_replication_role = replica`); err != nil {
		return err
	}
	_, err = conn.Exec(h.t.Context(), `insert into benefit_change (claim_id, case_id, region, kind, was, amount, from_period, reason, state, proposer, proposed, approver, decided, appeal, decision)
		select claim_id, case_id, region, 'change', amount + 1, amount, $2, 'r', 'approved', 11, now(), 12, now(), appeal, id from decision where id = $1`, o.Decision, o.From)
	return err
}

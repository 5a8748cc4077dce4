package signed

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// The database computes the digests of what it stores as Go does, whatever stands in it: a decision
// whose signature is over other bytes is refused (00666, decision_unsigned), and none that is right.
//
// Controls: json_text without the line for `<`: `add a decision: … constraint decision_unsigned`;
// json_yuan that always has two decimals: the same of the change.
func TestTheDatabaseComputesTheSameDigest(t *testing.T) {
	t.Parallel()
	w := decided(t)
	w.super(`insert into staff_account (id, login, name, roles, regions, password, made) overriding system value
		select n, 'n' || n, 'n', array['approver'], array['371426103'], '$argon2id$x', now() from generate_series(21, 22) n`)
	const odd = "<a href=\"x\">&'\\/\u2028\u2029\x01\x1f\b\f\n\r\t\x7f ½ 😀\ufeff%"
	d := casefile.Decision{Claim: 1, Case: 1, Item: "MZ-01", Outcome: casefile.Approved, HasAmount: true, Amount: 36005, Period: "month", Sample: true, Proposer: 21, Approver: 22,
		Reasons: []casefile.Reason{{Code: odd, Outcome: odd, Text: odd, Member: odd, Fact: odd, Value: odd, Limit: odd, Law: odd}, {}, {Text: "x", Law: "《" + odd + "》"}},
		Appeal:  "收到信起 60 天内,可以申请复议。" + odd, Evidence: casefile.Evidence{Visit: 7, Notice: 1 << 53, Facts: odd, Book: odd}, FactsVersion: 1, FactsDigest: "f", Book: "b"}
	change := casefile.Change{Claim: 1, Kind: casefile.ChangeAmount, Was: 36050, Amount: 36005, From: "202701", Reason: odd, Proposer: 21}
	w.in(func(ctx context.Context, tx *pg.Tx) error {
		d, err := w.cases.AddDecision(ctx, tx, d)
		if err != nil {
			return err
		}
		if change.ID, err = w.cases.ProposeChange(ctx, tx, change); err != nil {
			return err
		}
		if err := w.cases.ApproveChange(ctx, tx, change, 22, d.Appeal, d.ID); err != nil {
			return err
		}
		return told(ctx, tx, 1, d.ID, 0)
	})
	if r := w.run(w.keys.Platform.Sign); r.Broken != 0 {
		t.Errorf("by Go: %+v", r)
	}
	w.must(w.env.DB(pgtest.Platform).Read(t.Context(), pg.Regions(town), func(ctx context.Context, tx *pg.Tx) error {
		for _, at := range []string{"2026-12-01T03:04:05Z", "2026-12-01T03:04:05.1Z", "2026-12-01T03:04:05.000001Z", "2026-12-01T03:04:00.12Z", "2026-12-01T03:04:05.10101Z"} {
			when, err := time.Parse(time.RFC3339Nano, at)
			w.must(err)
			var got string
			if err := tx.QueryRow(ctx, `select json_time($1)`, when).Scan(&got); err != nil {
				return err
			}
			if want := `"` + when.UTC().Format(time.RFC3339Nano) + `"`; got != want {
				t.Errorf("a time is %s, want %s", got, want)
			}
		}
		for _, sum := range []core.Fen{0, 1, 10, 99, 100, 101, 110, 36000, 36050, core.MaxAmount, core.MaxAmount + 7} {
			want, err := json.Marshal(sum)
			w.must(err)
			var got string
			if err := tx.QueryRow(ctx, `select json_yuan($1)`, int64(sum)).Scan(&got); err != nil {
				return err
			}
			if got != string(want) {
				t.Errorf("%d fen is %s, want %s", int64(sum), got, want)
			}
		}
		return nil
	}))
}

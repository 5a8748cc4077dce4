package bench

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/registry"
	"lianou/core/seal"
)

// lay lays n claims that were approved in all townships, each with its
// decision and its money of this month: what was there before a run, so the guards do not look at it; they
// look at the run. A fifth is paid once, the rest by the month.
func (t *treasury) lay(ctx context.Context, n int) error {
	towns, err := townships()
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, t.house.admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const people = `insert into staff_account (login, name, roles, regions, password, made)
		select 'payer' || g, '压测', '{payer}', '{371400}', '$argon2id$none', now() from generate_series(1, 2) g returning id`
	rows, err := conn.Query(ctx, people)
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[core.StaffID])
	if err != nil {
		return err
	}
	t.maker, t.second = ids[0], ids[1]
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil {
		return err
	}
	const cases = `insert into casefile (region, application, receipt, channel, applicant, people, first_contact, opened, updated)
		select ($2::text[])[1 + g % cardinality($2::text[])], gen_random_uuid(), lpad(g::text, 10, '1'), 'app', '张' || g, 1, now(), now(), now() from generate_series(1, $1::int) g`
	if _, err := conn.Exec(ctx, cases, n, towns); err != nil {
		return err
	}
	var rest pgx.Batch
	rest.Queue(`insert into case_facts (case_id, region, version, at, facts, provenance, digest, cause)
		select id, region, 1, now(), '{}', '{}', repeat('a', 64), 'visit' from casefile`)
	rest.Queue(`insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, amount, period, state, proposal, proposer, reasons, created, updated)
		select id, region, case when id % 5 = 0 then 'MZ-03' else 'MZ-01' end, case when id % 5 = 0 then '临时救助' else '最低生活保障' end, '低保', '民政', 'township', 7, true,
			30000 + id % 40000, case when id % 5 = 0 then 'once' else 'month' end, 'paying', 'approve', 900, '["够"]', now(), now() from casefile`)
	rest.Queue(`insert into decision (claim_id, case_id, region, outcome, amount, period, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
		select id, case_id, region, 'approved', amount, period, true, 900 + id % 300, 1300 + id % 300, '["够"]', '六十日内可以申请行政复议', '{"version": 1}', 1, repeat('a', 64), 'bench', now(), repeat('b', 64) from claim`)
	if err := conn.SendBatch(ctx, &rest).Close(); err != nil {
		return err
	}
	if err := t.entitle(ctx, conn); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `vacuum analyze`)
	return err
}

// entitle lays the money of the decisions, each to its own card, sealed as the platform does.
func (t *treasury) entitle(ctx context.Context, conn *pgx.Conn) error {
	const q = `select c.id, c.case_id, c.region, d.id, c.item, c.name, c.period, c.amount from claim c join decision d on d.claim_id = c.id`
	rows, err := conn.Query(ctx, q)
	if err != nil {
		return err
	}
	period, now := time.Now().Format("200601"), time.Now()
	money, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) {
		var claim, of, decision, amount int64
		var region, item, name, per string
		if err := row.Scan(&claim, &of, &region, &decision, &item, &name, &per, &amount); err != nil {
			return nil, err
		}
		card, err := t.house.keys.Platform.Ring.Seal([]byte(cardOf(claim)), seal.At{Table: "payout_entitlement", Row: strconv.FormatInt(claim, 10), Column: "account"})
		return []any{region, of, claim, decision, strings.Repeat("b", 64), item, claim, item, name, period, per == "month", amount, true, "张三", card, cardOf(claim)[12:], now, now}, err
	})
	if err != nil {
		return err
	}
	columns := []string{"region", "case_id", "claim", "decision", "decision_digest", "scheme", "beneficiary", "item", "item_name", "period", "monthly", "amount", "sample", "holder", "account", "last4", "created", "updated"}
	if _, err := conn.CopyFrom(ctx, pgx.Identifier{"payout_entitlement"}, columns, pgx.CopyFromRows(money)); err != nil {
		return err
	}
	var rest pgx.Batch
	rest.Queue(`insert into payout_member (claim, case_id, region, scheme, member, period) select claim, case_id, region, scheme, 'p:' || beneficiary, period from payout_entitlement`)
	rest.Queue(`insert into payout_member (claim, case_id, region, scheme, member, period) select claim, case_id, region, scheme, 'p:' || beneficiary, '' from payout_entitlement where monthly`)
	rest.Queue(`with t as (insert into ledger_transaction (kind, ref, at) values ('entitle', 1, now()) returning id), s as (select sum(amount)::bigint as fen from payout_entitlement)
		insert into ledger_entry (transaction, account, amount) select t.id, a.account, s.fen * a.side from t, s, (values ('entitled', 1), ('owed', -1)) as a (account, side)`)
	return conn.SendBatch(ctx, &rest).Close()
}

// cardOf is a card of sixteen digits whose last is its check digit (GB/T 33190, Luhn).
func cardOf(n int64) string {
	digits := fmt.Sprintf("622848%09d", n)
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return digits + strconv.Itoa((10-sum%10)%10)
}

// copied is the yardstick: the lines of the run once more by COPY, into a table with the same columns,
// checks and indexes.
func (t *treasury) copied(ctx context.Context) (time.Duration, error) {
	conn, err := pgx.Connect(ctx, t.house.admin)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `create table bench_line (like payout_line including all)`); err != nil {
		return 0, err
	}
	var lines bytes.Buffer
	if _, err := conn.PgConn().CopyTo(ctx, &lines, `copy payout_line to stdout (format binary)`); err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = conn.PgConn().CopyFrom(ctx, &lines, `copy bench_line from stdin (format binary)`)
	return time.Since(began), err
}

// townships are the codes of the city's townships, without the sorting desks.
func townships() ([]string, error) {
	places, err := registry.EmbeddedRegions()
	if err != nil {
		return nil, err
	}
	var towns []string
	for _, code := range places.Expand(core.DezhouCity) {
		if len(code) == 9 && !strings.HasSuffix(string(code), "000") {
			towns = append(towns, string(code))
		}
	}
	return towns, nil
}

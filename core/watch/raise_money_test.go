package watch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"lianou/core"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/watch"
)

// The allowance at ninety and the rural standard, as the embedded Book has them.
const (
	ninety = "rows: [{value: 100, from: 2016-07-01, sample: true, source: \"样本\"}]\n  - name: oldage.hundred"
	rural  = `- {area: rural, value: 480, from: 2020-07-01, sample: true, source: "样本行 2020-07"}`
)

// ninetyFrom is the edit that pays another allowance at ninety from a day on.
func ninetyFrom(yuan int, from core.Date) string {
	return fmt.Sprintf("rows: [{value: 100, from: 2016-07-01, until: %[2]s, sample: true, source: \"样本\"}, {value: %[1]d, from: %[2]s, source: \"x\"}]\n  - name: oldage.hundred", yuan, from)
}

func ruralFrom(yuan int, from core.Date) string {
	return fmt.Sprintf("- {area: rural, value: 480, from: 2020-07-01, until: %[2]s, sample: true, source: x}\n      - {area: rural, value: %[1]d, from: %[2]s, sample: true, source: x}", yuan, from)
}

// money writes entitlements as a superuser: no case stands behind them, for this is not
// about how money comes to be.
type money struct {
	t     *testing.T
	conn  *pgx.Conn
	today core.Date
	claim int
}

func (h *house) money(t *testing.T) *money {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.env.Superuser())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	m := &money{t: t, conn: conn}
	m.exec(`set session_replication_role = replica`)
	h.city(t, func(_ context.Context, tx *pg.Tx) error { m.today = tx.Today(); return nil })
	return m
}

func (m *money) exec(sql string, args ...any) {
	m.t.Helper()
	if _, err := m.conn.Exec(m.t.Context(), sql, args...); err != nil {
		m.t.Fatal(err)
	}
}

// back is the first day of the month some months ago.
func (m *money) back(months int) core.Date {
	return payout.PeriodOf(m.today).Start().AddDate(0, -months, 0)
}

// month entitles people of a new claim to some yuan for a month some months ago; the first
// of them applied, in a township of its own.
func (m *money) month(item core.ItemCode, months, yuan int, monthly bool, people ...core.PersonID) (claim int) {
	m.t.Helper()
	m.claim++
	m.exec(`insert into payout_entitlement (region, case_id, claim, decision, decision_digest, scheme, beneficiary, item, item_name, period, monthly, amount, sample, holder, account, last4, created, updated)
		values ('371402001', 1, $1, 1, repeat('a', 64), $2, $3, $2, $2, $4, $5, $6, false, 'x', 'x', '1234', now(), now())`,
		m.claim, string(item), int64(people[0]), string(payout.PeriodOf(m.back(months))), monthly, yuan*100)
	for _, p := range people {
		m.exec(`insert into payout_member (claim, case_id, region, scheme, member, period) select $1::bigint, 1, '371402001', $2 || ($1::bigint)::text, k, $3 from unnest($4::text[]) k`,
			m.claim, string(item), string(payout.PeriodOf(m.back(months))), []string{string(payout.PersonKey(p)), fmt.Sprintf("n:%016x", int64(p))})
	}
	return m.claim
}

// old makes the two first members of some households ninety years old, of here.
func (h *house) old(t *testing.T, m *money, n int) (homes []core.HouseholdID, people [][]core.PersonID) {
	t.Helper()
	rows, err := m.conn.Query(t.Context(), `select household, (array_agg(person order by person))[1:2] from membership where until is null
		group by household having count(*) >= 2 order by household limit $1`, n)
	if err != nil {
		t.Fatal(err)
	}
	var home core.HouseholdID
	var two []core.PersonID
	if _, err := pgx.ForEachRow(rows, []any{&home, &two}, func() error {
		homes, people = append(homes, home), append(people, slices.Clone(two))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, id := range homes {
		m.exec(`update person set birth = '1931-01-01' where id = any ($1)`, people[i])
		h.learn(t, id, `{"hukou":"local","area":"rural"}`)
	}
	return homes, people
}

// raised gives the open leads of back-pay: months, yuan each and in all, for a household.
func (h *house) raised(t *testing.T) map[core.HouseholdID]string {
	t.Helper()
	out := map[core.HouseholdID]string{}
	h.city(t, func(ctx context.Context, tx *pg.Tx) error {
		list, err := h.watch.Leads(ctx, tx, h.towns, watch.LeadsPage{N: 500})
		for _, l := range list {
			for _, r := range l.Raised {
				out[l.Household] += fmt.Sprintf("%d: %d×%d=%d;", r.No, r.Months, r.Each/100, r.Sum/100)
			}
			if (l.Kind == watch.LeadRaised) != (len(l.Raised) > 0) {
				t.Errorf("a lead %s with %v", l.Kind, l.Raised)
			}
		}
		return err
	})
	return out
}

package app

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"testing"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/mandate"
	"lianou/core/pg"
	"lianou/core/pg/pgtest"
)

// ending is one right by which two things were filed, in two towns.
type ending struct {
	d                      *door
	s                      *httptest.Server
	person, helper, nobody string // tokens
	grant, filed           int64
	account                string
	receipt                core.Receipt
}

func newEnding(t *testing.T) ending {
	t.Helper()
	d := helping(t)
	e := ending{d: d, s: d.serve(t)}
	person, helper, nobody := d.as(t, channeltest.Phone), d.as(t, "13905349999"), d.as(t, "13905347777")
	e.person, e.helper, e.nobody, e.account = person.Token, helper.Token, nobody.Token, person.Citizen.ID
	e.grant = helps(t, e.s, e.person, e.helper, "李秀英")
	f := filing{account: helper.Citizen.ID, name: "张桂兰", number: channeltest.ID, as: core.CapacityEntrusted}
	e.receipt = d.file(t, f)
	f.town = "371426103"
	d.file(t, f)
	e.filed = int64(d.count(t, `select min(id) from mandate where granted is not null`))
	return e
}

// Whoever ends one part of it, ends all of it, and each that ended is an entry that names
// it, by who ended it; who did not is told by a job of the same transaction.
//
// Controls seen red: mandate_end_with that leaves the mandates standing (the deferred trigger refuses
// the commit); Revoke without endGrant's Write ("ended without an entry"). Named: ended without tell ("not told").
func TestEachEndIsWrittenDownAndTold(t *testing.T) {
	t.Parallel()
	officers := func(t *testing.T, e ending) {
		must(t, e.d.db.DB(pgtest.Platform).Tx(t.Context(), pg.Regions(channeltest.Town), func(ctx context.Context, tx *pg.Tx) error {
			log := audit.New(e.d.house.Keys.Platform.Ring)
			store := mandate.NewStore(log).Keyed(e.d.house.Keys.Platform.Shared, e.d.queue)
			of := core.CaseID(e.d.count(t, `select case_id from mandate where id = `+strconv.FormatInt(e.filed, 10)))
			m, rest, err := store.End(ctx, tx, of, e.filed)
			if err != nil {
				return err
			}
			rest = append(rest, audit.Entry{Act: "mandate.ended", Case: of, Region: channeltest.Town, Subject: fmt.Sprintf("mandate:%d", m.ID)})
			for i := range rest {
				rest[i].Actor = audit.Actor{Kind: "staff", ID: "7"}
			}
			return log.Write(ctx, tx, rest...)
		}))
	}
	for name, c := range map[string]struct {
		end  func(t *testing.T, e ending)
		by   string
		told string
	}{
		"the person, in the list": {func(t *testing.T, e ending) { want(t, endHelper(t, e.s, e.person, e.grant), 204) }, "principal", "agent"},
		"the helper, in the list": {func(t *testing.T, e ending) { want(t, endHelper(t, e.s, e.helper, e.grant), 204) }, "agent", "principal"},
		"the helper, one that was filed": {func(t *testing.T, e ending) {
			status, _ := call(t, e.s, "POST", "/mandates/end", e.helper, fmt.Sprintf(`{"id":%d}`, e.filed))
			want(t, status, 204)
		}, "agent", "principal"},
		"somebody with receipt and number": {func(t *testing.T, e ending) {
			status, _ := call(t, e.s, "POST", "/mandates/end", e.nobody, fmt.Sprintf(`{"id":%d,"pair":{"receipt":"%s","last4":"%s"}}`, e.filed, e.receipt, channeltest.ID[14:]))
			want(t, status, 204)
		}, "principal", "agent"},
		"the person, gone to another account": {func(t *testing.T, e ending) { must(t, e.d.env.Helpers.EndGiven(t.Context(), e.account)) }, "principal", "agent"},
		"an officer of one town":              {officers, "staff", "agent,principal"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := newEnding(t)
			c.end(t, e)
			for what, sql := range map[string]string{
				"still standing":          `select (select count(*) from mandate where granted is not null and revoked is null) + (select count(*) from mandate_grant where revoked is null)`,
				"ended without an entry":  `select count(*) from mandate m where granted is not null and not exists (select from audit_entry a where a.subject = 'mandate:' || m.id and a.act in ('mandate.revoked', 'mandate.ended'))`,
				"rights without an entry": `select count(*) from mandate_grant g where not exists (select from audit_entry a where a.subject = 'grant:' || g.id and a.act in ('mandate.revoked', 'mandate.ended'))`,
				"ended by somebody else":  `select (select count(*) from mandate where revoked_by <> '` + c.by + `') + (select count(*) from mandate_grant where revoked_by <> '` + c.by + `')`,
				"written down twice":      `select count(*) - count(distinct subject) from audit_entry where act in ('mandate.revoked', 'mandate.ended')`,
			} {
				if n := e.d.count(t, sql); n != 0 {
					t.Errorf("%d %s", n, what)
				}
			}
			const jobs = `select coalesce(string_agg(distinct args->>'to', ',' order by args->>'to'), '') = '%s' and count(*) %% 2 = 0 from jobs_gateway.river_job where kind = 'helper_tell' and args->>'what' = 'ended'`
			if n := e.d.count(t, `select (`+fmt.Sprintf(jobs, c.told)+`)::int`); n != 1 {
				t.Errorf("not told: %s", c.told)
			}
		})
	}
}

func want(t *testing.T, got, wanted int) {
	t.Helper()
	if got != wanted {
		t.Fatalf("answered %d, want %d", got, wanted)
	}
}

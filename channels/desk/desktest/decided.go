package desktest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/pg"
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/routing"
	"lianou/core/seal"
	"lianou/core/workflow"
)

// The application of Decided: its number, and the last four of who it is for.
const (
	DecidedReceipt = "7319052645"
	DecidedLast4   = "0028"
)

// Decided is a desk with one case in which 临时救助 was refused by two people who are not
// there any more, and the parts that act on it.
func Decided(t testing.TB) (*Desk, *casefile.Store, *workflow.Flow) {
	t.Helper()
	d := New(t)
	cases, err := casefile.New(casefile.Config{Ring: d.Keys.Platform.Ring, Shared: d.Keys.Platform.Shared, Audit: d.Audit, Sign: d.Keys.Platform.Sign})
	must(t, err)
	id, err := core.ParseID("371424196303150028", core.DateOf(time.Now()))
	must(t, err)
	app := core.Application{ID: "018f0000-0000-7000-8000-000000000001", Receipt: DecidedReceipt, Channel: "app", At: time.Now(),
		Applicant: core.Applicant{Ref: "m1", Name: "周桂兰", ID: id}, Contact: core.Contact{Name: "周桂兰", Capacity: core.CapacitySelf, CitizenID: "citizen-1"},
		People:    []core.NamedMember{{Ref: "m1", Name: "周桂兰", ID: id}},
		Household: core.Household{Members: []core.Member{{Ref: "m1", Relation: "applicant"}}}}
	scope := pg.Regions(channeltest.Town)
	must(t, d.DB.Tx(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error {
		_, err := cases.Open(ctx, tx, casefile.NewCase{Application: app, Region: channeltest.Town, Village: channeltest.Town + "001", Town: "王庙镇", VillageName: "东街村"})
		return err
	}))
	root, err := pgx.Connect(t.Context(), d.Env.Superuser())
	must(t, err)
	defer root.Close(context.Background())
	_, err = root.Exec(t.Context(), `begin; set local session_replication_role = replica;
		update casefile set routed = now(), state = 'visiting', accepted = now(), officer = 99999;
		insert into claim (case_id, region, item, name, everyday, department, decides, notice_days, cash, sample, proposer, proposal, reasons, state, agreed_by, created, updated)
			select id, region, 'MZ-02', '临时救助', '临时救助', '民政', 'township', 0, true, true, 99999, 'refuse', '[{"outcome": "stated", "text": "没有票据"}]', 'refused', 99999, now(), now() from casefile;
		insert into decision (claim_id, case_id, region, outcome, sample, proposer, approver, reasons, appeal, evidence, facts_version, facts_digest, book, at, digest)
			select id, case_id, region, 'refused', true, 99999, 99998, '[{"outcome": "stated", "text": "没有票据"}]', '六十天内可申请行政复议', '{"visit": 1}', 1, 'f', 'b', now(), repeat('a', 64) from claim;
		commit`)
	must(t, err)
	must(t, d.DB.Tx(t.Context(), scope, func(ctx context.Context, tx *pg.Tx) error { return cases.PublishStatus(ctx, tx, 1) }))
	return d, cases, d.flow(t, cases)
}

// flow makes the acts on cases; what they do not touch here is there and empty.
func (d *Desk) flow(t testing.TB, cases *casefile.Store) *workflow.Flow {
	t.Helper()
	books, err := policy.Embedded()
	must(t, err)
	router, err := routing.New(routing.Config{Regions: d.Regions, Staff: d.Staff, Cases: cases, Calendar: books.Calendar})
	must(t, err)
	outbox, err := notify.NewOutbox(d.Keys.Platform.Gateway)
	must(t, err)
	people, err := registry.New(registry.Config{Ring: d.Keys.Platform.Ring, Log: d.Audit, Regions: d.Regions})
	must(t, err)
	flow, err := workflow.New(workflow.Deps{DB: d.DB, Audit: d.Audit, Cases: cases, Staff: d.Staff, Bell: d.Bell, Log: slog.New(slog.DiscardHandler), Opener: &seal.Opener{},
		Registry: people, Changes: &change.Changes{}, Realname: &realname.Checker{}, Routing: router, Payout: &payout.Payout{}, Outbox: outbox.Keyed(notify.NewKeys(d.Keys.Platform.Shared)), Books: books})
	must(t, err)
	return flow
}

// HungNotice is SQL by which the claim of Decided is of an item whose notice hangs, under the
// number 1, and was proposed by somebody who is not there.
const HungNotice = `update claim set state = 'noticed', item = 'MZ-01', name = '最低生活保障', everyday = '低保', notice_days = 7, proposal = 'approve', amount = 36000, period = 'month';
	delete from decision;
	insert into public_notice (claim_id, case_id, region, item_name, from_day, until_day, place, name, people, amount, period, sample, proposer)
		select id, case_id, region, name, (now() at time zone 'Asia/Shanghai')::date, (now() at time zone 'Asia/Shanghai')::date + 7, '王庙镇东街村', '周某某', 1, 36000, 'month', true, 99999 from claim`

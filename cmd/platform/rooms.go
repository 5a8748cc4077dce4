package main

import (
	"context"
	"encoding/json"
	"time"

	"lianou/channels"
	"lianou/channels/desk"
	"lianou/channels/desk/agent"
	"lianou/channels/desk/audit"
	"lianou/channels/desk/book"
	"lianou/channels/desk/budget"
	"lianou/channels/desk/city"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/county"
	"lianou/channels/desk/export"
	"lianou/channels/desk/own"
	"lianou/channels/desk/people"
	"lianou/channels/desk/quota"
	"lianou/channels/desk/ranking"
	"lianou/channels/desk/recheck"
	"lianou/channels/desk/sampled"
	"lianou/channels/desk/township"
	"lianou/channels/desk/twins"
	"lianou/channels/look"
	"lianou/cmd/internal/boot"
	"lianou/core"
	exported "lianou/core/export"
	"lianou/core/trail"
)

// roomParts mounts the rooms of the staff desk under /desk/ and the desk's doors of
// intake under /c/.
func roomParts(h *house) ([]boot.Part, error) {
	shell, err := desk.New(desk.Config{Secure: boot.TLS(h.cfg.DeskURL)}, desk.Deps{DB: h.stores.DB, Staff: h.staff, Sessions: h.sessions, Bell: h.stores.Bell, Blobs: h.blobs,
		Audit: h.audit, Regions: h.regions, Library: h.books, Drafts: h.drafts, Log: h.log.With(boot.KeyComponent, "desk")})
	if err != nil {
		return nil, err
	}
	calls := agent.New(agent.Deps{Desk: shell, Flow: h.flow, Calls: h.calls, Registry: h.registry, Regions: h.regions, Staff: h.staff, DB: h.stores.DB, Cases: h.cases, Audit: h.audit, Bell: h.stores.Bell, Opener: h.keys.Opener, Chats: h.chats, Begun: h.begun, Sampled: h.sampled})
	window := counter.New(counter.Deps{Desk: shell, DB: h.stores.DB, Blobs: h.blobs, Audit: h.audit, Cases: h.cases, Flow: h.flow, Calls: h.calls, Bell: h.stores.Bell, Regions: h.regions})
	town := township.New(township.Deps{Desk: shell, DB: h.stores.DB, Cases: h.cases, Flow: h.flow, Staff: h.staff, Blobs: h.blobs, Audit: h.audit, Regions: h.regions, Book: h.books, Chats: h.chats, Recheck: h.recheck, Sampled: h.sampled})
	money := county.New(county.Deps{DB: h.stores.DB, Cases: h.cases, Flow: h.flow, Payout: h.payout, Audit: h.audit, Staff: h.staff, Regions: h.regions})
	lines := budget.New(budget.Deps{DB: h.stores.DB, Budgets: h.payout.Budgets, Staff: h.staff, Regions: h.regions, Books: h.books})
	whole := city.New(city.Deps{DB: h.stores.DB, Cases: h.cases, Flow: h.flow, Staff: h.staff, Audit: h.audit, Regions: h.regions, Sampled: h.sampled})
	register := people.New(people.Deps{Desk: shell, DB: h.stores.DB, Registry: h.registry, Changes: h.changes, Life: h.life, Twins: h.twins, Regions: h.regions, Staff: h.staff, Cases: h.cases, Audit: h.audit, Bell: h.stores.Bell, Book: h.books})
	order := ranking.New(ranking.Deps{DB: h.stores.DB, Watch: h.watch, Registry: h.registry, Staff: h.staff, Books: h.books, Audit: h.audit, Bell: h.stores.Bell})
	scarce := quota.New(quota.Deps{DB: h.stores.DB, Quota: h.quota, Registry: h.registry, Staff: h.staff, Audit: h.audit})
	again := recheck.New(recheck.Deps{DB: h.stores.DB, Recheck: h.recheck, Cases: h.cases, Staff: h.staff, Audit: h.audit, Regions: h.regions})
	arrived := sampled.New(sampled.Deps{DB: h.stores.DB, Sampled: h.sampled, Cases: h.cases, Staff: h.staff, Audit: h.audit, Bell: h.stores.Bell, Regions: h.regions})
	rules := book.New(book.Deps{DB: h.stores.DB, Rules: h.rules, Staff: h.staff, Regions: h.regions, Simulate: h.simulate, Watch: h.watch, Jobs: h.own, Registry: h.registry, Audit: h.audit, Bell: h.stores.Bell})
	double := twins.New(twins.Deps{DB: h.stores.DB, Twins: h.twins, Staff: h.staff, Audit: h.audit, Regions: h.regions})
	mine := own.New(own.Deps{DB: h.stores.DB, Staff: h.staff, Cases: h.cases, Flow: h.flow, Audit: h.audit})
	walker, err := trail.New(trail.Deps{DB: h.stores.DB, Cases: h.cases, Staff: h.staff, Audit: h.audit, Blobs: h.blobs})
	if err != nil {
		return nil, err
	}
	traced := audit.New(audit.Deps{Trail: walker})
	files, err := exported.New(exported.Deps{DB: h.stores.DB, Ring: h.keys.Ring, Audit: h.audit})
	if err != nil {
		return nil, err
	}
	leaves := export.New(export.Deps{DB: h.stores.DB, Exports: files, Cases: h.cases, Payout: h.payout, Trail: walker, Staff: h.staff})
	handler, err := shell.Handler(calls, window, town, money, lines, whole, traced, order, scarce, again, arrived, rules, double, register, leaves, mine)
	if err != nil {
		return nil, err
	}
	host, err := channels.Open(channels.Config{Metrics: h.metrics, Allow: h.allow, Audit: h.refused}, channels.Catalogue{
		"agent":   channels.Make(calls.Channel),
		"counter": channels.Make(window.Channel),
	}, map[core.ChannelName]json.RawMessage{"agent": json.RawMessage(`{}`), "counter": json.RawMessage(`{}`)},
		channels.Env{Intake: h.intake, Log: h.log, Now: time.Now, Blobs: h.blobs, Calls: h.calls, Regions: h.regions, Book: h.books})
	if err != nil {
		return nil, err
	}
	h.mux.Handle("/desk/", handler)
	h.mux.Handle("/c/", shell.Guard(host.Handler()))
	h.mux.Handle("GET /{$}", desk.Front())
	h.mux.HandleFunc("GET "+look.IconPath, look.Icon)
	h.mux.Handle("/", channels.Lost("/desk/", "去工作台"))
	return []boot.Part{boot.Background("desk", shell.Run), boot.Background("doors", func(ctx context.Context) error { return host.Run(ctx) })}, nil
}

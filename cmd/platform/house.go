package main

import (
	"context"
	"path/filepath"

	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/insight"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/payout"
	"lianou/core/policy"
	"lianou/core/quota"
	"lianou/core/realname"
	"lianou/core/recheck"
	"lianou/core/registry"
	"lianou/core/registry/change"
	"lianou/core/registry/twins"
	"lianou/core/routing"
	"lianou/core/rulebook"
	"lianou/core/sampled"
	"lianou/core/seal"
	"lianou/core/simulate"
	"lianou/core/staff"
	"lianou/core/watch"
	"lianou/core/workflow"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
	"lianou/intake/drafts"
	"lianou/intake/records"
	"lianou/intake/talks"
)

// house is everything the back office is made of. Workers and rooms share it.
type house struct {
	wiring
	keys     *seal.PlatformKeys
	audit    *audit.Log
	blobs    *blob.Store
	books    *rulebook.Shelf
	rules    *rulebook.Store
	simulate *simulate.Simulator
	regions  *registry.Regions
	registry *registry.Registry
	life     *registry.Life
	staff    *staff.Staff
	sessions *staff.Sessions
	cases    *casefile.Store
	payout   *payout.Payout
	flow     *workflow.Flow
	watch    *watch.Watch
	quota    *quota.Quota
	recheck  *recheck.Recheck
	sampled  *sampled.Sampled
	calls    *calls.Log
	drafts   *drafts.Store
	chats    *talks.Desk
	begun    *begun.Desk
	records  *records.Clerk
	twins    *twins.Twins
	changes  *change.Changes
	speech   *calls.Transcriber
	voices   *talks.Listener
	intake   *intake.Intake
	own      *jobs.Inserter // the platform's queue; the one of this process
	edge     *jobs.Inserter // the gateway's queue; the same
}

// build makes the house from the ground up: keys, records, people, cases, money,
// and the flow over them.
func build(ctx context.Context, w wiring) (*house, error) {
	h := &house{wiring: w}
	var err error
	if h.own, err = jobs.NewInserter(jobs.Platform); err != nil {
		return nil, err
	}
	if h.edge, err = jobs.NewInserter(jobs.Gateway); err != nil {
		return nil, err
	}
	for _, floor := range []func(context.Context) error{h.ground, h.people, h.casework, h.doors} {
		if err := floor(ctx); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *house) ground(ctx context.Context) (err error) {
	if h.keys, err = seal.LoadPlatform(boot.KeyPath(h.cfg, seal.PlatformFile)); err != nil {
		return err
	}
	h.audit = audit.New(h.keys.Ring)
	at, err := boot.BlobURL(h.cfg)
	if err != nil {
		return err
	}
	h.blobs, err = blob.Open(blob.Config{URL: at, To: h.keys.Self, Opener: h.keys.Opener})
	if err != nil {
		return err
	}
	if err := h.rulebook(ctx); err != nil {
		return err
	}
	h.regions, err = registry.PlacesOf(ctx, h.stores.DB)
	return err
}

// rulebook opens the rules that were published. A city that has published none begins with
// those that ship with the program.
func (h *house) rulebook(ctx context.Context) (err error) {
	if h.rules, err = rulebook.New(rulebook.Deps{DB: h.stores.DB, Audit: h.audit, Bell: h.stores.Bell, Sensed: insight.Store{}.HasSensed}); err != nil {
		return err
	}
	shipped, err := policy.Shipped()
	if err != nil {
		return err
	}
	set, err := rulebook.ReadSources(shipped)
	if err != nil {
		return err
	}
	if err := h.rules.Found(ctx, set); err != nil {
		return err
	}
	h.books, err = rulebook.OpenShelf(ctx, rulebook.ShelfConfig{DB: h.stores.DB, Bell: h.stores.Bell, Log: h.log.With(boot.KeyComponent, "rulebook")})
	return err
}

func (h *house) people(ctx context.Context) (err error) {
	h.registry, err = registry.New(registry.Config{Ring: h.keys.Ring, Log: h.audit, Regions: h.regions})
	if err != nil {
		return err
	}
	clock, err := h.stores.DB.ReadClock(ctx)
	if err != nil {
		return err
	}
	h.staff, err = staff.New(ctx, staff.Config{DB: h.stores.DB, Log: h.audit, Expand: routing.Reach(h.regions), Ring: h.keys.Ring, Demand: boot.DemandsSecond(h.cfg, clock.Demo)})
	if err != nil {
		return err
	}
	h.sessions, err = staff.NewSessions(staff.SessionConfig{Staff: h.staff, Secure: boot.TLS(h.cfg.DeskURL)})
	return err
}

func (h *house) casework(context.Context) (err error) {
	h.cases, err = casefile.New(casefile.Config{Ring: h.keys.Ring, Shared: h.keys.Shared, Audit: h.audit, Sign: h.keys.Sign})
	if err != nil {
		return err
	}
	if err := h.money(); err != nil {
		return err
	}
	check, err := h.realname()
	if err != nil {
		return err
	}
	router, err := routing.New(routing.Config{Regions: h.regions, Staff: h.staff, Cases: h.cases, Calendar: h.books.Calendar})
	if err != nil {
		return err
	}
	outbox, err := notify.NewOutbox(h.keys.Gateway)
	if err != nil {
		return err
	}
	outbox = outbox.Through(h.edge).Keyed(notify.NewKeys(h.keys.Shared))
	if h.changes, err = change.New(change.Deps{Registry: h.registry, Ring: h.keys.Ring, Log: h.audit}); err != nil {
		return err
	}
	h.flow, err = workflow.New(workflow.Deps{DB: h.stores.DB, Opener: h.keys.Opener, Audit: h.audit, Cases: h.cases, Registry: h.registry, Changes: h.changes,
		Staff: h.staff, Realname: check, Routing: router, Payout: h.payout, Outbox: outbox, Books: h.books, Bell: h.stores.Bell,
		Log: h.log.With(boot.KeyComponent, "workflow"), Jobs: h.own, Edge: h.edge})
	if err != nil {
		return err
	}
	h.watch, err = watch.New(watch.Deps{DB: h.stores.DB, Registry: h.registry, Books: h.books, Audit: h.audit, Ring: h.keys.Ring})
	if err != nil {
		return err
	}
	h.simulate, err = simulate.New(simulate.Deps{DB: h.stores.DB, Registry: h.registry, Rules: h.rules, Audit: h.audit, Jobs: h.own})
	if err != nil {
		return err
	}
	if h.recheck, err = recheck.New(recheck.Deps{DB: h.stores.DB, Cases: h.cases, Staff: h.staff, Audit: h.audit, Ring: h.keys.Ring, Regions: h.registry.Regions()}); err != nil {
		return err
	}
	h.sampled, err = sampled.New(sampled.Deps{DB: h.stores.DB, Cases: h.cases, Staff: h.staff, Audit: h.audit, Ring: h.keys.Ring, Regions: h.registry.Regions(),
		Calendar: func() sampled.Calendar { return h.books.Calendar() }})
	if err != nil {
		return err
	}
	h.quota, err = quota.New(quota.Deps{DB: h.stores.DB, Registry: h.registry, Cases: h.cases, Books: h.books, Audit: h.audit, Outbox: outbox, Ring: h.keys.Ring})
	return err
}

// money connects the bank. Without one, batches are made and wait.
func (h *house) money() error {
	payer, err := core.ParseBankAccount(h.cfg.Bank.Account)
	if err != nil {
		return err
	}
	rail, err := h.rail()
	if err != nil {
		return err
	}
	h.payout, err = payout.New(payout.Config{Payer: payer}, payout.Deps{DB: h.stores.DB, Ring: h.keys.Ring, Audit: h.audit, Log: h.log, Rail: rail, Jobs: h.own,
		Apart:    func(day core.Date) ([]payout.Apart, error) { return apart(h.books, day) },
		Calendar: func() payout.Calendar { return h.books.Calendar() }})
	return err
}

// rail is the way to the bank; nil without one.
func (h *house) rail() (payout.Rail, error) {
	switch b := h.cfg.Bank; boot.BankRail(h.cfg) {
	case boot.RailFolder:
		return payout.NewFolder(payout.FolderConfig{Send: b.SendDir, Take: b.TakeDir})
	case boot.RailHTTP:
		return payout.NewBank(payout.BankConfig{URL: b.BaseURL, User: b.User, Password: b.Password.Reveal()})
	}
	return nil, nil
}

// realname asks the register first and, where one is configured, the outside
// verifier after it.
func (h *house) realname() (*realname.Checker, error) {
	var outside *realname.Tencent
	if id := h.cfg.Identity; id.SecretID != "" {
		var err error
		outside, err = realname.NewTencent(realname.TencentConfig{BaseURL: id.APIBase, SecretID: id.SecretID, SecretKey: id.SecretKey.Reveal()})
		if err != nil {
			return nil, err
		}
	}
	return realname.New(h.registry, outside)
}

// doors is what the desk's channels need: intake on the platform's own role, and
// the record of calls.
func (h *house) doors(ctx context.Context) (err error) {
	h.calls, err = calls.New(calls.Deps{DB: h.stores.DB, Bell: h.stores.Bell, Audit: h.audit, Platform: h.keys.Self, Opener: h.keys.Opener, Share: h.cfg.Quality})
	if err != nil {
		return err
	}
	h.chats, err = talks.NewDesk(talks.DeskDeps{DB: h.stores.DB, Opener: h.keys.Opener, Self: h.keys.Self, Gateway: h.keys.Gateway, Jobs: h.edge, Audit: h.audit, Bell: h.stores.Bell})
	if err != nil {
		return err
	}
	if h.begun, err = begun.NewDesk(begun.DeskDeps{DB: h.stores.DB, Gateway: h.keys.Gateway, Shared: h.keys.Shared, Calendar: h.books.Calendar, Audit: h.audit, Bell: h.stores.Bell}); err != nil {
		return err
	}
	if h.records, err = records.NewClerk(records.ClerkDeps{DB: h.stores.DB, Registry: h.registry, Opener: h.keys.Opener, Gateway: h.keys.Gateway}); err != nil {
		return err
	}
	if h.twins, err = twins.New(twins.Deps{DB: h.stores.DB, Registry: h.registry, Audit: h.audit, Jobs: h.own, Ring: h.keys.Ring}); err != nil {
		return err
	}
	if h.life, err = registry.NewLife(h.registry, h.own); err != nil {
		return err
	}
	if h.drafts, err = drafts.New(h.stores.DB, h.keys.Ring); err != nil {
		return err
	}
	if err := h.hear(); err != nil {
		return err
	}
	h.intake, err = intake.New(ctx, intake.Config{Dir: filepath.Join(h.cfg.DataDir, "platform-intake"), Metrics: h.metrics},
		intake.Deps{DB: h.stores.DB, Platform: h.keys.Self, Digest: h.keys.Shared, Regions: h.regions, Book: h.books, Blobs: h.blobs,
			Audit: h.audit, Jobs: h.own, Log: h.log})
	return err
}

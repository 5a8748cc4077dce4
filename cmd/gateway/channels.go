package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lianou/channels"
	"lianou/channels/app"
	"lianou/channels/sms"
	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/jobs"
	"lianou/core/notify"
	"lianou/core/policy"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/tc3"
	"lianou/intake"
	"lianou/intake/calls"
)

// wiring is what the gateway's parts are made from.
type wiring struct {
	cfg     *boot.Config
	stores  *boot.Stores
	log     *slog.Logger
	metrics *prometheus.Registry
	mux     *http.ServeMux
}

// catalogue is every door the gateway can open: one line each.
func catalogue() channels.Catalogue {
	return channels.Catalogue{
		"app": channels.Make(app.New),
	}
}

// edge is everything the public edge is made of.
type edge struct {
	wiring
	keys     *seal.GatewayKeys
	audit    *audit.Log
	blobs    *blob.Store
	books    *policy.Library
	regions  *registry.Regions
	citizens *citizen.Citizens
	cases    *casefile.Reader
	calls    *calls.Log
	intake   *intake.Intake
	text     *sms.Sender
}

// channelParts opens intake and the channels whose section is configured, mounts
// their endpoints under /c/<channel>/ and gives the parts that run, in the order
// they are to start.
func channelParts(ctx context.Context, w wiring) ([]boot.Part, error) {
	e := &edge{wiring: w}
	for _, floor := range []func(context.Context) error{e.ground, e.people, e.work} {
		if err := floor(ctx); err != nil {
			return nil, err
		}
	}
	host, err := channels.Open(channels.Config{Metrics: w.metrics, Allow: e.allow, Audit: e.refused}, catalogue(), e.sections(), e.env())
	if err != nil {
		return nil, err
	}
	w.mux.Handle("/c/", host.Handler())
	w.mux.Handle("GET /{$}", http.RedirectHandler("/c/app/", http.StatusSeeOther))
	telling, err := e.telling(host)
	if err != nil {
		return nil, err
	}
	parts := []boot.Part{{Name: "intake", Start: func(context.Context) error { return nil }, Stop: func(context.Context) error { return e.intake.Close() }}}
	return append(append(parts, telling...), boot.Background("channels", host.Run)), nil
}

func (e *edge) ground(context.Context) (err error) {
	if e.keys, err = seal.LoadGateway(boot.KeyPath(e.cfg, seal.GatewayFile)); err != nil {
		return err
	}
	e.audit = audit.NewTo(e.keys.Platform)
	at, err := boot.BlobURL(e.cfg)
	if err != nil {
		return err
	}
	if e.blobs, err = blob.Open(blob.Config{URL: at, To: e.keys.Platform}); err != nil {
		return err
	}
	if e.books, err = policy.Embedded(); err != nil {
		return err
	}
	e.regions, err = registry.EmbeddedRegions()
	return err
}

func (e *edge) people(context.Context) (err error) {
	e.citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: e.stores.DB, Ring: e.keys.Ring, Token: e.keys.Token, Audit: e.audit})
	if err != nil {
		return err
	}
	if e.cases, err = casefile.NewReader(e.stores.DB, e.keys.Shared); err != nil {
		return err
	}
	if e.cfg.SMS.SecretID == "" {
		return nil
	}
	e.text, err = sms.New(sms.Config{AppID: e.cfg.SMS.AppID, Sign: e.cfg.SMS.Sign, Notice: e.cfg.SMS.Template, CodeTmpl: e.cfg.SMS.CodeTmpl,
		API: tc3.Config{BaseURL: e.cfg.SMS.APIBase, SecretID: e.cfg.SMS.SecretID, SecretKey: e.cfg.SMS.SecretKey.Reveal()}})
	return err
}

func (e *edge) work(ctx context.Context) error {
	own, err := jobs.NewInserter(jobs.Gateway)
	if err != nil {
		return err
	}
	platform, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		return err
	}
	e.calls, err = calls.New(calls.Deps{DB: e.stores.DB, Bell: e.stores.Bell, Audit: e.audit, Ring: e.keys.Ring, Platform: e.keys.Platform, Blind: e.keys.Shared, Jobs: own})
	if err != nil {
		return err
	}
	e.intake, err = intake.New(ctx, intake.Config{Dir: filepath.Join(e.cfg.DataDir, "gateway-intake"), Metrics: e.metrics},
		intake.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Digest: e.keys.Shared, Regions: e.regions, Book: e.books, Blobs: e.blobs,
			Audit: e.audit, Jobs: platform, Log: e.log})
	return err
}

func (e *edge) env() channels.Env {
	env := channels.Env{Intake: e.intake, Log: e.log, Now: time.Now, Client: &http.Client{Timeout: 20 * time.Second}, Blobs: e.blobs,
		Cases: e.cases, Calls: e.calls, Citizens: e.citizens, Shared: e.stores.Bell, Away: e.intake.Away, Regions: e.regions, Book: e.books}
	if e.text != nil {
		env.Text = e.text
	}
	return env
}

// sections turns the configuration into the section of each channel; a channel
// whose first setting is absent has none and is not running.
func (e *edge) sections() map[core.ChannelName]json.RawMessage {
	out := map[core.ChannelName]json.RawMessage{}
	put := func(name core.ChannelName, v any) {
		if b, err := json.Marshal(v); err == nil {
			out[name] = b
		}
	}
	if e.text != nil { // citizens log in by a code
		put("app", app.Config{Secure: false})
	}
	return out
}

// allow bounds the requests of one source. It asks Redis, or this process's own
// count while Redis is away; it never fails.
func (e *edge) allow(ctx context.Context, source string, perMinute int) bool {
	ok, _ := e.stores.Bell.Allow(ctx, source, bell.Rate{Count: perMinute, Per: time.Minute})
	return ok
}

// telling is the worker of notices with the ways it has, in the order they are
// tried: WeChat, then a text, then a person who calls.
func (e *edge) telling(host *channels.Host) ([]boot.Part, error) {
	var routes []notify.Route
	if ch, open := host.Channel("wechat"); open {
		if sender, can := ch.(notify.Sender); can {
			routes = append(routes, notify.Route{Channel: "wechat", Sender: sender, TellsOnAccept: true})
		}
	}
	if e.text != nil {
		routes = append(routes, notify.Route{Channel: sms.Name, Sender: e.text})
	}
	if len(routes) == 0 {
		return nil, nil
	}
	worker, err := notify.NewWorker(notify.Config{Routes: routes}, notify.Deps{DB: e.stores.DB, Opener: e.keys.Opener, Audit: e.audit, Log: e.log})
	if err != nil {
		return nil, err
	}
	list := jobs.NewWorkers()
	worker.Register(list)
	client, err := jobs.New(jobs.Config{DB: e.stores.DB, Schema: jobs.Gateway, Workers: list, Log: e.log.With(boot.KeyComponent, "jobs")})
	if err != nil {
		return nil, err
	}
	parts := []boot.Part{{Name: "jobs", Start: client.Start, Stop: client.Stop}}
	if e.text != nil {
		parts = append(parts, boot.Background("receipts", func(ctx context.Context) error {
			return e.text.Receipts(ctx, func(ctx context.Context, provider string, out notify.Outcome) error {
				return worker.Report(ctx, sms.Name, provider, out)
			})
		}))
	}
	return parts, nil
}

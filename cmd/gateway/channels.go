package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/silenceper/wechat/v2/util"

	"lianou/channels"
	"lianou/channels/app"
	"lianou/channels/hotline"
	"lianou/channels/hotline/phone"
	"lianou/channels/look"
	"lianou/channels/sms"
	"lianou/channels/wechat"
	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/audit"
	"lianou/core/bell"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/idcard"
	"lianou/core/jobs"
	"lianou/core/mandate"
	"lianou/core/notify"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/rulebook"
	"lianou/core/seal"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
	"lianou/intake/objections"
	"lianou/intake/papers"
	"lianou/intake/records"
	"lianou/intake/talks"
	"lianou/transcription"
)

// wiring is what the gateway's parts are made from.
type wiring struct {
	cfg     *boot.Config
	stores  *boot.Stores
	log     *slog.Logger
	metrics *prometheus.Registry
	mux     *http.ServeMux
}

// catalogue is every channel the gateway can open: one line each. The text channel
// is made before the others, because the app's log-in needs it.
func (e *edge) catalogue() channels.Catalogue {
	return channels.Catalogue{
		"app":     channels.Make(app.New),
		"hotline": channels.Make(hotline.New),
		"sms":     func(json.RawMessage, channels.Env) (channels.Channel, error) { return e.text, nil },
		"wechat":  channels.Make(wechat.New),
	}
}

// edge is everything the public edge is made of.
type edge struct {
	wiring
	keys     *seal.GatewayKeys
	audit    *audit.Log
	blobs    *blob.Store
	books    *rulebook.Shelf
	regions  *registry.Regions
	citizens *citizen.Citizens
	cases    *casefile.Reader
	calls    *calls.Log
	talks    *talks.Store
	papers   *papers.Store
	objects  *objections.Store
	begun    *begun.Store
	records  *records.Asker
	intake   *intake.Intake
	own      *jobs.Inserter // the gateway's queue; the one of this process
	platform *jobs.Inserter // the platform's queue; the same
	text     *sms.Channel
	identity *realname.Tencent // nil where no service is set
	worker   *notify.Worker    // nil while there is no way of telling
	hears    transcription.Streamer
	words    []transcription.Hotword // for it
	cards    idcard.Reader           // nil: this machine reads none
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
	phone.Hush()
	host, err := channels.Open(channels.Config{Metrics: w.metrics, Allow: e.allow, Audit: e.refused}, e.catalogue(), e.sections(), e.env())
	if err != nil {
		return nil, err
	}
	w.mux.Handle("/c/", host.Handler())
	w.mux.Handle("GET /{$}", http.RedirectHandler("/c/app/", http.StatusSeeOther))
	w.mux.HandleFunc("GET "+look.IconPath, look.Icon)
	w.mux.Handle("/", channels.Lost("/c/app/", "去求助"))
	telling, err := e.telling(host)
	if err != nil {
		return nil, err
	}
	parts := []boot.Part{{Name: "intake", Start: func(context.Context) error { return nil }, Stop: func(context.Context) error { return e.intake.Close() }},
		boot.Background("rules", e.books.Run)}
	return append(append(parts, telling...), boot.Background("channels", host.Run)), nil
}

func (e *edge) ground(ctx context.Context) (err error) {
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
	if e.books, err = rulebook.OpenShelf(ctx, rulebook.ShelfConfig{DB: e.stores.DB, Bell: e.stores.Bell, Log: e.log.With(boot.KeyComponent, "rulebook")}); err != nil {
		return err
	}
	if e.regions, err = registry.PlacesOf(ctx, e.stores.DB); err != nil {
		return err
	}
	e.reading()
	return e.listening()
}

// reading makes what reads ID cards on this machine. Without it people type: no reason
// not to start.
func (e *edge) reading() {
	if !slices.Contains(e.cfg.OCR.Readers, "tesseract") {
		return
	}
	cards, err := idcard.NewTesseract(time.Now)
	if err != nil {
		e.log.Warn("ID cards are not read on this machine", "error", err)
		return
	}
	e.cards = cards
}

// listening makes the engine of live captions, if there is one.
func (e *edge) listening() (err error) {
	if e.hears, err = boot.Streamer(e.cfg); err != nil || e.hears == nil {
		return err
	}
	book, err := e.books.On(core.DateOf(time.Now()))
	if err != nil {
		return err
	}
	e.words = boot.Hotwords(book, e.regions)
	return nil
}

func (e *edge) people(context.Context) (err error) {
	e.citizens, err = citizen.New(citizen.Config{}, citizen.Deps{DB: e.stores.DB, Ring: e.keys.Ring, Token: e.keys.Token, Audit: e.audit})
	if err != nil {
		return err
	}
	if e.cases, err = casefile.NewReader(e.stores.DB, e.keys.Shared, e.audit); err != nil {
		return err
	}
	return e.speak()
}

// speak makes the senders' clients: text messages, and the one HTTP client of the
// WeChat library, which keeps it in a variable of its own.
func (e *edge) speak() (err error) {
	if c := e.cfg.WeChat; c.AppID != "" {
		if util.DefaultHTTPClient, err = wechat.HTTPClient(c.APIBase); err != nil {
			return err
		}
	}
	if id := e.cfg.Identity; id.SecretID != "" {
		e.identity, err = realname.NewTencent(realname.TencentConfig{BaseURL: id.APIBase, SecretID: id.SecretID, SecretKey: id.SecretKey.Reveal()})
		if err != nil {
			return err
		}
	}
	c := e.cfg.SMS
	if c.SecretID == "" {
		return nil
	}
	env := channels.Env{Name: "sms", Log: e.log.With(boot.KeyComponent, "channels/sms"), Now: time.Now, Reported: e.reported}
	e.text, err = sms.New(sms.Config{BaseURL: c.APIBase, SecretID: c.SecretID, SecretKey: c.SecretKey.Reveal(), AppID: c.AppID, Sign: c.Sign,
		PollEvery: sms.Duration(2 * time.Second), Templates: map[wording.Kind]sms.Template{
			"":               {ID: c.Template, Params: []string{"words"}},
			wording.KindCode: {ID: c.CodeTmpl, Params: []string{"code", "minutes"}},
		}}, env)
	return err
}

// reported passes a delivery report on to the worker of notices.
func (e *edge) reported(ctx context.Context, way core.ChannelName, provider string, out notify.Outcome) error {
	if e.worker == nil {
		return nil
	}
	return e.worker.Report(ctx, way, provider, out)
}

func (e *edge) work(ctx context.Context) error {
	var err error
	if e.own, err = jobs.NewInserter(jobs.Gateway); err != nil {
		return err
	}
	if e.platform, err = jobs.NewInserter(jobs.Platform); err != nil {
		return err
	}
	e.calls, err = calls.New(calls.Deps{DB: e.stores.DB, Bell: e.stores.Bell, Audit: e.audit, Ring: e.keys.Ring, Platform: e.keys.Platform, Blind: e.keys.Shared, Jobs: e.own,
		Speech: e.platform})
	if err != nil {
		return err
	}
	if e.talks, err = talks.New(talks.Deps{DB: e.stores.DB, Ring: e.keys.Ring, Platform: e.keys.Platform, Opener: e.keys.Opener, Audit: e.audit, Bell: e.stores.Bell, Jobs: e.own, Speech: e.platform}); err != nil {
		return err
	}
	if e.papers, err = papers.New(papers.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Digest: e.keys.Shared, Blobs: e.blobs, Audit: e.audit, Jobs: e.platform}); err != nil {
		return err
	}
	if e.objects, err = objections.New(objections.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Shared: e.keys.Shared, Audit: e.audit, Jobs: e.platform}); err != nil {
		return err
	}
	if e.begun, err = begun.New(begun.Deps{DB: e.stores.DB, Opener: e.keys.Opener, Shared: e.keys.Shared, Audit: e.audit}); err != nil {
		return err
	}
	if e.records, err = records.NewAsker(records.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Opener: e.keys.Opener, Jobs: e.platform}); err != nil {
		return err
	}
	e.intake, err = intake.New(ctx, intake.Config{Dir: filepath.Join(e.cfg.DataDir, "gateway-intake"), PerDay: e.cfg.PerDay, Metrics: e.metrics},
		intake.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Digest: e.keys.Shared, Regions: e.regions, Book: e.books, Blobs: e.blobs,
			Audit: e.audit, Jobs: e.platform, Log: e.log})
	return err
}

func (e *edge) env() channels.Env {
	env := channels.Env{Intake: e.intake, Log: e.log, Now: time.Now, Client: &http.Client{Timeout: 20 * time.Second}, Blobs: e.blobs,
		Cases: e.cases, Kept: e.intake.Kept, Calls: e.calls, Talks: e.talks, Begun: e.begun, Records: e.records, Papers: e.papers, Objections: e.objects, Citizens: e.citizens, Shared: e.stores.Bell, Ring: e.keys.Ring, Metrics: e.metrics, Reported: e.reported, Callee: e.callee, Away: e.intake.Away, Regions: e.regions, Book: e.books,
		Hears: e.hears, Hotwords: e.words, Cards: e.cards,
		Mandates: mandate.NewReader(e.stores.DB, e.audit, e.own), Helpers: mandate.NewHelpers(e.stores.DB, e.keys.Shared, e.audit, e.own),
		Wishes: notify.NewWishes(e.stores.DB, notify.NewKeys(e.keys.Shared))}
	if e.text != nil {
		env.Text = e.text
	}
	if e.identity != nil {
		env.RealName = e.identity.Verify
	}
	return env
}

// allow bounds the requests of one source. It asks Redis, or this process's own
// count while Redis is away; it never fails.
func (e *edge) allow(ctx context.Context, source string, perMinute int) bool {
	ok, _ := e.stores.Bell.Allow(ctx, source, bell.Rate{Count: perMinute, Per: time.Minute})
	return ok
}

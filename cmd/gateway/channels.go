package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/silenceper/wechat/v2/util"

	"lianou/channels"
	"lianou/channels/app"
	"lianou/channels/hotline"
	"lianou/channels/hotline/journal"
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
	"lianou/core/policy"
	"lianou/core/realname"
	"lianou/core/registry"
	"lianou/core/seal"
	"lianou/core/wording"
	"lianou/intake"
	"lianou/intake/begun"
	"lianou/intake/calls"
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
	books    *policy.Library
	regions  *registry.Regions
	citizens *citizen.Citizens
	cases    *casefile.Reader
	calls    *calls.Log
	talks    *talks.Store
	papers   *papers.Store
	begun    *begun.Store
	records  *records.Asker
	intake   *intake.Intake
	own      *jobs.Inserter // the gateway's queue
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
	parts := []boot.Part{{Name: "intake", Start: func(context.Context) error { return nil }, Stop: func(context.Context) error { return e.intake.Close() }}}
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
	if e.books, err = policy.Embedded(); err != nil {
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
func (e *edge) reported(ctx context.Context, provider string, out notify.Outcome) error {
	if e.worker == nil {
		return nil
	}
	return e.worker.Report(ctx, "sms", provider, out)
}

func (e *edge) work(ctx context.Context) error {
	var err error
	if e.own, err = jobs.NewInserter(jobs.Gateway); err != nil {
		return err
	}
	platform, err := jobs.NewInserter(jobs.Platform)
	if err != nil {
		return err
	}
	e.calls, err = calls.New(calls.Deps{DB: e.stores.DB, Bell: e.stores.Bell, Audit: e.audit, Ring: e.keys.Ring, Platform: e.keys.Platform, Blind: e.keys.Shared, Jobs: e.own,
		Speech: platform})
	if err != nil {
		return err
	}
	if e.talks, err = talks.New(talks.Deps{DB: e.stores.DB, Ring: e.keys.Ring, Platform: e.keys.Platform, Opener: e.keys.Opener, Audit: e.audit, Bell: e.stores.Bell, Jobs: e.own, Speech: platform}); err != nil {
		return err
	}
	if e.papers, err = papers.New(papers.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Digest: e.keys.Shared, Blobs: e.blobs, Audit: e.audit, Jobs: platform}); err != nil {
		return err
	}
	if e.begun, err = begun.New(begun.Deps{DB: e.stores.DB, Opener: e.keys.Opener, Shared: e.keys.Shared, Audit: e.audit}); err != nil {
		return err
	}
	if e.records, err = records.NewAsker(records.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Opener: e.keys.Opener, Jobs: platform}); err != nil {
		return err
	}
	e.intake, err = intake.New(ctx, intake.Config{Dir: filepath.Join(e.cfg.DataDir, "gateway-intake"), PerDay: e.cfg.PerDay, Metrics: e.metrics},
		intake.Deps{DB: e.stores.DB, Platform: e.keys.Platform, Digest: e.keys.Shared, Regions: e.regions, Book: e.books, Blobs: e.blobs,
			Audit: e.audit, Jobs: platform, Log: e.log})
	return err
}

func (e *edge) env() channels.Env {
	env := channels.Env{Intake: e.intake, Log: e.log, Now: time.Now, Client: &http.Client{Timeout: 20 * time.Second}, Blobs: e.blobs,
		Cases: e.cases, Kept: e.intake.Kept, Calls: e.calls, Talks: e.talks, Begun: e.begun, Records: e.records, Papers: e.papers, Citizens: e.citizens, Shared: e.stores.Bell, Ring: e.keys.Ring, Metrics: e.metrics, Reported: e.reported, Callee: e.callee, Away: e.intake.Away, Regions: e.regions, Book: e.books,
		Hears: e.hears, Hotwords: e.words, Cards: e.cards,
		Mandates: mandate.NewReader(e.stores.DB, e.audit, e.own), Helpers: mandate.NewHelpers(e.stores.DB, e.keys.Shared, e.audit, e.own)}
	if e.text != nil {
		env.Text = e.text
	}
	if e.identity != nil {
		env.RealName = e.identity.Verify
	}
	return env
}

// sections turns the configuration into the section of each channel; a channel
// whose first setting is absent has none and is not running.
func (e *edge) sections() map[core.ChannelName]json.RawMessage {
	out := map[core.ChannelName]json.RawMessage{}
	put := func(name core.ChannelName, v any) {
		if b, err := json.Marshal(v); err == nil { // structs of plain fields always encode
			out[name] = b
		}
	}
	if e.text != nil { // citizens log in by a code
		put("app", app.Config{Secure: boot.TLS(e.cfg.PublicURL), PublicURL: e.cfg.PublicURL})
		put("sms", struct{}{})
	}
	if e.cfg.Hotline.Speaks() || e.cfg.SIP.On() {
		put("hotline", e.hotline())
	}
	if c := e.cfg.WeChat; c.AppID != "" {
		put("wechat", wechat.Config{AppID: c.AppID, AppSecret: c.Secret.Reveal(), APIBase: c.APIBase, Templates: subscribed(c),
			PushToken: c.PushToken.Reveal(), PushKey: c.PushKey.Reveal(), Spool: filepath.Join(e.cfg.DataDir, "gateway-push"),
			NoOCR: !slices.Contains(e.cfg.OCR.Readers, "wechat")})
	}
	return out
}

// hotline is every dialect that exchanges may speak, and the line of our own.
func (e *edge) hotline() hotline.Config {
	c := e.cfg.Hotline
	section := hotline.Config{TwilioToken: c.TwilioToken.Reveal(), PublicURL: e.cfg.PublicURL, RecordingSources: c.RecordingSources, Line: e.telephone(),
		FreeSwitch: hotline.FreeSwitch{Login: hotline.Login{User: c.FreeSwitchUser, Password: c.FreeSwitchPassword.Reveal()}, Folder: c.FreeSwitchFolder, FolderURL: c.FreeSwitchFolderURL},
		Jambonz: hotline.Jambonz{Login: hotline.Login{User: c.JambonzUser, Password: c.JambonzPassword.Reveal()}, Dir: filepath.Join(e.cfg.DataDir, "gateway-listen"),
			DrainSeconds: e.drain()},
		CTI: hotline.CTI{Token: c.CTIToken.Reveal(), Login: hotline.Login{User: c.CTIUser, Password: c.CTIPassword.Reveal()}}}
	if c.WebhookSecret != "" {
		section.Secrets = []string{c.WebhookSecret.Reveal()}
	}
	if e.hears != nil {
		section.Captions = e.cfg.Speech.LiveCalls
	}
	if c.JambonzSecrets != "" {
		section.Jambonz.Secrets = strings.Split(c.JambonzSecrets.Reveal(), ",")
	}
	return section
}

// drain is how many seconds running calls may go on after a stop.
func (e *edge) drain() int {
	const margin = phone.LastWords + journal.Farewell // to end what still runs, and to deliver it
	return int(max(e.cfg.StopTimeout-margin, time.Second).Seconds())
}

// telephone is the line of our own, if there is one.
func (e *edge) telephone() hotline.Line {
	c := e.cfg.SIP
	if !c.On() {
		return hotline.Line{}
	}
	return hotline.Line{Addr: c.Addr, Host: c.Host, Trunks: c.Trunks, User: c.User, Password: c.Password.Reveal(), FirstPort: c.FirstPort, LastPort: c.LastPort,
		Prompts: c.Prompts, Dir: filepath.Join(e.cfg.DataDir, "gateway-calls"), MostCalls: c.MostCalls,
		DrainSeconds: e.drain(), Voice: e.voice()}
}

// voice is how notices are told by telephone, if they are.
func (e *edge) voice() hotline.Voice {
	v := e.cfg.Voice
	if !v.On() {
		return hotline.Voice{}
	}
	return hotline.Voice{Trunk: v.Trunk, TCP: v.TCP, User: v.User, Password: v.Password.Reveal(), Number: v.Number, MostCalls: v.MostCalls, PerMinute: v.PerMinute, RingSeconds: int(v.Ring.Seconds())}
}

// callee opens the number of a notice that the line is about to ring.
func (e *edge) callee(ctx context.Context, notice int64, reference string) (core.Phone, error) {
	if e.worker == nil {
		return core.Phone{}, core.E(core.KindNotFound, "no_number", "")
	}
	return e.worker.Number(ctx, hotline.VoiceRoute(nil).Channel, notice, reference)
}

// subscribed maps notices to the subscribe-message templates that are set; every
// other notice goes by text.
func subscribed(c boot.WeChat) map[wording.Kind]wechat.Template {
	out := map[wording.Kind]wechat.Template{}
	if c.Template != "" {
		out[wording.KindPaid] = wechat.Template{ID: c.Template, Page: "pages/case/index", Fields: map[string]string{
			"thing1": "item", "amount2": "amount", "time3": "@day", "character_string4": "last4", "thing5": "=有问题打 12345"}}
	}
	if c.Step != "" {
		out[wording.KindApproved] = wechat.Template{ID: c.Step, Page: "pages/case/index", Fields: map[string]string{
			"thing1": "item", "phrase2": "=已批准", "time3": "@day", "thing4": "=钱直接打到卡上"}}
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
// tried: WeChat, then a text, then our voice on the telephone, then a person who calls.
func (e *edge) telling(host *channels.Host) ([]boot.Part, error) {
	var routes []notify.Route
	if ch, open := host.Channel("wechat"); open {
		routes = append(routes, notify.Route{Channel: "wechat", Sender: ch.(*wechat.Channel), TellsOnAccept: true})
	}
	if e.text != nil {
		routes = append(routes, notify.Route{Channel: "sms", Sender: e.text})
	}
	if ch, open := host.Channel("hotline"); open {
		if voice := ch.(*hotline.Channel).Notices(); voice != nil {
			routes = append(routes, hotline.VoiceRoute(voice))
		}
	}
	list := jobs.NewWorkers()
	if len(routes) > 0 {
		worker, err := notify.NewWorker(notify.Config{Routes: routes}, notify.Deps{DB: e.stores.DB, Opener: e.keys.Opener, Audit: e.audit, Log: e.log})
		if err != nil {
			return nil, err
		}
		worker.Register(list)
		e.worker = worker
	}
	var sweeps []jobs.Periodic
	if ch, open := host.Channel("wechat"); open {
		chat := ch.(*wechat.Channel)
		chat.Register(list)
		sweeps = chat.Periodic()
	}
	finishing(host, list)
	calls, taken := host.Channel("hotline")
	if taken {
		line := calls.(*hotline.Channel)
		line.Register(list)
		sweeps = append(sweeps, line.Periodic()...)
	}
	if len(routes) == 0 && !taken {
		return nil, nil
	}
	client, err := jobs.New(jobs.Config{DB: e.stores.DB, Schema: jobs.Gateway, Workers: list, Periodic: sweeps, Log: e.log.With(boot.KeyComponent, "jobs")})
	if err != nil {
		return nil, err
	}
	return []boot.Part{{Name: "jobs", Start: client.Start, Stop: client.Stop}, boot.Background("forget", e.forget)}, nil
}

// finishing gives the work that ends confirmed interviews to the first door that leads any.
func finishing(host *channels.Host, list *jobs.Workers) {
	type finisher interface{ Finishes(list *jobs.Workers) }
	for _, name := range []core.ChannelName{"app", "wechat"} {
		if ch, open := host.Channel(name); open {
			ch.(finisher).Finishes(list)
			return
		}
	}
}

// forget clears away log-in codes and guesses that are over, and conversations that
// nobody came back to, until ctx ends.
func (e *edge) forget(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		if err := e.citizens.Sweep(ctx); err != nil {
			e.log.WarnContext(ctx, "codes not cleared away", "error", err)
		}
		if err := e.talks.Sweep(ctx); err != nil {
			e.log.WarnContext(ctx, "old conversations not forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

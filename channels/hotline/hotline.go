// Package hotline is the door of 12345: it hears from call exchanges which calls
// came in and fetches their recordings.
//
// A call makes a call record, never an application: an agent who has listened makes
// that, at the desk, and one call can become several. Exchanges speak five dialects
// here: Standard Webhooks with JSON, the form callback of Twilio and its like, the call
// records of FreeSWITCH, the call states and the sound of jambonz, and the events of
// Zammad's generic CTI.
// It must not answer before the record is committed, follow an address that is not
// on the list, or log a number.
package hotline

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lianou/channels"
	"lianou/channels/hotline/captions"
	"lianou/core"
	"lianou/core/blob"
)

// Config is the hotline's section of the configuration.
type Config struct {
	// Secrets are the live signing secrets of the exchange's webhooks, "whsec_..." as
	// Standard Webhooks writes them; two while one is being changed. Empty: no webhook.
	Secrets []string `json:"secrets"`
	// TwilioToken signs the form callback. Empty: no callback.
	TwilioToken string `json:"twilio_token"`
	// PublicURL is how the exchange addresses us; it is part of what the form
	// callback signs, and headers are not believed. Required with TwilioToken.
	PublicURL string `json:"public_url"`
	// RecordingSources lists the host:port pairs that recordings are fetched from,
	// exactly. Empty: none are.
	RecordingSources []string `json:"recording_sources"`
	// MaxRecording bounds one recording in bytes. Defaults to 256 MiB.
	MaxRecording int64      `json:"max_recording"`
	FreeSwitch   FreeSwitch `json:"freeswitch"`
	Jambonz      Jambonz    `json:"jambonz"`
	CTI          CTI        `json:"cti"`
	// Line is a telephone line of our own.
	Line Line `json:"line"`
	// Captions is how many calls are written down at one time while they last. 0: none.
	Captions int `json:"captions"`
}

// Channel is the hotline's door.
type Channel struct {
	cfg    Config
	env    channels.Env
	keys   []*standardwebhooks.Webhook
	public []string // PublicURL with and without its default port
	guard  *guard
	client *http.Client
	blobs  *blob.Store
	line   *ownLine // nil without one

	listeners *listeners       // nil without them
	scribe    *captions.Scribe // nil without live captions
}

// New opens the door.
func New(cfg Config, env channels.Env) (*Channel, error) {
	if env.Calls == nil || env.Blobs == nil {
		return nil, errors.New("the hotline needs Calls and Blobs")
	}
	if cfg.MaxRecording == 0 {
		cfg.MaxRecording = 256 << 20
	}
	c := &Channel{cfg: cfg, env: env, blobs: env.Blobs}
	for _, s := range cfg.Secrets {
		key, err := standardwebhooks.NewWebhook(s)
		if err != nil || len(s) < 24 {
			return nil, errors.New("a signing secret of the hotline is not whsec_ and base64")
		}
		c.keys = append(c.keys, key)
	}
	if cfg.TwilioToken != "" {
		u, err := url.Parse(cfg.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, errors.New("the form callback needs the public URL")
		}
		c.public = spellings(u)
	}
	err := errors.Join(cfg.FreeSwitch.check(), cfg.Jambonz.check(), cfg.CTI.check())
	if err != nil {
		return nil, err
	}
	if c.guard, err = newGuard(cfg.RecordingSources); err != nil {
		return nil, err
	}
	c.client = c.guard.client()
	if env.Metrics != nil {
		env.Metrics.MustRegister(newGauges(env.Calls))
	}
	if cfg.Captions > 0 {
		if c.scribe, err = captions.New(captions.Config{MostCalls: cfg.Captions, Hotwords: env.Hotwords, Metrics: env.Metrics},
			captions.Deps{Engine: env.Hears, Calls: env.Calls, Log: env.Log}); err != nil {
			return nil, err
		}
	}
	if cfg.Line.Addr != "" {
		if env.Ring == nil || env.Cases == nil || env.Shared == nil {
			return nil, errors.New("a telephone line needs Ring, Cases and Shared")
		}
		if c.line, err = c.openLine(cfg.Line); err != nil {
			return nil, err
		}
	}
	if cfg.Jambonz.Login.on() {
		if env.Ring == nil {
			return nil, errors.New("the sound of jambonz needs Ring")
		}
		if c.listeners, err = c.openListeners(cfg.Jambonz); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Run serves the telephone line and whoever is listened to, where there are such, until
// ctx ends.
func (c *Channel) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var line, listened error
	var both sync.WaitGroup
	if c.line != nil {
		both.Go(func() { defer stop(); line = c.line.run(ctx) })
	}
	if c.listeners != nil {
		both.Go(func() { defer stop(); listened = c.listeners.run(ctx) })
	}
	<-ctx.Done()
	both.Wait()
	if c.scribe != nil {
		c.scribe.Close()
	}
	return errors.Join(line, listened)
}

// spellings of the public address: senders sign it with or without the port that
// goes without saying.
func spellings(u *url.URL) []string {
	host, port := u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme]
	if u.Port() != "" && u.Port() != port {
		return []string{u.Scheme + "://" + u.Host}
	}
	return []string{u.Scheme + "://" + host, u.Scheme + "://" + host + ":" + port}
}

// Endpoints lists the callbacks that have a secret.
func (c *Channel) Endpoints() []channels.Endpoint {
	const most, mostCDR = 64 << 10, 1 << 20 // a record of FreeSWITCH lists every variable of its call
	var list []channels.Endpoint
	add := func(open bool, path string, maxBody int64, serve http.HandlerFunc) {
		if open {
			list = append(list, channels.Endpoint{Method: "POST", Path: path, Serve: serve, MaxBody: maxBody, PerMinute: 6000})
		}
	}
	// Two names of one callback: exchanges are set up with either.
	add(len(c.keys) > 0, "/webhook", most, c.webhook)
	add(len(c.keys) > 0, "/calls", most, c.webhook)
	add(c.cfg.TwilioToken != "", "/twilio", most, c.twilio)
	add(c.cfg.FreeSwitch.Login.on(), "/freeswitch", mostCDR, c.freeswitch)
	add(len(c.cfg.Jambonz.Secrets) > 0, "/jambonz", most, c.jambonz)
	if c.listeners != nil {
		list = append(list, channels.Endpoint{Method: "GET", Path: "/jambonz/listen", Serve: c.listen, PerMinute: 6000})
	}
	add(c.cfg.CTI.Token != "", "/cti/{token}", most, c.ctiByToken)
	add(c.cfg.CTI.Login.on(), "/cti", most, c.ctiByLogin)
	return list
}

// errOrigin is what every unproven message gets, the same whatever is wrong.
var errOrigin = core.E(core.KindUnauthenticated, "signature", "")

var errBody = core.E(core.KindInvalid, "invalid_body", "")

// maxURL bounds a recording's address.
const maxURL = 2048

func recordingURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Host == "" || u.User != nil || strings.ContainsAny(s, "\r\n\x00") {
		return "", core.Invalid("recording.url", "")
	}
	return s, nil
}

var errNotListed = fmt.Errorf("recording source is not listed")

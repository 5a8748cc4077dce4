package app

import (
	"context"
	"errors"
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/matching"
	"lianou/core/wording"
	"lianou/intake/interview"
)

// Config is the app's section of the configuration.
type Config struct {
	// Secure marks cookies for HTTPS only. Set it wherever the public address is
	// https. Defaults to false, for a machine of one's own.
	Secure bool `json:"secure"`
	// PublicURL is where people reach the gateway, for what they pass on to others.
	// Defaults to none: no address is passed on.
	PublicURL string `json:"public_url"`
	// CodesPerHour bounds the log-in codes one source may ask for. Defaults to 30.
	CodesPerHour int `json:"codes_per_hour"`
}

// Channel is the app's door.
type Channel struct {
	cfg     Config
	env     channels.Env
	door    *channels.CitizenDoor
	form    interview.Form
	pages   *pages
	openapi []byte
	help    *help
	origin  *http.CrossOriginProtection
}

var errNeeds = errors.New("the app needs Text, to send log-in codes")

// New opens the door.
func New(cfg Config, env channels.Env) (*Channel, error) {
	if env.Text == nil {
		return nil, errNeeds
	}
	if cfg.CodesPerHour == 0 {
		cfg.CodesPerHour = 30
	}
	door, err := channels.NewCitizenDoor(env)
	if err != nil {
		return nil, err
	}
	c := &Channel{cfg: cfg, env: env, door: door, form: door.Form(), origin: http.NewCrossOriginProtection()}
	screener, err := interview.NewScreener()
	if err != nil {
		return nil, err
	}
	c.help = &help{iv: screener, rules: matching.NewCurrent(env.Book)}
	if c.pages, err = c.parsePages(); err != nil {
		return nil, err
	}
	c.openapi, err = c.describe()
	return c, err
}

// Endpoints lists the API and the pages.
func (c *Channel) Endpoints() []channels.Endpoint {
	var list []channels.Endpoint
	for _, r := range c.routes() {
		list = append(list, r.endpoint)
	}
	list = append(list, channels.Endpoint{Method: "GET", Path: "/openapi.json", Serve: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		_, _ = w.Write(c.openapi)
	}})
	return append(append(list, c.pageEndpoints()...), c.publicPages()...)
}

// Finishes adds the work that ends what was confirmed at any door; one door of a program
// has it.
func (c *Channel) Finishes(list *jobs.Workers) { c.door.Register(list) }

// sendCode sends a log-in code, as often as one source may ask for one.
func (c *Channel) sendCode(ctx context.Context, said, source string) (ticket string, err error) {
	if _, err := channels.Mobile(said); err != nil {
		return "", err
	}
	if ok, _ := c.env.Shared.Allow(ctx, "app:code:"+source, codeRate(c.cfg.CodesPerHour)); !ok {
		return "", core.E(core.KindTooMany, "too_many_codes", wording.For(core.KindTooMany))
	}
	return c.door.SendCode(ctx, said, source)
}

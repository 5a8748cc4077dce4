package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"lianou/channels"
	"lianou/core"
	"lianou/core/jobs"
	"lianou/core/matching"
	"lianou/core/notify"
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
	renew   singleflight.Group // one renewal of one session at a time
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
	return append(list, c.pageEndpoints()...)
}

// Finishes adds the work that ends what was confirmed at any door; one door of a program
// has it.
func (c *Channel) Finishes(list *jobs.Workers) { c.door.Register(list) }

// sendCode makes a log-in code and sends it as a text message. It answers the same
// for every number, so that nobody learns who asked for help, and gives the ticket that the
// code is used with.
func (c *Channel) sendCode(ctx context.Context, said, source string) (ticket string, err error) {
	phone, err := mobile(said)
	if err != nil {
		return "", err
	}
	if ok, _ := c.env.Shared.Allow(ctx, "app:code:"+source, codeRate(c.cfg.CodesPerHour)); !ok {
		return "", core.E(core.KindTooMany, "too_many_codes", wording.For(core.KindTooMany))
	}
	code, err := c.env.Citizens.SendCode(ctx, phone, source)
	if err != nil {
		return "", err
	}
	if code.Digits == "" { // enough went to this number: nothing goes, and nobody learns that
		return code.Ticket, nil
	}
	n := wording.LoginCode(code.Digits)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out, err := c.env.Text.Send(ctx, notify.Message{Reference: reference(), Kind: n.Kind, Words: n.Words, Fields: n.Fields, Phone: phone})
	if err != nil {
		c.env.Log.WarnContext(ctx, "log-in code not sent", "result", string(out.Result), "code", out.Code, "error", err)
	}
	if out.Result == notify.Accepted || out.Result == notify.Delivered {
		return code.Ticket, nil
	}
	return "", core.E(core.KindUnavailable, "code_not_sent", "短信没发出去,请过一分钟再试,也可以打 12345。")
}

func mobile(said string) (core.Phone, error) {
	phone, err := core.ParsePhone(said)
	if err == nil && !phone.Mobile() {
		err = core.Invalid("phone", "收登录码要用手机号,是 11 位。没有手机请打 12345。")
	}
	return phone, err
}

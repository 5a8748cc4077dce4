// Package wechat is the server side of the mini-program: log-in by WeChat, photos of
// the ID card read for the person to correct, the form, progress, the chat that leads
// the interview in messages, and the sender of subscribe messages.
//
// It must not trust an openid that a client states, let the app's secret or a token
// into an error or a log, keep a session_key, or publish a picture of an ID card at
// an address: readers get the bytes.
package wechat

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

	"github.com/go-resty/resty/v2"
	"github.com/silenceper/wechat/v2/miniprogram/auth"
	"github.com/silenceper/wechat/v2/miniprogram/config"
	wxcontext "github.com/silenceper/wechat/v2/miniprogram/context"

	"lianou/channels"
	"lianou/core"
	"lianou/core/idcard"
	"lianou/core/wording"
	"lianou/intake"
)

// Config is the mini-program's section of the configuration.
type Config struct {
	// AppID and AppSecret are the mini-program's. Required.
	AppID     string `json:"app_id"`
	AppSecret string `json:"app_secret"`
	// APIBase is where WeChat's API is. Defaults to https://api.weixin.qq.com. main
	// must give the same to HTTPClient for the library's own calls.
	APIBase string `json:"api_base"`
	// State is the version messages open: "formal", "trial" or "developer". Defaults
	// to formal.
	State string `json:"state"`
	// PushToken and PushKey are the Token and the EncodingAESKey of the message push in
	// the safe mode: with them the chat is open.
	PushToken string `json:"push_token"`
	PushKey   string `json:"push_key"`
	// Spool is the folder in which pushes wait while the database is away, 0700. Defaults
	// to none: such pushes are left to WeChat, which repeats them for 15 seconds.
	Spool string `json:"spool"`
	// NoOCR keeps photos of ID cards from WeChat's reader. Defaults to false.
	NoOCR bool `json:"no_ocr"`
	// Templates maps a kind of notice to its subscribe-message template.
	Templates map[wording.Kind]Template `json:"templates"`
}

// Channel is the mini-program's door and the sender of its messages. Safe for
// concurrent use.
type Channel struct {
	cfg   Config
	env   channels.Env
	door  *channels.CitizenDoor
	auth  *auth.Auth
	http  *resty.Client
	token *tokens
	cards idcard.Reader
	push  *push      // nil while no push is set
	chat  *chat      // the same
	spool *pushSpool // nil without a folder

	overtaken chan struct{} // one for each word that waits for the answer to its send
}

// New opens the door.
func New(cfg Config, env channels.Env) (*Channel, error) {
	if cfg.AppID == "" || cfg.AppSecret == "" {
		return nil, errors.New("the mini-program needs app_id and app_secret")
	}
	if cfg.State == "" {
		cfg.State = "formal"
	}
	for kind, t := range cfg.Templates {
		if err := t.check(); err != nil {
			return nil, errors.New("subscribe template of " + string(kind) + ": " + err.Error())
		}
	}
	door, err := channels.NewCitizenDoor(env)
	if err != nil {
		return nil, err
	}
	client, err := HTTPClient(cfg.APIBase)
	if err != nil {
		return nil, err
	}
	c := &Channel{cfg: cfg, env: env, door: door, overtaken: make(chan struct{}, mostOvertaken), http: resty.NewWithClient(client).SetResponseBodyLimit(256 << 10)}
	c.cards = c.reads()
	c.token = &tokens{appID: cfg.AppID, secret: cfg.AppSecret, shared: env.Shared, http: c.http, now: time.Now}
	// The library's own token handling stays out: its lock is of one process only.
	c.auth = auth.NewAuth(&wxcontext.Context{Config: &config.Config{AppID: cfg.AppID, AppSecret: cfg.AppSecret}})
	if cfg.PushToken == "" {
		return c, nil
	}
	if env.Talks == nil || env.Calls == nil || len(cfg.PushKey) != 43 {
		return nil, errors.New("the chat needs Talks, Calls, and a push key of 43 characters")
	}
	c.push = &push{token: cfg.PushToken, key: cfg.PushKey, appID: cfg.AppID, now: env.Now}
	if cfg.Spool != "" {
		if env.Ring == nil {
			return nil, errors.New("pushes that wait on disk need Ring")
		}
		if c.spool, err = openPushSpool(cfg.Spool, env); err != nil {
			return nil, err
		}
	}
	c.chat = newChat(door.Interviews())
	return c, nil
}

var _ channels.Runner = (*Channel)(nil)

// Run takes in, every second until ctx ends, the pushes that waited for the database.
func (c *Channel) Run(ctx context.Context) error {
	if c.spool == nil {
		return nil
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if c.spool.busy() {
			if err := c.spool.drain(ctx, c.keep); err != nil && ctx.Err() == nil && core.KindOf(err) != core.KindUnavailable {
				c.env.Log.WarnContext(ctx, "pushes still wait on disk", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Endpoints lists what the mini-program calls.
func (c *Channel) Endpoints() []channels.Endpoint {
	const small = 8 << 10
	post := func(path string, max int64, serve http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, Serve: serve, MaxBody: max, PerMinute: 60}
	}
	list := []channels.Endpoint{
		post("/login", small, c.postLogin),
		post("/login/refresh", small, c.postRefresh),
		post("/phone", small, c.postPhone),
		post("/phone/code", small, c.door.ServePhoneCode),
		post("/phone/rebind", small, c.door.ServeRebind),
		post("/unbind", small, c.door.ServeUnbind),
		post("/papers", channels.MaxUpload, c.postPapers),
		{Method: "GET", Path: "/subscriptions", Serve: c.getSubscriptions},
		post("/subscriptions", small, c.postSubscriptions),
		{Method: "GET", Path: "/form", Serve: c.door.ServeForm},
		{Method: "POST", Path: "/applications", Parse: c.door.ParseApplication, Reply: c.door.ReplyApplication, MaxBody: intake.MaxForm + 1, PerMinute: 60},
		{Method: "GET", Path: "/applications", Serve: c.door.ServeApplications},
		{Method: "GET", Path: "/bindings", Serve: c.door.ServeBound},
		{Method: "GET", Path: "/mandates", Serve: c.door.ServeMandates},
		post("/mandates/found", small, c.door.ServeMandatesFound),
		post("/mandates/end", small, c.door.ServeMandateEnd),
		{Method: "GET", Path: "/helpers", Serve: c.door.ServeHelpers},
		post("/helpers/invite", small, c.door.ServeInvite),
		post("/helpers/offer", small, c.door.ServeOffer),
		post("/helpers/accept", small, c.door.ServeAccept),
		post("/helpers/end", small, c.door.ServeHelperEnd),
		{Method: "GET", Path: "/applications/{receipt}", Serve: c.door.ServeApplication},
		post("/applications/{receipt}/papers", small, c.door.ServePapers),
		post("/applications/{receipt}/appeals", small, c.door.ServeAppeal),
		post("/applications/{receipt}/unsolved", small, c.door.ServeUnsolved),
		{Method: "GET", Path: "/applications/{receipt}/letters", Serve: c.door.ServeLetters},
		{Method: "GET", Path: "/applications/{receipt}/letters/{letter}", Serve: c.door.ServeLetter},
		{Method: "GET", Path: "/applications/{receipt}/why", Serve: c.door.ServeWhy},
		{Method: "GET", Path: "/boards/{place}", Serve: c.door.ServeBoard, PerMinute: 30},
		{Method: "POST", Path: "/notices/{notice}/objections", Serve: c.door.ServeObject, MaxBody: small}, // its own bound looks who is logged in
		{Method: "POST", Path: "/objections/find", Serve: c.door.ServeObjection, MaxBody: small, PerMinute: 30},
		{Method: "GET", Path: "/seen", Serve: c.door.ServeSeen},
		{Method: "GET", Path: "/payouts", Serve: c.door.ServePayouts},
	}
	list = append(list, c.door.InterviewRoutes()...)
	if c.push != nil {
		list = append(list, channels.Endpoint{Method: "GET", Path: "/push", Serve: c.getPush},
			// WeChat is one source, with everybody's messages.
			channels.Endpoint{Method: "POST", Path: "/push", Serve: c.postPush, MaxBody: maxPush, PerMinute: 60_000})
	}
	return list
}

// codeForm is what wx.login gives. The library puts it into an address unescaped, so
// anything else could add parameters there.
var codeForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,128}$`)

var errCode = core.E(core.KindUnauthenticated, "wechat_code", "微信登录没成,请再点一次。")

func (c *Channel) postLogin(w http.ResponseWriter, r *http.Request) {
	in, err := decode[struct {
		Code string `json:"code"`
	}](r)
	if err == nil && !codeForm.MatchString(in.Code) {
		err = errCode
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	got, err := c.auth.Code2SessionContext(r.Context(), in.Code)
	switch {
	case got.ErrCode != 0:
		err = c.ofCode(r, "code2session", got.ErrCode)
	case err != nil:
		err = errAway // the library's text holds the secret
	case got.OpenID == "":
		err = errAway
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.env.Citizens.LoginWeChat(r.Context(), got.OpenID, got.UnionID)
	channels.WriteLogin(w, r, login, err)
}

var errAway = core.E(core.KindUnavailable, "wechat_unavailable", "微信那边暂时连不上,请过一分钟再试。急事打 12345。")

// ofCode turns WeChat's error numbers into ours.
func (c *Channel) ofCode(r *http.Request, doing string, code int64) error {
	c.env.Log.InfoContext(r.Context(), "wechat refused", "doing", doing, "code", code)
	switch code {
	case 40029, 40163:
		return errCode // expired, used, or another app's
	case 40226:
		return core.E(core.KindForbidden, "wechat_blocked", "微信暂时不让这个号登录。请打 12345,一样能办。")
	case 45011:
		return core.E(core.KindTooMany, "wechat_too_many", wording.For(core.KindTooMany))
	}
	return errAway
}

func (c *Channel) postRefresh(w http.ResponseWriter, r *http.Request) {
	in, err := decode[struct {
		Refresh string `json:"refresh"`
	}](r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	login, err := c.env.Citizens.Refresh(r.Context(), in.Refresh)
	channels.WriteLogin(w, r, login, err)
}

// postPhone binds the number WeChat vouches for; once something was applied for, a first
// number goes the way of the real-name check.
func (c *Channel) postPhone(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Citizen(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	in, err := decode[struct {
		Code string `json:"code"`
	}](r)
	if err == nil && !codeForm.MatchString(in.Code) {
		err = errCode
	}
	if err == nil {
		err = c.door.MayBind(r.Context(), who)
	}
	if err == nil {
		err = c.bindPhone(r, who.ID, in.Code)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Channel) bindPhone(r *http.Request, citizen, code string) error {
	openid, err := c.env.Citizens.Openid(r.Context(), citizen)
	if err != nil {
		return err
	}
	var out struct {
		errcode
		Info struct {
			Number string `json:"purePhoneNumber"`
			Mark   struct {
				AppID string `json:"appid"`
			} `json:"watermark"`
		} `json:"phone_info"`
	}
	err = c.post(r.Context(), "/wxa/business/getuserphonenumber", map[string]string{"code": code, "openid": openid}, &out)
	if err != nil {
		return err
	}
	if out.Code != 0 {
		return c.ofCode(r, "getuserphonenumber", int64(out.Code))
	}
	phone, err := core.ParsePhone(out.Info.Number)
	if err != nil || out.Info.Mark.AppID != c.cfg.AppID {
		return errCode
	}
	return c.env.Citizens.BindPhone(r.Context(), citizen, phone)
}

func decode[T any](r *http.Request) (T, error) { return channels.ReadJSON[T](r) }

// Package sms sends text messages through Tencent Cloud's SendSms and hears what
// became of them.
//
// It sends once per call and never retries by itself: a POST whose answer was lost
// may have told the person already. It must not choose words, know why it sends, or
// log a whole number.
package sms

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/go-resty/resty/v2"

	"lianou/channels"
	"lianou/core"
	"lianou/core/notify"
	"lianou/core/tencent"
	"lianou/core/wording"
)

// Config is the text messages' section of the configuration.
type Config struct {
	// BaseURL is where to send. Defaults to https://sms.tencentcloudapi.com.
	BaseURL string `json:"base_url"`
	// SecretID and SecretKey sign each request. Required.
	SecretID  string `json:"secret_id"`
	SecretKey string `json:"secret_key"`
	// AppID and Sign are the application and the approved signature. Required.
	AppID string `json:"app_id"`
	Sign  string `json:"sign"`
	// Region is the data centre. Defaults to ap-guangzhou.
	Region string `json:"region"`
	// Templates maps a kind of notice to its approved template; "" is the one for
	// kinds without their own. Required.
	Templates map[wording.Kind]Template `json:"templates"`
	// PollEvery is how often delivery reports are fetched. Defaults to 5 s.
	PollEvery Duration `json:"poll_every"`
}

// Template is one approved text with the names of its parameters, in order: names of
// the notice's fields, or "words" for the whole sentence.
type Template struct {
	ID     string   `json:"id"`
	Params []string `json:"params"`
}

// Duration is a time.Duration written like "5s".
type Duration time.Duration

// UnmarshalText reads "5s".
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// MarshalText writes "5s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Channel is the sender. Safe for concurrent use.
type Channel struct {
	cfg     Config
	account tencent.Account
	http    *resty.Client
	now     func() time.Time
	log     *slog.Logger
	name    core.ChannelName
	told    func(ctx context.Context, way core.ChannelName, provider string, out notify.Outcome) error
}

var (
	_ notify.Sender    = (*Channel)(nil)
	_ channels.Runner  = (*Channel)(nil)
	_ channels.Channel = (*Channel)(nil)
)

// New makes the sender.
func New(cfg Config, env channels.Env) (*Channel, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://sms.tencentcloudapi.com"
	}
	if cfg.Region == "" {
		cfg.Region = "ap-guangzhou"
	}
	if cfg.PollEvery == 0 {
		cfg.PollEvery = Duration(5 * time.Second)
	}
	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" || cfg.SecretID == "" || cfg.SecretKey == "" || cfg.AppID == "" || cfg.Sign == "" || len(cfg.Templates) == 0 {
		return nil, errors.New("text messages need base_url, secret_id, secret_key, app_id, sign and templates")
	}
	client := resty.New().SetBaseURL(u.Scheme + "://" + u.Host).SetTimeout(8 * time.Second).
		SetRedirectPolicy(resty.NoRedirectPolicy()).SetResponseBodyLimit(256 << 10)
	account := tencent.Account{ID: cfg.SecretID, Secret: cfg.SecretKey, Service: "sms", Version: "2021-01-11", Host: u.Host}
	return &Channel{cfg: cfg, account: account, http: client, now: env.Now, log: env.Log, name: env.Name, told: env.Reported}, nil
}

// Endpoints lists none: delivery reports are fetched, not believed from strangers.
func (c *Channel) Endpoints() []channels.Endpoint { return nil }

type sendRequest struct {
	PhoneNumberSet   []string
	SmsSdkAppId      string
	SignName         string
	TemplateId       string
	TemplateParamSet []string
	SessionContext   string
}

type failure struct{ Code, Message string }

type sendAnswer struct {
	Response struct {
		Error         *failure
		SendStatusSet []struct{ SerialNo, Code string }
	}
}

// Send offers one message. See notify.Sender.
func (c *Channel) Send(ctx context.Context, m notify.Message) (notify.Outcome, error) {
	t, ok := c.cfg.Templates[m.Kind]
	if !ok {
		t, ok = c.cfg.Templates[""]
	}
	params, fits := t.fill(m)
	switch {
	case !ok || !fits:
		return notify.Outcome{Result: notify.Refused, Code: "no_template"}, nil
	case !m.Phone.Mobile():
		return notify.Outcome{Result: notify.Refused, Code: "no_mobile"}, nil
	}
	var out sendAnswer
	err := c.call(ctx, "SendSms", sendRequest{
		PhoneNumberSet: []string{"+86" + m.Phone.Reveal()}, SmsSdkAppId: c.cfg.AppID, SignName: c.cfg.Sign,
		TemplateId: t.ID, TemplateParamSet: params, SessionContext: m.Reference,
	}, &out)
	if err != nil {
		return notify.Outcome{Result: lostOrUnsent(err), Code: "network"}, err
	}
	if f := out.Response.Error; f != nil {
		return answered(f.Code), nil
	}
	if len(out.Response.SendStatusSet) != 1 {
		return notify.Outcome{Result: notify.Unknown, Code: "body"}, errBody
	}
	s := out.Response.SendStatusSet[0]
	if s.Code == "Ok" {
		c.log.InfoContext(ctx, "text message accepted", "phone", m.Phone.String(), "provider", s.SerialNo)
		return notify.Outcome{Result: notify.Accepted, Provider: s.SerialNo}, nil
	}
	return answered(s.Code), nil
}

// answered is what a code in place of a serial number means. Who had our texts stopped is
// told by other ways first from then on.
func answered(code string) notify.Outcome {
	return notify.Outcome{Result: meaning(code), Code: short(code), Gone: code == "FailedOperation.PhoneNumberInBlacklist"}
}

// fill gives the parameters in order, false when the notice lacks one.
func (t Template) fill(m notify.Message) ([]string, bool) {
	params := make([]string, 0, len(t.Params))
	for _, name := range t.Params {
		value, ok := m.Words, name == "words"
		for _, f := range m.Fields {
			if f.Name == name {
				value, ok = f.Value, true
			}
		}
		if !ok {
			return nil, false
		}
		params = append(params, value)
	}
	return params, true
}

// meaning sorts the service's codes: what a later attempt may mend, and what it
// cannot.
func meaning(code string) notify.Result {
	for _, later := range []string{"InternalError", "RequestLimitExceeded", "LimitExceeded.", "AuthFailure.", "FailedOperation.InsufficientBalance"} {
		if strings.HasPrefix(code, later) {
			return notify.Later
		}
	}
	return notify.Refused
}

func short(code string) string { return code[:min(len(code), 60)] }

var errBody = core.E(core.KindUnavailable, "sms_body", "")

// call signs and posts one action.
func (c *Channel) call(ctx context.Context, action string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return core.E(core.KindInternal, "sms_encode", "")
	}
	headers := c.account.Headers(action, body, c.now())
	headers["X-TC-Region"] = c.cfg.Region
	resp, err := c.http.R().SetContext(ctx).SetBody(body).SetHeaders(headers).Post("/")
	if err != nil {
		return errNetwork.Wrap(cause(err))
	}
	if resp.StatusCode() != 200 || json.Unmarshal(resp.Body(), out) != nil {
		return errBody
	}
	return nil
}

var errNetwork = core.E(core.KindUnavailable, "sms_network", "")

// cause drops the address from a client's error.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// lostOrUnsent tells a request that never left from one whose answer was lost.
func lostOrUnsent(err error) notify.Result {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return notify.Later
	}
	return notify.Unknown
}
